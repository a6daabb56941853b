"""An engine that ails, standing in for a remote one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from search.contract import Completion, Engine, EngineUnavailable, Health, Hit, Query, Results
from search.deadline import remaining

PATIENCE = 30.0
"""Seconds that it would wait by itself: a test that takes so long found a page without a budget."""


class AilingEngine:
    """Answers like `healthy` for its first `answers` calls, then no more; each takes `seconds`.

    Like a client of a remote engine it heeds the deadline, and raises `EngineUnavailable` then.
    """

    def __init__(
        self, healthy: Engine | None = None, *, answers: int = 0, seconds: float = 0.0
    ) -> None:
        self.calls = 0
        self._healthy = healthy
        self._answers = answers
        self._seconds = seconds

    def search(self, query: Query) -> Results:
        return self._answer("search", query)

    def autocomplete(self, text: str, limit: int = 8) -> tuple[Completion, ...]:
        return self._answer("autocomplete", text, limit)

    def similar(self, id: str, limit: int = 4) -> tuple[Hit, ...]:
        return self._answer("similar", id, limit)

    def health(self) -> Health:
        try:
            return self._answer("health")
        except EngineUnavailable as error:
            return Health(ok=False, detail=str(error))

    def _answer(self, method: str, *arguments: Any) -> Any:
        self.calls += 1
        allowed = remaining(PATIENCE)
        time.sleep(max(0.0, min(self._seconds, allowed)))
        if self.calls > self._answers or self._seconds >= allowed:
            raise EngineUnavailable("the stand-in does not answer")
        return getattr(self._healthy, method)(*arguments)


@contextmanager
def ailing(engine: AilingEngine) -> Iterator[AilingEngine]:
    """Have the whole site use this engine."""
    with patch("search.services.get_engine", return_value=engine):
        yield engine
