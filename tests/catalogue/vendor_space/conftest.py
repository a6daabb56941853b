"""A member of an attached company, signed in, and a sheet that only lacks to be handed in."""

import pytest
from django.test import Client

from tests.catalogue.vendor_space import sheets


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def as_owner(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def listing(vendor, owner):
    return sheets.draft(vendor, owner)


@pytest.fixture
def new_client():
    return Client
