"""Who opens which page of a sheet: everybody × everything."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Identity
from catalogue.models import Role, SolutionPage
from home.services import MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

PAGES = [
    "sheet",
    "sheet_preview",
    "sheet_publiccode",
    "sheet_offers",
    "sheet_offer_add",
    "sheet_references",
    "sheet_reference_add",
    "sheet_submit",
    *(("sheet_step", step) for step in ("essentiel", "description", "images", "technique")),
]
BUTTONS = [
    "sheet_withdraw",
    "sheet_archive",
    "sheet_restore",
    "sheet_confirm",
    ("sheet_offer_remove", uuid.uuid4()),
    ("sheet_reference_remove", uuid.uuid4()),
]
COMPANY = ["sheet_create", "sheet_similar"]
INSIDE = ("owner", "editor")
OUTSIDE = ("other_owner", "stranger", "buyer", "moderator")


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def listing(vendor):
    return sheets.draft(vendor, sheets.member(vendor))


def sign_in(client, role, vendor):
    if role == "moderator":
        sign_in_staff(client, staff(MODERATORS))
        return
    people = {
        "owner": lambda: sheets.member(vendor),
        "editor": lambda: sheets.member(vendor, Role.EDITOR),
        "other_owner": lambda: sheets.member(sheets.attached_vendor()),
        "stranger": sheets.person,
        "buyer": buyer,
    }
    client.force_login(people[role]())


def buyer():
    user = sheets.person()
    Identity.objects.create(
        user=user,
        issuer="https://pc.exemple",
        sub="1",
        roles="agent_public",
        last_seen_at=timezone.now(),
    )
    return user


def address(name, uid):
    return (
        reverse(name[0], args=[uid, name[1]])
        if isinstance(name, tuple)
        else reverse(name, args=[uid])
    )


@pytest.mark.parametrize("role", INSIDE)
def test_members_open_every_page(client, vendor, listing, role):
    sign_in(client, role, vendor)
    for name in PAGES:
        assert client.get(address(name, listing.uid)).status_code == 200, name
    for name in COMPANY:
        assert client.get(reverse(name, args=[vendor.slug])).status_code == 200, name
    for name in BUTTONS:
        assert client.post(address(name, listing.uid)).status_code == 302, name


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_else_learns_that_the_sheet_exists(client, vendor, listing, role):
    sign_in(client, role, vendor)
    before = SolutionPage.objects.get(pk=listing.page_id).latest_revision_id
    for name in (*PAGES, *BUTTONS):
        assert client.post(address(name, listing.uid)).status_code in (404, 405), name
    for name in PAGES:
        assert client.get(address(name, listing.uid)).status_code == 404, name
    for name in COMPANY:
        assert client.get(reverse(name, args=[vendor.slug])).status_code == 404, name
    listing.refresh_from_db()
    assert listing.archived_at is None
    assert SolutionPage.objects.get(pk=listing.page_id).latest_revision_id == before


def test_the_anonymous_sign_in_first(client, vendor, listing):
    for name in (*PAGES, *BUTTONS):
        response = client.post(address(name, listing.uid))
        assert response.status_code == 302, name
        assert response.url.startswith(reverse("account_login")), name
    assert client.get(reverse("sheet_create", args=[vendor.slug])).status_code == 302


@pytest.mark.parametrize("name", BUTTONS)
def test_what_writes_is_never_a_link(client, vendor, listing, name):
    sign_in(client, "owner", vendor)
    assert client.get(address(name, listing.uid)).status_code == 405


def test_a_step_that_does_not_exist_is_not_found(client, vendor, listing):
    sign_in(client, "owner", vendor)
    assert client.get(reverse("sheet_step", args=[listing.uid, "autre"])).status_code == 404
    assert client.get(reverse("sheet_offer", args=[listing.uid, uuid.uuid4()])).status_code == 404
