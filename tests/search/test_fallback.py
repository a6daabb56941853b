"""What visitors get when the search engine is down, slow, or answers by halves."""

import logging
import time
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from catalogue.choices import Size
from catalogue.models import CataloguePage, Listing
from home.presentation import front_page
from search.contract import Engine
from search.indexing import rebuild
from search.models import EmptyQuery
from tests.catalogue.factories import VendorFactory, make_offer, make_sheet, per_agent
from tests.engines import AilingEngine, ailing

pytestmark = pytest.mark.django_db
SOLUTIONS = "/solutions/"
HANGS = 60.0


@pytest.fixture
def catalogue(site, engine) -> CataloguePage:
    vendor = VendorFactory(name="Petite Visio", size=Size.TPE)
    for name in ("Orvalis", "Megavisio"):
        make_offer(make_sheet(name, vendor=vendor), **per_agent("5"))
    make_sheet("Gardenne", vendor=vendor, categories=("archivage-electronique",))
    make_sheet("Brouillonne", vendor=vendor, live=False)
    Listing.objects.filter(page=make_sheet("Retirée")).update(archived_at=timezone.now())
    rebuild()
    return site


@pytest.fixture
def down(catalogue):
    with ailing(AilingEngine()) as engine:
        yield engine


@pytest.fixture
def hanging(catalogue):
    with ailing(AilingEngine(seconds=HANGS)) as engine:
        yield engine


