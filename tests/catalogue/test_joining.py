"""Asking to join a company, disputing who acts for it, claiming one that nobody proved."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from accounts.services import Refused
from catalogue import joining
from catalogue.models import Proof, Request, Role
from tests.catalogue.company_api import COOPERATIVE, SARL
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import attach, member, moderator, person

pytestmark = pytest.mark.django_db

WHY = "Je dirige le support de cette entreprise."


@pytest.fixture
def vendor(site):
    return VendorFactory(siren=SARL)


@pytest.fixture
def owner(vendor):
    return member(vendor)


def ask(vendor, user, kind=Request.Kind.JOIN):
    return joining.ask(vendor=vendor, user=user, kind=kind, message=WHY)


def roles(vendor):
    return dict(vendor.memberships.values_list("user", "role"))


def told():
    return {address for message in mail.outbox for address in message.to}


class TestJoining:
    def test_owners_are_told_and_let_in_as_editor(
        self, vendor, owner, django_capture_on_commit_callbacks
    ):
        asker = person()
        with django_capture_on_commit_callbacks(execute=True):
            request = ask(vendor, asker)
        assert told() == {owner.email}
        with django_capture_on_commit_callbacks(execute=True):
            joining.decide_join(request=request, by=owner, accepted=True)
        assert roles(vendor) == {owner.pk: "owner", asker.pk: "editor"}
        assert asker.email in told()

    def test_a_refusal_carries_the_answer(self, vendor, owner, django_capture_on_commit_callbacks):
        request = ask(vendor, person())
        with django_capture_on_commit_callbacks(execute=True):
            joining.decide_join(request=request, by=owner, accepted=False, answer="Pas chez nous.")
        assert "Pas chez nous." in mail.outbox[-1].body
        with pytest.raises(Refused, match="déjà décidée"):
            joining.decide_join(request=request, by=owner, accepted=True)

    def test_one_request_waits_at_a_time_and_may_be_withdrawn(self, vendor, owner):
        asker = person()
        request = ask(vendor, asker)
        with pytest.raises(Refused, match="déjà en cours"):
            ask(vendor, asker)
        with pytest.raises(PermissionDenied):
            joining.withdraw_request(request=request, by=owner)
        joining.withdraw_request(request=request, by=asker)
        ask(vendor, asker)

    def test_members_do_not_ask_and_a_company_without_owner_is_not_joined(self, vendor, owner):
        with pytest.raises(Refused, match="déjà membre"):
            ask(vendor, owner)
        with pytest.raises(Refused, match="déjà membre"):
            ask(vendor, member(vendor, "editor"))
        with pytest.raises(Refused, match="Personne ne gère"):
            ask(VendorFactory(), person())

    def test_a_company_erased_meanwhile_is_told(self, vendor):
        gone = VendorFactory()
        gone_too = VendorFactory.build(pk=gone.pk)
        gone.delete()
        with pytest.raises(Refused, match="plus inscrite"):
            ask(gone_too, person())

    def test_nobody_asks_all_companies(self, site):
        asker = person()
        for _time in range(joining.REQUESTS_PER_DAY):
            ask(VendorFactory(), asker, Request.Kind.DISPUTE)
        with pytest.raises(Refused, match="plus tard"):
            ask(VendorFactory(), asker, Request.Kind.DISPUTE)

    def test_only_owners_decide(self, vendor, owner):
        asker = person()
        request = ask(vendor, asker)
        others = (asker, member(vendor, "editor"), member(VendorFactory()), moderator())
        for somebody in others:
            with pytest.raises(PermissionDenied):
                joining.decide_join(request=request, by=somebody, accepted=True)


class TestDisputes:
    def test_the_winner_is_the_only_member_and_the_others_proofs_end(
        self, vendor, owner, settings, django_capture_on_commit_callbacks
    ):
        editor, winner = member(vendor, "editor"), person()
        proof = attach(vendor, owner)
        with django_capture_on_commit_callbacks(execute=True):
            request = ask(vendor, winner, Request.Kind.DISPUTE)
        assert told() == {owner.email, settings.CONTACT_EMAIL}
        assert winner.email not in mail.outbox[0].body
        with django_capture_on_commit_callbacks(execute=True):
            joining.decide_dispute(
                request=request, by=moderator(), accepted=True, answer="Kbis lu."
            )
        assert roles(vendor) == {winner.pk: Role.OWNER}
        proof.refresh_from_db()
        assert (proof.state, proof.reason) == (Proof.State.REVOKED, "Kbis lu.")
        assert not vendor.is_attached
        assert {editor.email, winner.email} <= told()

    def test_an_editor_may_dispute_who_let_them_in(self, vendor, owner):
        editor = member(vendor, "editor")
        request = ask(vendor, editor, Request.Kind.DISPUTE)
        joining.decide_dispute(request=request, by=moderator(), accepted=True, answer="Kbis lu.")
        assert roles(vendor) == {editor.pk: Role.OWNER}

    def test_one_that_is_not_upheld_changes_nothing(self, vendor, owner):
        request = ask(vendor, person(), Request.Kind.DISPUTE)
        joining.decide_dispute(
            request=request, by=moderator(), accepted=False, answer="Sans pièce."
        )
        assert roles(vendor) == {owner.pk: "owner"}

    def test_moderators_only_decide_with_a_reason_and_not_their_own(self, vendor, owner):
        judge = moderator()
        request = ask(vendor, judge, Request.Kind.DISPUTE)
        for somebody in (owner, person(), judge):
            with pytest.raises(PermissionDenied):
                joining.decide_dispute(request=request, by=somebody, accepted=True, answer="Oui")
        with pytest.raises(Refused, match="motif"):
            joining.decide_dispute(request=request, by=moderator(), accepted=True, answer=" ")

    def test_a_request_to_join_is_not_judged_as_a_dispute_nor_the_reverse(self, vendor, owner):
        join = ask(vendor, person())
        dispute = ask(vendor, person(), Request.Kind.DISPUTE)
        with pytest.raises(PermissionDenied):
            joining.decide_dispute(request=join, by=moderator(), accepted=True, answer="Oui")
        with pytest.raises(PermissionDenied):
            joining.decide_join(request=dispute, by=owner, accepted=True)


class TestClaiming:
    def test_the_true_company_is_not_locked_out(
        self, vendor, owner, django_capture_on_commit_callbacks
    ):
        employee = person(siret=f"{SARL}00012")
        waiting = vendor.proofs.create(by=owner, kind="email", state="waiting", email="a@x.example")
        vendor.invitations.create(email="b@x.example", token_hash="0" * 64, invited_by=owner)
        with django_capture_on_commit_callbacks(execute=True):
            joining.claim_by_proconnect(vendor=vendor, by=employee)
        assert roles(vendor) == {employee.pk: "owner"}
        assert vendor.is_attached
        assert not Proof.objects.filter(pk=waiting.pk).exists()
        assert not vendor.invitations.exists()
        asked = Request.objects.get()
        assert (asked.user, asked.kind, asked.state) == (owner, "join", "waiting")
        assert told() == {owner.email}
        joining.decide_join(request=asked, by=employee, accepted=True)
        assert roles(vendor)[owner.pk] == "editor"

    def test_an_editor_who_proves_becomes_owner(self, vendor, owner):
        editor = member(vendor, "editor", siret=f"{SARL}00012")
        joining.claim_by_proconnect(vendor=vendor, by=editor)
        assert roles(vendor) == {editor.pk: "owner"}

    def test_an_attached_company_decides_itself_who_joins(self, vendor, owner):
        attach(vendor, owner)
        with pytest.raises(Refused, match="déjà rattachée"):
            joining.claim_by_proconnect(vendor=vendor, by=person(siret=f"{SARL}00012"))

    def test_an_employee_of_another_company_claims_nothing(self, vendor, owner):
        for somebody in (person(), person(siret=f"{COOPERATIVE}00012")):
            with pytest.raises(Refused, match="ne vous dit pas"):
                joining.claim_by_proconnect(vendor=vendor, by=somebody)
        assert roles(vendor) == {owner.pk: "owner"}
