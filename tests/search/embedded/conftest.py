"""An index of two sheets."""

from pathlib import Path

import pytest

from search.engines.embedded import EmbeddedEngine
from tests.search.documents import sheet
from tests.search.embedded.folders import engine_in


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(directory: Path) -> EmbeddedEngine:
    built = engine_in(directory)
    built.rebuild([sheet("Aube", words="courrier"), sheet("Brise", words="parapheur")])
    return built
