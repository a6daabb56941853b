"""An index that is not there, or cannot be used, says what to do."""

import shutil
from pathlib import Path

import pytest

from search.contract import EngineUnavailable, Query
from search.engines.embedded import EmbeddedEngine
from tests.search.documents import sheet
from tests.search.embedded.folders import current, engine_in


class TestWithoutIndex:
    def test_every_question_says_what_to_do(self, directory: Path):
        empty = engine_in(directory)

        for ask in (
            lambda: empty.search(Query()),
            lambda: empty.autocomplete("a"),
            lambda: empty.similar("a"),
            lambda: empty.upsert([sheet("Aube")]),
            lambda: empty.delete(["aube"]),
        ):
            with pytest.raises(EngineUnavailable, match="rebuild_index"):
                ask()

    def test_health_says_it_without_raising(self, directory: Path):
        health = engine_in(directory).health()

        assert not health.ok
        assert "rebuild_index" in health.detail

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path):
        (tmp_path / "file").write_text("")

        with pytest.raises(EngineUnavailable, match="cannot write"):
            engine_in(tmp_path / "file" / "index").rebuild([])

    def test_the_first_rebuild_makes_the_folder(self, directory: Path):
        assert engine_in(directory / "deeper").rebuild([sheet("Aube")]) == 1


class TestDamage:
    @pytest.mark.parametrize("name", ["", "absent", "../elsewhere", "\x00", "a/b"])
    def test_a_pointer_to_nowhere_is_said(self, engine: EmbeddedEngine, directory: Path, name: str):
        (directory / "CURRENT").write_text(name)

        assert "rebuild_index" in engine.health().detail
        with pytest.raises(EngineUnavailable):
            engine.search(Query())

    def test_a_pointer_that_is_no_text_is_said(self, engine: EmbeddedEngine, directory: Path):
        (directory / "CURRENT").write_bytes(b"\xff\xfe\xff")

        assert not engine.health().ok

    @pytest.mark.parametrize("content", [b"", b"this is no database, whatever its name" * 200])
    def test_damaged_documents_are_said(
        self, engine: EmbeddedEngine, directory: Path, content: bytes
    ):
        engine.close()
        (current(directory) / "documents.sqlite3").write_bytes(content)

        assert not engine.health().ok
        with pytest.raises(EngineUnavailable, match="rebuild_index"):
            engine.search(Query())

    def test_missing_documents_are_said(self, engine: EmbeddedEngine, directory: Path):
        engine.close()
        (current(directory) / "documents.sqlite3").unlink()

        assert not engine.health().ok

    @pytest.mark.parametrize("name", ["meta.json", "*.idx", "*.term"])
    def test_a_damaged_text_index_is_said(self, engine: EmbeddedEngine, directory: Path, name: str):
        engine.close()
        for path in (current(directory) / "text").glob(name):
            path.write_bytes(b"damaged")

        with pytest.raises(EngineUnavailable, match="rebuild_index"):
            engine.search(Query(text="courrier"))

    def test_a_rebuild_repairs_everything(self, engine: EmbeddedEngine, directory: Path):
        engine.close()
        shutil.rmtree(current(directory))
        engine.rebuild([sheet("Cime")])

        assert engine.search(Query()).total == 1

    @pytest.mark.parametrize("content", [None, b"", b"{}", b"damaged"])
    def test_columns_are_made_again_when_their_file_is_damaged(
        self, engine: EmbeddedEngine, directory: Path, content: bytes | None
    ):
        header = current(directory) / "columns" / "header.json"
        header.unlink() if content is None else header.write_bytes(content)

        assert engine_in(directory).search(Query()).total == 2

    def test_cut_columns_are_made_again(self, engine: EmbeddedEngine, directory: Path):
        (current(directory) / "columns" / "arrays.bin").write_bytes(b"short")

        assert engine_in(directory).search(Query()).total == 2

    def test_an_index_of_another_analysis_has_to_be_rebuilt(
        self, engine: EmbeddedEngine, directory: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("search.engines.embedded.reader.ANALYSER_VERSION", "next")
        other = engine_in(directory)

        assert "rebuild_index" in other.health().detail
        with pytest.raises(EngineUnavailable, match="another version"):
            other.search(Query())
        with pytest.raises(EngineUnavailable, match="another version"):
            other.upsert([sheet("Aube")])
