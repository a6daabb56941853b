"""Embedded engines in a folder, and a look at what is in it."""

import subprocess
import sys
import textwrap
from pathlib import Path

from search.contract import Vocabulary
from search.engines.embedded import EmbeddedEngine
from tests.search.documents import FACETS

ROOT = Path(__file__).resolve().parents[3]


def engine_in(directory: Path, **parameters) -> EmbeddedEngine:
    """An engine in a folder, as another process has it."""
    return EmbeddedEngine(directory, parameters.pop("facets", FACETS), Vocabulary, **parameters)


def generations(directory: Path) -> set[str]:
    """Names of all generations in a folder."""
    return {path.name for path in directory.iterdir() if path.is_dir()}


def current(directory: Path) -> Path:
    """The generation in use."""
    return directory / (directory / "CURRENT").read_text()


def in_a_process(directory: Path, code: str) -> int:
    """Run code in another process, where `engine` is the engine; its exit status."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from search.contract import Query\n"
        "from search.engines.embedded import text_index\n"
        "from tests.search.documents import sheet\n"
        "from tests.search.embedded.folders import engine_in\n"
        "engine = engine_in(Path(sys.argv[1]))\n" + textwrap.dedent(code)
    )
    command = [sys.executable, "-c", program, str(directory)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
