"""Two sheets of one solution become one, and nothing is lost."""

import datetime as dt
import json

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.services import Refused
from catalogue import drafting, enforcement, merging
from catalogue.importers import sill
from catalogue.importers.services import import_sheets
from catalogue.models import (
    AnomalyReport,
    BuyerCategory,
    Claim,
    Listing,
    Offer,
    PriceTier,
    Reference,
    SolutionPage,
    Submission,
)
from catalogue.states import SheetState
from sourcing.comparison import read_selection
from tests.catalogue.decisions import WHY, live_sheet, read, reason
from tests.catalogue.factories import VendorFactory, verify
from tests.catalogue.importers.test_sill import entry
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db
ALL = tuple(merging.CHILDREN)


@pytest.fixture
def vendor(site):
    vendor = VendorFactory()
    attach(vendor)
    return vendor


@pytest.fixture
def judge(site):
    return moderator()


@pytest.fixture
def kept(vendor, site):
    return live_sheet(vendor, site, "Ardoise")


@pytest.fixture
def other(site):
    """A duplicate with one of each thing that may be taken."""
    made = live_sheet(VendorFactory(), site, "Ardoise bis")
    offer = Offer(name="Abonnement", deployment="saas")
    offer.tiers = [PriceTier(from_quantity=10, unit_price=1)]
    made.offers = [offer]
    made.references = [
        Reference(client="Ville", year=2024, buyer_category=BuyerCategory.objects.first())
    ]
    made.tags.add("courrier")
    made.save_revision(clean=False).publish()
    return read(made)


@pytest.fixture
def merge(judge):
    def of(other, kept, **options):
        return merging.merge(
            duplicate=read(other).listing, kept=read(kept).listing, by=judge, **options
        )

    return of


def draft(page):
    return SolutionPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def test_the_duplicate_is_archived_and_leads_to_the_sheet_that_is_kept(kept, other, merge, client):
    merge(other, kept)
    listing = read(other).listing
    assert listing.merged_into == kept.listing
    assert listing.archived_by_staff
    assert drafting.state_of(listing) is SheetState.ARCHIVED_BY_STAFF
    answer = client.get("/solutions/ardoise-bis/?besoin=petit")
    assert (answer.status_code, answer.url) == (301, "/solutions/ardoise/?besoin=petit")
    for page, title in ((other, "Ardoise"), (kept, "Ardoise bis")):
        event = page.listing.events.get(kind="merged")
        assert (event.side, event.detail) == ("staff", title)


def test_sheets_merged_one_into_the_next_all_lead_to_the_last(
    kept, other, merge, client, site, vendor
):
    last = live_sheet(vendor, site, "Ardoise ter")
    merge(other, kept)
    merge(kept, last)
    for slug in ("ardoise-bis", "ardoise"):
        assert client.get(f"/solutions/{slug}/").url == "/solutions/ardoise-ter/"
    assert merging.survivors(["ardoise-bis", "ardoise", "ardoise-ter", "rien"]) == {
        "ardoise-bis": "ardoise-ter",
        "ardoise": "ardoise-ter",
    }


def test_a_comparison_of_a_merged_sheet_is_one_of_the_sheet_that_was_kept(
    kept, other, merge, site, vendor
):
    third = live_sheet(vendor, site, "Autre")
    merge(other, kept)
    found = read_selection(["ardoise-bis", third.slug, "rien"])
    assert list(found.slugs) == ["ardoise", "autre"]
    assert found.unknown == ("rien",)
    assert list(read_selection(["ardoise", "ardoise-bis"]).slugs) == ["ardoise"]


def test_what_is_taken_goes_into_a_draft_with_ids_of_its_own(kept, other, merge):
    claim = verify(other.offers.get())
    merge(other, kept, take=ALL)
    made = draft(kept)
    (offer,) = made.offers.all()
    assert offer.name == "Abonnement"
    assert offer.uid != other.offers.get().uid
    assert [tier.from_quantity for tier in offer.tiers.all()] == [10]
    assert [row.client for row in made.references.all()] == ["Ville"]
    assert [tag.name for tag in made.tags.all()] == ["courrier"]
    assert not read(kept).offers.exists()  # the public still reads what was approved
    assert list(Claim.objects.all()) == [claim]
    made.save_revision(clean=False).publish()
    assert read(kept).offers.get().uid == offer.uid
    assert read(other).offers.get().tiers.count() == 1


