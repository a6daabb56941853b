"""What machines ask of the site: does it live, can it serve, how does it fare."""

import datetime as dt
import time
import uuid

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from catalogue.models import Listing
from search.contract import Health
from search.indexing import rebuild
from search.models import EmptyQuery, IndexTarget, PendingDocument
from tests.catalogue.factories import make_sheet
from tests.engines import AilingEngine, ailing

pytestmark = pytest.mark.django_db


def broken(*_args: object) -> None:
    raise OperationalError


@pytest.fixture
def built(site) -> IndexTarget:
    return IndexTarget.objects.create(name="embedded")


class TestHealthz:
    def test_asks_nothing_of_the_database(self, client: Client, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert client.get("/healthz").content == b"ok\n"


class TestReadyz:
    def test_before_an_index_was_ever_built_nobody_is_to_be_sent_here(self, client: Client, site):
        answer = client.get("/readyz")
        assert answer.status_code == 503
        body = answer.json()
        assert body["ready"] is False
        assert body["database"]["ok"] is True
        assert body["index"]["ok"] is False

    def test_tells_the_age_of_the_index_what_waits_and_since_when(
        self, client: Client, built, monkeypatch, django_assert_max_num_queries
    ):
        rebuilt = (timezone.now() - dt.timedelta(days=2)).isoformat()
        monkeypatch.setattr("home.probes.health", lambda: Health(True, 420, rebuilt))
        PendingDocument.objects.create(target="embedded", document=uuid.uuid4())
        PendingDocument.objects.update(created_at=timezone.now() - dt.timedelta(minutes=10))
        with django_assert_max_num_queries(2):
            answer = client.get("/readyz")
        assert answer.status_code == 200
        body = answer.json()
        assert (body["ready"], body["degraded"]) == (True, False)
        assert body["index"]["stale"] is True
        assert body["index"]["documents"] == 420
        assert 172_800 <= body["index"]["age_seconds"] < 172_900
        assert body["pending"] == 1
        assert 600 <= body["lag_seconds"] < 700

    @pytest.mark.parametrize("seconds", [0.0, 60.0])
    def test_an_engine_that_does_not_answer_makes_it_degraded_and_no_more(
        self, client: Client, built, seconds: float
    ):
        with ailing(AilingEngine(seconds=seconds)):
            began = time.perf_counter()
            answer = client.get("/readyz")
        assert time.perf_counter() - began < 3
        assert answer.status_code == 200
        body = answer.json()
        assert (body["ready"], body["degraded"]) == (True, True)
        assert body["index"]["ok"] is False
        assert (body["pending"], body["lag_seconds"]) == (0, 0)

    def test_without_a_database_is_503(self, client: Client, built, monkeypatch):
        monkeypatch.setattr("home.probes.index_states", broken)
        monkeypatch.setattr("home.probes.health", lambda: Health(True, 1, None))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        body = answer.json()
        assert (body["ready"], body["degraded"]) == (False, False)
        assert body["database"]["ok"] is False
        assert (body["pending"], body["lag_seconds"]) == (None, None)


def figures(answer) -> dict[tuple[str, ...], float]:
    """(name, value of each label) → figure, as Prometheus itself reads them."""
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


class TestMetrics:
    def test_say_how_the_site_fares(self, client: Client, site, engine):
        for number in range(3):
            make_sheet(f"Fiche {number}")
        Listing.objects.filter(page=make_sheet("Retirée")).update(archived_at=timezone.now())
        make_sheet("Brouillonne", live=False)
        rebuild()
        PendingDocument.objects.all().delete()
        PendingDocument.objects.create(target="embedded", document=uuid.uuid4())
        PendingDocument.objects.update(created_at=timezone.now() - dt.timedelta(minutes=10))
        today = timezone.localdate()
        EmptyQuery.objects.create(text="un", day=today, count=3)
        EmptyQuery.objects.create(text="deux", day=today, count=4)
        EmptyQuery.objects.create(text="un", day=today - dt.timedelta(days=1), count=50)
        found = figures(client.get("/metrics"))
        assert found["catalogue_sheets", "live"] == 3
        assert found["catalogue_sheets", "archived"] == 1
        assert found["catalogue_sheets", "draft"] == 1
        assert found["catalogue_index_documents",] == 3
        assert 0 <= found["catalogue_index_age_seconds",] < 300
        assert found["catalogue_index_pending", "embedded"] == 1
        assert 600 <= found["catalogue_index_lag_seconds", "embedded"] < 900
        assert found["catalogue_search_engine_up",] == 1
        assert found["catalogue_degraded",] == 0
        assert found["catalogue_empty_searches_today",] == 7
        build = next(key for key in found if key[0] == "catalogue_build_info")
        assert {"0.1.0", "embedded"} <= set(build)

    def test_without_the_engine_say_so_and_nothing_of_its_documents(self, client: Client, built):
        with ailing(AilingEngine()):
            found = figures(client.get("/metrics"))
        assert found["catalogue_search_engine_up",] == 0
        assert found["catalogue_degraded",] == 1
        assert ("catalogue_index_documents",) not in found
        assert found["catalogue_index_pending", "embedded"] == 0

    def test_cost_the_same_few_queries_however_many_sheets(
        self, client: Client, site, django_assert_num_queries
    ):
        for number in range(10):
            make_sheet(f"Fiche {number}")
            IndexTarget.objects.create(name=f"target-{number}")
        with django_assert_num_queries(4), ailing(AilingEngine()):
            figures(client.get("/metrics"))

    def test_without_a_database_are_refused(self, client: Client, built, monkeypatch):
        monkeypatch.setattr("home.metrics.index_states", broken)
        assert client.get("/metrics").status_code == 503


class TestWhoMayReadMetrics:
    @pytest.fixture(autouse=True)
    def _site(self, built):
        with ailing(AilingEngine()):
            yield

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.8.8"])
    def test_this_machine_may(self, client: Client, address: str):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200

    @pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "", "unix"])
    def test_another_one_finds_nothing(self, client: Client, address: str):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
    def test_nor_do_visitors_behind_a_proxy_of_this_machine(self, client: Client, header: str):
        headers = {header: "127.0.0.1"}
        assert client.get("/metrics", headers=headers).status_code == 404

    def test_with_a_token_only_whoever_sends_it_may(self, client: Client, settings):
        settings.METRICS_TOKEN = "jeton-de-mesure"
        right = {"Authorization": "Bearer jeton-de-mesure"}
        assert client.get("/metrics", headers=right, REMOTE_ADDR="192.0.2.1").status_code == 200
        for wrong in ({}, {"Authorization": "Bearer jeton"}, {"Authorization": "jeton-de-mesure"}):
            answer = client.get("/metrics", headers=wrong)
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"] == "Bearer"

    def test_they_are_read_only(self, client: Client):
        assert client.post("/metrics").status_code == 405
