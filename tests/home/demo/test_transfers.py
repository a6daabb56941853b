"""The demo's log, visits and transfers: plausible, and made once."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from catalogue import transfers
from catalogue.models import CataloguePage, SheetCount, SheetEvent, Transfer
from home.demo.companies import OWNER, load_companies
from home.demo.loader import load_solutions
from home.demo.transfers import load_transfers

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 22)
SEED = 7


@pytest.fixture
def loaded(site):
    parent = CataloguePage.objects.get()
    for _twice in range(2):
        load_solutions(parent=parent, count=40, seed=SEED, today=TODAY)
        load_companies(SEED)
        load_transfers(SEED, today=TODAY)
    return parent


def test_each_published_sheet_has_its_log_with_its_own_dates(loaded):
    published = SheetEvent.objects.filter(kind=SheetEvent.Kind.PUBLISHED)
    assert published.count() > 30
    assert not published.exclude(at=F("listing__page__first_published_at")).exists()
    archived = SheetEvent.objects.filter(kind=SheetEvent.Kind.ARCHIVED)
    assert not archived.exclude(at=F("listing__archived_at")).exists()
    assert not SheetEvent.objects.filter(listing__page__first_published_at=None).exists()
    assert not SheetEvent.objects.filter(at__gt=timezone.now()).exists()
    changed = SheetEvent.objects.filter(kind=SheetEvent.Kind.CHANGED)
    assert all(changed.values_list("changes", flat=True))


def test_the_demos_company_has_a_year_of_visits(loaded):
    days = SheetCount.objects.filter(listing__vendor__memberships__user__email=OWNER)
    assert days.values("day").distinct().count() == 365
    assert not days.filter(views__gt=F("appearances")).exists()


def test_one_transfer_waits_and_can_be_accepted_another_was_refused(loaded):
    waiting = Transfer.objects.waiting().get()
    owner = waiting.target.memberships.get(user__email=OWNER).user
    transfers.accept(transfer=waiting, by=owner)
    assert Transfer.objects.filter(state=Transfer.State.REFUSED).count() == 1
