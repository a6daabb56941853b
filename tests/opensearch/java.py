"""Finding a Java runtime of the right age on this machine."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from config.environment import env

INSTALLED = Path("/usr/lib/jvm")


class Unavailable(Exception):
    """What a server needs is not on this machine; the message says what, and what to do."""


def homes() -> Iterator[Path]:
    """Folders that may hold a runtime, those that the environment names first."""
    for name in (env.str("JAVA_21_HOME", ""), os.environ.get("JAVA_HOME", "")):
        if name:
            yield Path(name)
    if INSTALLED.is_dir():
        yield from sorted(INSTALLED.iterdir())
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent


def age(home: Path) -> int:
    """Major version that the runtime's `release` file tells; 0 when there is no runtime."""
    if not (home / "bin" / "java").exists() or not (home / "release").is_file():
        return 0
    release = (home / "release").read_text(encoding="utf-8")
    found = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    return int(found.group(1)) if found else 0


def find_java(versions: range) -> Path:
    """The `java` program of the first home whose version is in `versions`.

    Raises `Unavailable` when this machine has none.
    """
    for home in homes():
        if age(home) in versions:
            return home / "bin" / "java"
    raise Unavailable(
        f"no Java {versions.start} to {versions.stop - 1} was found: install one, "
        "or name its folder in JAVA_21_HOME (Java 21 or later) or JAVA_HOME"
    )
