"""The two servers of a test run: who is already there, who must be started."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.opensearch.distribution import OPENSEARCH_2, OPENSEARCH_3, Distribution
from tests.opensearch.server import Server

VARIABLES = {OPENSEARCH_3: "TEST_OPENSEARCH_3", OPENSEARCH_2: "TEST_OPENSEARCH_2"}
"""Where `python -m tests.opensearch` tells its command the address of each server."""


def existing(distribution: Distribution) -> str:
    """Address that the environment gives for a version, empty when a server must be started.

    OPENSEARCH_URL, the site's own setting, names a 3.x server; tests prefix their indexes there.
    """
    address = os.environ.get(VARIABLES[distribution], "")
    if not address and distribution is OPENSEARCH_3:
        address = os.environ.get("OPENSEARCH_URL", "").partition(",")[0]
    return address.strip().rstrip("/")


@contextmanager
def addresses(*distributions: Distribution) -> Iterator[list[str]]:
    """Addresses of running servers, one for each version; those started here are stopped.

    Raises `Unavailable` when this machine cannot start one, `RuntimeError` when it fails to.
    """
    with tempfile.TemporaryDirectory(prefix="opensearch-", ignore_cleanup_errors=True) as folder:
        servers = {
            distribution: Server(distribution, Path(folder) / distribution.version)
            for distribution in distributions
            if not existing(distribution)
        }
        try:
            for server in servers.values():
                server.launch()
            for server in servers.values():
                server.wait()
            yield [
                servers[distribution].url if distribution in servers else existing(distribution)
                for distribution in distributions
            ]
        finally:
            for server in servers.values():
                server.stop()
