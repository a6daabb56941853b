"""Run a command beside an OpenSearch 3.x server to be measured: what `make bench` uses.

The command finds its address in OPENSEARCH_URL; where that is set already, nothing is started.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.opensearch.distribution import OPENSEARCH_3
from tests.opensearch.java import Unavailable
from tests.opensearch.running import existing
from tests.opensearch.server import STEADY, Server


def main(command: list[str]) -> int:
    if address := existing(OPENSEARCH_3):
        return run(command, address)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="opensearch-", ignore_cleanup_errors=True) as folder:
        server = Server(OPENSEARCH_3, Path(folder), heap="1g", java_options=STEADY)
        try:
            server.start()
        except (Unavailable, RuntimeError) as error:
            sys.stderr.write(f"OpenSearch cannot be started here: {error}\n")
            return 1
        try:
            return run(command, server.url)
        finally:
            server.stop()


def run(command: list[str], address: str) -> int:
    return subprocess.call(command, env={**os.environ, "OPENSEARCH_URL": address})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
