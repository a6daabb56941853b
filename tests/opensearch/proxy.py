"""A proxy before a test server: with TLS and an account, or with faults switched at run time."""

import base64
import json
import socket
import ssl
import threading
from contextlib import suppress
from email.message import Message
from enum import Enum
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit


class Fault(Enum):
    """How the proxy behaves until it is switched again."""

    NONE = "forwards"
    REFUSE = "refuses connections, closes those it has"
    SILENT = "accepts requests and never answers"
    SLOW = "waits `seconds` before it forwards"
    TRICKLE = "sends half a body, then a byte every `seconds`"
    CUT = "closes in the middle of the body"
    UNAVAILABLE = "answers 503"
    BUSY = "answers 429"
    SHARDS_FAILED = "says in each search that a shard failed"
    TIMED_OUT = "says in each search that time was up"


class Proxy:
    """Forwards what it receives on a loopback port of its own to `upstream`, an address.

    With `tls` it speaks HTTPS; with `account` (user, password) it answers 401 to any other. A
    fault ends what earlier ones hold up. `requests` are those received, as ("GET", "/path"), and
    `headers` what came with each.
    """

    def __init__(
        self,
        upstream: str,
        *,
        tls: ssl.SSLContext | None = None,
        account: tuple[str, str] | None = None,
    ) -> None:
        self.upstream = upstream
        self.tls = tls
        self.authorization = (
            "Basic " + base64.b64encode(":".join(account).encode()).decode() if account else ""
        )
        self.requests: list[tuple[str, str]] = []
        self.headers: list[Message] = []
        self.fault = Fault.NONE
        self.seconds = 0.0
        self.over = threading.Event()
        self._listener: _Listener | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._port}"

    def switch(self, fault: Fault, *, seconds: float = 1.0) -> None:
        """Behave otherwise from now on."""
        self.fault, self.seconds = fault, seconds
        over, self.over = self.over, threading.Event()
        over.set()
        if fault is Fault.REFUSE:
            self._close()
        elif self._listener is None:
            self._open()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._close()

    def _open(self) -> None:
        self._listener = _Listener(self, self._port)
        self._port = self._listener.server_address[1]
        # The interval is how long closing waits.
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.shutdown()
            self._listener.close_connections()
            self._listener.server_close()
            self._listener = None


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, proxy: Proxy, port: int) -> None:
        self.proxy = proxy
        self._connections: set[Any] = set()
        self._changing = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        if proxy.tls is not None:
            # The handshake is the handler's: a silent client must not keep the others waiting.
            self.socket = proxy.tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changing:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._changing:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake the handlers that read: they find their connection at its end, and close it."""
        with self._changing:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):  # the client was quicker
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, HTTPException, ValueError):
            self.close_connection = True

    def relay(self) -> None:
        """Answer one request, as the fault of the moment wants it."""
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy.requests.append((self.command, self.path))
        proxy.headers.append(self.headers)
        fault, over = proxy.fault, proxy.over
        if proxy.authorization and self.headers.get("Authorization") != proxy.authorization:
            self.refuse(401, {"WWW-Authenticate": 'Basic realm="test"'}, "Unauthorized")
        elif fault is Fault.UNAVAILABLE:
            self.refuse(503, {}, "Service Unavailable")
        elif fault is Fault.BUSY:
            self.refuse(429, {}, "Too Many Requests")
        elif fault is Fault.SILENT:
            over.wait()
            self.close_connection = True
        else:
            if fault is Fault.SLOW:
                over.wait(proxy.seconds)
            self.forward(body, fault, over, proxy.seconds)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = relay

    def forward(self, body: bytes, fault: Fault, over: threading.Event, seconds: float) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        if fault in ALTERED:
            headers = {n: value for n, value in headers.items() if n.lower() != "accept-encoding"}
        upstream = HTTPConnection(urlsplit(self.server.proxy.upstream).netloc, timeout=60)
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        if fault in ALTERED and content.startswith(b"{"):
            content = altered(content, fault)
        self.start(answer.status, dict(answer.getheaders()), len(content))
        half = len(content) // 2
        if fault is Fault.TRICKLE:
            self.wfile.write(content[:half])
            for position in range(half, len(content)):
                if over.wait(seconds):
                    self.close_connection = True
                    return
                self.wfile.write(content[position : position + 1])
        elif fault is Fault.CUT:
            self.wfile.write(content[:half])
            self.close_connection = True
        else:
            self.wfile.write(content)

    def refuse(self, status: int, headers: dict[str, str], text: str) -> None:
        self.start(status, {"Content-Type": "text/plain", **headers}, len(text))
        self.wfile.write(text.encode())

    def start(self, status: int, headers: dict[str, str], length: int) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in OWN:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()


OWN = {"host", "connection", "content-length", "transfer-encoding", "authorization"}
"""Headers that concern one connection, and the account that only the proxy knows."""
ALTERED = {Fault.SHARDS_FAILED, Fault.TIMED_OUT}


def altered(content: bytes, fault: Fault) -> bytes:
    """Answer of `_search` or `_msearch`, with what a server in trouble says of each search."""
    answer = json.loads(content)
    for search in answer.get("responses", [answer]):
        if "hits" not in search:
            continue
        if fault is Fault.TIMED_OUT:
            search["timed_out"] = True
        else:
            search["_shards"]["total"] += 1
            search["_shards"]["failed"] = 1
            reason = {"type": "node_not_connected_exception", "reason": "made up by the proxy"}
            search["_shards"]["failures"] = [{"shard": 1, "reason": reason}]
    return json.dumps(answer).encode()
