"""The public log: what is written, when, on whose side; once, and never again."""

import datetime as dt

import pytest
from django.utils import timezone

from catalogue import drafting, history, services
from catalogue.choices import Source
from catalogue.importers.records import ImportedSheet
from catalogue.importers.services import import_sheets
from catalogue.models import Listing, Reference, SheetEvent, SolutionPage
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import moderator
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

Kind, Side = SheetEvent.Kind, SheetEvent.Side


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def listing(vendor, owner):
    return sheets.draft(vendor, owner)


@pytest.fixture
def live(listing, owner):
    approve(listing, owner)
    return sheets.reread(listing)


def approve(listing, owner, by=None):
    sheets.submit(listing, owner)
    page = SolutionPage.objects.get(pk=listing.page_id)
    page.current_workflow_task_state.approve(user=by or moderator())


def told(listing):
    events = listing.events.order_by("pk")
    return [(event.kind, event.side, event.changes) for event in events]


def test_a_first_publication_is_one_line_though_the_approval_confirms_the_sheet(live):
    assert live.confirmed_on
    assert told(live) == [(Kind.PUBLISHED, Side.VENDOR, [])]


def test_a_change_names_its_fields_and_is_one_line(live, owner):
    references = [Reference(client="Ville", year=2024, buyer_category_id=1, consent="none")]
    sheets.write(live, owner, summary="Tout autre chose", references=references)
    assert len(told(live)) == 1  # a draft is nobody's business
    approve(live, owner)
    assert told(live)[1:] == [(Kind.CHANGED, Side.VENDOR, ["summary"])]


def test_prices_written_otherwise_are_no_change(live, owner):
    sheets.write(live, owner, description=live.page.description)
    approve(live, owner)
    assert [kind for kind, *_ in told(live)] == [Kind.PUBLISHED]


def test_what_a_moderator_corrects_is_on_their_side(live):
    staff = moderator()
    page = SolutionPage.objects.get(pk=live.page_id)
    page.summary = "Corrigé par la mission"
    page.save_revision(user=staff).publish(user=staff)
    assert told(live)[-1] == (Kind.CHANGED, Side.STAFF, ["summary"])


def test_what_a_member_wrote_stays_the_vendors_after_they_left(listing, owner, vendor):
    sheets.submit(listing, owner)
    owner.delete()
    page = SolutionPage.objects.get(pk=listing.page_id)
    page.current_workflow_task_state.approve(user=moderator())
    assert told(listing) == [(Kind.PUBLISHED, Side.VENDOR, [])]


def test_the_same_revision_again_says_nothing(live):
    page = SolutionPage.objects.get(pk=live.page_id)
    page.live_revision.publish()
    assert len(told(live)) == 1


def test_a_sheet_inserted_in_bulk_is_compared_with_what_the_public_read(vendor, owner):
    page = make_sheet(vendor=vendor, summary="Avant")  # no revision at all
    sheets.write(page.listing, owner, summary="Après", description="Longue")
    approve(page.listing, owner)
    kinds = told(page.listing)
    assert kinds == [(Kind.CHANGED, Side.VENDOR, ["categories", "description", "summary"])] or (
        kinds == [(Kind.CHANGED, Side.VENDOR, ["description", "summary"])]
    )


def test_archiving_and_restoring_by_either_side(live, owner):
    drafting.archive(listing=live, by=owner)
    drafting.restore(listing=live, by=owner)
    services.change_listing(listing=live, by=moderator(), archived=True)
    assert [row[:2] for row in told(live)[1:]] == [
        (Kind.ARCHIVED, Side.VENDOR),
        (Kind.RESTORED, Side.VENDOR),
        (Kind.ARCHIVED, Side.STAFF),
    ]


def test_a_confirmation_is_told_unless_the_sheet_was_published_that_day_or_since(live, owner):
    today = timezone.localdate()
    drafting.confirm(listing=live, by=owner, on=today)
    assert len(told(live)) == 1
    tomorrow = today + dt.timedelta(days=1)
    drafting.confirm(listing=live, by=owner, on=tomorrow)
    drafting.confirm(listing=live, by=owner, on=tomorrow)
    assert [row[:2] for row in told(live)[1:]] == [(Kind.CONFIRMED, Side.VENDOR)]


def test_nothing_is_told_of_a_draft(listing, owner):
    drafting.archive(listing=listing, by=owner)
    drafting.restore(listing=listing, by=owner)
    assert told(listing) == []


def test_a_change_of_vendor_by_staff_names_both(live):
    services.change_listing(listing=live, by=moderator(), vendor=VendorFactory(name="N" * 160))
    event = live.events.get(kind=Kind.TRANSFERRED)
    assert event.side == Side.STAFF
    assert len(event.detail) <= 300


TEXTS = ("description", "licence", "repository_url", "website", "documentation_url", "version")


def imported(**said):
    values = {
        "external_id": "42",
        "name": "Logiciel libre",
        "summary": "Court",
        "source_url": "https://code.example/42",
        "source_licence": "etalab-2.0",
        "categories": ("visioconference",),
        "tags": (),
        **dict.fromkeys(TEXTS, ""),
        **said,
    }
    return ImportedSheet(**values)


def test_an_import_writes_one_line_a_sheet_and_only_when_it_says_something_else(site):
    import_sheets([imported()])
    import_sheets([imported()])
    import_sheets([imported(sill_id="7")])  # where it comes from is not what it says
    import_sheets([imported(summary="Autre")])
    listing = Listing.objects.get(source=Source.SILL)
    assert told(listing) == [
        (Kind.PUBLISHED, Side.IMPORT, []),
        (Kind.CHANGED, Side.IMPORT, ["summary"]),
    ]


def test_a_line_is_neither_edited_nor_deleted_and_goes_with_the_sheet(live):
    event = live.events.get()
    event.detail = "Autrement"
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    SolutionPage.objects.get(pk=live.page_id).delete()
    assert not SheetEvent.objects.exists()


def test_no_person_is_named_in_any_line(live, owner):
    sheets.write(live, owner, summary="Tout autre chose")
    approve(live, owner)
    drafting.archive(listing=live, by=owner)
    row = " ".join(map(str, live.events.values_list("kind", "side", "changes", "detail")))
    assert not any(word in row for word in (owner.first_name, owner.last_name, owner.email))


def test_the_side_of_nobody_on_a_vendors_sheet_is_the_vendors(live):
    assert history.author_side(live, None) == Side.VENDOR
