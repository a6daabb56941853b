"""evaluate_search and bench_search: what they print, and what they say when they cannot."""

from typing import Any
from unittest.mock import create_autospec

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from home.demo.loader import load_solutions
from home.management.commands import bench_search
from search import indexing, services
from search.contract import Engine, Health, Results
from tests.opensearch.server import call


@pytest.fixture
def demo(site, engine):
    load_solutions(parent=site, count=90, seed=2021, today=timezone.localdate())
    indexing.rebuild()


@pytest.fixture
def two_engines(engine, monkeypatch) -> dict[str, Any]:
    """The embedded engine beside a stand-in for OpenSearch, down and finding nothing."""
    other = create_autospec(Engine, instance=True)
    other.health.return_value = Health(ok=False, detail="en panne")
    other.search.return_value = Results(hits=(), total=0, facets={}, apart={})
    engines = {"embedded": engine, "opensearch": other}
    monkeypatch.setattr(services, "get_engine", lambda name=None: engines[name or "embedded"])
    return engines


class TestEvaluateSearch:
    def test_it_prints_engine_and_baseline_for_each_part(self, demo, capsys):
        call_command("evaluate_search", "--engine", "embedded")
        lines = capsys.readouterr().out.splitlines()

        rows = [line.split()[:2] for line in lines[2:]]
        assert rows == [
            [name, part]
            for part in ("réglage", "gelée", "ensemble")
            for name in ("embedded", "référence")
        ]

    def test_it_measures_every_engine_that_answers_side_by_side(self, demo, two_engines, capsys):
        two_engines["opensearch"].health.return_value = Health(ok=True, documents=1)
        call_command("evaluate_search")
        lines = capsys.readouterr().out.splitlines()

        assert lines[0].startswith("opensearch : son index a 1 fiches et le catalogue ")
        rows = {tuple(line.split()[:2]): line.split() for line in lines[3:]}
        assert [name for name, part in rows if part == "gelée"] == [
            "embedded",
            "opensearch",
            "référence",
        ]
        assert float(rows["embedded", "ensemble"][3]) > 0.3
        assert rows["opensearch", "ensemble"][3:] == ["0.000", "0.000", "100.0", "%"]

    def test_an_engine_that_does_not_answer_is_named_and_the_others_measured(
        self, demo, two_engines, capsys
    ):
        call_command("evaluate_search")
        shown = capsys.readouterr().out

        assert "opensearch : pas d'index qui réponde (en panne)" in shown
        assert "« rebuild_index --engine opensearch »" in shown
        assert "embedded    ensemble" in shown

    def test_an_engine_asked_for_that_does_not_answer_is_an_error(self, demo, two_engines):
        with pytest.raises(CommandError, match="rebuild_index --engine opensearch"):
            call_command("evaluate_search", "--engine", "embedded", "--engine", "opensearch")

    def test_the_worst_queries_show_what_each_engine_found(
        self, demo, two_engines, tmp_path, capsys
    ):
        two_engines["opensearch"].health.return_value = Health(ok=True, documents=1)
        path = tmp_path / "juges.toml"
        path.write_text(
            "[[query]]\ntext = 'bulletins'\nkind = 'k'\nexact = ['demo/sirh-paie-carriere']\n"
        )
        call_command("evaluate_search", str(path), "--verbose")
        shown = capsys.readouterr().out

        assert "« bulletins » : embedded " in shown
        worst = shown.partition("« bulletins »")[2].splitlines()
        assert worst[1] == "  embedded"
        assert worst[2].startswith("    3  ")
        assert worst[-1] == "  opensearch"

    def test_the_worst_queries_of_the_frozen_part_are_not_shown(self, demo, tmp_path, capsys):
        path = tmp_path / "juges.toml"
        row = (
            "[[query]]\ntext = '{}'\nkind = 'k'\nfrozen = {}\nexact = ['demo/sirh-paie-carriere']\n"
        )
        path.write_text(row.format("bulletins", "false") + row.format("carrière", "true"))
        call_command("evaluate_search", str(path), "--verbose", "--engine", "embedded")
        shown = capsys.readouterr().out

        assert "« bulletins »" in shown
        assert "« carrière »" not in shown

    def test_an_empty_catalogue_is_told_what_to_do(self, site, engine):
        with pytest.raises(CommandError, match="load_demo"):
            call_command("evaluate_search")

    def test_an_index_that_is_missing_is_told_what_to_do(self, site, engine):
        load_solutions(parent=site, count=90, seed=2021, today=timezone.localdate())

        with pytest.raises(CommandError, match="rebuild_index --engine embedded"):
            call_command("evaluate_search", "--engine", "embedded")

    def test_no_engine_that_answers_is_told_what_to_do(self, site, engine, two_engines):
        load_solutions(parent=site, count=90, seed=2021, today=timezone.localdate())

        with pytest.raises(CommandError, match="rebuild_index --engine NOM"):
            call_command("evaluate_search")

    def test_a_malformed_file_is_refused(self, site, engine, tmp_path):
        path = tmp_path / "juges.toml"
        path.write_text("query = 3")

        with pytest.raises(CommandError, match="aucune requête"):
            call_command("evaluate_search", str(path))

    def test_a_missing_file_is_refused(self, db):
        with pytest.raises(CommandError, match="introuvable"):
            call_command("evaluate_search", "nulle-part.toml")