def test_what_the_sheet_has_already_is_not_taken_twice(kept, other, merge, vendor, site):
    kept.offers = [Offer(name="abonnement", deployment="saas")]
    kept.tags.add("courrier")
    kept.save_revision(clean=False).publish()
    merge(other, kept, take=ALL)
    assert len(draft(kept).offers.all()) == 1
    assert len(draft(kept).tags.all()) == 1
    assert len(draft(kept).references.all()) == 1


def test_nothing_is_taken_unless_asked(kept, other, merge):
    before = kept.latest_revision_id
    merge(other, kept)
    assert read(kept).latest_revision_id == before
    merge_offers = live_sheet(VendorFactory(), kept.get_parent(), "Encore")
    merge(merge_offers, kept, take=["offers"])
    assert not draft(kept).references.all()


def test_numbers_in_other_catalogues_fill_what_is_empty(kept, other, merge):
    Listing.objects.filter(pk=other.listing.pk).update(sill_id="42", comptoir_id="7")
    Listing.objects.filter(pk=kept.listing.pk).update(comptoir_id="9")
    merge(other, kept)
    assert (read(kept).listing.sill_id, read(kept).listing.comptoir_id) == ("42", "9")


def test_both_companies_are_told_and_neither_learns_of_the_other_s_people(
    kept, other, merge, django_capture_on_commit_callbacks
):
    theirs, ours = member(other.listing.vendor), member(kept.listing.vendor)
    with django_capture_on_commit_callbacks(execute=True):
        merge(other, kept, comment="Même éditeur, même produit.")
    told = {message.to[0]: message for message in mail.outbox}
    assert set(told) == {theirs.email, ours.email}
    assert "/solutions/ardoise/" in told[theirs.email].body
    assert str(kept.listing.uid) in told[ours.email].body
    for message in mail.outbox:
        assert "Même éditeur, même produit." in message.body
        others = {theirs.email, ours.email} - set(message.to)
        assert not any(address in message.body for address in others)


@pytest.fixture
def hidden(other, site, judge):
    """Make a duplicate whose name is not public: a draft, or a sheet that was taken down."""

    def of(kind):
        if kind == "draft":
            vendor = other.listing.vendor
            return sheets.draft(vendor, member(vendor), "Projet secret").page
        page = live_sheet(other.listing.vendor, site, "Projet secret")
        enforcement.take_down(listing=page.listing, reason=reason(), comment=WHY, by=judge)
        return page

    return of


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("kind", ["draft", "taken down"])
def test_a_name_that_was_not_public_stays_so(
    kept, hidden, merge, judge, client, kind, archived, django_capture_on_commit_callbacks
):
    duplicate, ours = hidden(kind), member(kept.listing.vendor)
    if archived:
        enforcement.archive(listing=read(duplicate).listing, by=judge)
    with django_capture_on_commit_callbacks(execute=True):
        merge(duplicate, kept)
    assert kept.listing.events.get(kind="merged").detail == ""
    for address in ("/solutions/ardoise/historique/", "/solutions/ardoise/historique/?format=atom"):
        page = client.get(address)
        assert page.status_code == 200
        assert "egroup" in page.content.decode()
        assert "Projet secret" not in page.content.decode()
    (message,) = [message for message in mail.outbox if message.to == [ours.email]]
    assert "Ardoise" in message.body
    assert "Projet secret" not in message.subject + message.body


@pytest.mark.parametrize("archived", [False, True])
def test_a_name_that_was_public_is_told(
    kept, other, merge, judge, archived, django_capture_on_commit_callbacks
):
    ours = member(kept.listing.vendor)
    if archived:
        enforcement.archive(listing=other.listing, by=judge)
    with django_capture_on_commit_callbacks(execute=True):
        merge(other, kept)
    assert kept.listing.events.get(kind="merged").detail == "Ardoise bis"
    (message,) = [message for message in mail.outbox if message.to == [ours.email]]
    assert "« Ardoise bis »" in message.body


def test_the_address_of_a_draft_is_as_unknown_as_before(kept, hidden, merge, client):
    draft = hidden("draft")
    merge(draft, kept)
    assert client.get(f"/solutions/{draft.slug}/").status_code == 404
    assert merging.survivors([draft.slug]) == {}


def test_a_company_that_has_both_sheets_gets_one_mail(
    kept, vendor, site, merge, django_capture_on_commit_callbacks
):
    owner = member(vendor)
    double = live_sheet(vendor, site, "Ardoise bis")
    with django_capture_on_commit_callbacks(execute=True):
        merge(double, kept)
    assert [message.to for message in mail.outbox] == [[owner.email]]


