"""The demo shows what mission LABEL hides and merges."""

import datetime as dt

import pytest

from catalogue.models import CataloguePage, Listing, Suspension, Takedown
from home.demo.enforcement import load_enforcement
from home.demo.loader import load_solutions
from home.demo.people import load_accounts

pytestmark = pytest.mark.django_db
SEED = 7


def load(count):
    load_solutions(
        parent=CataloguePage.objects.get(), count=count, seed=SEED, today=dt.date(2026, 11, 22)
    )
    load_enforcement(SEED)


def test_the_demo_has_one_of_each_and_a_second_run_adds_none(site):
    load_accounts()
    load(45)
    for _run in range(2):
        assert Suspension.objects.open().count() == 1
        assert Takedown.objects.filter(suspension=None).count() == 1
        merged = Listing.objects.get(merged_into__isnull=False)
        assert merged.survivor() in Listing.objects.public()
        load_enforcement(SEED)


def test_a_very_small_demo_hides_nothing(site):
    load_accounts()
    load(10)
    assert not Takedown.objects.exists()
