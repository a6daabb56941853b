"""Who may open each page of a company in the vendor space, and what others get."""

import uuid

import pytest
from django.urls import reverse

from catalogue.models import Proof, Request
from catalogue.vendor_space import urls
from tests.catalogue.company_api import SARL
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, moderator, person

pytestmark = pytest.mark.django_db

OK, NO, GONE, DONE = 200, 403, 404, 302
ANYBODY = {"owner": OK, "editor": OK, "other": OK, "agent": OK, "moderator": OK}
MEMBERS = {"owner": OK, "editor": OK, "other": GONE, "agent": GONE, "moderator": GONE}
OWNERS = {**MEMBERS, "editor": NO}

READING = {
    "vendor_space": ANYBODY,
    "company_register": ANYBODY,
    "company_check": ANYBODY,
    "company_abroad": ANYBODY,
    "company_ask": {**ANYBODY, "owner": DONE},
    "company": MEMBERS,
    "company_compare": MEMBERS,
    "company_members": MEMBERS,
    "company_leave": MEMBERS,
    "company_proofs": MEMBERS,
    "company_model": OWNERS,
    "company_requests": OWNERS,
    # The link of an invitation is for one address.
    "company_invitation": dict.fromkeys(ANYBODY, GONE),
}
OWNERS_DO = {**OWNERS, "owner": DONE}
WRITING = {
    "company_members": {**OWNERS, "owner": OK},  # an empty form: its errors
    "company_role": OWNERS_DO,
    "company_remove": OWNERS_DO,
    "company_uninvite": OWNERS_DO,
    "company_proconnect": OWNERS_DO,
    "company_address": {**OWNERS, "owner": OK},
    "company_mandate": {**OWNERS, "owner": OK},
    "company_code": {**OWNERS, "owner": OK},
    "company_again": OWNERS_DO,
    "company_decide": OWNERS_DO,
    "company_claim": dict.fromkeys(ANYBODY, DONE),  # to the page that says why not
    "company_withdraw": dict.fromkeys(ANYBODY, GONE),
}
ROLES = ("owner", "editor", "other", "agent", "moderator")


@pytest.fixture
def vendor(site):
    return VendorFactory(siren=SARL, slug="fictilog")


@pytest.fixture
def people(vendor):
    return {
        "owner": member(vendor),
        "editor": member(vendor, "editor"),
        "other": member(VendorFactory()),
        "agent": person(agent=True),
        "moderator": moderator(),
    }


@pytest.fixture
def address(vendor, people):
    """The address of a route, with rows of the company where it names some."""
    proof = Proof.objects.create(
        vendor=vendor, by=people["owner"], kind="email", state="code", email="a@b.example"
    )
    asked = Request.objects.create(
        vendor=vendor, user=person(), kind="join", message="Bonjour à tous"
    )
    invitation = vendor.invitations.create(email="z@b.example", token_hash="0" * 64)
    editor = vendor.memberships.get(user=people["editor"])
    arguments = {
        "company_invitation": ["rien"],
        "company_withdraw": [asked.uid],
        "company_decide": ["fictilog", asked.uid],
        "company_role": ["fictilog", editor.pk],
        "company_remove": ["fictilog", editor.pk],
        "company_uninvite": ["fictilog", invitation.pk],
        "company_code": ["fictilog", proof.uid],
        "company_again": ["fictilog", proof.uid],
        "vendor_space": [],
        "company_register": [],
        "company_abroad": [],
    }

    def of(name):
        if name == "company_check":
            return f"{reverse(name)}?siren=732829320"
        return reverse(name, args=arguments.get(name, ["fictilog"]))

    return of


def test_every_route_of_the_company_is_in_this_matrix():
    names = {route.name for route in urls.urlpatterns if route not in urls.parts}
    assert names == {*READING, *WRITING}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", READING)
def test_reading(client, company_api, people, address, name, role):
    client.force_login(people[role])
    assert client.get(address(name)).status_code == READING[name][role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", WRITING)
def test_writing(client, people, address, name, role):
    client.force_login(people[role])
    assert client.post(address(name)).status_code == WRITING[name][role]


@pytest.mark.parametrize("name", sorted({*READING, *WRITING}))
def test_nobody_enters_without_signing_in_and_comes_back_after(client, address, name):
    there = address(name)
    answer = client.get(there)
    assert answer.status_code == 302
    assert answer.url.startswith(f"{reverse('account_login')}?next=/espace-editeur/")


@pytest.mark.parametrize("name", ["company_role", "company_remove", "company_uninvite"])
def test_rows_of_another_company_are_out_of_reach(client, people, vendor, name):
    other = VendorFactory()
    row = other.memberships.create(user=person(), role="editor").pk
    if name == "company_uninvite":
        row = other.invitations.create(email="q@b.example", token_hash="1" * 64).pk
    client.force_login(people["owner"])
    there = reverse(name, args=[vendor.slug, row])
    assert client.post(there, {"role": "owner"}).status_code == GONE


def test_proofs_and_requests_of_another_company_are_out_of_reach(client, people, vendor):
    client.force_login(people["owner"])
    for name in ("company_code", "company_again", "company_decide"):
        there = reverse(name, args=[vendor.slug, uuid.uuid4()])
        assert client.post(there, {"decision": "accept", "code": "x"}).status_code == GONE


def test_what_only_writes_is_not_read(client, people, address):
    client.force_login(people["owner"])
    for name in set(WRITING) - set(READING):
        assert client.get(address(name)).status_code == 405
