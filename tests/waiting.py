"""Waiting for what another process or thread brings about, on machines of any speed."""

import time
from collections.abc import Callable

LONGEST = 120.0
"""Seconds that anything may take before the test gives up."""


def until(done: Callable[[], object]) -> None:
    """Return once `done()` is true. Fails after `LONGEST` seconds."""
    limit = time.monotonic() + LONGEST
    while not done():
        assert time.monotonic() < limit
        time.sleep(0.05)