def test_bringing_it_back_undoes_the_merge_for_staff_only(kept, other, merge, judge, client):
    owner = member(other.listing.vendor)
    merge(other, kept)
    with pytest.raises(ValidationError, match="Archivée par la mission LABEL"):
        drafting.restore(listing=read(other).listing, by=owner)
    enforcement.restore(listing=read(other).listing, by=judge)
    assert read(other).listing.merged_into is None
    assert client.get("/solutions/ardoise-bis/").status_code == 200
    assert other.listing in Listing.objects.public()


def test_the_review_of_the_duplicate_ends_with_the_reason(other, merge, vendor, site):
    listing = sheets.draft(other.listing.vendor, owner := member(other.listing.vendor), "Encore")
    attach(listing.vendor)
    submission = sheets.submit(listing, owner)
    merge(listing.page, live_sheet(vendor, site, "Ardoise"))
    submission.refresh_from_db()
    assert (submission.outcome, submission.reason) == (Submission.Outcome.RETURNED, "doublon")
    assert "Ardoise" in submission.comment


def test_reports_on_the_duplicate_stay_readable(kept, other, merge):
    report = AnomalyReport.objects.create(
        listing=other.listing, path="/solutions/ardoise-bis/", reason="doublon", message="La même."
    )
    merge(other, kept)
    report.refresh_from_db()
    assert report.listing == other.listing
    assert AnomalyReport.objects.open().get() == report


def test_what_cannot_be_merged(kept, other, merge, judge, site, vendor):
    with pytest.raises(Refused, match="elle-même"):
        merge(kept, kept)
    merge(other, kept)
    with pytest.raises(Refused, match="déjà regroupée"):
        merge(other, kept)
    with pytest.raises(Refused, match="pas au catalogue"):
        merge(kept, other)
    with pytest.raises(Refused, match="pas au catalogue"):
        merge(kept, sheets.draft(vendor, member(vendor)).page)
    archived = live_sheet(vendor, site, "Archivée")
    enforcement.archive(listing=archived.listing, by=judge)
    with pytest.raises(Refused, match="pas au catalogue"):
        merge(kept, archived)


def test_nothing_is_added_to_what_is_under_review(kept, other, merge):
    owner = member(kept.listing.vendor)
    sheets.write(kept.listing, owner, description="Suit le courrier.")
    sheets.submit(read(kept).listing, owner)
    with pytest.raises(Refused, match="en cours d'examen"):
        merge(other, kept, take=["offers"])
    assert read(other).listing.archived_at is None
    merge(other, kept)


def test_a_sheet_of_the_sill_is_merged_for_good(kept, merge, client, tmp_path):
    def bring_in(**changes):
        path = tmp_path / "sill.json"
        path.write_text(json.dumps([entry(**changes)]), encoding="utf-8")
        return import_sheets(sill.read(path))

    bring_in()
    community = Listing.objects.get(source="sill")
    merge(community.page, kept)
    assert read(kept).listing.sill_id == community.sill_id == "901"
    for changes in ({}, {"website": "https://ailleurs.example.org"}):
        report = bring_in(**changes)
        assert (report.created, report.updated) == (0, 0)
    community.refresh_from_db()
    assert (community.merged_into, bool(community.archived_at)) == (kept.listing, True)
    assert client.get("/solutions/tamarisque/").url == "/solutions/ardoise/"


def test_a_sheet_hidden_then_merged_leads_on(kept, other, merge, client):
    Listing.objects.filter(pk=other.listing.pk).update(taken_down_at=timezone.now())
    read(other).unpublish()
    merge(other, kept)
    assert client.get("/solutions/ardoise-bis/").status_code == 301


def test_only_a_moderator_without_part_in_either_company_merges(kept, other, site):
    insiders = [moderator(), moderator()]
    kept.listing.vendor.memberships.create(user=insiders[0], role="editor")
    other.listing.vendor.memberships.create(user=insiders[1], role="editor")
    refused = [*insiders, member(other.listing.vendor), person(agent=True), reviewer()]
    for who in refused:
        with pytest.raises(PermissionDenied):
            merging.merge(duplicate=other.listing, kept=kept.listing, by=who)
    merging.merge(duplicate=other.listing, kept=kept.listing, by=moderator())


def test_the_dates_of_the_sheet_that_is_kept_are_its_own(kept, other, merge):
    Listing.objects.filter(pk=kept.listing.pk).update(confirmed_on=dt.date(2025, 1, 2))
    merge(other, kept, take=ALL)
    assert read(kept).listing.confirmed_on == dt.date(2025, 1, 2)
