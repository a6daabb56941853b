"""What waits for mission LABEL on a day: figures that others show and mail."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.desk import desk, waiting_counts
from catalogue.models import AnomalyReport, Proof, Request, Submission
from tests.catalogue.factories import VendorFactory
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 12)


@pytest.fixture
def submissions(site):
    """Due the day before, that day, within a week and after; one was decided."""
    vendor = sheets.attached_vendor()
    owner = sheets.member(vendor)
    rows = []
    for days in (-1, 0, 7, 8, -30):
        row = sheets.submit(sheets.draft(vendor, owner), owner)
        row.due_on = TODAY + dt.timedelta(days=days)
        row.save()
        rows.append(row)
    rows[-1].outcome, rows[-1].decided_at = Submission.Outcome.WITHDRAWN, timezone.now()
    rows[-1].save()
    return rows


def test_late_and_due_soon_are_told_apart_by_the_day(submissions):
    found = desk(TODAY)
    assert (found.waiting, found.late, found.due_soon) == (4, 1, 2)
    assert list(found.late_submissions) == [submissions[0]]
    assert desk(TODAY - dt.timedelta(days=1)).late == 0
    assert [row.due_on for row in desk(TODAY + dt.timedelta(days=30)).late_submissions] == sorted(
        row.due_on for row in submissions[:-1]
    )


def test_what_else_waits_is_counted_until_it_is_decided(site):
    vendor = VendorFactory()
    for state in (Proof.State.WAITING, Proof.State.REFUSED):
        Proof.objects.create(
            vendor=vendor,
            kind="mandate",
            state=state,
            reason="Illisible",
            decided_at=timezone.now(),
        )
    for kind in Request.Kind:
        Request.objects.create(
            vendor=vendor, user=sheets.person(), kind=kind, message="Je suis la dirigeante."
        )
    for state in AnomalyReport.State:
        AnomalyReport.objects.create(
            path="/",
            reason="page",
            message="La page ne s'affiche pas.",
            state=state,
            answer="Corrigé.",
            acknowledged_at=timezone.now(),
            decided_at=timezone.now(),
        )
    counts = waiting_counts(TODAY)
    assert counts == {
        "waiting": 0, "late": 0, "due_soon": 0, "proofs": 1, "disputes": 1, "reports": 2
    }  # fmt: skip
    assert not desk(TODAY).is_empty


def test_an_empty_desk_says_so(site):
    assert desk(TODAY).is_empty
    assert set(waiting_counts().values()) == {0}


def test_the_number_of_queries_does_not_follow_that_of_submissions(submissions):
    with CaptureQueriesContext(connection) as queries:
        for row in desk(TODAY + dt.timedelta(days=99)).late_submissions:
            assert row.listing.page.title
            assert row.listing.vendor.name
    assert len(queries) == 5
