"""One writer of an index at a time, among all processes."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from search.contract import EngineUnavailable

POLL_SECONDS = 0.1

Take = Callable[[], bool]
"""Try to take a lock, without waiting; whether it is ours."""


@contextmanager
def one_at_a_time(target: str, *, wait: float | None = None) -> Iterator[bool]:
    """Be alone to write an index; gives whether we are, after at most `wait` seconds (None: all).

    Whoever writes reads rows first: of two writers, the one that read earlier may write later, and
    would put back what the other had just brought up to date. The same if a rebuild swapped in
    what it read before a refresh. The lock goes with its process, however that ends, and holds no
    transaction. With PostgreSQL it counts for all machines, with SQLite there is only one.
    """
    own = _in_postgresql if connection.vendor == "postgresql" else _in_a_file
    with own(f"search.{target}") as take:
        yield _wait(take, wait)


def _wait(take: Take, seconds: float | None) -> bool:
    limit = None if seconds is None else time.monotonic() + seconds
    while not take():
        if limit is not None and time.monotonic() >= limit:
            return False
        time.sleep(POLL_SECONDS)
    return True


@contextmanager
def _in_postgresql(name: str) -> Iterator[Take]:
    own = connection.copy()  # the lock lasts as long as this connection, whatever the other does

    def take() -> bool:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
            return bool(cursor.fetchone()[0])

    try:
        yield take
    finally:
        own.close()


@contextmanager
def _in_a_file(name: str) -> Iterator[Take]:
    folder = Path(settings.SEARCH["INDEX_DIR"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / f"{name}.lock", "a")  # noqa: SIM115  (closed below)
    except OSError as error:
        raise EngineUnavailable(f"cannot write in {folder}: {error}") from error

    def take() -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    with file:
        yield take
