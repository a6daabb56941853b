"""Test databases copied from a template, migrated and with the site set up: nobody waits twice.

The template is named after a fingerprint of the migrations, of what `init_site` writes and of the
pinned dependencies, so a change of any makes a new one. A transactional test ends with a fresh copy
instead of a flush, because a flush would empty what Wagtail's data migrations wrote (root page, site, groups).

`python -m tests.databases` fills the template of SQLite ahead of the tests.
"""

import fcntl
import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.environment import ROOT

TEMPLATES = ROOT / "var" / "test-databases"


def fingerprint() -> str:
    """Short hash of everything that decides what a migrated database holds."""
    sources = [
        *sorted(ROOT.glob("*/migrations/*.py")),
        *sorted(ROOT.glob("*/data/*.toml")),
        *sorted(ROOT.glob("home/content/*.toml")),
        *sorted(ROOT.glob("*/services.py")),
        ROOT / "requirements" / "base.txt",
    ]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def use(name: str) -> None:
    """Point the default connection, of this thread and of those to come, at another database."""
    connection.close()
    connection.settings_dict["NAME"] = name


def fill(name: str) -> None:
    """Migrate an empty database and set the site up in it."""
    from home.services import init_site  # once Django is set up

    use(name)
    call_command("migrate", verbosity=0)
    init_site()
    connection.close()


class SQLiteDatabase:
    """A file copied from a template file that stays in `var/` between runs.

    Every copy has a name of its own: SQLite removes the journal `…-wal` by name when a connection
    closes, so a thread of the test before, late to close, would remove that of the next test.
    """

    def __init__(self, scratch: Path, templates: Path = TEMPLATES) -> None:
        self.template = templates / f"{fingerprint()}.sqlite3"
        self.copies = (scratch / f"test-{number}.sqlite3" for number in itertools.count())
        self.path = next(self.copies)

    def create(self) -> None:
        self.prepare()
        self.restore()

    def prepare(self) -> None:
        """Fill the template, once: whoever comes meanwhile waits for it."""
        self.template.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.template.with_suffix(".lock")):
            if not self.template.exists():
                draft = self.template.with_suffix(".draft")
                for suffix in ("", "-wal", "-shm"):  # left by a run that was killed
                    Path(f"{draft}{suffix}").unlink(missing_ok=True)
                fill(str(draft))
                draft.rename(self.template)

    def restore(self) -> None:
        self.drop()
        self.path = next(self.copies)
        shutil.copyfile(self.template, self.path)
        use(str(self.path))

    def drop(self) -> None:
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


class PostgreSQLDatabase:
    """A database copied from a template database of the server that DATABASE_URL names."""

    def __init__(self) -> None:
        self.template = f"catalogue_{fingerprint()}"
        self.name = f"test_{self.template}_{os.getpid()}"
        # A server thread that kept its connection would see the database vanish.
        connection.settings_dict["CONN_MAX_AGE"] = 0

    def create(self) -> None:
        with connection._nodb_cursor() as cursor:
            # One process migrates, the others wait; the lock ends with this connection.
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [self.template])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
            if cursor.fetchone() is None:
                draft = f"{self.template}_draft"
                cursor.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
                cursor.execute(f'CREATE DATABASE "{draft}" TEMPLATE template0')
                fill(draft)
                cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{self.template}"')
        self.restore()

    def restore(self) -> None:
        self.drop()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        use(self.name)

    def drop(self) -> None:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes for the time of the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    django.setup()
    scratch = Path(settings.MEDIA_ROOT).parent
    if connection.vendor == "sqlite":
        SQLiteDatabase(scratch).prepare()
    shutil.rmtree(scratch, ignore_errors=True)
