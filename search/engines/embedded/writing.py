"""Changes to the documents of a generation: filling a new one, then one sheet after another."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from search.analysis import analysed
from search.engines.embedded.preparing import Prepared
from search.engines.embedded.store import INDEXES, SCHEMA, connect

_PUT = "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)"
_NAME = "INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?)"


class TextChange(NamedTuple):
    """What the text index has to hold for an ordinal: nothing when `stems` is None."""

    ord: int
    stems: Mapping[str, str] | None = None
    categories: Sequence[str] = ()


class Filling:
    """A new store being filled; nobody reads it before `finish`."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._seen: set[str] = set()
        self._words: Counter[tuple[str, tuple[str, str]]] = Counter()
        self._connection = connect(path, create=True)
        # A crash leaves a folder that nothing points at: durability comes with `finish`.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(SCHEMA)

    def add(self, prepared: Iterable[Prepared]) -> Iterator[TextChange]:
        """Store documents, giving what the text index needs; an id met again is left out."""
        self._connection.execute("BEGIN")
        for one in prepared:
            if one.id in self._seen:
                continue
            self._seen.add(one.id)
            _put(self._connection, one, self.count, seq=0)
            self._words.update(one.words.items())
            yield TextChange(self.count, one.stems, one.categories)
            self.count += 1
        self._connection.execute("COMMIT")

    def finish(self, meta: Mapping[str, str]) -> None:
        """Write the lexicon and what is known of the generation, and make all of it durable."""
        frequency: Counter[str] = Counter()
        shown: dict[str, tuple[str, str]] = {}
        for (folded, word), count in sorted(self._words.items(), key=lambda item: item[1]):
            frequency[folded] += count
            shown[folded] = word  # the most frequent writing comes last
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO words VALUES (?, ?, ?, ?, 0)",
            ((folded, *shown[folded], count) for folded, count in frequency.items()),
        )
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", {"seq": "0", **meta}.items())
        self._connection.execute("COMMIT")
        self._connection.executescript(INDEXES)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class Changes:
    """Changes inside a transaction that the caller begins and commits."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._seq = 1 + int(self._value("SELECT value FROM meta WHERE key = 'seq'"))
        self._frequency: Counter[str] = Counter()
        self._words: dict[str, tuple[str, str]] = {}

    def put(self, prepared: Prepared) -> TextChange:
        """Add or replace a document, under the ordinal it already has if any."""
        ord_ = self._withdraw(prepared.id)
        if ord_ is None:
            ord_ = int(self._value("SELECT coalesce(max(ord), -1) + 1 FROM documents"))
        _put(self._connection, prepared, ord_, self._seq)
        self._frequency.update(prepared.words.keys())
        self._words.update(prepared.words)
        return TextChange(ord_, prepared.stems, prepared.categories)

    def delete(self, id_: str) -> TextChange | None:
        """Remove a document; None when there is no such document."""
        sql = "SELECT 1 FROM documents WHERE id = ? AND alive"
        known = self._connection.execute(sql, (id_,)).fetchone() is not None
        ord_ = self._withdraw(id_) if known else None
        if ord_ is None:
            return None
        self._connection.execute(
            "UPDATE documents SET alive = 0, card = '', text = '{}', seq = ? WHERE ord = ?",
            (self._seq, ord_),
        )
        return TextChange(ord_)

    def finish(self) -> None:
        """Write the frequencies of words and the number of this change."""
        changed = {word: count for word, count in self._frequency.items() if count}
        self._connection.executemany(
            """
            INSERT INTO words VALUES (:folded, :stem, :shown, :count, :seq)
            ON CONFLICT (folded) DO UPDATE SET frequency = frequency + :count, seq = :seq
            """,
            [
                {
                    "folded": word,
                    "stem": self._words[word][0],
                    "shown": self._words[word][1],
                    "count": count,
                    "seq": self._seq,
                }
                for word, count in changed.items()
            ],
        )
        self._connection.execute("UPDATE meta SET value = ? WHERE key = 'seq'", (str(self._seq),))

    def _withdraw(self, id_: str) -> int | None:
        """Take a document's name and words out; its ordinal, None when it never existed."""
        sql = "SELECT ord, text FROM documents WHERE id = ?"
        found = self._connection.execute(sql, (id_,)).fetchone()
        if found is None:
            return None
        ord_, text = found
        _, words = analysed(json.loads(text))
        self._frequency.subtract(words.keys())
        self._words.update(words)
        self._connection.execute("DELETE FROM names WHERE ord = ?", (ord_,))
        return int(ord_)

    def _value(self, sql: str) -> str:
        return str(self._connection.execute(sql).fetchone()[0])


def _put(connection: sqlite3.Connection, one: Prepared, ord_: int, seq: int) -> None:
    connection.execute(
        _PUT,
        (ord_, one.id, seq, one.neutral, one.name_key, one.columns, one.card, one.text),
    )
    connection.executemany(
        _NAME,
        [(key, int(place > 0), one.neutral, ord_) for place, key in enumerate(one.names)],
    )