class TestBenchSearch:
    @pytest.mark.parametrize("count", ["0", "-5", "beaucoup"])
    def test_a_number_of_documents_that_makes_no_sense_is_refused(self, count: str):
        with pytest.raises(CommandError, match="donnez un nombre"):
            call_command("bench_search", f"--documents={count}")

    def test_too_many_clients_are_refused(self):
        with pytest.raises(CommandError, match="donnez un nombre"):
            call_command("bench_search", "--clients=1000")

    @pytest.fixture
    def few(self, site, engine, monkeypatch):
        monkeypatch.setattr(bench_search, "SEARCHES", 8)
        monkeypatch.setattr(bench_search, "PAGES", 4)
        # The database of the test is a temporary one already.
        monkeypatch.setattr(connection.creation, "create_test_db", lambda **options: None)
        monkeypatch.setattr(connection.creation, "destroy_test_db", lambda *args, **options: None)

    def test_it_measures_without_touching_the_index_of_the_site(self, few, settings, capsys):
        call_command("bench_search", "--documents", "30", "--clients", "1")
        shown = capsys.readouterr().out

        for label in (
            "index",
            "texte et filtres : moteur",
            "sans rien autour",
            "rapport",
            "complétion",
            "page moins le moteur",
            "SQL",
        ):
            assert label in shown
        assert not (settings.SEARCH["INDEX_DIR"]).exists()
        assert not services.health().ok

    @pytest.mark.django_db(transaction=True)  # the peer's table is made and removed
    def test_opensearch_is_measured_beside_raw_searches_and_beside_wagtail(
        self, few, settings, opensearch_3, opensearch_index, capsys
    ):
        settings.SEARCH |= {"OPENSEARCH_URL": [opensearch_3], "OPENSEARCH_INDEX": opensearch_index}
        call_command("bench_search", "--engine=opensearch", "--documents=50", "--clients=2")
        shown = capsys.readouterr().out

        for label in (
            "50 documents, moteur opensearch",
            "fiches/s",
            "filtres seuls : moteur",
            "_search brut",
            "mal tapés",
            "complétion",
            "brut, 2 clients",
            "page moins le moteur",
            "page entière, 2 clients",
            "Wagtail, facette par facette : texte et filtres",
        ):
            assert label in shown
        assert "sans le moteur" not in shown
        left = call(f"{opensearch_3}/_cat/indices/{opensearch_index}*?format=json")
        assert left == []

    def test_interrupted_it_leaves_no_index(
        self, few, settings, opensearch_3, opensearch_index, monkeypatch
    ):
        def interrupted(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr(bench_search, "measure_pages", interrupted)
        settings.SEARCH |= {"OPENSEARCH_URL": [opensearch_3], "OPENSEARCH_INDEX": opensearch_index}
        with pytest.raises(KeyboardInterrupt):
            call_command("bench_search", "--engine=opensearch", "--documents=20", "--clients=1")

        left = call(f"{opensearch_3}/_cat/indices/{opensearch_index}*?format=json")
        assert left == []

    def test_a_server_that_does_not_answer_is_told_how_to_start(self, few, settings):
        settings.SEARCH |= {"OPENSEARCH_URL": ["http://127.0.0.1:9"]}
        with pytest.raises(CommandError, match="make opensearch"):
            call_command("bench_search", "--engine=opensearch", "--documents=20")
