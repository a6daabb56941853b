"""A circuit breaker: leave alone for a while what has just failed several times in a row.

Pure Python, for all threads of one process.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from search.contract import EngineUnavailable

logger = logging.getLogger(__name__)

FAILURES = 3
"""Failures in a row that open the circuit."""

PAUSE_SECONDS = 5.0
"""How long an open circuit refuses all calls, before it lets a single one try."""


class CircuitBreaker:
    """Counts failures (`EngineUnavailable`); open, it refuses calls without trying them.

    One warning says that it opens, another that it closes: an engine that is down for an hour
    must not fill the log.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, or one of them is being tried."""
        return self._failures >= self._limit

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Make a call inside. Raises `EngineUnavailable` at once when the circuit is open."""
        self._enter()
        try:
            yield
        except EngineUnavailable as error:
            self._failed(error)
            raise
        except BaseException:
            # A mistake of ours, or a reader who left: nothing is known of the engine.
            self._undecided()
            raise
        self._succeeded()

    def _enter(self) -> None:
        with self._lock:
            if not self.is_open:
                return
            now = self._clock()
            if now < self._next_try:
                raise EngineUnavailable("the engine failed several times: left alone for a while")
            # This call tries; the others go on being refused until it is known how it ends.
            self._next_try = now + self._pause

    def _failed(self, error: EngineUnavailable) -> None:
        with self._lock:
            was_open = self.is_open
            self._failures += 1
            self._next_try = self._clock() + self._pause
            opens = self.is_open and not was_open
        if opens:
            logger.warning(
                "The search engine is left alone, it failed %d times: %s", self._limit, error
            )

    def _undecided(self) -> None:
        with self._lock:
            # The next call may try at once, instead of the pause that this one had begun.
            if self.is_open:
                self._next_try = min(self._next_try, self._clock())

    def _succeeded(self) -> None:
        with self._lock:
            closes, self._failures = self.is_open, 0
        if closes:
            logger.warning("The search engine answers again")
