"""The embedded engine keeps the contract."""

from pathlib import Path

import pytest

from search.contract import Document, Engine, Vocabulary
from search.engines.embedded import EmbeddedEngine
from tests.search.contract.base import MakeEngine
from tests.search.documents import FACETS
from tests.search.engine_contract import EngineContract


class TestEmbeddedEngine(EngineContract):
    @pytest.fixture
    def make_engine(self, tmp_path: Path) -> MakeEngine:
        self.directory = tmp_path / "index"

        def make(*documents: Document, vocabulary: Vocabulary | None = None) -> Engine:
            engine = EmbeddedEngine(self.directory, FACETS, lambda: vocabulary or Vocabulary())
            engine.rebuild(documents)
            return engine

        return make

    def another(self, engine: Engine) -> Engine:
        return EmbeddedEngine(self.directory, FACETS, Vocabulary)
