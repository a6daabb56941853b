"""Run a command beside two OpenSearch servers: `python -m tests.opensearch COMMAND…`.

Every process of the command finds their addresses in TEST_OPENSEARCH_3 and TEST_OPENSEARCH_2.
What the environment already names is used as it is; the rest lives as long as the command.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from tests.opensearch.java import Unavailable
from tests.opensearch.running import VARIABLES, addresses


def main(command: list[str]) -> int:
    # Terminated from outside, the servers are stopped all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as servers:
        try:
            found = servers.enter_context(addresses(*VARIABLES))
        except (Unavailable, RuntimeError) as error:
            sys.stderr.write(f"OpenSearch cannot be started here: {error}\n")
            if os.environ.get("CI") == "true":
                return 1
            found = []  # each test that wants it will say the same, and be skipped
        environment = dict(zip(VARIABLES.values(), found, strict=False))
        return subprocess.call(command, env={**os.environ, **environment})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
