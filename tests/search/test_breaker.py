"""When an engine that fails is left alone, and when it is tried again."""

import logging
import threading
from collections.abc import Callable

import pytest

from search.breaker import CircuitBreaker
from search.contract import EngineUnavailable

REFUSED = "left alone"


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures=3, pause=5.0, clock=clock)


def succeed(breaker: CircuitBreaker) -> str:
    with breaker.guard():
        return "answered"


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(EngineUnavailable, match="down"), breaker.guard():
            raise EngineUnavailable("down")


def refused(breaker: CircuitBreaker) -> None:
    tried = False
    with pytest.raises(EngineUnavailable, match=REFUSED), breaker.guard():
        tried = True
    assert not tried


def test_a_few_failures_change_nothing(breaker) -> None:
    fail(breaker, times=2)
    assert not breaker.is_open
    assert succeed(breaker) == "answered"


def test_only_failures_in_a_row_count(breaker) -> None:
    for _ in range(5):
        fail(breaker, times=2)
        succeed(breaker)
    assert not breaker.is_open


def test_after_three_failures_in_a_row_nobody_calls(breaker) -> None:
    fail(breaker, times=3)
    assert breaker.is_open
    refused(breaker)


def test_refusals_do_not_make_the_pause_longer(breaker, clock) -> None:
    fail(breaker, times=3)
    for _ in range(4):
        clock.now += 1
        refused(breaker)
    clock.now += 1
    assert succeed(breaker) == "answered"


def test_after_the_pause_one_call_tries_and_the_others_still_wait(breaker, clock) -> None:
    fail(breaker, times=3)
    clock.now += 5
    with breaker.guard():
        refused(breaker)
    assert not breaker.is_open
    assert succeed(breaker) == "answered"


def test_a_try_that_fails_begins_another_pause(breaker, clock) -> None:
    fail(breaker, times=3)
    clock.now += 5
    fail(breaker)
    clock.now += 4.9
    refused(breaker)
    clock.now += 0.1
    assert succeed(breaker) == "answered"


def test_a_try_that_never_ends_does_not_keep_the_circuit_open_for_ever(breaker, clock) -> None:
    fail(breaker, times=3)
    clock.now += 5
    with breaker.guard():
        clock.now += 5
        assert succeed(breaker) == "answered"


def test_a_mistake_of_ours_is_no_failure_of_the_engine(breaker) -> None:
    for _ in range(10):
        with pytest.raises(KeyError), breaker.guard():
            raise KeyError("ours")
    assert not breaker.is_open


def test_a_try_that_ends_in_a_mistake_of_ours_lets_the_next_one_try_at_once(breaker, clock) -> None:
    fail(breaker, times=3)
    clock.now += 5
    with pytest.raises(KeyError), breaker.guard():
        raise KeyError("ours")
    assert breaker.is_open
    assert succeed(breaker) == "answered"


def test_opening_and_closing_are_each_said_once(breaker, clock, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="search.breaker")
    fail(breaker, times=3)
    refused(breaker)
    clock.now += 5
    fail(breaker)
    clock.now += 5
    succeed(breaker)
    succeed(breaker)
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in said] == ["WARNING", "WARNING"]
    assert "down" in said[0][1]
    assert "answers again" in said[1][1]


def in_threads(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)


def test_of_many_threads_one_tries(breaker, clock) -> None:
    fail(breaker, times=3)
    clock.now += 5
    tried: list[str] = []
    begin = threading.Barrier(16)
    others_done = threading.Event()
    turned_away = threading.Semaphore(0)

    def call() -> None:
        begin.wait(10)
        try:
            with breaker.guard():
                tried.append(threading.current_thread().name)
                for _ in range(15):
                    turned_away.acquire(timeout=10)
                others_done.set()
        except EngineUnavailable:
            turned_away.release()

    in_threads(16, call)
    assert len(tried) == 1
    assert others_done.is_set()
    assert not breaker.is_open


def test_failures_of_many_threads_are_all_counted(clock) -> None:
    breaker = CircuitBreaker(failures=64, clock=clock)

    def call() -> None:
        for _ in range(4):
            fail(breaker)

    in_threads(15, call)
    fail(breaker, times=3)
    assert not breaker.is_open
    fail(breaker)
    assert breaker.is_open
