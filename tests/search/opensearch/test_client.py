"""Calling servers that fail, dawdle, or answer by halves; and accounts, TLS and several hosts."""

import os
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from search.contract import DocumentsRefused, EngineUnavailable, Query
from search.deadline import within
from search.engines.opensearch import OpenSearchEngine, generations
from search.engines.opensearch.client import Address, Client
from tests.opensearch.fixtures import Secured
from tests.opensearch.proxy import Fault, Proxy
from tests.opensearch.server import free_ports
from tests.search.contract.base import found
from tests.search.documents import FACETS, sheet
from tests.search.opensearch.conftest import PAUSE
from tests.search.opensearch.servers import engine_on

FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
FAR_LESS = 3.0
"""Seconds: more than any deadline here on a busy machine, far less than what the faults take."""


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def unavailable(engine: OpenSearchEngine, text: str = "") -> str:
    with within(0.5), pytest.raises(EngineUnavailable) as told:
        engine.search(Query(text))
    return str(told.value)


def test_a_search_that_waited_on_a_removed_index_goes_to_the_next(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
):
    """What happens to a search in the queue of a busy server when a rebuild ends."""
    asked: list[str] = []
    answer = Client._answer

    def late(client: Client, method: str, seconds: float, arguments: dict[str, Any]) -> Any:
        asked.append(method)
        gone = {**arguments, "index": f"{engine.alias}-removed"}
        return answer(client, method, seconds, gone if len(asked) == 1 else arguments)

    monkeypatch.setattr(Client, "_answer", late)
    assert found(engine, "courrier") == ["Aube"]
    assert asked == ["search", "search"]


