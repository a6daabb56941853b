"""The SILL as it is published, whole."""

import os

import pytest
from django.core.management import call_command

from catalogue.models import Listing
from config.environment import ROOT

REAL = ROOT.parent / "shared" / "data" / "sill" / "sill.json"


@pytest.mark.usefixtures("site")
def test_it_comes_in():
    if not REAL.exists():
        message = "the SILL's export is not beside this checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    call_command("import_solutions", REAL, format="sill")
    assert Listing.objects.public().filter(source="sill").count() == 240
