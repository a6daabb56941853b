"""Versioned indices behind an alias: made, swapped, swept, and never made by accident."""

import time

import pytest
from django.core import checks

from search import indexing
from search.breaker import CircuitBreaker
from search.checks import index_is_current
from search.contract import EngineUnavailable, Query
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch.generations import ABANDONED_SECONDS
from search.facets import FACETS as SITE_FACETS
from tests.opensearch.proxy import Fault, Proxy
from tests.search.contract.base import found
from tests.search.documents import FACETS, sheet
from tests.search.opensearch.servers import engine_on, indices


def findings() -> list[str]:
    """Identifiers of what the system checks of the search find."""
    return [message.id for message in checks.run_checks() if message.id.startswith("search.")]


class TestTheIndexThatAnswers:
    def test_is_the_only_one_after_a_rebuild(self, engine: OpenSearchEngine):
        before = indices(engine)
        engine.rebuild([sheet("Cime")])
        assert len(before) == len(indices(engine)) == 1
        assert indices(engine) == engine.client.behind(engine.alias) != before

    def test_stays_when_the_next_one_is_given_up(self, engine: OpenSearchEngine):
        before = indices(engine)
        engine.generation().discard()
        assert indices(engine) == before

    def test_gets_copies_and_refreshes_only_once_it_answers(self, opensearch_3, opensearch_index):
        engine = engine_on(opensearch_3, alias=opensearch_index, replicas="0-1")
        generation = engine.generation()

        def settings() -> dict:
            ((_, index),) = engine.client.raw("indices.get", index=f"{engine.alias}*").items()
            return index["settings"]["index"]

        assert settings()["refresh_interval"] == "-1"
        generation.fill([sheet("Aube")])
        generation.publish()
        assert "refresh_interval" not in settings()
        assert settings()["auto_expand_replicas"] == "0-1"
        engine.close()

    def test_that_is_missing_is_told_with_what_to_do(self, opensearch_3, opensearch_index):
        engine = engine_on(opensearch_3, alias=opensearch_index)
        for ask in (
            lambda: engine.search(Query()),
            lambda: engine.search(Query("courrier")),
            lambda: list(engine.scan(Query())),
            lambda: engine.autocomplete("cour"),
            lambda: engine.similar("aube"),
            lambda: engine.upsert([sheet("Aube")]),
            lambda: engine.delete(["aube"]),
        ):
            engine.client.breaker = CircuitBreaker()  # which would say something else by now
            with pytest.raises(EngineUnavailable, match="rebuild_index"):
                ask()
        assert "rebuild_index" in engine_on(opensearch_3, alias=engine.alias).health().detail
        assert indices(engine) == []
        engine.close()


class TestWhatADeadRebuildLeft:
    @pytest.fixture
    def left(self, engine: OpenSearchEngine) -> str:
        """An index that is filled and that nobody will publish."""
        generation = engine.generation()
        generation.fill([sheet("Cime")])
        return f"{engine.alias}-{generation.name}"

    def test_answers_nothing(self, engine: OpenSearchEngine, left: str):
        assert sorted(found(engine)) == ["Aube", "Brise"]

    def test_is_swept_by_a_rebuild_a_day_later(self, engine, left, monkeypatch):
        now = time.time
        monkeypatch.setattr(
            "search.engines.opensearch.generations.time.time",
            lambda: now() + ABANDONED_SECONDS + 60,
        )
        engine.rebuild([sheet("Dune")])
        assert left not in indices(engine)
        assert len(indices(engine)) == 1

    def test_is_left_alone_when_it_may_still_be_filled(self, engine, left):
        engine.rebuild([sheet("Dune")])
        assert left in indices(engine)

    def test_of_another_name_is_never_swept(self, engine, opensearch_3, monkeypatch):
        other = engine_on(opensearch_3, alias=f"{engine.alias}-autre")
        other.rebuild([sheet("Elme")])
        now = time.time
        monkeypatch.setattr(
            "search.engines.opensearch.generations.time.time",
            lambda: now() + 2 * ABANDONED_SECONDS,
        )
        engine.rebuild([sheet("Dune")])
        assert found(other) == ["Elme"]
        other.close()


class TestTheSystemCheck:
    def test_asks_for_an_address(self, site_on):
        site_on()
        assert findings() == ["search.E002"]

    @pytest.mark.django_db
    @pytest.mark.usefixtures("site")
    def test_notices_an_index_of_other_fields(self, site_on, opensearch_3, opensearch_index):
        site = site_on(opensearch_3)
        older = engine_on(opensearch_3, alias=opensearch_index, facets=SITE_FACETS[:-1])
        older.rebuild([])
        assert findings() == ["search.W001"]
        assert site.health().ok
        assert site.health().outdated
        assert not older.health().outdated
        assert index_is_current(None)[0].hint.startswith("Run `manage.py rebuild_index`")

        indexing.rebuild()
        assert findings() == []
        assert not site.health().outdated
        older.close()

    def test_says_nothing_of_servers_that_are_down(self, site_on, faulty_opensearch: Proxy):
        site_on(faulty_opensearch.url)
        faulty_opensearch.switch(Fault.REFUSE)
        assert findings() == []

    def test_says_nothing_of_the_other_engine(self, settings):
        settings.SEARCH = {**settings.SEARCH, "ENGINE": "embedded", "OPENSEARCH_URL": []}
        assert findings() == []


def test_a_new_facet_is_refused_by_an_older_index_not_guessed(opensearch_3, opensearch_index):
    older = engine_on(opensearch_3, alias=opensearch_index, facets=FACETS[1:])
    older.rebuild([])
    newer = engine_on(opensearch_3, alias=opensearch_index)
    with pytest.raises(Exception, match="strict"):
        newer.upsert([sheet("Aube", categories=["ged"])])
    assert newer.health().outdated
    older.close()
    newer.close()
