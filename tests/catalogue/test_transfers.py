"""A sheet goes from one company to another: who decides, what follows, what stops it."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from catalogue import services, transfers
from catalogue.models import (
    AnomalyReport,
    Claim,
    Listing,
    Proof,
    Reason,
    SheetCount,
    SheetEvent,
    Suspension,
    Takedown,
    Transfer,
)
from catalogue.signals import document_changed
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

SIREN = "732829320"


@pytest.fixture
def source(site):
    vendor = VendorFactory(name="Atelier cédant", slug="atelier-cedant")
    attach(vendor)
    return vendor


@pytest.fixture
def target(site):
    vendor = VendorFactory(name="Maison preneuse", slug="maison-preneuse", siren=SIREN)
    attach(vendor)
    return vendor


@pytest.fixture
def giver(source):
    return member(source)


@pytest.fixture
def taker(target):
    return member(target)


@pytest.fixture
def listing(source):
    return make_sheet("Ardoise", vendor=source).listing


@pytest.fixture
def transfer(listing, giver, target):
    return transfers.propose(listing=listing, by=giver, to=SIREN, message="Pour vous")


def suspend(vendor):
    reason = Reason.objects.offered(Reason.Purpose.TAKEDOWN).first() or Reason.objects.create(
        purpose=Reason.Purpose.TAKEDOWN, code="essai", label="Essai", text="Essai"
    )
    return Suspension.objects.create(vendor=vendor, reason=reason, comment="Une explication")


class TestFindingTheCompany:
    @pytest.mark.parametrize("typed", [SIREN, "732 829 320", " 732829320 "])
    def test_by_siren_even_if_it_publishes_nothing(self, target, typed):
        assert transfers.find_company(typed) == target

    def test_by_its_exact_national_number(self, site):
        abroad = VendorFactory(country="BE", national_id="BE 0123.456")
        assert transfers.find_company("BE 0123.456") == abroad
        with pytest.raises(Refused, match="s'inscrire"):
            transfers.find_company("BE 0123")

    @pytest.mark.parametrize("typed", ["Maison preneuse", "maison PRENEUSE", "maison-preneuse"])
    def test_by_name_only_if_it_publishes(self, target, typed):
        with pytest.raises(Refused, match="s'inscrire"):
            transfers.find_company(typed)
        make_sheet("Autre", vendor=target)
        assert transfers.find_company(typed) == target

    def test_two_of_one_name_are_told_apart_by_their_number(self, target):
        for vendor in (target, VendorFactory(name="Maison Preneuse")):
            make_sheet("Autre", vendor=vendor)
        with pytest.raises(Refused, match="SIREN"):
            transfers.find_company("Maison preneuse")

    @pytest.mark.parametrize("typed", ["", "000000000", "٣", "'; --", "x" * 300])
    def test_nonsense_is_refused_in_words(self, site, typed):
        with pytest.raises(Refused, match="Aucune entreprise"):
            transfers.find_company(typed)


class TestAcceptance:
    def test_everything_follows_and_the_sheet_stays_live_at_its_address(
        self, listing, transfer, taker, target, django_capture_on_commit_callbacks
    ):
        offer = make_offer(listing.page)
        Claim.objects.create(listing=listing, kind=Claim.Kind.RGAA)
        SheetCount.objects.create(listing=listing, day=timezone.localdate(), views=3)
        revision = listing.page.save_revision()
        slug, changed = listing.page.slug, []

        def hear(uids, **kwargs):
            changed.extend(uids)

        document_changed.connect(hear)
        try:
            transfers.accept(transfer=transfer, by=taker)
        finally:
            document_changed.disconnect(hear)
        now = Listing.objects.select_related("page", "vendor").get(pk=listing.pk)
        assert (now.vendor, now.uid, now.page.slug) == (target, listing.uid, slug)
        assert now.page.live
        assert list(now.page.revisions.all()) == [revision]
        assert now.page.offers.get().uid == offer.uid
        assert (now.claims.count(), now.counts.get().views) == (1, 3)
        assert listing.uid in changed

    def test_the_public_log_names_both_companies_and_nobody(self, listing, transfer, taker):
        transfers.accept(transfer=transfer, by=taker)
        event = listing.events.get()
        assert event.kind == SheetEvent.Kind.TRANSFERRED
        assert event.detail == "de Atelier cédant à Maison preneuse"
        assert event.side == SheetEvent.Side.VENDOR

    def test_a_draft_that_the_public_never_saw_goes_without_a_line(
        self, source, target, giver, taker
    ):
        listing = sheets.draft(source, giver)
        transfer = transfers.propose(listing=listing, by=giver, to=SIREN)
        transfers.accept(transfer=transfer, by=taker)
        assert not listing.events.exists()
        sheets.write(sheets.reread(listing), taker, summary="Notre version")

    def test_reports_and_takedowns_follow(self, listing, giver, taker, target):
        reason = Reason.objects.create(purpose="takedown", code="essai", label="E", text="E")
        Takedown.objects.create(listing=listing, reason=reason, comment="Une explication")
        listing.page.unpublish()
        services.change_listing(listing=listing, by=None, taken_down_at=timezone.now())
        AnomalyReport.objects.create(listing=listing, reason="autre", message="Une anomalie")
        transfer = transfers.propose(listing=listing, by=giver, to=SIREN)
        transfers.accept(transfer=transfer, by=taker)
        now = Listing.objects.get(vendor=target)
        assert (now.takedowns.count(), now.reports.count()) == (1, 1)
        assert now.taken_down_at

    def test_members_of_both_are_told_and_no_address_crosses(
        self, transfer, source, target, giver, taker, django_capture_on_commit_callbacks
    ):
        editors = [member(source, "editor"), member(target, "editor")]
        with django_capture_on_commit_callbacks(execute=True):
            transfers.accept(transfer=transfer, by=taker)
        told = {one: box for box in mail.outbox for one in box.to}
        assert set(told) == {giver.email, taker.email, *(one.email for one in editors)}
        assert "Maison preneuse" in told[giver.email].body
        assert "Atelier cédant" in told[taker.email].body
        for address, box in told.items():
            assert not [other for other in told if other != address and other in box.body]

    def test_the_members_who_had_it_lose_it_at_once(self, listing, transfer, giver, taker):
        transfers.accept(transfer=transfer, by=taker)
        with pytest.raises(PermissionDenied):
            sheets.write(listing, giver, summary="Trop tard")

    def test_an_archived_sheet_goes_archived_and_its_new_owner_restores_it(
        self, listing, giver, taker, target
    ):
        services.change_listing(listing=listing, by=giver, archived=True)
        transfer = transfers.propose(listing=listing, by=giver, to=SIREN)
        now = transfers.accept(transfer=transfer, by=taker)
        assert now.archived_at
        services.change_listing(listing=now, by=taker, archived=False)
        assert not now.archived_at


class TestWhatStopsIt:
    def test_a_second_proposal_while_one_waits(self, listing, transfer, giver):
        with pytest.raises(Refused, match="déjà proposée"):
            transfers.propose(listing=listing, by=giver, to=SIREN)

    def test_its_own_company(self, listing, giver, source):
        with pytest.raises(Refused, match="déjà à cette entreprise"):
            transfers.propose(listing=listing, by=giver, to="Atelier cédant")

    def test_a_sheet_under_review(self, source, target, giver):
        listing = sheets.draft(source, giver)
        sheets.submit(listing, giver)
        with pytest.raises(Refused, match="En cours d'examen"):
            transfers.propose(listing=listing, by=giver, to=SIREN)

    def test_a_sheet_archived_by_mission_label(self, listing, giver, target):
        services.change_listing(listing=listing, by=moderator(), archived=True)
        with pytest.raises(Refused, match="Archivée par la mission"):
            transfers.propose(listing=listing, by=giver, to=SIREN)

    def test_a_sheet_merged_or_locked(self, listing, giver, target, source):
        other = make_sheet("Autre", vendor=source).listing
        services.change_listing(listing=listing, by=giver, archived=True, merged_into=other)
        with pytest.raises(Refused, match="regroupé"):
            transfers.propose(listing=listing, by=giver, to=SIREN)

    @pytest.mark.parametrize("which", ["source", "target"])
    @pytest.mark.parametrize("how", ["unattached", "suspended"])
    def test_a_company_unattached_or_suspended_before_or_since(
        self, request, listing, giver, taker, transfer, which, how
    ):
        vendor = request.getfixturevalue(which)
        if how == "suspended":
            suspend(vendor)
        else:
            vendor.proofs.update(state=Proof.State.REVOKED, reason="Perdue")
        with pytest.raises(Refused, match=f"{vendor.name} ne peut pas"):
            transfers.accept(transfer=transfer, by=taker)
        transfers.cancel(transfer=transfer, by=giver)
        with pytest.raises(Refused, match=f"{vendor.name} ne peut pas"):
            transfers.propose(listing=listing, by=giver, to=SIREN)

    def test_whoever_proposed_was_turned_out_meanwhile(
        self, listing, transfer, giver, taker, source
    ):
        member(source)
        source.memberships.filter(user=giver).delete()
        with pytest.raises(Refused, match="ne gère plus"):
            transfers.accept(transfer=transfer, by=taker)
        giver.delete()
        with pytest.raises(Refused, match="ne gère plus"):
            transfers.accept(transfer=Transfer.objects.get(), by=taker)
        assert Listing.objects.get().vendor == source

    def test_the_sheet_is_no_longer_the_companys(self, listing, transfer, taker):
        services.change_listing(listing=listing, by=None, vendor=VendorFactory())
        with pytest.raises(Refused, match="n'est plus à"):
            transfers.accept(transfer=transfer, by=taker)

    @pytest.mark.parametrize("closed", ["accepted", "refused", "cancelled", "lapsed"])
    def test_a_proposal_that_was_closed(self, transfer, giver, taker, closed):
        Transfer.objects.update(state=closed, decided_at=timezone.now())
        for act, by in (
            (transfers.accept, taker),
            (transfers.refuse, taker),
            (transfers.cancel, giver),
        ):
            with pytest.raises(Refused, match="close"):
                act(transfer=transfer, by=by)

    def test_twenty_proposals_a_day_found_or_not(self, listing, giver, monkeypatch):
        monkeypatch.setattr(transfers, "PROPOSALS_PER_DAY", 2)
        for words in ("Aucune entreprise", "Aucune entreprise", "Trop de demandes"):
            with pytest.raises(Refused, match=words):
                transfers.propose(listing=listing, by=giver, to="inconnue")


class TestOtherAnswers:
    def test_a_refusal_tells_the_owners_why_and_changes_nothing(
        self, listing, transfer, giver, taker, source, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            transfers.refuse(transfer=transfer, by=taker, answer="Trop loin de notre métier")
        assert Listing.objects.get().vendor == source
        (box,) = mail.outbox
        assert box.to == [giver.email]
        assert "Trop loin de notre métier" in box.body
        assert taker.email not in box.body

    def test_taking_it_back_tells_the_other_company(
        self, transfer, giver, taker, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            transfers.cancel(transfer=transfer, by=giver)
        assert [box.to for box in mail.outbox] == [[taker.email]]

    def test_nobody_answers_for_thirty_days(
        self, transfer, giver, django_capture_on_commit_callbacks
    ):
        now = timezone.now()
        assert transfers.lapse(now=now + dt.timedelta(days=29)) == 0
        late = now + dt.timedelta(days=31)
        assert transfers.lapse(now=late, dry_run=True) == 1
        with django_capture_on_commit_callbacks(execute=True):
            assert transfers.lapse(now=late) == 1
        assert transfers.lapse(now=late) == 0
        assert Transfer.objects.get().state == Transfer.State.LAPSED
        assert [box.to for box in mail.outbox] == [[giver.email]]


ROLES = ("other", "editor", "owner", "agent", "moderator", "reviewer", "receiver", "its editor")
GIVES = {"owner"}
TAKES = {"receiver"}
SERVICES = {"propose": GIVES, "cancel": GIVES, "accept": TAKES, "refuse": TAKES}


@pytest.fixture
def people(source, target, giver, taker):
    return {
        "other": member(VendorFactory()),
        "editor": member(source, "editor"),
        "owner": giver,
        "agent": person(agent=True),
        "moderator": moderator(),
        "reviewer": reviewer(),
        "receiver": taker,
        "its editor": member(target, "editor"),
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("service", SERVICES)
def test_who_may_call_each_service(listing, giver, people, target, service, role):
    by = people[role]
    if service == "propose":
        values = {"listing": listing, "to": SIREN}
    else:
        values = {"transfer": transfers.propose(listing=listing, by=giver, to=SIREN)}
    if role in SERVICES[service]:
        getattr(transfers, service)(by=by, **values)
    else:
        with pytest.raises(PermissionDenied):
            getattr(transfers, service)(by=by, **values)


def test_the_copy_of_ones_data_holds_what_one_handed_over(transfer, giver, taker):
    transfers.refuse(transfer=transfer, by=taker, answer="Non merci")
    (given,) = transfers.export(giver)
    assert (given["message"], given["state"]) == ("Pour vous", "refused")
    assert transfers.export(taker) == [given]
    assert transfers.export(person()) == []
