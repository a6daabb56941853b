"""Readers: threads, processes and long reads while the index changes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.contract import EngineUnavailable, Query
from search.engines.embedded import EmbeddedEngine, store
from search.engines.embedded.text_index import TextSearcher
from tests.search.documents import sheet
from tests.search.embedded.folders import current, engine_in, in_a_process

read = store._read


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


class TestLongReads:
    @pytest.fixture(autouse=True)
    def many(self, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("search.engines.embedded.engine._SCANNED", 3)
        engine.rebuild(
            [sheet(f"Aube {place}", id=f"{place:02}", neutral=place) for place in range(20)]
        )

    def test_a_scan_outlives_the_generation_that_it_reads(
        self, engine: EmbeddedEngine, directory: Path
    ):
        read = current(directory)
        hits = engine.scan(Query())
        first = next(hits)
        for _ in range(3):
            engine.rebuild([sheet("Brise")])

        assert not read.exists()
        assert [first.id, *(hit.id for hit in hits)] == [f"{place:02}" for place in range(20)]

    def test_a_scan_has_the_sheets_as_they_were(self, engine: EmbeddedEngine):
        hits = engine.scan(Query())
        seen = [next(hits)]
        engine.delete(["05", "19"])
        engine.upsert([sheet("Brise", id="07", neutral=99), sheet("Brise", id="20")])

        seen.extend(hits)
        assert [hit.card["name"] for hit in seen] == [f"Aube {place}" for place in range(20)]

    def test_writers_do_not_wait_for_a_scan(self, engine: EmbeddedEngine, directory: Path):
        hits = engine.scan(Query())
        next(hits)
        impatient = engine_in(directory, lock_seconds=0)
        impatient.upsert([sheet("Brise")])
        impatient.rebuild([sheet("Brise")])

        assert len(list(hits)) == 19

    def test_a_scan_reads_sheets_by_batches(
        self, engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
    ):
        batches = []
        monkeypatch.setattr(
            store, "_read", lambda given, ords: batches.append(len(ords)) or read(given, ords)
        )
        assert len(list(engine.scan(Query(text="aube")))) == 20
        assert batches == [3, 3, 3, 3, 3, 3, 2]

    def test_a_scan_left_unfinished_holds_nothing(self, engine: EmbeddedEngine, directory: Path):
        hits = engine.scan(Query())
        next(hits)
        hits.close()
        engine.upsert([sheet("Brise")])
        wal = current(directory) / "documents.sqlite3-wal"
        engine.close()

        assert not wal.exists()  # tidied up: nobody reads it any more

    def test_a_scan_of_damaged_documents_is_said(self, engine: EmbeddedEngine, directory: Path):
        engine.close()
        (current(directory) / "documents.sqlite3").write_bytes(b"damaged" * 999)

        with pytest.raises(EngineUnavailable, match="rebuild_index"):
            next(engine.scan(Query()))
