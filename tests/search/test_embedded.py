"""The embedded engine keeps the contract; its folders, locks and crashes beside."""

import fcntl
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.contract import Document, Engine, EngineUnavailable, Facet, Query, Vocabulary
from search.engines.embedded import EmbeddedEngine
from search.engines.embedded.text_index import TextSearcher
from tests.search.contract.base import MakeEngine
from tests.search.documents import FACETS, sheet
from tests.search.engine_contract import EngineContract

ROOT = Path(__file__).resolve().parents[2]


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


def engine_in(directory: Path, **parameters) -> EmbeddedEngine:
    return EmbeddedEngine(directory, parameters.pop("facets", FACETS), Vocabulary, **parameters)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(directory: Path) -> EmbeddedEngine:
    built = engine_in(directory)
    built.rebuild([sheet("Aube", words="courrier"), sheet("Brise", words="parapheur")])
    return built


def generations(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir() if path.is_dir()}


def current(directory: Path) -> Path:
    return directory / (directory / "CURRENT").read_text()


def in_a_process(directory: Path, code: str) -> int:
    """Run code in another process, where `engine` is the engine; its exit status."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from search.contract import Query\n"
        "from search.engines.embedded import text_index\n"
        "from tests.search.documents import sheet\n"
        "from tests.search.test_embedded import engine_in\n"
        "engine = engine_in(Path(sys.argv[1]))\n" + textwrap.dedent(code)
    )
    command = [sys.executable, "-c", program, str(directory)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


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


class TestGenerations:
    def test_a_rebuild_keeps_the_one_before_for_searches_under_way(
        self, engine: EmbeddedEngine, directory: Path
    ):
        first = generations(directory)
        engine.rebuild([sheet("Cime")])
        second = generations(directory) - first
        engine.rebuild([sheet("Dune")])

        assert len(first) == len(second) == 1
        assert second < generations(directory)
        assert not first & generations(directory)

    def test_an_old_generation_goes_some_time_after(self, engine: EmbeddedEngine, directory: Path):
        engine.rebuild([sheet("Cime")])
        os.utime(directory / "CURRENT", (0, 0))
        engine.upsert([sheet("Dune")])

        assert generations(directory) == {current(directory).name}

    def test_an_interrupted_rebuild_leaves_no_folder(self, engine: EmbeddedEngine, directory: Path):
        def interrupted() -> Iterator[Document]:
            yield sheet("Cime")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            engine.rebuild(interrupted())
        assert generations(directory) == {current(directory).name}

    def test_a_killed_rebuild_leaves_the_index_and_its_rest_goes_with_the_next(
        self, engine: EmbeddedEngine, directory: Path
    ):
        status = in_a_process(
            directory,
            """
            def killed():
                yield sheet("Cime")
                os.kill(os.getpid(), 9)
            engine.rebuild(killed())
            """,
        )

        assert status == -9
        assert engine.search(Query()).total == 2
        assert len(generations(directory)) == 2
        before = current(directory).name
        engine.rebuild([sheet("Dune")])
        assert generations(directory) == {before, current(directory).name}

    def test_of_two_documents_with_one_id_the_first_is_built(self, engine: EmbeddedEngine):
        twice = [sheet("Aube", words="paie"), sheet("Aube", words="courrier")]

        assert engine.rebuild(twice) == 1
        assert engine.search(Query(text="paie")).total == 1

    def test_a_facet_declared_since_counts_what_documents_already_said(
        self, engine: EmbeddedEngine, directory: Path
    ):
        engine.rebuild([sheet("Aube", facets={"couleur": "bleu"})])
        other = engine_in(directory, facets=(*FACETS, Facet("couleur", "Couleur")))

        results = other.search(Query(filters={"couleur": ("bleu",)}))
        assert results.total == 1

    def test_changes_since_the_rebuild_are_found_at_opening(
        self, engine: EmbeddedEngine, directory: Path
    ):
        engine.upsert([sheet("Cime", facets={"taille": "pe"})])
        engine.delete(["aube"])

        results = engine_in(directory).search(Query(filters={"taille": ("pe",)}))
        assert [hit.id for hit in results.hits] == ["cime"]

    def test_a_closed_engine_opens_again(self, engine: EmbeddedEngine):
        engine.search(Query())
        engine.close()
        engine.close()

        assert engine.search(Query()).total == 2


class TestWriters:
    def test_a_second_writer_gives_up_after_a_while(self, engine: EmbeddedEngine, directory: Path):
        impatient = engine_in(directory, lock_seconds=0.1)

        with open(directory / "write.lock", "a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(EngineUnavailable, match="another process"):
                impatient.upsert([sheet("Cime")])
            with pytest.raises(EngineUnavailable, match="another process"):
                impatient.rebuild([])
            assert impatient.search(Query()).total == 2
        impatient.upsert([sheet("Cime")])
        assert engine.search(Query()).total == 3

    def test_a_second_writer_waits_for_the_first(self, engine: EmbeddedEngine, directory: Path):
        names = [f"Cime {place}" for place in range(6)]

        def add(name: str) -> None:
            engine_in(directory, lock_seconds=60).upsert([sheet(name)])

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(add, names))
        assert engine.search(Query()).total == 8

    def test_a_dead_process_holds_nothing(self, engine: EmbeddedEngine, directory: Path):
        in_a_process(
            directory,
            """
            text_index.TextIndex.apply = lambda *arguments: os.kill(os.getpid(), 9)
            engine.upsert([sheet("Cime")])
            """,
        )

        engine.upsert([sheet("Dune")])
        assert {hit.id for hit in engine.search(Query()).hits} == {"aube", "brise", "dune"}

    CRASH = """
        done = text_index.TextIndex.apply
        def crash(*arguments):
            done(*arguments)
            os.kill(os.getpid(), 9)
        text_index.TextIndex.apply = crash
    """

    def test_done_again_a_change_cut_between_text_and_documents_is_repaired(
        self, engine: EmbeddedEngine, directory: Path
    ):
        changed = 'sheet("Aube", words="paie"), sheet("Cime", words="paie")'
        status = in_a_process(
            directory, textwrap.dedent(self.CRASH) + f"engine.upsert([{changed}])"
        )
        assert status == -9
        assert engine.search(Query()).total == 2

        engine.upsert([sheet("Aube", words="paie"), sheet("Cime", words="paie")])
        found = engine.search(Query(text="paie"))
        assert {hit.id for hit in found.hits} == {"aube", "cime"}
        assert engine.search(Query(text="courrier")).total == 0

    def test_what_a_crash_left_of_a_new_sheet_is_never_found(
        self, engine: EmbeddedEngine, directory: Path
    ):
        in_a_process(
            directory,
            textwrap.dedent(self.CRASH) + 'engine.upsert([sheet("Cime", words="paie")])',
        )
        other = engine_in(directory)
        assert other.search(Query(text="paie")).total == 0
        other.upsert([sheet("Dune", words="archives")])

        assert other.search(Query(text="paie")).total == 0
        assert [hit.id for hit in other.search(Query(text="archives")).hits] == ["dune"]


class TestReaders:
    def test_another_process_finds_what_was_written(self, engine: EmbeddedEngine, directory: Path):
        engine.upsert([sheet("Cime", words="paie")])
        status = in_a_process(
            directory,
            """
            assert engine.search(Query(text="paie")).total == 1
            engine.upsert([sheet("Dune", words="paie")])
            """,
        )

        assert status == 0
        assert engine.search(Query(text="paie")).total == 2

    def test_a_child_process_searches_by_itself(self, engine: EmbeddedEngine, directory: Path):
        status = in_a_process(
            directory,
            """
            assert engine.search(Query(text="courrier")).total == 1
            child = os.fork()
            if child == 0:
                found = engine.search(Query(text="courrier")).total
                engine.upsert([sheet("Cime", words="courrier")])
                os._exit(10 * found + engine.search(Query(text="courrier")).total)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 12, status
            assert engine.search(Query(text="courrier")).total == 2
            """,
        )

        assert status == 0

    def test_threads_search_while_sheets_change(self, engine: EmbeddedEngine):
        writing = threading.Event()
        writing.set()

        def read() -> int:
            done = 0
            while writing.is_set():
                results = engine.search(Query(text="courrier", page_size=50))
                sizes = sum(bucket.count for bucket in results.facets["taille"])
                assert results.total == sizes + 1  # all but Aube have one size
                assert len(results.hits) == results.total
                done += 1
            return done

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read) for _ in range(3)]
            try:
                for place in range(8):
                    name = f"Cime {place}"
                    engine.upsert([sheet(name, words="courrier", facets={"taille": "pe"})])
            finally:
                writing.clear()
            assert all(reader.result() > 0 for reader in readers)
        assert engine.search(Query(text="courrier")).total == 9

    def test_threads_search_while_the_index_is_rebuilt(self, engine: EmbeddedEngine):
        writing = threading.Event()
        writing.set()

        def read() -> None:
            while writing.is_set():
                assert engine.search(Query(text="courrier")).total == 1
                assert engine.autocomplete("aub")

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read) for _ in range(3)]
            try:
                for _ in range(4):
                    engine.rebuild([sheet("Aube", words="courrier"), sheet("Brise")])
            finally:
                writing.clear()
            for reader in readers:
                reader.result()

    def test_the_same_text_is_looked_for_once(
        self, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
    ):
        calls = []
        find = TextSearcher.find
        monkeypatch.setattr(
            TextSearcher, "find", lambda *arguments: calls.append(1) or find(*arguments)
        )
        for page in (1, 2):
            engine.search(Query(text="courrier", page=page))
        engine.search(Query(text="courrier", filters={"taille": ("pe",)}))
        assert len(calls) == 1

        engine.upsert([sheet("Cime", words="courrier")])
        assert engine.search(Query(text="courrier")).total == 2
