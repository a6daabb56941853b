"""Writers: one at a time, whatever becomes of them."""

import fcntl
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.contract import EngineUnavailable, Query
from search.engines.embedded import EmbeddedEngine
from tests.search.documents import sheet
from tests.search.embedded.folders import engine_in, in_a_process


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
