"""The search page as a visitor meets it, and what it costs."""

import gzip
import re
from unittest.mock import patch
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.images.tests.utils import get_test_image_file

from catalogue.choices import Distribution, Origin, Size
from catalogue.models import CatalogueImage, CataloguePage
from search.contract import Query, Results
from search.facets import FACETS
from search.indexing import rebuild
from tests.catalogue.factories import (
    VendorFactory,
    lump_sum,
    make_offer,
    make_sheet,
    per_agent,
)

pytestmark = pytest.mark.django_db
SOLUTIONS = "/solutions/"


@pytest.fixture
def catalogue(site, engine) -> CataloguePage:
    """Three sheets: a free visio of a small company, a closed one on quote, an archive."""
    small = VendorFactory(name="Petite Visio", size=Size.TPE)
    large = VendorFactory(name="Grande Visio", size=Size.GE, origin=Origin.OUTSIDE)
    orvalis = make_sheet(
        "Orvalis",
        vendor=small,
        summary="Visioconférence pour les réunions <à distance>",
        distribution=Distribution.FREE,
    )
    make_offer(orvalis, "Formule Agents", hosting_countries=["FR"], **per_agent("5"))
    megavisio = make_sheet("Megavisio", vendor=large, summary="Visioconférence de grand groupe")
    make_offer(megavisio, "Formule Groupe", pricing="quote")
    archive = make_sheet("Gardenne", vendor=small, categories=("archivage-electronique",))
    make_offer(archive, "Coffre", **lump_sum("100000"))
    rebuild()
    return site


