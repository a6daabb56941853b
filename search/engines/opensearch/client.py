"""The only file that knows opensearch-py: every call of the server goes through here.

A call that fails, takes too long or answers for a part of the index only is `EngineUnavailable`.
"""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy import exceptions as errors
from opensearchpy.helpers import streaming_bulk

from search.breaker import CircuitBreaker
from search.contract import EngineUnavailable
from search.deadline import remaining

READ_SECONDS = 10.0
"""What a search may take when nobody waits for a page: pages have their own, shorter, deadline."""

WRITE_SECONDS = 120.0
_THREADS = 32
_CHUNK = 500
_CHUNK_BYTES = 8 * 1024 * 1024
_RETRIES = 4


@dataclass(frozen=True)
class Address:
    """Where the servers are, and how they know us. `ca` is a file; without one, the system's."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""


class _NoIndex(EngineUnavailable):
    """The servers have no index of that name."""

    def __init__(self) -> None:
        super().__init__("no index on the servers: run `manage.py rebuild_index`")


class Client:
    """Calls the servers of an address. For all threads; opened anew in a forked process."""

    def __init__(self, address: Address, breaker: CircuitBreaker | None = None) -> None:
        self.address = address
        self.breaker = breaker or CircuitBreaker()
        self._opening = threading.Lock()
        self._open: tuple[int, OpenSearch, ThreadPoolExecutor] | None = None

    def search(self, index: str, body: Mapping[str, Any], **parameters: Any) -> dict[str, Any]:
        """Answer of `_search`, whole or not at all. Cut at the deadline of whoever asks."""
        parameters = {"allow_partial_search_results": "false", **parameters}
        if "pit" in body:
            parameters.pop("allow_partial_search_results")
            return self._read("search", body=body, params=parameters)
        try:
            return self._read("search", index=index, body=body, params=parameters)
        except _NoIndex:
            # A rebuild removes the index that the alias led to; a search may have waited for its
            # turn there. The alias leads to the next one by now.
            return self._read("search", index=index, body=body, params=parameters)

    @contextmanager
    def point_in_time(self, index: str, keep_alive: str) -> Iterator[str]:
        """The index as it is now, whatever is written meanwhile."""
        made = self._read("create_pit", index=index, params={"keep_alive": keep_alive})
        try:
            yield str(made["pit_id"])
        finally:
            with suppress(EngineUnavailable):  # it ends by itself
                self._read("delete_pit", body={"pit_id": [made["pit_id"]]})

    def count(self, index: str) -> int:
        """How many documents an index holds."""
        return int(self._read("count", index=index)["count"])

    def mapping(self, alias: str) -> tuple[str, Mapping[str, Any]]:
        """Name of the index behind an alias, and its mapping."""
        found = self._read("indices.get_mapping", index=alias)
        name = max(found)
        return name, found[name]["mappings"]

    def create(self, index: str, body: Mapping[str, Any]) -> None:
        """Make an index."""
        self._write("indices.create", index=index, body=body)

    def put_settings(self, index: str, settings: Mapping[str, Any]) -> None:
        """Change settings of an index."""
        self._write("indices.put_settings", index=index, body=settings)

    def refresh(self, index: str) -> None:
        """Make all that was written visible."""
        self._write("indices.refresh", index=index)

    def remove(self, index: str) -> None:
        """Remove an index, if it is there."""
        self._write("indices.delete", index=index, params={"ignore_unavailable": "true"})

    def behind(self, alias: str) -> list[str]:
        """The indices that an alias points at: none at first, then one."""
        rows = self._write("cat.aliases", name=alias, params={"format": "json"})
        return sorted(row["index"] for row in rows)

    def named(self, pattern: str) -> list[str]:
        """The indices whose name has a pattern."""
        found = self._write("indices.get", index=pattern, params={"allow_no_indices": "true"})
        return sorted(found)

    def point(self, alias: str, index: str) -> None:
        """Make an alias point at one index instead of those before, in one step."""
        before = [{"remove": {"index": old, "alias": alias}} for old in self.behind(alias)]
        actions = [*before, {"add": {"index": index, "alias": alias}}]
        self._write("indices.update_aliases", body={"actions": actions})

    def wait_for_copies(self, index: str, seconds: int) -> None:
        """Wait until an index has all its copies, but no longer than that."""
        wanted = {"wait_for_status": "green", "timeout": f"{seconds}s"}
        with suppress(EngineUnavailable):  # answered 408 when it has not
            self._write("cluster.health", index=index, params=wanted)

    def bulk(
        self, index: str, actions: Iterable[Mapping[str, Any]], *, is_alias: bool = False
    ) -> dict[str, str]:
        """Write; what the servers have no room for now is tried again. Gives id → why refused.

        `is_alias`: nothing is written where `index` is no alias. Otherwise a name that nothing
        bears would become an index without mapping.
        """
        refused: dict[str, str] = {}
        with _reported():
            outcomes = streaming_bulk(
                self._connection(),
                ({**action, "_index": index} for action in actions),
                chunk_size=_CHUNK,
                max_chunk_bytes=_CHUNK_BYTES,
                max_retries=_RETRIES,
                initial_backoff=1,
                raise_on_error=False,
                require_alias=is_alias,
                request_timeout=WRITE_SECONDS,
            )
            for written, outcome in outcomes:
                result = next(iter(outcome.values()))
                if written or result.get("result") == "not_found":  # deleted twice
                    continue
                if result.get("status") == 404:
                    raise _NoIndex
                if result.get("status") in (429, 503):
                    raise EngineUnavailable("the servers have no room for more writes now")
                refused[result["_id"]] = _why(result.get("error"))
        return refused

    def raw(self, method: str, **arguments: Any) -> Any:
        """A method of opensearch-py as it is: what benchmarks compare the engine with."""
        return _method(self._connection(), method)(**arguments)

    def close(self) -> None:
        """Let go of all connections; the next call opens them again."""
        with self._opening:
            opened, self._open = self._open, None
        if opened:
            opened[2].shutdown(wait=False, cancel_futures=True)
            opened[1].close()

    def _read(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call within the deadline. In a thread of its own, because a server that sends its answer
        byte by byte never exceeds the limits that sockets know.
        """
        seconds = remaining(READ_SECONDS)
        if seconds <= 0:
            raise EngineUnavailable("no time left to ask the servers")
        with self.breaker.guard(), _reported():
            answer = self._answer(method, seconds, arguments)
            if isinstance(answer, dict) and (
                answer.get("timed_out") or answer.get("_shards", {}).get("failed")
            ):
                raise EngineUnavailable("the servers answered for a part of the index only")
        if isinstance(answer, errors.TransportError):
            with _reported():
                raise answer
        return answer

    def _answer(
        self, method: str, seconds: float, arguments: Mapping[str, Any]
    ) -> dict[str, Any] | errors.TransportError:
        """What the servers answer; that they do not do so is no failure of theirs (4xx)."""
        call = _method(self._connection(), method)
        pending = self._threads().submit(call, request_timeout=seconds, **arguments)
        try:
            answer: dict[str, Any] = pending.result(timeout=seconds)
            return answer
        except TimeoutError as error:
            pending.cancel()
            raise EngineUnavailable(f"the servers take more than {seconds:.1f} s") from error
        except (errors.NotFoundError, errors.RequestError) as error:
            return error

    def _write(self, method: str, **arguments: Any) -> Any:
        with _reported():
            call = _method(self._connection(), method)
            return call(request_timeout=WRITE_SECONDS, **arguments)

    def _connection(self) -> OpenSearch:
        return self._opened()[1]

    def _threads(self) -> ThreadPoolExecutor:
        return self._opened()[2]

    def _opened(self) -> tuple[int, OpenSearch, ThreadPoolExecutor]:
        opened = self._open
        if opened is not None and opened[0] == os.getpid():
            return opened
        with self._opening:
            if self._open is None or self._open[0] != os.getpid():
                threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="opensearch")
                self._open = (os.getpid(), _connect(self.address), threads)
            return self._open


