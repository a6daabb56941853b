"""The demo's desk: something late, something due soon, something sent back, something edited."""

import datetime as dt

import pytest
from django.utils import timezone

from catalogue.desk import desk
from catalogue.models import Listing, Submission, Vendor
from home.demo.companies import load_companies
from home.demo.desk import load_desk
from home.demo.loader import load_solutions
from home.demo.people import load_accounts
from home.demo.vendors import vendor_uid

pytestmark = pytest.mark.django_db

SEED = 7


def test_the_desk_has_one_of_each_and_a_second_run_adds_none(site):
    today = timezone.localdate()
    load_solutions(parent=site, count=30, seed=SEED, today=dt.date(2026, 11, 22))
    load_accounts()
    load_companies(SEED)
    for _run in range(2):
        load_desk(SEED, today=today)
        found = desk(today)
        assert (found.waiting, found.late, found.due_soon) == (3, 1, 1)
        returned = Submission.objects.get(outcome=Submission.Outcome.RETURNED)
        assert returned.reason == "promotion"
        edited = Submission.objects.waiting().last().listing
        assert edited in Listing.objects.public()
        assert edited.vendor == Vendor.objects.get(uid=vendor_uid(SEED, 0))