def soup(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def named(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select(".gs-sheets a")]


def notice(page: BeautifulSoup) -> str:
    return " ".join(page.select_one("#avis").get_text().split())


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class TestSheetsFoundInTheDatabase:
    @pytest.mark.usefixtures("down")
    @pytest.mark.parametrize(
        ("query_string", "found"),
        [
            ("q=gardenne", ["Gardenne"]),
            ("q=GARD", ["Gardenne"]),
            ("q=visioconférences", ["Megavisio", "Orvalis"]),
            ("q=visioconference", ["Megavisio", "Orvalis"]),
            ("q=logiciel+de+visio+mega", []),
            ("q=visio+mega", ["Megavisio"]),
            ("q=l'archivage", ["Gardenne"]),
            ("q=%22archivage+électronique%22", ["Gardenne"]),
            ("q=", ["Gardenne", "Megavisio", "Orvalis"]),
            ("q=%25", ["Gardenne", "Megavisio", "Orvalis"]),
            ("q=brouillonne", []),
            ("q=retirée", []),
            ("categorie=visioconference", ["Megavisio", "Orvalis"]),
            ("categorie=documents", ["Gardenne"]),
            ("categorie=documents&q=orvalis", []),
            ("categorie=documents&categorie=visioconference&q=or", ["Orvalis"]),
        ],
    )
    def test_by_name_and_category(self, client: Client, query_string: str, found: list[str]):
        assert named(soup(client, f"{SOLUTIONS}?{query_string}")) == found

    def test_page_by_page(self, client: Client, down):
        for number in range(41):
            make_sheet(f"Fiche {number:02}")
        first = soup(client, f"{SOLUTIONS}?q=fiche")
        assert named(first) == [f"Fiche {number:02}" for number in range(20)]
        links = {link.get_text(): link["href"] for link in first.select(".gs-turn a")}
        assert links == {"Page suivante": f"{SOLUTIONS}?q=fiche&page=2"}
        last = soup(client, f"{SOLUTIONS}?q=fiche&page=3")
        assert named(last) == ["Fiche 40"]
        assert [link["href"] for link in last.select(".gs-turn a")] == [
            f"{SOLUTIONS}?q=fiche&page=2"
        ]
        beyond = soup(client, f"{SOLUTIONS}?q=fiche&page=1000000")
        assert named(beyond) == named(first)
        assert "La page 1000000 n'existe pas. Voici la première." in notice(beyond)

    def test_cost_the_same_few_queries_however_many(
        self, client: Client, down, django_assert_max_num_queries
    ):
        for number in range(30):
            make_sheet(f"Fiche {number:02}")
        soup(client, SOLUTIONS)  # words that each process keeps
        with django_assert_max_num_queries(4):
            assert len(named(soup(client, f"{SOLUTIONS}?q=fiche&categorie=collaboration"))) == 20


class TestThePage:
    def test_says_so_and_what_it_could_not_apply(self, client: Client, down):
        page = soup(client, f"{SOLUTIONS}?q=gardenne&taille=pme&categorie=documents&tri=prix")
        assert "momentanément indisponible" in notice(page)
        assert "Critères non appliqués : taille de l'entreprise : PME" in notice(page)
        assert "tri : Coût total croissant" in notice(page)
        assert "Documents" not in notice(page)
        assert named(page) == ["Gardenne"]
        assert page.select_one('meta[name="robots"][content^="noindex"]')

    def test_keeps_the_search_and_its_filters(self, client: Client, down):
        address = f"{SOLUTIONS}?q=gardenne&categorie=documents&taille=pme&besoin=petit&tri=nom"
        page = soup(client, address)
        form = page.select("form#recherche [name], [form=recherche][name]")
        kept = {
            (field["name"], field.get("value"))
            for field in form
            if field.get("type") != "checkbox" or field.has_attr("checked")
        }
        assert kept == {
            ("q", "gardenne"),
            ("categorie", "documents"),
            ("taille", "pme"),
            ("besoin", "petit"),
            ("tri", "nom"),
        }
        assert page.select_one("#avis a")["href"] == address
        removable = [link["href"] for link in page.select("a.gs-remove")]
        assert f"{SOLUTIONS}?q=gardenne&categorie=documents&besoin=petit&tri=nom" in removable
        assert not page.select(".gs-count")

    def test_has_the_parts_that_the_script_replaces(self, client: Client, down):
        parts = {part["id"] for part in soup(client, SOLUTIONS).select("[data-replace]")}
        assert parts == {"avis", "filtres-liste", "resultats-liste"}

    @pytest.mark.parametrize(
        "query_string", ["", "q=gardenne&taille=pme&page=3", "q=rien&categorie=documents"]
    )
    def test_answers_in_time_whatever_the_engine_does(
        self, client: Client, hanging, query_string: str
    ):
        address = f"{SOLUTIONS}?{query_string}"
        assert "momentanément indisponible" in notice(soup(client, address))  # and templates read
        assert seconds(lambda: soup(client, address)) < 1.5

    def test_shows_its_results_when_only_the_ways_out_fail(
        self, client: Client, catalogue, engine: Engine
    ):
        address = f"{SOLUTIONS}?q=orvalis&taille=ge&distribution=libre&source=vendeur"
        with ailing(AilingEngine(engine, answers=2)) as ailing_engine:
            page = soup(client, address)
        assert page.select_one("#compte").get_text() == "Aucune solution"
        assert "indisponible" not in notice(page)
        assert ailing_engine.calls == 3  # the one that fails ends the tries

    def test_stops_looking_for_ways_out_when_time_is_up(
        self, client: Client, catalogue, engine: Engine
    ):
        address = f"{SOLUTIONS}?q=orvalis&taille=ge&distribution=libre&source=vendeur&ess=1"
        slow = AilingEngine(engine, answers=100, seconds=0.4)
        soup(client, address)  # templates are read
        with ailing(slow):
            assert seconds(lambda: soup(client, address)) < 1.5
        assert slow.calls == 3

    def test_finds_again_as_soon_as_the_engine_answers(
        self, client: Client, catalogue, engine: Engine
    ):
        with ailing(AilingEngine()):
            assert soup(client, f"{SOLUTIONS}?q=orvalis").select(".gs-sheets")
        assert soup(client, f"{SOLUTIONS}?q=orvalis").select(".gs-card")

    def test_logs_nothing_for_each_request(self, client: Client, down, caplog):
        caplog.set_level(logging.INFO)
        for address in (
            SOLUTIONS,
            f"{SOLUTIONS}?format=json",
            f"{SOLUTIONS}suggestions?q=orv",
            "/",
            "/solutions/orvalis/",
        ):
            client.get(address)
        assert caplog.records == []


class TestEverythingElse:
    @pytest.mark.parametrize("kind", ["json", "csv", "atom"])
    def test_data_is_refused_in_time_with_a_reason(self, client: Client, hanging, kind: str):
        began = time.perf_counter()
        answer = client.get(f"{SOLUTIONS}?format={kind}")
        assert time.perf_counter() - began < 1.5
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert "momentanément indisponible" in answer.content.decode()

    def test_suggestions_are_empty_at_once_and_nobody_keeps_that(self, client: Client, hanging):
        began = time.perf_counter()
        answer = client.get(f"{SOLUTIONS}suggestions?q=orv")
        assert time.perf_counter() - began < 0.8
        assert (answer.status_code, answer.json()) == (200, {"suggestions": []})
        assert "no-store" in answer["Cache-Control"]

    def test_a_sheet_is_shown_without_its_neighbours(self, client: Client, catalogue, engine):
        assert "Solutions proches" in client.get("/solutions/orvalis/").content.decode()
        with ailing(AilingEngine(seconds=HANGS)):
            began = time.perf_counter()
            answer = client.get("/solutions/orvalis/")
            assert time.perf_counter() - began < 1.5
        assert answer.status_code == 200
        assert "Solutions proches" not in answer.content.decode()

    def test_the_home_page_is_shown_without_its_figures(self, client: Client, hanging):
        began = time.perf_counter()
        assert client.get("/").status_code == 200
        assert time.perf_counter() - began < 1.5
        assert front_page().solutions is None

    def test_the_comparison_is_shown_without_proposals(self, client: Client, hanging):
        began = time.perf_counter()
        answer = client.get("/comparer/?s=orvalis&q=visio")
        assert time.perf_counter() - began < 1.8
        assert answer.status_code == 200
        assert answer.context["unavailable"]


class TestSearchesThatFindNothing:
    def counted(self) -> dict[str, int]:
        return dict(EmptyQuery.objects.values_list("text", "count"))

    def test_are_counted_by_their_words_alone(self, client: Client, catalogue):
        for _ in range(2):
            soup(client, f"{SOLUTIONS}?q=Œnothèque")
        assert self.counted() == {"oenotheque": 2}

    @pytest.mark.parametrize(
        "query_string",
        [
            "q=orvalis",
            "q=oenotheque&taille=ge",
            "q=oenotheque&page=2",
            "q=oenotheque&format=json",
            "q=jeanne@commune.example",
            "",
        ],
    )
    def test_are_not_counted_when_another_reason_is_likely(
        self, client: Client, catalogue, query_string: str
    ):
        client.get(f"{SOLUTIONS}?{query_string}")
        assert self.counted() == {}

    def test_are_not_counted_while_nobody_can_tell(self, client: Client, down):
        soup(client, f"{SOLUTIONS}?q=oenotheque")
        assert self.counted() == {}
