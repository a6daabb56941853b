"""How long an answer may still take: set by whoever has to answer, heeded by whoever calls far away.

Pure Python. A page asks several questions; together they must leave time to answer without them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is done inside at most `seconds` altogether, or less if less was left."""
    token = _until.set(time.monotonic() + remaining(seconds))
    try:
        yield
    finally:
        _until.reset(token)


def remaining(most: float) -> float:
    """Seconds left, at most `most`; zero or less when time is up."""
    until = _until.get()
    return most if until is None else min(most, until - time.monotonic())
