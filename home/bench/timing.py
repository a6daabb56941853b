"""Stopwatches, ways of doing the same thing timed side by side, many clients at once, and lines."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import Any

from django.db import connections

Call = Callable[[], Any]


class Stopwatch:
    """Adds up what a function takes, call after call, and counts the calls that fail.

    `computing` leaves out what is waited for: a busy machine does not change it much.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.milliseconds = self.computing = 0.0
        self.failures = 0

    def __call__(self, *args: Any) -> Any:
        started, computed = time.perf_counter(), time.thread_time()
        try:
            return self._function(*args)
        except Exception:
            self.failures += 1
            raise
        finally:
            self.milliseconds += (time.perf_counter() - started) * 1000
            self.computing += (time.thread_time() - computed) * 1000


def milliseconds(call: Call) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def side_by_side(questions: Sequence[Any], *ways: Callable[[Any], Call]) -> tuple[list[float], ...]:
    """Milliseconds of each way for each question.

    A way makes a call of a question, untimed. The calls of a question follow one another, so that
    what else the machine does hits all alike, and take turns at being the first.
    """
    taken: tuple[list[float], ...] = tuple([] for _ in ways)
    for way in ways:
        way(questions[0])()
    for at, question in enumerate(questions):
        calls = [way(question) for way in ways]
        for turn in range(len(ways)):
            which = (at + turn) % len(ways)
            taken[which].append(milliseconds(calls[which]))
    return taken


def under_load(calls: Sequence[Call], clients: int) -> tuple[list[float], float]:
    """Milliseconds of each call made by several clients at once, and calls a second."""

    def client(own: Sequence[Call]) -> list[float]:
        try:
            return [milliseconds(call) for call in own]
        finally:
            connections.close_all()

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        taken = list(threads.map(client, [calls[at::clients] for at in range(clients)]))
    per_second = len(calls) / (time.perf_counter() - started)
    return [one for own in taken for one in own], per_second


class Report:
    """Writes lines of figures under each other; each method that measures gives the median."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write

    def title(self, text: str) -> None:
        """Begin a part."""
        self._write(f"\n{text}")

    def line(self, label: str, figures: str) -> None:
        """Any figures."""
        self._write(f"  {label:<48}{figures}")

    def durations(self, label: str, taken: Sequence[float], per_second: float = 0.0) -> float:
        """Median and 95th percentile in milliseconds, and how many a second under load."""
        middle, late = median(taken), quantiles(taken, n=20)[-1]
        rate = f" {per_second:>8.0f} /s" if per_second else ""
        self.line(label, f"{middle:>9.1f} ms médiane {late:>9.1f} ms p95{rate}")
        return middle

    def compared(self, yardstick: Sequence[float], ours: Sequence[float]) -> None:
        """Ratio of the medians, and what is beyond the yardstick question by question."""
        beyond = median(own - bare for own, bare in zip(ours, yardstick, strict=True))
        self.line(
            "  rapport des médianes",
            f"{median(ours) / median(yardstick):>9.2f}    ({beyond:+.1f} ms)",
        )
