"""The proxies do what their names say, so that tests of the engine can trust them."""

import base64
import gzip
import http.client
import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.opensearch.proxy import Fault
from tests.opensearch.server import call

SEARCH = "_search?q=mot"


@pytest.fixture
def search(opensearch_3, opensearch_index, faulty_opensearch) -> str:
    """Address of a search that finds one document, through the proxy."""
    address = f"{opensearch_3}/{opensearch_index}/_doc/1?refresh"
    call(address, method="PUT", body={"text": "mot"})
    return f"{faulty_opensearch.url}/{opensearch_index}/{SEARCH}"


def test_it_forwards_until_told_otherwise(faulty_opensearch, search):
    answer = call(search)
    assert answer["hits"]["total"]["value"] == 1
    assert answer["_shards"]["failed"] == 0
    assert [method for method, _ in faulty_opensearch.requests] == ["GET"]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        call(f"{faulty_opensearch.url}/no-such-index/_doc/1")


def test_a_compressed_bulk_passes_unaltered(faulty_opensearch, opensearch_index):
    lines = [{"index": {"_id": "1"}}, {"text": "é" * 500}]
    body = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    request = urllib.request.Request(
        f"{faulty_opensearch.url}/{opensearch_index}/_bulk?refresh",
        body,
        {
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
        },
    )
    with urllib.request.urlopen(request) as answer:
        content = answer.read()
        if answer.headers["Content-Encoding"] == "gzip":
            content = gzip.decompress(content)
    assert json.loads(content)["errors"] is False
    stored = call(f"{faulty_opensearch.url}/{opensearch_index}/_doc/1")
    assert stored["_source"]["text"] == "é" * 500


def test_it_refuses_connections_and_closes_those_it_has(faulty_opensearch, search):
    address = urlsplit(faulty_opensearch.url)
    kept = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    kept.request("GET", "/")
    kept.getresponse().read()
    faulty_opensearch.switch(Fault.REFUSE)
    with pytest.raises(OSError, match="refused"):
        call(search)
    assert kept.sock.recv(1) == b""
    kept.close()
    faulty_opensearch.switch(Fault.NONE)
    assert call(search)["hits"]["total"]["value"] == 1


def test_it_stays_silent_until_it_is_switched(faulty_opensearch, search):
    faulty_opensearch.switch(Fault.SILENT)
    with pytest.raises(TimeoutError):
        call(search, timeout=0.3)
    failures = []

    def ask() -> None:
        try:
            call(search, timeout=20)
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    faulty_opensearch.switch(Fault.NONE)
    waiting.join(5)
    assert len(failures) == 1
    assert call(search)["hits"]["total"]["value"] == 1


def test_it_is_slow_by_so_many_seconds(faulty_opensearch, search):
    faulty_opensearch.switch(Fault.SLOW, seconds=0.5)
    start = time.monotonic()
    assert call(search)["hits"]["total"]["value"] == 1
    assert time.monotonic() - start >= 0.5


def test_it_trickles_the_second_half_of_a_body(faulty_opensearch, search):
    faulty_opensearch.switch(Fault.TRICKLE, seconds=0.05)
    address = urlsplit(search)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=5) as client:
        client.sendall(f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        start = time.monotonic()
        while time.monotonic() - start < 0.5:
            received += client.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])[b"Content-Length"])
    assert length // 2 + 2 <= len(body) <= length // 2 + 12


def test_it_closes_in_the_middle_of_a_body(faulty_opensearch, search):
    faulty_opensearch.switch(Fault.CUT)
    with pytest.raises(http.client.IncompleteRead):
        call(search)


@pytest.mark.parametrize(("fault", "status"), [(Fault.UNAVAILABLE, "503"), (Fault.BUSY, "429")])
def test_it_says_that_the_service_is_unavailable(faulty_opensearch, search, fault, status):
    faulty_opensearch.switch(fault)
    with pytest.raises(urllib.error.HTTPError, match=status):
        call(search)


@pytest.mark.parametrize("kind", ["_search", "_msearch"])
def test_it_says_that_a_shard_failed_or_time_was_up(faulty_opensearch, search, kind):
    def asked() -> dict:
        if kind == "_search":
            return call(search)
        index = urlsplit(search).path.split("/")[1]
        lines = [{"index": index}, {"query": {"match_all": {}}}]
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        request = urllib.request.Request(
            f"{faulty_opensearch.url}/_msearch", body, {"Content-Type": "application/x-ndjson"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["responses"][0]

    faulty_opensearch.switch(Fault.SHARDS_FAILED)
    answer = asked()
    assert answer["_shards"]["failed"] == 1
    assert answer["hits"]["total"]["value"] == 1
    assert answer["timed_out"] is False
    faulty_opensearch.switch(Fault.TIMED_OUT)
    answer = asked()
    assert answer["_shards"]["failed"] == 0
    assert answer["timed_out"] is True


class TestTLS:
    def ask(self, secured, *, password: str, context: ssl.SSLContext) -> int:
        token = base64.b64encode(f"{secured.user}:{password}".encode()).decode()
        request = urllib.request.Request(secured.url, headers={"Authorization": f"Basic {token}"})
        with urllib.request.urlopen(request, context=context) as answer:
            return answer.status

    def test_the_account_is_let_in(self, opensearch_tls):
        known = ssl.create_default_context(cafile=opensearch_tls.ca)
        assert self.ask(opensearch_tls, password=opensearch_tls.password, context=known) == 200

    def test_a_wrong_password_is_not(self, opensearch_tls):
        known = ssl.create_default_context(cafile=opensearch_tls.ca)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            self.ask(opensearch_tls, password="wrong", context=known)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(opensearch_tls.url, context=known)

    def test_a_client_that_does_not_know_the_authority_refuses_it(self, opensearch_tls):
        unknown = ssl.create_default_context()
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            self.ask(opensearch_tls, password=opensearch_tls.password, context=unknown)

    def test_a_silent_client_keeps_nobody_waiting(self, opensearch_tls):
        known = ssl.create_default_context(cafile=opensearch_tls.ca)
        address = urlsplit(opensearch_tls.url)
        with suppress(OSError), socket.create_connection((address.hostname, address.port)):
            assert self.ask(opensearch_tls, password=opensearch_tls.password, context=known) == 200
