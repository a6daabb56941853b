"""The door of the site."""

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory

from config.wsgi import read_as_utf8

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
