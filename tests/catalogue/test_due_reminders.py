"""Who is due a reminder, about what."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue import drafting
from catalogue.due_reminders import due_by_person, unconfirmed
from catalogue.models import (
    BasePage,
    BuyerCategory,
    Claim,
    Evidence,
    Listing,
    Proof,
    Reason,
    Reference,
    Suspension,
)
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator
from tests.catalogue.reminders import ago, draft, live
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(site):
    vendor = VendorFactory()
    attach(vendor)
    return vendor


@pytest.fixture
def owner(vendor):
    return member(vendor)


def due(person):
    return due_by_person(timezone.localdate()).get(person.pk, [])


def steps(person):
    return [(row.kind, row.step) for row in due(person)]


@pytest.mark.parametrize(("days", "step"), [(14, 1), (45, 2), (120, 3), (900, 3)])
def test_a_draft_that_nobody_touched_is_told(vendor, owner, days, step):
    draft(vendor, days)
    assert steps(owner) == [("draft", step)]


def test_a_draft_touched_lately_is_not(vendor, owner):
    draft(vendor, 13)
    assert steps(owner) == []


def test_a_sheet_sent_back_waits_since_that_day(vendor, owner):
    listing = sheets.draft(vendor, owner)
    submission = sheets.submit(listing, owner)
    task = sheets.reread(listing).page.current_workflow_task_state
    task.reject(user=moderator(), comment="Précisez.")
    BasePage.objects.filter(pk=listing.page_id).update(latest_revision_created_at=ago(60))
    Listing.objects.filter(pk=listing.pk).update(created_at=ago(90))
    assert steps(owner) == []
    submission.refresh_from_db()
    submission.decided_at = ago(20)
    submission.save()
    (row,) = due(owner)
    assert (row.kind, row.step, row.cycle) == ("draft", 1, submission.decided_at)


@pytest.mark.parametrize(("days", "step"), [(335, 11), (366, 12), (548, 18), (2000, 18)])
def test_a_live_sheet_that_nobody_confirms_is_told(vendor, owner, days, step):
    live(vendor, days)
    assert steps(owner) == [("stale", step)]


def test_a_sheet_published_or_confirmed_lately_is_not_stale(vendor, owner):
    published, confirmed = live(vendor, 600, "Un"), live(vendor, 600, "Deux")
    BasePage.objects.filter(pk=published.page_id).update(last_published_at=ago(10))
    Listing.objects.filter(pk=confirmed.pk).update(confirmed_on=ago(10).date())
    assert steps(owner) == []


def test_a_sheet_never_confirmed_is_stale_from_its_publication(vendor, owner):
    listing = live(vendor, 400)
    Listing.objects.filter(pk=listing.pk).update(confirmed_on=None)
    assert steps(owner) == [("stale", 12)]


def test_editors_hear_of_sheets_and_owners_alone_of_proofs(site):
    vendor = VendorFactory()
    owner, editor = member(vendor), member(vendor, "editor")
    draft(vendor, 30)
    assert steps(editor) == [("draft", 1)]
    assert sorted(steps(owner)) == [("draft", 1), ("proof", 2)]


def test_nobody_hears_without_address_or_with_a_closed_account(vendor, owner):
    closed = member(vendor)
    closed.is_active = False
    closed.save()
    owner.email = None
    owner.save()
    draft(vendor, 30)
    live(vendor, 400)
    assert due_by_person(timezone.localdate()) == {}


def _archived(listing):
    Listing.objects.filter(pk=listing.pk).update(archived_at=timezone.now())


def _taken_down(listing):
    Listing.objects.filter(pk=listing.pk).update(taken_down_at=timezone.now())


def _merged(listing):
    into = make_sheet("Autre").listing
    Listing.objects.filter(pk=listing.pk).update(archived_at=timezone.now(), merged_into=into)


def _under_review(listing):
    listing.submissions.create(
        due_on=dt.date(2030, 1, 1),
        terms_version="1",
        terms_effective_on=dt.date(2020, 1, 1),
        accuracy_attested=True,
        text_licence="etalab-2.0",
    )


def _suspended(listing):
    reason = Reason.objects.create(purpose="takedown", code="essai", label="Essai", text="Essai")
    Suspension.objects.create(vendor=listing.vendor, reason=reason, comment="Pour l'essai.")


@pytest.mark.parametrize("change", [_archived, _taken_down, _merged, _under_review, _suspended])
@pytest.mark.parametrize("make", [draft, live])
def test_what_the_vendor_cannot_act_on_is_not_told(vendor, owner, make, change):
    listing = make(vendor, 400, distribution="libre")
    assert steps(owner)
    change(listing)
    assert steps(owner) == []


def test_a_sheet_in_a_review_that_staff_began_is_not_told(vendor, owner):
    listing = draft(vendor, 40)
    listing.page.save_revision(clean=False)
    BasePage.objects.filter(pk=listing.page_id).update(latest_revision_created_at=ago(40))
    listing.page.get_workflow().start(listing.page, moderator())
    assert steps(owner) == []


def test_a_draft_that_staff_locked_is_not_told(vendor, owner):
    listing = draft(vendor, 40)
    BasePage.objects.filter(pk=listing.page_id).update(locked=True)
    assert steps(owner) == []


def proof_of(person):
    return next(row for row in due(person) if row.kind == "proof")


def test_a_company_without_proof_is_told_from_its_first_draft(site):
    vendor = VendorFactory()
    owner = member(vendor)
    assert due(owner) == []
    draft(vendor, 8)
    row = proof_of(owner)
    assert (row.step, row.path) == (1, f"/espace-editeur/{vendor.slug}/rattachement/")
    assert row.lines == ("Le rattachement : prouvez que vous pouvez agir pour l'entreprise.",)


@pytest.mark.parametrize(("state", "told"), [("waiting", False), ("code", True), ("refused", True)])
def test_a_proof_that_waits_for_mission_label_is_not_asked_for(site, state, told):
    vendor = VendorFactory()
    owner = member(vendor)
    draft(vendor, 8)
    Proof.objects.create(
        vendor=vendor,
        kind="email",
        email="a@b.example",
        state=state,
        reason="Illisible" if state == "refused" else "",
        decided_at=timezone.now() if state == "refused" else None,
    )
    assert bool(due(owner)) is told


def test_a_proof_withdrawn_lately_is_not_asked_for_at_once(site):
    vendor = VendorFactory()
    owner = member(vendor)
    draft(vendor, 10)
    proof = attach(vendor)
    proof.state, proof.reason = "revoked", "Mandat fini"
    proof.save()
    assert due(owner) == []
    proof.decided_at = ago(7)
    proof.save()
    assert proof_of(owner).step == 1


def _reference(listing, consent):
    page = listing.page
    reference = Reference(
        page=page,
        client="Commune de Ficti",
        year=2024,
        consent=consent,
        consented_on=None if consent == "none" else dt.date(2026, 1, 1),
        buyer_category=BuyerCategory.objects.first(),
        uid=uuid.uuid4(),
    )
    page.references.add(reference)
    page.save_revision(clean=False)
    BasePage.objects.filter(pk=page.pk).update(latest_revision_created_at=ago(10))
    return reference


@pytest.mark.parametrize("make", [draft, live])
@pytest.mark.parametrize(("consent", "told"), [("none", True), ("file", True), ("client", False)])
def test_a_reference_without_the_agreement_of_its_client_is_told(
    vendor, owner, make, consent, told
):
    listing = make(vendor, 10)
    _reference(listing, consent)
    assert bool(due(owner)) is told
    if told:
        row = proof_of(owner)
        assert row.path == f"/espace-editeur/fiches/{listing.uid}/etape/references/"
        assert row.lines == (
            "« Ardoise » : l'accord de « Commune de Ficti » manque à la référence.",
        )


def test_an_agreement_in_writing_is_enough(vendor, owner):
    listing = draft(vendor, 10)
    reference = _reference(listing, "file")
    claim = Claim.objects.create(listing=listing, subject=reference.uid, kind="reference")
    Evidence.objects.create(claim=claim, title="Accord", url="https://ficti.example/accord")
    assert due(owner) == []


@pytest.mark.parametrize(
    ("make", "repository", "reachable", "told"),
    [
        (draft, "", None, True),
        (draft, "https://code.example/a", None, False),  # tried once the sheet is live
        (live, "https://code.example/a", None, True),
        (live, "https://code.example/a", dt.date(2026, 1, 1), False),
    ],
)
def test_free_software_without_code_to_read_is_told(
    vendor, owner, make, repository, reachable, told
):
    listing = make(vendor, 10, distribution="libre", repository_url=repository)
    BasePage.objects.filter(pk=listing.page_id).update(latest_revision_created_at=ago(10))
    Listing.objects.filter(pk=listing.pk).update(
        repository_reachable_on=reachable, created_at=ago(10)
    )
    assert bool(due(owner)) is told
    if told:
        assert proof_of(owner).path == f"/espace-editeur/fiches/{listing.uid}/etape/technique/"


def test_one_reminder_a_company_lists_all_that_lacks(site):
    vendor = VendorFactory()
    owner = member(vendor)
    for title in ("Un", "Deux"):
        draft(vendor, 10, title, distribution="libre")
    row = proof_of(owner)
    assert len(row.lines) == 3
    assert row.path.endswith("/rattachement/")


def test_the_number_of_queries_does_not_follow_that_of_sheets(vendor, owner):
    draft(vendor, 30)
    with CaptureQueriesContext(connection) as few:
        due(owner)
    for number in range(4):
        draft(vendor, 30, f"Brouillon {number}")
    with CaptureQueriesContext(connection) as many:
        due(owner)
    assert len(many) == len(few)


def test_sheets_that_may_be_taken_down(vendor):
    live(vendor, 547, "Un")
    old = live(vendor, 548, "Deux")
    draft(vendor, 900)
    assert list(unconfirmed(timezone.localdate())) == [old]


def test_confirming_ends_it(vendor, owner):
    listing = live(vendor, 600)
    drafting.confirm(listing=listing, by=owner, on=timezone.localdate())
    assert due(owner) == []
    assert not unconfirmed(timezone.localdate()).exists()
