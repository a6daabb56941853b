"""A crowd registers companies and writes sheets at once, through the pages, as browsers do."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from catalogue import registration
from catalogue.models import (
    BasePage,
    CataloguePage,
    Listing,
    Membership,
    Role,
    SolutionPage,
    Vendor,
)
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import person

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 40
"""Connections held together: a server of the usual size allows a hundred."""


def crowd() -> int:
    """How many people: SQLite makes them queue, which takes long."""
    return 200 if connection.vendor == "postgresql" else 12


class Crowd:
    """People in their browsers; answers are kept by rank, with exceptions let through."""

    def __init__(self, size: int) -> None:
        self.people = [person() for _one in range(size)]
        self.browsers = [browser_of(user) for user in self.people]

    def post(self, address, fields):
        """All post at once; `address` and `fields` are functions of the rank."""
        start = threading.Barrier(min(AT_ONCE, len(self.people)))

        def one(rank):
            if rank < start.parties:
                start.wait(60)
            try:
                return self.browsers[rank].post(address(rank), fields(rank))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(start.parties) as pool:
            return list(pool.map(one, range(len(self.people))))


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def company(rank: int) -> dict[str, str]:
    """What is typed: two people type each company, and five companies have one name."""
    return {
        "country": "BE",
        "national_id": f"BE 0{rank // 2:09}",
        "name": f"Exemple {rank // 10}",
        "size": "pe",
        "origin": "ue",
        "origin_proof": "Registre belge",
        "group_size": "pe",
    }


def asked_by(everybody: Crowd, answers: list) -> list[int]:
    """Those who were led to ask to join."""
    pairs = zip(everybody.people, answers, strict=True)
    return [user.pk for user, answer in pairs if answer.url.endswith("/rejoindre/")]


def test_a_crowd_registers_and_writes_without_a_double_a_deadlock_or_an_orphan(site):
    size = crowd()
    everybody = Crowd(size)
    answers = everybody.post(lambda rank: reverse("company_abroad"), company)
    assert {answer.status_code for answer in answers} == {302}

    # Of two who typed one company, one owns it and the other is led to ask to join.
    vendors = Vendor.objects.all()
    assert len({(v.slug, v.national_id) for v in vendors}) == vendors.count() == size // 2
    members = Membership.objects.values_list("vendor", "role")
    assert sorted(members) == sorted((v.pk, Role.OWNER) for v in vendors)

    # Every company gets a second member: they write at once too, for the same company.
    for refused, vendor in zip(sorted(asked_by(everybody, answers)), vendors, strict=True):
        Membership.objects.create(vendor=vendor, user_id=refused, role=Role.EDITOR)
    slugs = dict(Membership.objects.values_list("user", "vendor__slug"))
    answers = everybody.post(
        lambda rank: reverse("sheet_create", args=[slugs[everybody.people[rank].pk]]),
        lambda rank: {"nom": f"Ardoise {rank // 10}", "cle": uuid.uuid4(), "malgre": "1"},
    )
    assert {answer.status_code for answer in answers} == {302}
    pages = SolutionPage.objects.all()
    assert len({page.path for page in pages}) == len({page.slug for page in pages}) == size
    assert not any(BasePage.find_problems())
    node = CataloguePage.objects.get()
    assert node.get_children().count() == node.numchild == size
    assert set(Listing.objects.values_list("page", flat=True)) == {page.pk for page in pages}
    assert not Listing.objects.filter(vendor=None).exists()
    assert not pages.filter(latest_revision=None).exists()


def test_a_company_entered_since_the_first_look_is_known(site, monkeypatch):
    known = VendorFactory(country="BE", national_id="BE1", siren=None)
    looks = iter([None, known])
    monkeypatch.setattr(registration, "registered", lambda **_company: next(looks))
    with pytest.raises(registration.AlreadyRegistered) as refusal:
        registration.register_company(
            by=person(), country="BE", national_id="BE1", values={"name": "Exemple"}
        )
    assert refusal.value.vendor == known
