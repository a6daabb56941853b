"""How long an answer may still take."""

import threading
import time

import pytest

from search import deadline
from search.deadline import remaining, within


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """A clock that only the test moves: its first item is the time."""
    now = [1000.0]
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now[0])
    return now


def test_without_a_deadline_a_call_has_all_the_time_that_it_asks_for() -> None:
    assert remaining(3.0) == 3.0


def test_time_that_passes_is_taken_from_what_is_left(clock) -> None:
    with within(1.0):
        assert remaining(5.0) == 1.0
        assert remaining(0.2) == 0.2
        clock[0] += 0.75
        assert remaining(5.0) == 0.25
        clock[0] += 1
        assert remaining(5.0) < 0
    assert remaining(5.0) == 5.0


def test_an_inner_deadline_shortens_the_outer_one_and_never_lengthens_it(clock) -> None:
    with within(1.0):
        with within(0.5):
            assert remaining(5.0) == 0.5
            clock[0] += 0.5
        assert remaining(5.0) == 0.5
        with within(60.0):
            assert remaining(5.0) == 0.5


def test_an_inner_deadline_set_too_late_leaves_nothing(clock) -> None:
    with within(1.0):
        clock[0] += 2
        with within(1.0):
            assert remaining(5.0) == -1.0


def test_an_error_ends_the_deadline_too() -> None:
    with pytest.raises(ValueError, match="inside"), within(0.1):
        raise ValueError("inside")
    assert remaining(5.0) == 5.0


def test_another_thread_has_a_deadline_of_its_own() -> None:
    seen: list[float] = []
    with within(0.5):
        other = threading.Thread(target=lambda: seen.append(remaining(5.0)))
        other.start()
        other.join()
    assert seen == [5.0]


def test_the_real_clock_runs() -> None:
    with within(10.0):
        time.sleep(0.02)
        assert 0 < remaining(60.0) < 9.985
