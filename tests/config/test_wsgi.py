"""The door of the site."""

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory

from config.wsgi import application, read_as_utf8, without_body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("charset", ["hex", "rot13", "latin-1", "inconnu"])
def test_any_request_is_read_as_utf8(charset):
    environ = RequestFactory().get("/solutions/", {"q": "été"}).environ
    environ["CONTENT_TYPE"] = f"text/plain; Charset={charset}; format=flowed"
    read = []
    read_as_utf8(lambda given, start: read.append(WSGIRequest(given)) or [])(environ, print)
    assert read[0].GET["q"] == "été"
    assert read[0].content_type == "text/plain"


@pytest.mark.parametrize(
    "address", ["/healthz", "/readyz", "/robots.txt", "/.well-known/security.txt", "/classement/"]
)
def test_monitors_may_ask_with_head(site, engine, address):
    assert Client().head(address).status_code in (200, 503)


@pytest.fixture
def _kept_connection():
    """Requests end without closing the connection whose transaction the test is in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_kept_connection")
def test_an_answer_to_head_has_the_headers_of_get_and_no_body(site):
    told = {}

    def start(status, headers, *rest):
        told[status] = dict(headers)

    get, head = (RequestFactory().generic(method, "/cgu/").environ for method in ("GET", "HEAD"))
    whole = b"".join(application(get, start))
    assert list(application(head, start)) == []
    assert int(told["200 OK"]["Content-Length"]) == len(whole) > 0


def test_what_answers_head_is_closed():
    closed = []

    class Body(list):
        def close(self):
            closed.append(True)

    environ = RequestFactory().head("/").environ
    assert not list(without_body(lambda given, begin: Body([b"x"]))(environ, print))
    assert closed == [True]
