"""A member of an attached company, signed in, its public sheet, and a small questionnaire begun."""

import pytest

from labelling import assessing
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_version
from tests.labelling.questionnaires import SMALL


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
def listing(vendor):
    return make_sheet("Ardoise", vendor=vendor, slug="ardoise").listing


@pytest.fixture
def version(site):
    return make_version(*SMALL)


@pytest.fixture
def assessment(listing, version, owner):
    return assessing.start(listing=listing, version=version, by=owner)
