"""The copies that tests run on: each is its own file, and the one before is gone."""

from pathlib import Path

from tests import databases
from tests.databases import SQLiteDatabase


def test_a_fresh_copy_never_takes_the_name_of_the_one_before(tmp_path: Path, monkeypatch):
    used: list[str] = []
    monkeypatch.setattr(databases, "use", used.append)
    monkeypatch.setattr(databases.connection, "close", lambda: None)
    database = SQLiteDatabase(scratch=tmp_path, templates=tmp_path)
    database.template.write_bytes(b"migrated")

    database.create()
    database.restore()

    first, second = map(Path, used)
    assert first != second
    assert second.read_bytes() == b"migrated"
    assert not first.exists()