def _connect(address: Address) -> OpenSearch:
    parameters: dict[str, Any] = {}
    if address.user:
        parameters["http_auth"] = (address.user, address.password)
    if any(url.startswith("https:") for url in address.urls):
        parameters |= {"verify_certs": True, "ca_certs": address.ca or None}
    return OpenSearch(
        list(address.urls),
        http_compress=True,
        pool_maxsize=_THREADS,
        # Another server is asked when one refuses. One that is slow has used up the time there is,
        # but only after a new try is it left alone for a minute.
        max_retries=max(len(address.urls), 2),
        retry_on_timeout=len(address.urls) > 1,
        sniff_on_start=False,
        sniff_on_connection_fail=False,
        **parameters,
    )


def _method(connection: OpenSearch, name: str) -> Any:
    found: Any = connection
    for part in name.split("."):
        found = getattr(found, part)
    return found


@contextmanager
def _reported() -> Iterator[None]:
    """Whatever the client and the network may raise is one error, which names no account."""
    try:
        yield
    except errors.NotFoundError as error:
        raise _NoIndex from error
    except errors.TransportError as error:
        raise EngineUnavailable(f"OpenSearch: {error.status_code} {error.error}") from error
    except (errors.OpenSearchException, errors.ImproperlyConfigured, OSError) as error:
        raise EngineUnavailable(f"OpenSearch: {type(error).__name__}") from error


def _why(error: Any) -> str:
    if isinstance(error, Mapping):
        return f"{error.get('type', '')}: {error.get('reason', '')}"[:300]
    return str(error)[:300]
