"""Values of a repository's publiccode.yml, taken one by one."""

import pytest
from django.core import signing
from django.urls import reverse

from catalogue.models import SolutionPage
from catalogue.vendor_space import views_publiccode
from tests.catalogue.vendor_space import sheets
from tests.catalogue.web_server import Page

pytestmark = pytest.mark.django_db

FILE = """
publiccodeYmlVersion: "0.4"
name: Ardoise Courrier
releaseDate: "2026-01-31"
legal:
  license: EUPL-1.2
localisation:
  availableLanguages: [fr, en]
description:
  fr:
    shortDescription: Une autre phrase
    features: [Une, Deux]
"""


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def listing(vendor, client):
    owner = sheets.member(vendor)
    client.force_login(owner)
    return sheets.draft(vendor, owner)


@pytest.fixture
def repository(web):
    """The address of a repository that describes itself."""
    web.pages["/ardoise/-/raw/HEAD/publiccode.yml"] = Page(FILE.encode())
    return f"{web.origin}/ardoise"


def draft_of(listing):
    return SolutionPage.objects.get(pk=listing.page_id).get_latest_revision_as_object()


def read(client, listing, repository):
    url = reverse("sheet_publiccode", args=[listing.uid])
    return client.post(url, {"depot": repository})


def take(client, listing, sealed, *fields):
    url = reverse("sheet_publiccode", args=[listing.uid])
    return client.post(url, {"propositions": sealed, "champ": fields})


def test_only_what_differs_is_proposed_and_what_stands_is_shown(client, listing, repository):
    response = read(client, listing, repository)
    rows = {row["field"]: row for row in response.context["rows"]}
    assert "title" not in rows
    assert rows["summary"]["current"] == "Le courrier"
    assert rows["summary"]["differs"]
    assert not rows["licence"]["differs"]
    assert rows["version_date"]["value"] == "31/01/2026"
    assert rows["languages"]["value"] == "Français, Anglais"


def test_only_what_is_ticked_is_written(client, listing, repository):
    sealed = read(client, listing, repository).context["sealed"]
    take(client, listing, sealed, "licence", "version_date", "features")
    draft = draft_of(listing)
    assert draft.licence == "EUPL-1.2"
    assert draft.version_date.isoformat() == "2026-01-31"
    assert draft.features == ["Une", "Deux"]
    assert draft.summary == "Le courrier"
    assert draft.languages == []


def test_nothing_ticked_writes_nothing(client, listing, repository):
    before = draft_of(listing).latest_revision_id
    take(client, listing, read(client, listing, repository).context["sealed"])
    assert draft_of(listing).latest_revision_id == before


@pytest.mark.parametrize("forged", ["", "n'importe quoi", "of another sheet"])
def test_values_that_nobody_proposed_are_refused(client, listing, forged):
    if forged == "of another sheet":
        forged = signing.dumps(["autre", [["summary", "Glissé"]]], salt=views_publiccode.SALT)
    take(client, listing, forged, "summary")
    assert draft_of(listing).summary == "Le courrier"


def test_a_repository_without_the_file_says_what_to_do(client, listing, web):
    page = read(client, listing, f"{web.origin}/vide").content.decode()
    assert "Aucun fichier publiccode.yml" in page
    assert f"{web.origin}/vide" in page


def test_a_private_address_is_refused(client, listing):
    page = read(client, listing, "http://192.168.0.1/depot").content.decode()
    assert "data-error-summary" in page
