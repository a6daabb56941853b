"""The vendors' accounts of the demo, and what they act for."""

import pytest

from accounts.models import User
from catalogue.models import Proof, Vendor
from home.demo.companies import ACCOUNTS, CANDIDATE, EDITOR, OWNER, load_companies
from home.demo.people import LOCAL_PASSWORD
from home.demo.vendors import vendor_uid
from tests.catalogue.factories import VendorFactory

pytestmark = pytest.mark.django_db

SEED = 7


@pytest.fixture
def loaded(site, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    VendorFactory(uid=vendor_uid(SEED, 0), contact_email="contact@premier.example")
    return load_companies(SEED)


def test_one_company_is_attached_and_another_waits_for_a_moderator(loaded):
    owner = User.objects.get(email=OWNER).memberships.get()
    assert (owner.role, owner.vendor.is_attached) == ("owner", True)
    assert User.objects.get(email=EDITOR).memberships.get().vendor == owner.vendor
    candidate = User.objects.get(email=CANDIDATE).memberships.get().vendor
    assert not candidate.is_attached
    candidate.full_clean()
    assert list(Proof.objects.to_decide().values_list("vendor", flat=True)) == [candidate.pk]


def test_accounts_are_told_and_a_second_run_changes_nothing(loaded):
    assert [email for _role, email, _password in loaded] == list(ACCOUNTS)
    assert {password for *_who, password in loaded} == {LOCAL_PASSWORD}
    user = User.objects.get(email=OWNER)
    user.set_password("une phrase à elle seule")
    user.save()
    again = load_companies(SEED)
    assert again[0] == ("Offreur", OWNER, "")
    assert (Vendor.objects.count(), Proof.objects.count()) == (2, 2)


def test_passwords_are_drawn_where_others_reach_the_site(site, settings):
    VendorFactory(uid=vendor_uid(SEED, 0), contact_email="contact@premier.example")
    settings.SITE_URL = "https://catalogue.example"
    passwords = {password for *_who, password in load_companies(SEED)}
    assert LOCAL_PASSWORD not in passwords
    assert len(passwords) == len(ACCOUNTS)