class TestAServerThatFails:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
    def test_is_unavailable_in_time_and_answers_again_by_itself(
        self, faulty: OpenSearchEngine, faulty_opensearch: Proxy, fault: Fault
    ):
        assert found(faulty) != []
        faulty_opensearch.switch(fault, seconds=0.4 if fault is Fault.TRICKLE else 20)
        assert seconds(lambda: unavailable(faulty, "courrier")) < FAR_LESS
        faulty_opensearch.switch(Fault.NONE)
        assert found(faulty, "courrier") == ["Aube"]

    def test_is_no_longer_asked_after_three_failures(
        self, faulty: OpenSearchEngine, faulty_opensearch: Proxy
    ):
        faulty_opensearch.switch(Fault.SHARDS_FAILED)
        for _ in range(3):
            unavailable(faulty)
        asked = len(faulty_opensearch.requests)
        assert "left alone" in unavailable(faulty)
        assert len(faulty_opensearch.requests) == asked
        assert seconds(lambda: unavailable(faulty)) < 0.3

    def test_is_asked_again_after_a_pause(self, faulty: OpenSearchEngine, faulty_opensearch: Proxy):
        faulty_opensearch.switch(Fault.REFUSE)
        for _ in range(3):
            unavailable(faulty)
        assert faulty.client.breaker.is_open
        faulty_opensearch.switch(Fault.NONE)
        time.sleep(PAUSE)
        assert found(faulty, "courrier") == ["Aube"]
        assert not faulty.client.breaker.is_open

    def test_is_told_by_its_health(self, faulty: OpenSearchEngine, faulty_opensearch: Proxy):
        faulty_opensearch.switch(Fault.UNAVAILABLE)
        health = faulty.health()
        assert not health.ok
        assert "503" in health.detail

    def test_loses_no_write_silently(self, faulty: OpenSearchEngine, faulty_opensearch: Proxy):
        for fault in (Fault.REFUSE, Fault.UNAVAILABLE, Fault.CUT):
            faulty_opensearch.switch(fault)
            with pytest.raises(EngineUnavailable):
                faulty.upsert([sheet("Cime")])
            with pytest.raises(EngineUnavailable):
                faulty.delete(["aube"])
        with pytest.raises(EngineUnavailable):
            faulty.generation()

    def test_is_given_time_to_take_writes(
        self,
        engine: OpenSearchEngine,
        faulty: OpenSearchEngine,
        faulty_opensearch: Proxy,
        monkeypatch,
    ):
        pauses: list[float] = []

        def wait(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                faulty_opensearch.switch(Fault.NONE)

        monkeypatch.setattr("opensearchpy.helpers.actions.time.sleep", wait)
        generation = faulty.generation()
        faulty_opensearch.switch(Fault.BUSY)
        assert generation.fill([sheet("Cime"), sheet("Dune")]) == 2
        assert len(pauses) == 2
        generation.publish()
        assert sorted(found(engine)) == ["Cime", "Dune"]

    def test_refuses_a_document_by_its_name_and_takes_the_others(
        self, engine: OpenSearchEngine, monkeypatch
    ):
        whole = generations.source

        def undeclared(document, *others):
            extra = {"inconnu": 1} if document.id == "cime" else {}
            return {**whole(document, *others), **extra}

        monkeypatch.setattr(generations, "source", undeclared)
        with pytest.raises(DocumentsRefused) as told:
            engine.upsert([sheet("Cime"), sheet("Dune"), sheet("Elme")])
        assert "strict" in told.value.reasons.pop("cime")
        assert not told.value.reasons
        assert told.value.taken == 2
        assert sorted(found(engine)) == ["Aube", "Brise", "Dune", "Elme"]


class TestRequests:
    def paths(self, proxy: Proxy) -> list[str]:
        return [path.partition("?")[0].rpartition("/")[2] for _, path in proxy.requests]

    @pytest.mark.parametrize("text", ["", "courrier", "brise"])
    def test_of_a_search_are_one(
        self, faulty: OpenSearchEngine, faulty_opensearch: Proxy, text: str
    ):
        assert found(faulty, text, filters={"distribution": ()}) != []
        assert self.paths(faulty_opensearch) == ["_search"]

    def test_of_a_typing_error_are_few(self, faulty: OpenSearchEngine, faulty_opensearch: Proxy):
        assert found(faulty, "parafeur") == ["Brise"]
        assert len(faulty_opensearch.requests) <= 4
        assert set(self.paths(faulty_opensearch)) == {"_search"}

    def test_are_compressed(self, faulty: OpenSearchEngine, faulty_opensearch: Proxy):
        found(faulty)
        (headers,) = faulty_opensearch.headers
        assert headers["Content-Encoding"] == "gzip"
        assert "gzip" in headers["Accept-Encoding"]

    def test_never_ask_which_other_nodes_there_are(
        self, faulty: OpenSearchEngine, faulty_opensearch: Proxy
    ):
        for fault in (Fault.NONE, Fault.REFUSE, Fault.UNAVAILABLE, Fault.CUT):
            faulty_opensearch.switch(fault)
            faulty.health()
        assert not [path for _, path in faulty_opensearch.requests if "_nodes" in path]

    def test_are_made_by_a_forked_process_too(self, engine: OpenSearchEngine):
        assert found(engine) != []
        child = os.fork()
        if child == 0:
            try:
                with within(5):
                    os._exit(0 if found(engine, "courrier") == ["Aube"] else 1)
            finally:
                os._exit(2)
        assert found(engine, "parapheur") == ["Brise"]
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert found(engine, "courrier") == ["Aube"]


class TestSeveralHosts:
    def test_one_of_which_is_dead_cost_no_search_and_no_time(self, engine: OpenSearchEngine):
        (nobody,) = free_ports(1)
        (alive,) = engine.client.address.urls
        several = engine_on(f"http://127.0.0.1:{nobody}", alive, alias=engine.alias)
        for _ in range(10):
            with within(FAR_LESS):
                assert found(several, "courrier") == ["Aube"]
        assert not several.client.breaker.is_open
        several.upsert([sheet("Cime")])
        assert found(several, "cime") == ["Cime"]
        several.close()

    def test_one_of_which_is_silent_cost_one_search_and_is_left_alone(
        self, engine: OpenSearchEngine, faulty_opensearch: Proxy
    ):
        (alive,) = engine.client.address.urls
        several = engine_on(faulty_opensearch.url, alive, alias=engine.alias)
        faulty_opensearch.switch(Fault.SILENT)
        failed = 0
        for _ in range(10):
            try:
                with within(0.5):
                    found(several)
            except EngineUnavailable:
                failed += 1
                time.sleep(0.2)  # what gave up has yet to say so
        assert failed <= 1
        assert len(faulty_opensearch.requests) <= 1
        several.close()


class TestAccounts:
    @pytest.fixture
    def connected(
        self, engine: OpenSearchEngine, opensearch_tls: Secured
    ) -> Iterator[Callable[..., OpenSearchEngine]]:
        opened: list[Client] = []

        def connect(**changed: str) -> OpenSearchEngine:
            address = {
                "user": opensearch_tls.user,
                "password": opensearch_tls.password,
                "ca": str(opensearch_tls.ca),
            }
            opened.append(Client(Address((opensearch_tls.url,), **{**address, **changed})))
            return OpenSearchEngine(opened[-1], FACETS, engine._vocabulary, alias=engine.alias)

        yield connect
        for client in opened:
            client.close()

    def test_over_tls_answer_and_write(self, connected: Callable[..., OpenSearchEngine]):
        engine = connected()
        engine.upsert([sheet("Cime")])
        assert sorted(found(engine)) == ["Aube", "Brise", "Cime"]
        assert engine.health().ok

    @pytest.mark.parametrize("wrong", [{"password": "azerty-1234"}, {"ca": ""}, {"user": ""}])
    def test_that_are_not_right_are_unavailable(
        self, connected: Callable[..., OpenSearchEngine], wrong: dict[str, str]
    ):
        engine = connected(**wrong)
        unavailable(engine)
        with pytest.raises(EngineUnavailable):
            engine.upsert([sheet("Cime")])
        assert not engine.health().ok

    def test_of_another_authority_are_unavailable(
        self, connected: Callable[..., OpenSearchEngine], tmp_path: Path
    ):
        other = tmp_path / "other.pem"
        trustme.CA().cert_pem.write_to_path(str(other))
        unavailable(connected(ca=str(other)))
        unavailable(connected(ca=str(tmp_path / "missing.pem")))

    def test_never_stand_in_an_error(
        self, connected: Callable[..., OpenSearchEngine], caplog: pytest.LogCaptureFixture
    ):
        caplog.set_level("DEBUG")
        engine = connected(password="azerty-1234")
        with pytest.raises(EngineUnavailable) as told:
            engine.search(Query())
        whole = "".join(traceback.format_exception(told.value))
        assert "azerty-1234" not in whole + engine.health().detail + caplog.text
        assert "azerty-1234" not in repr(engine.client.address)
