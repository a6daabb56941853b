"""Members, invitations, and what a closed account leaves."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts.export import export_account
from accounts.landing import landing
from accounts.models import User
from accounts.services import Refused, close_account
from catalogue import joining, membership, proving
from catalogue.enforcement import suspend
from catalogue.models import Inquiry, Invitation, Membership, Request, Role, Vendor
from tests.catalogue.company_api import SARL
from tests.catalogue.decisions import WHY, reason
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    return VendorFactory(siren=SARL)


@pytest.fixture
def owner(vendor):
    return member(vendor)


@pytest.fixture
def invited(django_capture_on_commit_callbacks):
    """Invite somebody; the token of the link that they receive."""

    def do(vendor, owner, email="zoe@exemple.fr", role=Role.EDITOR):
        with django_capture_on_commit_callbacks(execute=True):
            membership.invite(vendor=vendor, by=owner, email=email, role=role)
        return re.search(r"/invitation/([^/\s]+)/", mail.outbox[-1].body)[1]

    return do


def row(vendor, user):
    return Membership.objects.get(vendor=vendor, user=user)


class TestInvitations:
    def test_the_invited_person_joins_once(self, vendor, owner, invited):
        token = invited(vendor, owner, role=Role.OWNER)
        zoe = person("zoe@exemple.fr")
        assert membership.accept_invitation(token=token, user=zoe).role == Role.OWNER
        with pytest.raises(Refused, match="plus valable"):
            membership.accept_invitation(token=token, user=zoe)

    def test_the_token_is_not_kept(self, vendor, owner, invited):
        token = invited(vendor, owner)
        assert token not in str(list(Invitation.objects.values()))

    def test_nobody_else_may_use_the_link(self, vendor, owner, invited):
        token = invited(vendor, owner)
        with pytest.raises(PermissionDenied):
            membership.accept_invitation(token=token, user=person("autre@exemple.fr"))

    def test_an_address_that_was_not_confirmed_does_not_count(self, vendor, owner, invited):
        token = invited(vendor, owner)
        sly = person("sly@exemple.fr")
        EmailAddress.objects.create(user=sly, email="zoe@exemple.fr", verified=False)
        with pytest.raises(PermissionDenied):
            membership.accept_invitation(token=token, user=sly)

    def test_it_lasts_two_weeks(self, vendor, owner, invited):
        token = invited(vendor, owner)
        Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        with pytest.raises(Refused):
            membership.accept_invitation(token=token, user=person("zoe@exemple.fr"))

    def test_inviting_again_voids_the_first_link_even_once_it_is_old(self, vendor, owner, invited):
        first = invited(vendor, owner)
        Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(days=1))
        invited(vendor, owner)
        assert membership.find_invitation(first) is None
        assert vendor.invitations.count() == 1

    def test_it_is_cancelled_by_an_owner_and_dies_with_who_sent_it(self, vendor, owner, invited):
        token = invited(vendor, owner)
        membership.cancel_invitation(invitation=vendor.invitations.get(), by=owner)
        assert membership.find_invitation(token) is None
        other = member(vendor)
        token = invited(vendor, other)
        membership.remove_member(membership=row(vendor, other), by=owner)
        assert membership.find_invitation(token) is None

    def test_an_invitation_never_lowers_a_role(self, vendor, owner, invited):
        token = invited(vendor, owner)
        zoe = person("zoe@exemple.fr")
        Membership.objects.create(vendor=vendor, user=zoe, role=Role.OWNER)
        assert membership.accept_invitation(token=token, user=zoe).role == Role.OWNER

    def test_members_are_not_invited_and_nobody_is_flooded(self, vendor, owner):
        with pytest.raises(Refused, match="déjà membre"):
            membership.invite(vendor=vendor, by=owner, email=owner.email, role=Role.EDITOR)
        for number in range(membership.INVITATIONS_PER_DAY):
            membership.invite(
                vendor=vendor, by=owner, email=f"a{number}@exemple.fr", role=Role.EDITOR
            )
        with pytest.raises(Refused, match="plus tard"):
            membership.invite(vendor=vendor, by=owner, email="b@exemple.fr", role=Role.EDITOR)


class TestRoles:
    def test_an_owner_changes_roles_and_removes(self, vendor, owner):
        editor = member(vendor, "editor")
        membership.change_role(membership=row(vendor, editor), by=owner, role=Role.OWNER)
        membership.change_role(membership=row(vendor, owner), by=editor, role=Role.EDITOR)
        membership.remove_member(membership=row(vendor, owner), by=editor)
        assert [m.user for m in vendor.memberships.all()] == [editor]

    def test_the_last_owner_stays_owner(self, vendor, owner):
        editor = member(vendor, "editor")
        mine = row(vendor, owner)
        for attempt in (
            lambda: membership.change_role(membership=mine, by=owner, role=Role.EDITOR),
            lambda: membership.remove_member(membership=mine, by=owner),
            lambda: membership.leave(vendor=vendor, user=owner),
        ):
            with pytest.raises(Refused, match="nommez-en un"):
                attempt()
        membership.leave(vendor=vendor, user=editor)
        assert vendor.memberships.get().user == owner

    def test_everybody_else_decides_nothing(self, vendor, owner):
        target = member(vendor, "editor")
        somebodies = (target, member(VendorFactory()), person(), person(agent=True), moderator())
        for somebody in somebodies:
            for attempt in (
                lambda by: membership.invite(vendor=vendor, by=by, email="a@b.fr", role="editor"),
                lambda by: membership.change_role(
                    membership=row(vendor, target), by=by, role="owner"
                ),
                lambda by: membership.remove_member(membership=row(vendor, owner), by=by),
            ):
                with pytest.raises(PermissionDenied):
                    attempt(somebody)
        with pytest.raises(PermissionDenied):
            membership.leave(vendor=vendor, user=person())

    def test_a_suspended_owner_decides_nothing(self, vendor, owner):
        User.objects.filter(pk=owner.pk).update(is_active=False)
        owner.refresh_from_db()
        with pytest.raises(PermissionDenied):
            membership.invite(vendor=vendor, by=owner, email="a@b.fr", role="editor")

    def test_the_history_names_who_by_number(self, vendor, owner):
        editor = member(vendor, "editor")
        membership.remove_member(membership=row(vendor, editor), by=owner)
        entry = ModelLogEntry.objects.get(action="catalogue.company.remove")
        assert (entry.user_id, entry.data) == (owner.pk, {"member": editor.pk})


class TestLeaving:
    def test_a_company_without_sheets_goes_with_its_only_member(self, vendor, owner):
        membership.leave(vendor=vendor, user=owner)
        assert not Vendor.objects.filter(pk=vendor.pk).exists()

    def test_a_suspended_one_is_not_erased_and_registered_afresh(self, vendor, owner):
        suspend(vendor=vendor, reason=reason(), comment=WHY, by=moderator())
        with pytest.raises(Refused, match="écrivez à la mission LABEL"):
            membership.leave(vendor=vendor, user=owner)
        assert not membership.erased_without(vendor, owner)

    def test_what_agents_wrote_to_it_is_not_erased(self, vendor, owner):
        inquiry = Inquiry.objects.create(
            listing=make_sheet().listing, vendor=vendor, body="Commune", subject="Démonstration"
        )
        with pytest.raises(Refused, match="écrivez à la mission LABEL"):
            membership.leave(vendor=vendor, user=owner)
        inquiry.delete()
        assert membership.erased_without(vendor, owner)
        membership.leave(vendor=vendor, user=owner)

    def test_one_with_sheets_keeps_its_owner(self, vendor, owner):
        make_sheet(vendor=vendor)
        with pytest.raises(Refused, match="nommez-en un"):
            membership.leave(vendor=vendor, user=owner)


class TestClosing:
    def test_the_last_owner_hands_the_company_over_first(self, vendor, owner):
        member(vendor, "editor")
        with pytest.raises(Refused, match="nommez-en un"):
            close_account(user=owner)
        assert vendor.memberships.filter(user=owner).exists()

    def test_what_names_the_person_is_erased_and_the_company_stays_attached(
        self, vendor, owner, django_capture_on_commit_callbacks
    ):
        member(vendor)
        proof = attach(vendor, owner)
        proof.mandate.save("m.pdf", ContentFile(b"signature"))
        storage, name = proof.mandate.storage, proof.mandate.name
        address = vendor.proofs.create(
            by=owner,
            kind="email",
            state="accepted",
            email="ana@fictilog.example",
            decided_at=timezone.now(),
        )
        other = VendorFactory()
        member(other)
        joining.ask(vendor=other, user=owner, kind=Request.Kind.JOIN, message="Bonjour à tous")
        with django_capture_on_commit_callbacks(execute=True):
            close_account(user=owner)
        address.refresh_from_db()
        assert address.email == "efface@fictilog.example"
        assert not storage.exists(name)
        assert not Request.objects.exists()
        assert vendor.is_attached
        assert not vendor.memberships.filter(user=owner).exists()

    def test_the_copy_of_ones_data_holds_companies_proofs_and_requests(self, vendor, owner):
        proving.ask_address_proof(vendor=vendor, by=owner, email="ana@fictilog.example")
        copy = export_account(owner)
        assert copy["entreprises"][0]["role"] == "owner"
        assert copy["preuves"][0]["email"] == "ana@fictilog.example"
        assert copy["demandes_aux_entreprises"] == []


class TestLanding:
    def test_members_land_among_their_companies(self, owner):
        assert landing(owner) == "/espace-editeur/"

    def test_an_employee_lands_before_the_company_that_proconnect_names(self, site):
        employee = person(siret=f"{SARL}00012")
        assert landing(employee) == "/espace-editeur/inscription/"
        VendorFactory(siren=SARL, slug="fictilog")
        assert landing(employee) == "/espace-editeur/fictilog/rejoindre/"

    def test_agents_and_others_land_elsewhere(self, site):
        assert landing(person(agent=True, siret=f"{SARL}00012")) == "/mon-organisme/"
        assert landing(person()) == "/compte/"
