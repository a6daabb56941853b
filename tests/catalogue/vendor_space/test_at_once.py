"""Many people create, save and submit at once: one place in the tree each, nobody overwritten."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, connections

from catalogue import drafting
from catalogue.models import BasePage, Listing, SolutionPage, Submission
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run jobs in threads that start together; returns each result, or the exception raised."""
    results: list[object] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(rank: int, job: Callable[[], object]) -> None:
        start.wait()
        try:
            results[rank] = job()
        except Exception as error:  # noqa: BLE001  (judged by the test)
            results[rank] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(rank, job), daemon=True) for rank, job in enumerate(jobs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


def crowd() -> int:
    """How many at once: SQLite makes them queue, which takes long."""
    return 40 if connection.vendor == "postgresql" else 8


def test_sheets_created_at_once_have_a_place_each(vendor, owner):
    def create() -> Listing:
        return drafting.create_draft(vendor=vendor, name="Ardoise", by=owner, uid=uuid.uuid4())

    results = at_once([create] * crowd())
    assert [row for row in results if isinstance(row, Exception)] == []
    pages = SolutionPage.objects.filter(listing__vendor=vendor)
    assert len({page.path for page in pages}) == crowd()
    assert len({page.slug for page in pages}) == crowd()
    assert not any(BasePage.find_problems())


def test_one_form_sent_many_times_at_once_makes_one_sheet(vendor, owner):
    uid = uuid.uuid4()

    def create() -> Listing:
        return drafting.create_draft(vendor=vendor, name="Ardoise", by=owner, uid=uid)

    results = at_once([create] * 5)
    assert {row.pk for row in results} == {Listing.objects.get(vendor=vendor).pk}
    assert not any(BasePage.find_problems())


def test_of_those_who_save_at_once_one_is_first_and_the_others_are_told(vendor, owner):
    listing = sheets.draft(vendor, owner)
    seen = SolutionPage.objects.get(pk=listing.page_id).latest_revision_id

    def save(text: str) -> Callable[[], object]:
        def job() -> object:
            page = SolutionPage.objects.get(pk=listing.page_id)
            draft = page.latest_revision.as_object()
            draft.description = text
            own = Listing.objects.get(pk=listing.pk)
            return drafting.save_draft(listing=own, draft=draft, seen=seen, by=owner)

        return job

    results = at_once([save("Un"), save("Deux"), save("Trois")])
    told = [row for row in results if isinstance(row, drafting.EditConflict)]
    assert len(told) == 2


def test_a_sheet_submitted_twice_at_once_is_submitted_once(vendor, owner):
    listing = sheets.draft(vendor, owner)
    results = at_once([lambda: sheets.submit(sheets.reread(listing), owner)] * 3)
    assert len([row for row in results if isinstance(row, Submission)]) == 1
    assert Submission.objects.count() == 1
