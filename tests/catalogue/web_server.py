"""A web server on the loopback that answers what a test tells it, well or badly."""

import ssl
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Page(NamedTuple):
    """What the server gives at a path; `pause` seconds between each of its bytes."""

    body: bytes = b"ok"
    type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}
    pause: float = 0.0
    length: int | None = None


class WebServer:
    """`pages` by path; `seen` holds the (Host header, path) of each request."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.seen: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"web": self})
        )
        self._server.daemon_threads = True
        # A refused certificate is what tests ask for, not an error to print.
        self._server.handle_error = lambda *args: None
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> "WebServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.pages[path] = Page(status=status, headers={"Location": to})


class _Handler(BaseHTTPRequestHandler):
    web: WebServer

    def do_GET(self) -> None:
        self.web.seen.append((self.headers["Host"], self.path))
        page = self.web.pages.get(self.path, Page(b"absent", status=404))
        self.send_response(page.status)
        if page.type:
            self.send_header("Content-Type", page.type)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if page.length is not None:
            self.send_header("Content-Length", str(page.length))
        self.end_headers()
        self._give(page)

    def _give(self, page: Page) -> None:
        step = 1 if page.pause else max(len(page.body), 1)
        try:
            for start in range(0, len(page.body), step):
                self.wfile.write(page.body[start : start + step])
                time.sleep(page.pause)
        except OSError:  # the client left, as it should
            return

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
