"""The same search as JSON, CSV and Atom."""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterator
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.choices import Distribution
from catalogue.models import CataloguePage, SolutionPage
from search.contract import EngineUnavailable, Hit, Query
from search.facets import FACETS
from search.indexing import rebuild
from tests.catalogue.factories import lump_sum, make_offer, make_sheet, per_agent
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def catalogue(site, engine) -> CataloguePage:
    """A priced sheet whose summary looks like a formula, one on quote, one without any offer."""
    orvalis = make_sheet("Orvalis", summary="=1+1 visio", distribution=Distribution.FREE)
    make_offer(orvalis, "Formule Agents", hosting_countries=["FR"], **per_agent("17.5"))
    make_offer(make_sheet("Gardenne"), "Coffre", pricing="quote")
    make_sheet("Nuage seul")
    rebuild()
    return site


def rows(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def broken_off(hits: list[Hit]) -> Iterator[Hit]:
    yield from hits
    raise EngineUnavailable("gone")


class TestJson:
    def test_has_the_promised_shape(self, client: Client, catalogue, settings):
        data = client.get("/solutions/?q=orvalis&format=json").json()
        assert list(data) == ["count", "page", "pages", "results", "facets", "apart", "suggestion"]
        assert (data["count"], data["page"], data["pages"]) == (1, 1, 1)
        [result] = data["results"]
        assert uuid.UUID(result.pop("id"))
        assert "éditeur" in result.pop("notice")
        assert result == {
            "slug": "orvalis",
            "name": "Orvalis",
            "vendor": result["vendor"],
            "url": f"{settings.SITE_URL}/solutions/orvalis/",
            "size": "pe",
            "origin": "fr",
            "distribution": "libre",
            "stage": "referencee",
            "scores": {},
            "cloud": result["cloud"],
            "proof": "declare",
            "offer": {
                "name": "Formule Agents",
                "deployment": "saas",
                "level": result["offer"]["level"],
                "hosting": ["FR"],
            },
            "total_price": 84000.0,
            "price_kind": "priced",
        }

    def test_counts_every_facet_with_labels(self, client: Client, catalogue):
        facets = client.get("/solutions/?taille=pme&format=json").json()["facets"]
        assert set(facets) == {facet.name for facet in FACETS}
        sizes = {bucket["value"]: bucket for bucket in facets["taille"]}
        assert (sizes["pme"]["selected"], sizes["pme"]["count"]) == (True, 3)
        assert sizes["ge"] == {
            "value": "ge",
            "label": "Grande entreprise",
            "count": 0,
            "selected": False,
        }

    def test_what_is_not_priced_has_no_total(self, client: Client, catalogue):
        data = client.get("/solutions/?tri=nom&format=json").json()
        kinds = {one["name"]: (one["total_price"], one["price_kind"]) for one in data["results"]}
        assert kinds == {
            "Gardenne": (None, "quote"),
            "Nuage seul": (None, "unpriced"),
            "Orvalis": (84000.0, "priced"),
        }
        data = client.get("/solutions/?moins-de-100k=1&format=json").json()
        assert data["count"] == 1
        assert data["apart"] == {"sur-devis": 1, "non-renseigne": 1}

    def test_a_page_past_the_end_is_empty(self, client: Client, catalogue):
        answer = client.get("/solutions/?page=999999&format=json")
        assert answer.status_code == 200
        assert answer.json()["results"] == []
        assert answer.json()["count"] == 3

    def test_may_be_kept_for_a_minute(self, client: Client, catalogue):
        answer = client.get("/solutions/?format=json")
        assert "max-age=60" in answer["Cache-Control"]
        assert answer["ETag"]


class TestScores:
    """Of self-assessments, by theme; never one figure for a sheet."""

    @pytest.fixture
    def assessed(self, catalogue) -> None:
        listing = SolutionPage.objects.get(slug="orvalis").listing
        version = make_version(criterion("SE-01"), criterion("DO-01", "donnees"))
        make_result(listing, version, {"SE-01": "partiel", "DO-01": "sans-objet"})
        rebuild()

    def test_are_in_json_with_the_stage(self, client: Client, assessed):
        [result] = client.get("/solutions/?etape=auto-evaluee&format=json").json()["results"]
        assert (result["name"], result["stage"]) == ("Orvalis", "auto-evaluee")
        assert result["scores"] == {"essai/securite": 50}

    def test_are_a_column_a_theme_of_the_referential_in_force(self, client: Client, assessed):
        found = {row["nom"]: row for row in rows(client.get("/solutions/?format=csv"))}
        assert (found["Orvalis"]["etape"], found["Orvalis"]["score_essai/securite"]) == (
            "Auto-évaluée", "50",
        )  # fmt: skip
        assert found["Orvalis"]["score_essai/donnees"] == ""
        assert found["Gardenne"]["score_essai/securite"] == ""

    def test_of_two_referentials_with_themes_of_one_name_stand_apart(self, client, assessed):
        listing = SolutionPage.objects.get(slug="orvalis").listing
        other = make_version(criterion("SE-01"), head=HEAD.replace('"essai"', '"autre"'))
        make_result(listing, other, {"SE-01": "oui"})
        rebuild()
        [result] = client.get("/solutions/?etape=auto-evaluee&format=json").json()["results"]
        assert result["scores"] == {"essai/securite": 50, "autre/securite": 100}
        found = {row["nom"]: row for row in rows(client.get("/solutions/?format=csv"))}
        assert found["Orvalis"]["score_autre/securite"] == "100"


class TestUnknownValues:
    def test_are_refused_in_json_with_what_is_allowed(self, client: Client, catalogue):
        answer = client.get("/solutions/?taille=gigantesque&tri=hasard&format=json")
        assert answer.status_code == 400
        [size, sort] = answer.json()["errors"]
        assert (size["parameter"], size["value"]) == ("taille", "gigantesque")
        assert "pme" in size["allowed"]
        assert sort["allowed"] == ["pertinence", "nom", "recent", "prix", "label"]

    @pytest.mark.parametrize("kind", ["csv", "atom"])
    def test_are_refused_in_words(self, client: Client, catalogue, kind: str):
        answer = client.get(f"/solutions/?taille=gigantesque&format={kind}")
        assert answer.status_code == 400
        assert "« gigantesque »" in answer.content.decode()
        assert "Valeurs admises : pme" in answer.content.decode()


class TestCsv:
    def test_opens_in_a_french_spreadsheet_and_runs_no_formula(self, client: Client, catalogue):
        answer = client.get("/solutions/?q=orvalis&format=csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="solutions-' in answer["Content-Disposition"]
        [row] = rows(answer)
        assert uuid.UUID(row["id"])
        assert uuid.UUID(row["offre_id"])
        assert row["description_courte"] == "'=1+1 visio"
        assert row["cout_total_ht"] == "84000,00"
        assert "100" in row["cout_total_pour"]
        assert row["pays_hebergement"] == "FR"
        assert row["recherche"] == "1 solution pour « orvalis »"
        assert row["avertissement"]

    def test_begins_with_the_mark_of_utf8(self, client: Client, catalogue):
        answer = client.get("/solutions/?format=csv")
        assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbfid;")

    def test_holds_every_result_whatever_the_page(self, client: Client, catalogue):
        for number in range(47):
            make_offer(make_sheet(f"Fiche {number}"), **lump_sum("1000"))
        rebuild()
        found = rows(client.get("/solutions/?page=2&format=csv"))
        assert len({row["id"] for row in found}) == len(found) == 50

    def test_asks_the_engine_for_hits_and_nothing_else(self, client: Client, catalogue, engine):
        with patch.object(engine, "search", wraps=engine.search) as search:
            assert len(rows(client.get("/solutions/?format=csv"))) == 3
        assert [call.args[0].hits_only for call in search.call_args_list] == [True]

    def test_says_that_the_engine_is_down_before_anything_is_sent(
        self, client: Client, catalogue, engine
    ):
        with patch.object(engine, "scan", side_effect=lambda query: broken_off([])):
            answer = client.get("/solutions/?format=csv")
        assert answer.status_code == 503
        assert "momentanément indisponible" in answer.content.decode()

    def test_is_cut_rather_than_short_when_the_engine_goes_down(
        self, client: Client, catalogue, engine
    ):
        first = next(engine.scan(Query()))
        with patch.object(engine, "scan", side_effect=lambda query: broken_off([first])):
            answer = client.get("/solutions/?format=csv")
        with pytest.raises(EngineUnavailable):
            rows(answer)

    def test_past_the_end_is_its_headers(self, client: Client, catalogue):
        assert rows(client.get("/solutions/?page=999&format=csv")) == []

    def test_of_nothing_is_its_headers(self, client: Client, catalogue):
        assert rows(client.get("/solutions/?q=zzzzqqq&format=csv")) == []


class TestAtom:
    def feed(self, client: Client, query_string: str) -> ElementTree.Element:
        answer = client.get(f"/solutions/?{query_string}&format=atom")
        assert answer["Content-Type"].startswith("application/atom+xml")
        return ElementTree.fromstring(answer.content)  # noqa: S314  (our own feed)

    def test_is_a_feed_of_the_search(self, client: Client, catalogue, settings):
        feed = self.feed(client, "taille=pme")
        assert "PME" in feed.findtext(f"{ATOM}title")
        own = feed.find(f"{ATOM}link[@rel='self']").get("href")
        assert own == f"{settings.SITE_URL}/solutions/?taille=pme&format=atom"
        entries = feed.findall(f"{ATOM}entry")
        assert {entry.findtext(f"{ATOM}title") for entry in entries} == {
            "Orvalis",
            "Gardenne",
            "Nuage seul",
        }
        for entry in entries:
            assert uuid.UUID(entry.findtext(f"{ATOM}id").removeprefix("urn:uuid:"))
            assert entry.findtext(f"{ATOM}updated")
            assert (
                entry.find(f"{ATOM}link").get("href").startswith(f"{settings.SITE_URL}/solutions/")
            )

    def test_takes_any_name_that_somebody_pasted(self, client: Client, catalogue):
        make_sheet("Orva\x0blis deux", summary="A\x02B")
        rebuild()
        entries = self.feed(client, "q=deux").findall(f"{ATOM}entry")
        assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Orva lis deux"]

    def test_past_the_end_has_no_entry(self, client: Client, catalogue):
        assert not self.feed(client, "page=999").findall(f"{ATOM}entry")

    def test_says_nothing_of_the_future(self, client: Client, catalogue):
        for entry in self.feed(client, "").findall(f"{ATOM}entry"):
            updated = dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated"))
            assert updated <= timezone.now()

    def test_of_nothing_is_still_valid(self, client: Client, catalogue):
        feed = self.feed(client, "q=zzzzqqq")
        assert feed.findtext(f"{ATOM}id")
        assert feed.findtext(f"{ATOM}updated")
