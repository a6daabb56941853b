"""The outside world of the catalogue, on the loopback."""

from collections.abc import Iterator

import pytest

from catalogue.companies import client
from tests.catalogue.company_api import CompanyApi
from tests.catalogue.web_server import WebServer


@pytest.fixture
def company_api(settings, monkeypatch) -> Iterator[CompanyApi]:
    """The stub of the company register, in use for the time of the test, with short waits."""
    monkeypatch.setattr(client, "BUDGET", 2.0)
    monkeypatch.setattr(client, "FIRST_TRY", 0.6)
    monkeypatch.setattr(client, "PAUSE", 0.01)
    api = CompanyApi()
    settings.COMPANY_API_URL = api.url
    api.start()
    yield api
    api.stop()


@pytest.fixture
def web(settings) -> Iterator[WebServer]:
    """A web server that may be fetched though it is on the loopback."""
    with WebServer() as server:
        settings.FETCH_TRUSTED_ORIGINS = [server.origin]
        yield server
