"""One HTTP GET that cannot last, cannot swell and goes nowhere but where it is sent.

The time limit holds for the whole exchange, as a server may otherwise keep a web process by sending
a byte every few seconds; compressed answers are not asked for and refused. No redirect is followed
and no proxy used. What is asked, and may name a person, is never logged.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

USER_AGENT = "Catalogue-GouvTech/1 (+{site})"
_HEADERS = {"Accept-Encoding": "identity", "Connection": "close"}
_CHUNK = 16 * 1024


class ExchangeFailed(Exception):
    """No usable answer: unreachable, cut, bad certificate, or not HTTP."""


class TooSlow(ExchangeFailed):
    """The answer did not end within the time given."""


class TooLarge(ExchangeFailed):
    """The answer is longer than asked."""


class Compressed(ExchangeFailed):
    """The answer is compressed though it was asked not to be: its size cannot be trusted."""


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case), and the body of a success that was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Connection(http.client.HTTPConnection):
    """A connection to a given address, whatever the name in the URL; cut when its time is over."""

    def __init__(self, host: str, port: int, address: str, *, tls: bool, deadline: float) -> None:
        super().__init__(host, port)
        # Servers of names expect no port in the Host header when it is the usual one.
        self.default_port = http.client.HTTPS_PORT if tls else http.client.HTTP_PORT
        self._address = address
        self._tls = tls
        self._deadline = deadline
        self._leash: socket.socket | None = None

    def connect(self) -> None:
        """Connect, and hold a second handle on the socket, which survives the TLS handshake."""
        left = max(self._deadline - time.monotonic(), 0.001)
        self.sock = socket.create_connection((self._address, self.port), timeout=left)
        self._leash = self.sock.dup()
        if time.monotonic() >= self._deadline:  # the timer has passed, and had nothing to cut
            raise TimeoutError
        if self._tls:
            # The certificate has to be that of the name asked for, not of the address.
            self.sock = _tls_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End the exchange from another thread: a read under way returns at once."""
        if self._leash is not None:
            with suppress(OSError):
                self._leash.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Close all handles; `close` alone is also called while the body is still to be read."""
        self.close()
        if self._leash is not None:
            self._leash.close()


def get(
    url: str,
    *,
    deadline: float,
    max_bytes: int,
    headers: Mapping[str, str],
    address: str = "",
    keep_body: bool = True,
) -> Answer:
    """Get a URL, from an address that was checked if one is given.

    :param url: absolute, `http` or `https`, checked by the caller.
    :param deadline: end of the exchange, by `time.monotonic()`.
    :param max_bytes: the longest body.
    :param address: IP address to connect to; the URL's host then only goes into the request.
    :raises ExchangeFailed: in one of its kinds; never another error.
    """
    try:
        parts = urlsplit(url)
        connection = _connection(parts, address, deadline)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with _cut_at(deadline, connection):
            connection.request("GET", path, headers={**_HEADERS, **headers})
            with connection.getresponse() as response:
                fields = {name.lower(): value for name, value in response.getheaders()}
                wanted = keep_body and response.status == 200
                body = _read(response, max_bytes) if wanted else b""
    except ExchangeFailed:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        # ValueError: a port or a length that is no number, a path with a control character.
        raise (TooSlow if time.monotonic() >= deadline else ExchangeFailed) from error
    if time.monotonic() >= deadline:  # cut: the body may look complete without a length
        raise TooSlow
    return Answer(response.status, fields, body)


def _connection(parts: SplitResult, address: str, deadline: float) -> _Connection:
    tls = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if tls else 80)
    found = [address] if address else resolve(host, port, deadline)
    if not found:
        raise ExchangeFailed
    return _Connection(host, port, preferred(found), tls=tls, deadline=deadline)


def resolve(host: str, port: int, deadline: float) -> list[str]:
    """Every address of a name, none when it has none or its servers take too long.

    The system's resolver knows no time limit: it is left behind in its thread.
    """
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(row[4][0]) for row in rows)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    return list(found)


def preferred(addresses: list[str]) -> str:
    """The address to connect to: networks without IPv6 are common, names without IPv4 are not."""
    return min(addresses, key=lambda address: ":" in address)


def _read(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Compressed
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge
    if response.length:  # what was announced and did not come
        raise ExchangeFailed
    return bytes(body)


@contextmanager
def _cut_at(deadline: float, connection: _Connection) -> Iterator[None]:
    timer = threading.Timer(max(deadline - time.monotonic(), 0), connection.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.let_go()


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
