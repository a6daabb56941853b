"""The page of a sheet's public log, and its words."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue import services
from catalogue.models import SheetEvent, SolutionPage
from catalogue.public_log import in_words
from catalogue.templatetags.catalogue_tags import french_date
from tests.catalogue.factories import make_sheet

pytestmark = pytest.mark.django_db

Kind, Side = SheetEvent.Kind, SheetEvent.Side
THERE = "/solutions/ardoise/historique/"


@pytest.fixture
def listing(site):
    return make_sheet("Ardoise", slug="ardoise").listing


def happened(listing, kind, days_ago=0, side=Side.VENDOR, **said):
    event = SheetEvent.objects.create(listing=listing, kind=kind, side=side, **said)
    moment = timezone.localtime() - dt.timedelta(days=days_ago)
    SheetEvent.objects.filter(pk=event.pk).update(at=moment)


def test_it_tells_what_when_and_on_whose_side_latest_first(client, listing):
    happened(listing, Kind.PUBLISHED, 40)
    happened(listing, Kind.CHANGED, 20, changes=["summary", "offers.unit_price", "references+2"])
    happened(listing, Kind.TRANSFERRED, 1, Side.STAFF, detail="de A & Cie à B")
    page = client.get(THERE).text
    places = [
        page.index(words)
        for words in (
            "Passage à un autre offreur",
            "de A &amp; Cie à B",
            "par la mission LABEL",
            "Modification publiée",
            "description courte",
            "2 références clients ajoutées",
            "Première publication",
        )
    ]
    assert places == sorted(places)
    assert "historique soit tenu" not in page


def test_a_sheet_published_before_says_since_when_the_log_is_kept(client, listing):
    assert "historique soit tenu" not in client.get(THERE).text
    other = make_sheet("Orvalis").listing
    happened(other, Kind.PUBLISHED, 400)
    happened(other, Kind.CHANGED, 2)
    page = client.get(THERE).text
    assert "publiée avant que l'historique soit tenu" in page
    began = timezone.localdate() - dt.timedelta(days=400)
    assert f"il commence le {french_date(began)}" in page


def test_the_sheet_leads_to_it(client, listing):
    assert f'href="{THERE}"' in client.get("/solutions/ardoise/").text


@pytest.mark.parametrize("how", ["draft", "archived", "unknown"])
def test_only_while_the_sheet_is_public(client, listing, how):
    if how == "draft":
        SolutionPage.objects.get().unpublish()
    elif how == "archived":
        services.change_listing(listing=listing, by=None, archived=True)
    there = "/solutions/inconnue/historique/" if how == "unknown" else THERE
    assert client.get(there).status_code == 404


def test_it_is_only_read(client, listing):
    assert client.post(THERE).status_code == 405


@pytest.mark.parametrize("number", ["1", "2", "99", "x", ""])
def test_any_page_number_is_answered(client, listing, number):
    for days in range(25):
        happened(listing, Kind.CONFIRMED, days)
    assert client.get(THERE, {"page": number}).status_code == 200


def test_it_costs_the_same_for_a_long_life(client, listing):
    client.get(THERE)
    costs = []
    for _times in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(THERE)
        costs.append(len(queries))
        for days in range(60):
            happened(listing, Kind.CHANGED, days, changes=["summary", "offers.host"])
    assert costs[1] <= costs[0] + 1
    assert costs[0] < 12


def test_the_same_as_a_feed(client, listing):
    happened(listing, Kind.CHANGED, changes=["summary"], detail="<b>")
    answer = client.get(THERE, {"format": "atom"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert "Modification publiée" in answer.text
    assert "description courte" in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["summary", "tags", "title"], ["description courte", "mots-clés", "nom de la solution"]),
        (["offers+1"], ["1 offre ajoutée"]),
        (["references-3"], ["3 références clients retirées"]),
        (["offers.host", "offers.tiers"], ["offres (hébergeur, paliers)"]),
        (["screenshots.alternative"], ["captures d'écran (texte alternatif)"]),
        (["integrations.state"], ["raccordements (état)"]),
        (["a_field_since_removed"], ["autre information"]),
        (["offers.gone"], ["offres (autre information)"]),
        (["gone.host"], ["autre information (autre information)"]),
        (["<script>"], []),
    ],
)
def test_names_of_fields_are_told_in_french(names, words):
    assert in_words(names) == words
