"""A moderator signed in, and a vendor."""

import pytest

from catalogue.models import Vendor
from home.services import MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff


@pytest.fixture
def moderator(client, site):
    sign_in_staff(client, staff(MODERATORS))
    return client


@pytest.fixture
def vendor(db):
    return Vendor.objects.create(slug="ardoise", name="Ardoise Logiciels", siren="732829320")
