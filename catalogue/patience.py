"""Writing what is worth less than a visitor's time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

LOCK_MILLISECONDS = 100
"""How long such a write waits for another writer before it is given up."""


@contextmanager
def hurried_transaction() -> Iterator[None]:
    """A transaction that waits a moment only for the locks of others.

    Raises `django.db.Error` when that is not enough.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
                yield
            return
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_MILLISECONDS}")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
