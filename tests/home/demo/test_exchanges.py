"""The demo's public agent: an account that needs no ProConnect, exchanges in every state, uses."""

import pytest
from django.utils import timezone
from stdnum.fr import siret

from accounts.models import User
from catalogue import exchanges
from catalogue.models import BodyUse, Inquiry, Vendor
from home.demo.companies import load_companies
from home.demo.exchanges import BUYER, THREADS, body_siret, load_exchanges
from home.demo.loader import load_solutions
from home.demo.people import LOCAL_PASSWORD

pytestmark = pytest.mark.django_db

SEED = 7


@pytest.fixture
def loaded(site, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    load_solutions(parent=site, count=12, seed=SEED, today=timezone.localdate())
    load_companies(SEED)
    return load_exchanges(SEED, now=timezone.now())


def test_an_agent_of_a_body_that_does_not_exist_signs_in_with_a_password(loaded):
    assert loaded == [("Acheteuse", BUYER, LOCAL_PASSWORD)]
    assert User.objects.get(email=BUYER).is_agent
    number = body_siret(SEED, 0)
    assert number.startswith("00")
    assert siret.is_valid(number)


def test_exchanges_are_unread_answered_and_closed_and_a_second_run_changes_nothing(loaded):
    vendor = Vendor.objects.get(inquiries__subject=THREADS[0][0])
    assert exchanges.unread_by(vendor) == 1
    assert Inquiry.objects.filter(closed_at=None).count() == 2
    assert Inquiry.objects.exclude(closed_at=None).count() == 1
    before = BodyUse.objects.count()
    assert before > 10
    assert BodyUse.objects.exclude(reference=None).exists()
    load_exchanges(SEED, now=timezone.now())
    assert (Inquiry.objects.count(), BodyUse.objects.count()) == (3, before)
