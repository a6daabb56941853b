"""The documents of one generation of the embedded index, in a SQLite file.

It says which sheets exist and what they hold; the text index beside it only finds ordinals. Every
change takes the next number of a sequence, so that readers fetch only what they have not seen.
"""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from search.analysis import Entry
from search.engines.embedded.columns import Row
from search.engines.embedded.preparing import row
from search.hits import Stored

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    ord INTEGER PRIMARY KEY, id TEXT NOT NULL, seq INTEGER NOT NULL, alive INTEGER NOT NULL,
    neutral INTEGER NOT NULL, name_key TEXT NOT NULL,
    columns TEXT NOT NULL, card TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE names (
    key TEXT NOT NULL, inside INTEGER NOT NULL, neutral INTEGER NOT NULL, ord INTEGER NOT NULL,
    PRIMARY KEY (key, inside, ord)
) WITHOUT ROWID;
CREATE TABLE words (
    folded TEXT PRIMARY KEY, stem TEXT NOT NULL, shown TEXT NOT NULL, frequency INTEGER NOT NULL,
    seq INTEGER NOT NULL
) WITHOUT ROWID;
"""
INDEXES = """
CREATE UNIQUE INDEX document_ids ON documents (id);
CREATE INDEX document_changes ON documents (seq);
CREATE INDEX document_names ON documents (name_key, neutral) WHERE alive;
CREATE INDEX names_of ON names (ord);
CREATE INDEX word_stems ON words (stem);
CREATE INDEX word_changes ON words (seq);
"""
_BUSY_SECONDS = 5.0
_MOST_PARAMETERS = 900
# Sorts after anything that a name can hold.
_LAST = "\U0010ffff"


class Store:
    """One generation's documents. Connections are pooled: any thread may read at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection in autocommit mode, for one thread at a time."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = connect(self._path)
        try:
            yield connection
        except BaseException:
            connection.close()  # rolls back what was begun
            raise
        with self._lock:
            if not self._closed:
                return self._idle.append(connection)
        connection.close()

    def close(self) -> None:
        """Close the connections that are idle now, and the others once they are."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        # An engine may be dropped without a word; Python 3.13 warns of files left open.
        self.close()

    @contextmanager
    def frozen(self) -> Iterator[Callable[[Iterable[int]], dict[int, Stored]]]:
        """`stored`, as the sheets are now whatever changes meanwhile, the file's removal included.

        Not to be held for long: what is written meanwhile cannot be tidied up.
        """
        with self.connection() as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT value FROM meta").fetchone()  # begins it indeed
            yield partial(_read, connection)
            connection.execute("COMMIT")

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self.connection() as connection:
            return connection.execute(sql, parameters).fetchall()

    def meta(self) -> dict[str, str]:
        """What is known of the generation: analyser version, when it was built…"""
        return dict(self._rows("SELECT key, value FROM meta"))

    def seq(self) -> int:
        """Number of the last change."""
        return int(self._rows("SELECT value FROM meta WHERE key = 'seq'")[0][0])

    def changes(self, since: int) -> Iterator[Row]:
        """The sheets added, replaced or deleted after a change."""
        with self.connection() as connection:
            sql = "SELECT ord, alive, columns FROM documents WHERE seq > ?"
            yield from (row(*found) for found in connection.execute(sql, (since,)))

    def words(self, since: int) -> list[Entry]:
        """The words whose frequency changed after a change; 0 for one that nobody uses any more."""
        sql = "SELECT folded, stem, shown, frequency FROM words WHERE seq > ?"
        return [Entry(*found) for found in self._rows(sql, (since,))]

    def knows(self, folded: str, stem: str) -> bool:
        """Whether some sheet uses a word, as it is or inflected."""
        sql = "SELECT 1 FROM words WHERE (folded = ? OR stem = ?) AND frequency > 0 LIMIT 1"
        return bool(self._rows(sql, (folded, stem)))

    def frequency(self, folded: str) -> int:
        """How many sheets use a word, exactly as it is."""
        found = self._rows("SELECT frequency FROM words WHERE folded = ?", (folded,))
        return int(found[0][0]) if found else 0

    def stem_frequencies(self, stems: Iterable[str]) -> Counter[str]:
        """How many times sheets use any inflection of each stem, about."""
        wanted = list(stems)[:_MOST_PARAMETERS]
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT stem, sum(frequency) FROM words WHERE stem IN ({marks}) GROUP BY stem"  # noqa: S608  (marks only)
        return Counter(dict(self._rows(sql, wanted)))

    def ordinals(self, ids: Sequence[str]) -> dict[str, int]:
        """The ordinals of sheets by id; one that does not exist is left out."""
        marks = ",".join("?" * len(ids))
        return dict(
            self._rows(f"SELECT id, ord FROM documents WHERE id IN ({marks}) AND alive", ids)  # noqa: S608  (marks only)
        )

    def stored(self, ords: Iterable[int]) -> dict[int, Stored]:
        """Sheets by ordinal; one that is gone is left out."""
        with self.connection() as connection:
            return _read(connection, ords)

    def named(self, name: str) -> tuple[list[int], list[int]]:
        """Ordinals of the sheets called so, and of those whose name goes on with other words."""
        sql = "SELECT ord FROM names WHERE inside = 0 AND key = ?"
        longer = "SELECT ord FROM names WHERE inside = 0 AND key > ? AND key < ?"
        return (
            [found[0] for found in self._rows(sql, (name,))],
            [found[0] for found in self._rows(longer, (f"{name} ", f"{name} {_LAST}"))],
        )

    def completed(self, prefix: str, limit: int) -> list[int]:
        """Ordinals of names in which a word begins with `prefix`: at the start first, then neutral.

        A name that repeats a word is found only once.
        """
        sql = """
            SELECT ord FROM names WHERE key >= ? AND key < ? ORDER BY inside, neutral, ord LIMIT ?
        """
        found = self._rows(sql, (prefix, prefix + _LAST, limit * 4))
        return list(dict.fromkeys(ord_ for (ord_,) in found))[:limit]

    def in_name_order(self) -> list[int]:
        """Ordinals of all sheets by name, ties in neutral order."""
        # One value instead of a row each: rows would take and give back the interpreter's lock.
        sql = """
            SELECT group_concat(ord) FROM
            (SELECT ord FROM documents WHERE alive ORDER BY name_key, neutral, ord)
        """
        joined = self._rows(sql)[0][0]
        return [int(one) for one in joined.split(",")] if joined else []


def _read(connection: sqlite3.Connection, ords: Iterable[int]) -> dict[int, Stored]:
    wanted = [int(one) for one in ords]
    marks = ",".join("?" * len(wanted))
    sql = f"SELECT ord, id, alive, columns, card, text FROM documents WHERE ord IN ({marks})"  # noqa: S608
    return {
        ord_: _stored(id_, row(ord_, alive, columns), card, text)
        for ord_, id_, alive, columns, card, text in connection.execute(sql, wanted)
        if alive
    }


def _stored(id_: str, columns: Row, cards: str, text: str) -> Stored:
    card, offer_cards = json.loads(cards)
    return Stored(id_, columns.facets, columns.offers, card, offer_cards, json.loads(text))


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open a store's file in autocommit mode; only `create` may make it."""
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_SECONDS,
    )
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection
