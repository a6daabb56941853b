"""The folders of an embedded index: one a generation, and which of them is current.

`CURRENT` holds the name of the generation in use and is swapped in one step. Readers keep the
files they have open, and look at the pointer before every search. A generation being built is
locked by its builder, so that it is not taken for the rest of a crash.
"""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from search.contract import EngineUnavailable

POINTER = "CURRENT"
REBUILD = "run `manage.py rebuild_index`"
_LOCK = "write.lock"
_BUILDING = "building.lock"
_TEXT = "text"
_DOCUMENTS = "documents.sqlite3"
_COLUMNS = "columns"
_GRACE_SECONDS = 600.0
_POLL_SECONDS = 0.02


class Pointer(NamedTuple):
    """State of the pointer file: it differs as soon as the file was swapped."""

    inode: int
    modified: int
    size: int


class Generation(NamedTuple):
    """A folder and the paths of what it holds."""

    path: Path

    @property
    def text(self) -> Path:
        """Folder of the text index."""
        return self.path / _TEXT

    @property
    def documents(self) -> Path:
        """File of the documents."""
        return self.path / _DOCUMENTS

    @property
    def columns(self) -> Path:
        """Folder of the columns as they were when the generation was built."""
        return self.path / _COLUMNS

    @property
    def building(self) -> Path:
        """File that is locked as long as the generation is being built."""
        return self.path / _BUILDING


class Generations:
    """The generations of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def pointer(self) -> Pointer:
        """State of the pointer; raises `EngineUnavailable` when there is no index."""
        try:
            found = os.stat(self._directory / POINTER)
        except OSError as error:
            raise EngineUnavailable(f"no index in {self._directory}: {REBUILD}") from error
        return Pointer(found.st_ino, found.st_mtime_ns, found.st_size)

    def current(self) -> Generation:
        """The generation in use; raises `EngineUnavailable` when there is none."""
        name = self._current_name()
        if not name or Path(name).name != name or not (self._directory / name).is_dir():
            raise EngineUnavailable(f"the index in {self._directory} is damaged: {REBUILD}")
        return Generation(self._directory / name)

    def _current_name(self) -> str:
        try:
            return (self._directory / POINTER).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise EngineUnavailable(f"no index in {self._directory}: {REBUILD}") from error

    @contextmanager
    def writing(self, timeout: float) -> Iterator[None]:
        """Be the only writer, of all threads and processes; wait at most `timeout` seconds.

        The lock belongs to an open file: it goes with its process, however that ends.
        """
        with _reported(self._directory):
            self._directory.mkdir(parents=True, exist_ok=True)
            lock = open(self._directory / _LOCK, "a")  # noqa: SIM115  (closed below)
        with lock:
            self._wait(lock.fileno(), timeout)
            yield

    def _wait(self, lock: int, timeout: float) -> None:
        limit = time.monotonic() + timeout
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= limit:
                    message = f"another process has been writing the index for {timeout:g} s"
                    raise EngineUnavailable(message) from error
                time.sleep(_POLL_SECONDS)

    def new(self, timeout: float) -> tuple[Generation, IO[str]]:
        """A new folder, which nothing points at; it is swept once the file given back is closed.

        Waits at most `timeout` seconds for another writer: nobody sweeps it before it is locked.
        """
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        generation = Generation(self._directory / name)
        with self.writing(timeout), _reported(self._directory):
            generation.path.mkdir()
            return generation, _locked(generation)

    def publish(self, generation: Generation, timeout: float) -> None:
        """Make a generation the current one, in one step; the one before stays a while.

        Waits at most `timeout` seconds for another writer.
        """
        with self.writing(timeout):
            previous = self._current_or_none()
            self._point_at(generation)
            self.sweep(keep=previous)

    def _current_or_none(self) -> Generation | None:
        try:
            return self.current()
        except EngineUnavailable:
            return None

    def _point_at(self, generation: Generation) -> None:
        fresh = self._directory / f"{POINTER}.new"
        with _reported(self._directory):
            with open(fresh, "w", encoding="utf-8") as file:
                file.write(generation.path.name)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._directory / POINTER)

    def sweep(self, *, keep: Generation | None = None) -> None:
        """Remove the generations that are neither current, nor `keep`, nor being built.

        The caller holds the lock. `keep` is the one before, for searches that began on it.
        """
        with suppress(EngineUnavailable):
            kept = {self._current_name(), keep.path.name if keep else ""}
            for path in self._directory.iterdir():
                if path.is_dir() and path.name not in kept:
                    with suppress(OSError), _locked(Generation(path)):
                        shutil.rmtree(path, ignore_errors=True)

    def sweep_later(self) -> None:
        """Remove old generations once the current one has been in use for ten minutes."""
        with suppress(OSError):
            age = time.time() - os.stat(self._directory / POINTER).st_mtime
            if age > _GRACE_SECONDS:
                self.sweep()

    def discard(self, generation: Generation) -> None:
        """Remove a generation, unless it is the current one."""
        if self._current_or_none() != generation:
            shutil.rmtree(generation.path, ignore_errors=True)


def _locked(generation: Generation) -> IO[str]:
    """The lock of a generation that nobody builds; raises `BlockingIOError` when somebody does."""
    lock = open(generation.building, "a")  # noqa: SIM115  (closed by whoever wanted it)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock


@contextmanager
def _reported(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EngineUnavailable(f"cannot write in {directory}: {error}") from error
