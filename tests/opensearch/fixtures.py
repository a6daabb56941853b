"""What tests use of OpenSearch: addresses of real servers, and proxies that behave badly or well.

A test that uses any of these carries the marker `opensearch`.
"""

import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError

import pytest
import trustme

from tests.missing import missing
from tests.opensearch.distribution import OPENSEARCH_2, OPENSEARCH_3, Distribution
from tests.opensearch.java import Unavailable
from tests.opensearch.proxy import Proxy
from tests.opensearch.running import VARIABLES, addresses, existing
from tests.opensearch.server import call, prepare

SERVERS = ("opensearch_3", "opensearch_2")


@pytest.hookimpl(tryfirst=True)  # before -m chooses among the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    told = all(existing(distribution) for distribution in VARIABLES)
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if any(name.startswith(("opensearch_", "faulty_opensearch")) for name in fixtures):
            item.add_marker("opensearch")
        if item.get_closest_marker("opensearch") and not told and "page" not in fixtures:
            # Servers that the processes do not share are started by one of them.
            item.add_marker(pytest.mark.xdist_group("opensearch"))


@contextmanager
def address(distribution: Distribution) -> Iterator[str]:
    """Address of a server; without one the test is skipped, in CI it fails."""
    try:
        servers = addresses(distribution)
        (url,) = servers.__enter__()
    except Unavailable as reason:
        missing(f"OpenSearch {distribution.version}: {reason}")
    try:
        yield url
    finally:
        servers.__exit__(None, None, None)


@pytest.fixture(scope="session")
def opensearch_3() -> Iterator[str]:
    """Address of an OpenSearch 3.x server that all tests share: see `opensearch_index`."""
    with address(OPENSEARCH_3) as url:
        yield url


@pytest.fixture(scope="session")
def opensearch_2() -> Iterator[str]:
    """Address of an OpenSearch 2.19 server that all tests share: see `opensearch_index`."""
    with address(OPENSEARCH_2) as url:
        yield url


@pytest.fixture
def opensearch_index(request: pytest.FixtureRequest) -> Iterator[str]:
    """A name of this test's own: indexes whose name starts with it are deleted afterwards."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    for server in set(SERVERS) & set(request.fixturenames):
        with suppress(HTTPError):
            call(f"{request.getfixturevalue(server)}/{name}*", method="DELETE")


@pytest.fixture
def faulty_opensearch(opensearch_3: str) -> Iterator[Proxy]:
    """A proxy before the 3.x server that forwards until its `switch` is called."""
    with Proxy(opensearch_3) as proxy:
        yield proxy


class Secured(NamedTuple):
    """How to reach a server that asks for an account over TLS."""

    url: str
    ca: Path
    user: str
    password: str


@pytest.fixture(scope="session")
def opensearch_tls(
    opensearch_3: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    """The 3.x server behind TLS, whose CA nobody knows but by its file, and one account."""
    authority = trustme.CA()
    ca = tmp_path_factory.mktemp("opensearch-tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    account = ("catalogue", "a word: and more")
    with Proxy(opensearch_3, tls=tls, account=account) as proxy:
        yield Secured(proxy.url, ca, *account)


@pytest.fixture(scope="session")
def opensearch_ready() -> None:
    """For tests that start servers of their own: skipped, or failed in CI, where none can."""
    for distribution in VARIABLES:
        try:
            prepare(distribution)
        except Unavailable as reason:
            missing(f"OpenSearch {distribution.version}: {reason}")