def soup(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def _misspelt(query: Query) -> Results:
    return Results(hits=(), total=0, facets={}, apart={}, suggestion="orvalis")


def names(page: BeautifulSoup) -> list[str]:
    return [title.get_text(strip=True) for title in page.select(".gs-card__title")]


def text_of(page: BeautifulSoup, selector: str) -> str:
    return " ".join(" ".join(part.get_text() for part in page.select(selector)).split())


class TestResults:
    def test_say_in_words_what_is_searched(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?q=visio&taille=pme&distribution=libre")
        assert names(page) == ["Orvalis"]
        assert text_of(page, "#compte") == "1 solution"
        words = text_of(page, ".gs-words")
        assert words.startswith("pour « visio », taille de l'entreprise : PME")
        assert "distribution : Logiciel libre" in words
        assert page.title.string.startswith("1 solution pour « visio », taille")

    def test_without_words_say_that_their_order_is_drawn(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?distribution=libre&distribution=proprietaire")
        assert text_of(page, ".gs-words").endswith("dans un ordre tiré au sort")
        assert page.select_one(".gs-words a")["href"] == "/classement/"
        assert "triées par pertinence" in text_of(soup(client, f"{SOLUTIONS}?q=visio"), ".gs-words")

    def test_show_the_offer_that_matched_its_total_and_what_it_is_for(
        self, client: Client, catalogue
    ):
        page = soup(client, f"{SOLUTIONS}?q=orvalis")
        card = text_of(page, ".gs-card")
        assert "Formule Agents" in card
        assert "24 000 € HT pour 100 agents sur 48 mois" in card
        assert "hébergement : France" in card
        assert "Écrite par l'offreur" in card
        page = soup(client, f"{SOLUTIONS}?q=orvalis&besoin=petit")
        assert "4 800 € HT pour 20 agents" in text_of(page, ".gs-card")

    def test_escape_what_vendors_wrote_and_mark_what_was_searched(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?q=réunions")
        summary = page.select_one(".gs-card__summary")
        assert "<à distance>" in summary.get_text()
        assert summary.mark.get_text() == "réunions"

    def test_every_facet_is_there_with_counts_and_a_legend(self, client: Client, catalogue):
        page = soup(client, SOLUTIONS)
        fields = {field["name"] for field in page.select("#filtres input[type=checkbox]")}
        closed = {facet.name for facet in FACETS if facet.choices is not None}
        assert closed | {"categorie", "hebergement"} <= fields
        assert all(group.select_one("fieldset legend") for group in page.select(".gs-group"))
        assert page.select_one("label[for=f-taille-pme]").get_text().endswith("(2)")

    def test_zero_counts_are_discreet_and_can_still_be_chosen(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?q=orvalis")
        option = page.select_one("#f-taille-eti")
        assert "gs-zero" in option.find_parent("li")["class"]
        assert not option.has_attr("disabled")

    def test_a_filter_can_be_removed_by_a_link(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?q=visio&taille=pme&taille=ge&page=1&tri=nom")
        links = {link.contents[-1].strip(): link["href"] for link in page.select("a.gs-remove")}
        assert links["Grande entreprise"] == f"{SOLUTIONS}?q=visio&taille=pme&tri=nom"
        assert text_of(page, ".gs-removable").endswith("Tout effacer")
        assert page.select_one("#f-taille-ge").has_attr("checked")

    def test_a_price_filter_says_how_many_it_leaves_aside(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?moins-de-100k=1")
        assert names(page) == ["Orvalis"]
        assert text_of(page, ".gs-apart").startswith("1 solution sur devis")
        assert text_of(page, ".gs-apart a").startswith("voir les fiches sur devis")
        link = page.select_one(".gs-apart a")["href"]
        assert names(soup(client, link)) == ["Megavisio"]

    def test_are_compared_by_a_plain_form(self, client: Client, catalogue):
        form = soup(client, SOLUTIONS).select_one("form#comparaison")
        assert (form["action"], form["method"]) == ("/comparer/", "get")
        assert {box["value"] for box in form.select("input[name=s]")} == {
            "orvalis",
            "megavisio",
            "gardenne",
        }

    def test_link_to_the_same_search_as_data(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?q=visio&taille=pme")
        for kind in ("csv", "atom", "json"):
            address = f"{SOLUTIONS}?q=visio&taille=pme&format={kind}"
            assert page.select_one(f'.gs-elsewhere a[href="{address}"]')
        assert client.get("/classement/").status_code == 200


class TestLogos:
    def test_are_on_cards_sized_and_silent(self, site, engine, client) -> None:
        logo = CatalogueImage.objects.create(title="Logo", file=get_test_image_file())
        make_sheet("Orvalis", logo=logo)
        rebuild()
        (image,) = soup(client, "/solutions/").select(".gs-card img")
        assert image["src"].startswith("/media/")
        assert (image["width"], image["alt"], image["loading"]) == ("96", "", "lazy")


class TestEmptyResults:
    def test_say_what_each_filter_costs(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?q=gardenne&taille=ge")
        ways = {link.get_text(): link["href"] for link in page.select(".gs-empty__ways a")}
        assert ways["Sans le filtre « Taille de l'entreprise »"] == f"{SOLUTIONS}?q=gardenne"
        assert "(1)" in text_of(page, ".gs-empty__ways")

    def test_propose_the_whole_category(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?categorie=messagerie&q=orvalis")
        addresses = [link["href"] for link in page.select(".gs-empty__ways a")]
        assert f"{SOLUTIONS}?q=orvalis&categorie=collaboration" in addresses

    def test_propose_another_spelling(self, client: Client, catalogue):
        with patch("search.services.search", side_effect=_misspelt):
            page = soup(client, f"{SOLUTIONS}?q=orvalys&taille=pme")
        assert page.select_one(".gs-corrected a")["href"] == f"{SOLUTIONS}?q=orvalis&taille=pme"


class TestAddresses:
    def test_only_the_plain_catalogue_is_indexed(self, client: Client, catalogue):
        assert not soup(client, SOLUTIONS).select_one("meta[name=robots]")
        robots = soup(client, f"{SOLUTIONS}?taille=pme").select_one("meta[name=robots]")
        assert robots["content"] == "noindex, follow"

    def test_the_canonical_one_is_in_order(self, client: Client, catalogue, settings):
        page = soup(client, f"{SOLUTIONS}?utm=1&tri=pertinence&taille=pme&q=visio&besoin=moyen")
        canonical = page.select_one("link[rel=canonical]")["href"]
        assert canonical == f"{settings.SITE_URL}{SOLUTIONS}?q=visio&taille=pme"

    def test_pages_follow_each_other(self, client: Client, site, engine):
        for number in range(45):
            make_sheet(f"Fiche {number:02}")
        rebuild()
        page = soup(client, f"{SOLUTIONS}?tri=nom&page=2")
        assert names(page)[0] == "Fiche 20"
        assert page.select_one("link[rel=prev]")["href"].endswith("?tri=nom&page=1")
        assert page.select_one("link[rel=next]")["href"].endswith("?tri=nom&page=3")
        assert page.select_one("nav.fr-pagination [aria-current=page]").get_text() == "2"
        seen = [
            name
            for number in (1, 2, 3)
            for name in names(soup(client, f"{SOLUTIONS}?page={number}"))
        ]
        assert len(seen) == len(set(seen)) == 45

    def test_an_unchanged_page_is_not_sent_twice(self, client: Client, catalogue):
        first = client.get(SOLUTIONS)
        again = client.get(SOLUTIONS, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304

    def test_nothing_is_changed_by_another_method(self, client: Client):
        assert client.post(SOLUTIONS).status_code == 405


class TestBadInput:
    @pytest.mark.parametrize(
        ("query_string", "told"),
        [
            ("taille=gigantesque", "« gigantesque »"),
            ("tri=%3Cscript%3E", "« <script> »"),
            ("page=abc", "« abc »"),
            ("page=-1", "« -1 »"),
            ("page=999999", "La page 999999 n'existe pas"),
            ("q=" + "a" * 10_000, "raccourcie"),
            ("format=xml", "« xml »"),
        ],
    )
    def test_is_told_and_dropped(self, client: Client, catalogue, query_string: str, told: str):
        answer = client.get(f"{SOLUTIONS}?{query_string}")
        assert answer.status_code == 200
        page = BeautifulSoup(answer.content, "html.parser")
        assert told in text_of(page, "#avis")
        assert not page.select("#avis script")

    def test_unknown_parameters_pass_in_silence(self, client: Client, catalogue):
        page = soup(client, f"{SOLUTIONS}?utm_source=lettre&taille=")
        assert text_of(page, "#avis") == ""
        assert len(names(page)) == 3

    @pytest.mark.parametrize("kind", ["html", "json", "csv", "atom"])
    @pytest.mark.parametrize(
        "query_string",
        [
            "q=%00",
            "q=%ED%A0%80",
            "q=%FF%FE",
            "&".join(["taille=pme"] * 500),
            "q=" + quote('"-*(~^'),
        ],
    )
    def test_never_breaks_anything(self, client: Client, catalogue, kind: str, query_string: str):
        answer = client.get(f"{SOLUTIONS}?{query_string}&format={kind}")
        assert answer.status_code == 200

    @settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(query_string=st.binary(max_size=120), kind=st.sampled_from(["", "&format=json"]))
    def test_of_any_bytes_is_answered(self, client: Client, catalogue, query_string, kind):
        environ = {"QUERY_STRING": query_string.decode("latin-1") + kind}
        assert client.get(SOLUTIONS, **environ).status_code in (200, 400)


class TestSuggestions:
    def test_lead_to_sheets(self, client: Client, catalogue):
        answer = client.get(f"{SOLUTIONS}suggestions?q=orv").json()
        assert answer["suggestions"][0] == {"text": "Orvalis", "url": "/solutions/orvalis/"}

    @pytest.mark.parametrize("typed", ["", "o", "%00", "zzzz"])
    def test_are_empty_for_nothing(self, client: Client, catalogue, typed: str):
        assert client.get(f"{SOLUTIONS}suggestions?q={typed}").json() == {"suggestions": []}


class TestCost:
    def test_queries_do_not_grow_with_the_results(
        self, client: Client, catalogue, django_assert_max_num_queries
    ):
        for number in range(30):
            make_offer(make_sheet(f"Fiche {number}"), **lump_sum(str(1000 + number)))
        rebuild()
        with django_assert_max_num_queries(15):
            assert len(names(soup(client, f"{SOLUTIONS}?taille=pme"))) == 20
        with django_assert_max_num_queries(4):
            soup(client, f"{SOLUTIONS}?taille=pme&q=fiche")

    def test_twenty_results_with_all_facets_weigh_less_than_30_kb(self, client: Client, catalogue):
        for number in range(30):
            sheet = make_sheet(
                f"Fiche {number}", summary=f"Une solution {number} de visioconférence"
            )
            make_offer(sheet, hosting_countries=["FR", "DE"], **lump_sum(str(1000 + number)))
        rebuild()
        content = client.get(f"{SOLUTIONS}?q=visio&taille=pme").content
        assert len(gzip.compress(content)) < 30_000
        assert not re.search(rb"<script(?![^>]*\ssrc=)|\son[a-z]+=|style=", content)
