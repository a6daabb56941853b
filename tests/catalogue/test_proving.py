"""Proofs that somebody may act for a company."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.services import Refused
from catalogue import proving
from catalogue.models import Proof
from tests.catalogue.company_api import COOPERATIVE, SARL
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import attach, member, moderator, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    return VendorFactory(siren=SARL, website="https://www.fictilog.example")


@pytest.fixture
def owner(vendor):
    return member(vendor)


@pytest.fixture
def mailed(django_capture_on_commit_callbacks):
    """Do something, and return the code that it mailed, if any."""

    def do(service, **arguments):
        del mail.outbox[:]
        with django_capture_on_commit_callbacks(execute=True):
            service(**arguments)
        found = [re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", message.body) for message in mail.outbox]
        return next((match[0] for match in found if match), None)

    return do


def approved(vendor, owner, mailed):
    proof = proving.ask_address_proof(vendor=vendor, by=owner, email="A@Fictilog.example ")
    return proof, mailed(proving.approve_proof, proof=proof, by=moderator())


class TestByProConnect:
    def test_an_establishment_of_the_company_attaches_it_at_once_and_once(self, vendor):
        owner = member(vendor, siret=f"{SARL}00034")
        first = proving.prove_by_proconnect(vendor=vendor, by=owner)
        assert proving.prove_by_proconnect(vendor=vendor, by=owner) == first
        assert vendor.is_attached

    def test_another_employer_proves_nothing(self, vendor):
        owner = member(vendor, siret=f"{COOPERATIVE}00034")
        with pytest.raises(Refused, match="ne vous dit pas employé"):
            proving.prove_by_proconnect(vendor=vendor, by=owner)

    def test_a_company_without_siren_cannot_be_proved_so(self, site):
        vendor = VendorFactory(country="DE", national_id="HRB1")
        owner = member(vendor, siret=f"{SARL}00034")
        with pytest.raises(Refused):
            proving.prove_by_proconnect(vendor=vendor, by=owner)

    def test_a_proof_that_was_withdrawn_does_not_come_back_by_itself(self, vendor):
        owner = member(vendor, siret=f"{SARL}00034")
        proof = proving.prove_by_proconnect(vendor=vendor, by=owner)
        proving.refuse_proof(proof=proof, by=moderator(), reason="Usurpation")
        assert not vendor.is_attached
        with pytest.raises(Refused, match="retirée"):
            proving.prove_by_proconnect(vendor=vendor, by=owner)


class TestByAddress:
    def test_the_right_code_attaches_the_company(self, vendor, owner, mailed):
        proof, code = approved(vendor, owner, mailed)
        assert not vendor.is_attached
        assert proving.confirm_code(proof=proof, by=owner, code=f" {code.lower()} ")
        assert vendor.is_attached
        with pytest.raises(Refused):
            proving.confirm_code(proof=proof, by=owner, code=code)

    def test_the_code_is_kept_hashed_and_goes_to_that_address_alone(self, vendor, owner, mailed):
        proof, code = approved(vendor, owner, mailed)
        proof.refresh_from_db()
        assert code.replace("-", "") not in proof.code_hash
        assert [m.to for m in mail.outbox if code in m.body] == [["a@fictilog.example"]]

    @pytest.mark.parametrize("email", ["a@gmail.com", "A@LaPoste.net", "a@free.fr"])
    def test_an_address_that_anybody_may_open_is_refused(self, vendor, owner, email):
        with pytest.raises(Refused, match="ouvert à tous"):
            proving.ask_address_proof(vendor=vendor, by=owner, email=email)

    def test_five_wrong_codes_and_the_right_one_no_longer_does(self, vendor, owner, mailed):
        proof, code = approved(vendor, owner, mailed)
        for _try in range(5):
            assert not proving.confirm_code(proof=proof, by=owner, code="AAAA-AAAA")
        with pytest.raises(Refused, match="Cinq essais"):
            proving.confirm_code(proof=proof, by=owner, code=code)
        fresh = mailed(proving.send_code_again, proof=proof, by=owner)
        assert proving.confirm_code(proof=proof, by=owner, code=fresh)

    def test_a_code_lasts_an_hour_and_a_new_one_voids_it(self, vendor, owner, mailed):
        proof, code = approved(vendor, owner, mailed)
        old = timezone.now() - dt.timedelta(minutes=61)
        Proof.objects.update(code_sent_at=old)
        with pytest.raises(Refused, match="plus valable"):
            proving.confirm_code(proof=proof, by=owner, code=code)
        mailed(proving.send_code_again, proof=proof, by=owner)
        assert not proving.confirm_code(proof=proof, by=owner, code=code)

    def test_codes_are_not_sent_without_end(self, vendor, owner, mailed):
        proof, _code = approved(vendor, owner, mailed)
        for _time in range(proving.CODES_PER_HOUR):
            proving.send_code_again(proof=proof, by=owner)
        with pytest.raises(Refused, match="plus tard"):
            proving.send_code_again(proof=proof, by=owner)

    def test_no_code_is_sent_before_a_moderator_approved(self, vendor, owner, mailed):
        proof = proving.ask_address_proof(vendor=vendor, by=owner, email="a@fictilog.example")
        with pytest.raises(Refused):
            proving.send_code_again(proof=proof, by=owner)

    def test_another_owner_cannot_type_it(self, vendor, owner, mailed):
        proof, code = approved(vendor, owner, mailed)
        with pytest.raises(PermissionDenied):
            proving.confirm_code(proof=proof, by=member(vendor), code=code)

    def test_who_is_owner_no_more_proves_nothing(self, vendor, owner, mailed):
        proof, code = approved(vendor, owner, mailed)
        vendor.memberships.filter(user=owner).update(role="editor")
        with pytest.raises(PermissionDenied):
            proving.confirm_code(proof=proof, by=owner, code=code)


class TestByMandate:
    def ask(self, vendor, owner):
        file = ContentFile(b"%PDF-1.7 %%EOF", name="x.pdf")
        return proving.ask_mandate_proof(vendor=vendor, by=owner, file=file)

    def test_an_accepted_mandate_attaches_the_company(self, vendor, owner, mailed):
        proof = self.ask(vendor, owner)
        mailed(proving.approve_proof, proof=proof, by=moderator())
        assert vendor.is_attached
        assert [message.to for message in mail.outbox] == [[owner.email]]
        with pytest.raises(Refused, match="déjà décidée"):
            proving.approve_proof(proof=proof, by=moderator())

    def test_a_refusal_tells_why(self, vendor, owner, mailed):
        proof = self.ask(vendor, owner)
        with pytest.raises(Refused, match="motif"):
            proving.refuse_proof(proof=proof, by=moderator(), reason="  ")
        mailed(proving.refuse_proof, proof=proof, by=moderator(), reason="Signature illisible.")
        assert "Signature illisible." in mail.outbox[0].body
        assert not vendor.is_attached

    def test_another_one_replaces_the_one_that_waits_and_its_file(
        self, vendor, owner, django_capture_on_commit_callbacks
    ):
        first = self.ask(vendor, owner)
        storage, name = first.mandate.storage, first.mandate.name
        with django_capture_on_commit_callbacks(execute=True):
            self.ask(vendor, owner)
        assert vendor.proofs.count() == 1
        assert not storage.exists(name)

    def test_proofs_are_not_asked_without_end(self, vendor, owner):
        for _time in range(proving.PROOFS_PER_DAY):
            self.ask(vendor, owner)
        with pytest.raises(Refused, match="plus tard"):
            self.ask(vendor, owner)


class TestWhoDecides:
    def test_moderators_only_and_never_in_their_own_cause(self, vendor, owner):
        proof = proving.ask_address_proof(vendor=vendor, by=owner, email="a@fictilog.example")
        insider = moderator()
        vendor.memberships.create(user=insider, role="editor")
        for somebody in (owner, member(vendor), person(agent=True), insider):
            with pytest.raises(PermissionDenied):
                proving.approve_proof(proof=proof, by=somebody)
            with pytest.raises(PermissionDenied):
                proving.refuse_proof(proof=proof, by=somebody, reason="Non")

    def test_editors_and_strangers_give_no_proof(self, vendor):
        strangers = (member(vendor, "editor"), member(VendorFactory()), person(), moderator())
        for somebody in strangers:
            with pytest.raises(PermissionDenied):
                proving.ask_address_proof(vendor=vendor, by=somebody, email="a@x.example")
            with pytest.raises(PermissionDenied):
                proving.ask_mandate_proof(vendor=vendor, by=somebody, file=ContentFile(b"x"))
            with pytest.raises(PermissionDenied):
                proving.prove_by_proconnect(vendor=vendor, by=somebody)

    def test_a_proof_in_force_is_withdrawn_with_a_reason(self, vendor, owner, mailed):
        proof = attach(vendor, owner)
        mailed(proving.refuse_proof, proof=proof, by=moderator(), reason="Faux mandat.")
        proof.refresh_from_db()
        assert proof.state == Proof.State.REVOKED
        assert not vendor.is_attached
        assert "Faux mandat." in mail.outbox[0].body
