"""evaluate_search and bench_search: what they print, and what they say when they cannot."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from home.demo.loader import load_solutions
from home.management.commands import bench_search
from search import services


@pytest.fixture
def demo(site, engine):
    load_solutions(parent=site, count=90, seed=2021, today=timezone.localdate())
    services.rebuild()


class TestEvaluateSearch:
    def test_it_prints_engine_and_baseline_for_each_part(self, demo, capsys):
        call_command("evaluate_search")
        lines = capsys.readouterr().out.splitlines()

        rows = [line.split()[:2] for line in lines[2:]]
        assert rows == [
            [name, part]
            for part in ("réglage", "gelée", "ensemble")
            for name in ("moteur", "référence")
        ]

    def test_the_worst_queries_of_the_frozen_part_are_not_shown(self, demo, tmp_path, capsys):
        path = tmp_path / "juges.toml"
        row = (
            "[[query]]\ntext = '{}'\nkind = 'k'\nfrozen = {}\nexact = ['demo/sirh-paie-carriere']\n"
        )
        path.write_text(row.format("bulletins", "false") + row.format("carrière", "true"))
        call_command("evaluate_search", str(path), "--verbose")
        shown = capsys.readouterr().out

        assert "« bulletins »" in shown
        assert "« carrière »" not in shown

    def test_an_empty_catalogue_is_told_what_to_do(self, site, engine):
        with pytest.raises(CommandError, match="load_demo"):
            call_command("evaluate_search")

    def test_an_index_that_is_missing_is_told_what_to_do(self, site, engine):
        load_solutions(parent=site, count=90, seed=2021, today=timezone.localdate())

        with pytest.raises(CommandError, match="rebuild_index"):
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

    def test_it_measures_without_touching_the_index_of_the_site(
        self, site, engine, settings, monkeypatch, capsys
    ):
        monkeypatch.setattr(bench_search, "SEARCHES", 5)
        monkeypatch.setattr(bench_search, "PAGES", 3)
        # The database of the test is a temporary one already.
        monkeypatch.setattr(connection.creation, "create_test_db", lambda **options: None)
        monkeypatch.setattr(connection.creation, "destroy_test_db", lambda *args, **options: None)
        call_command("bench_search", "--documents", "30")
        shown = capsys.readouterr().out

        for label in (
            "index",
            "surlignage",
            "rapport",
            "complétion",
            "page moins le moteur",
            "SQL",
        ):
            assert label in shown
        assert not (settings.SEARCH["INDEX_DIR"]).exists()
        assert not services.health().ok
