"""Generations: swapped, swept, interrupted."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.contract import Document, EngineUnavailable, Facet, Query
from search.engines.embedded import EmbeddedEngine
from tests.search.documents import FACETS, sheet
from tests.search.embedded.folders import current, engine_in, generations, in_a_process


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


class TestBuilding:
    def test_a_discarded_generation_leaves_no_folder(self, engine: EmbeddedEngine, directory: Path):
        generation = engine.generation()
        generation.fill([sheet("Cime")])
        assert generations(directory) == {current(directory).name, generation.name}
        generation.discard()

        assert generations(directory) == {current(directory).name}

    def test_a_published_generation_cannot_be_discarded(
        self, engine: EmbeddedEngine, directory: Path
    ):
        generation = engine.generation()
        generation.fill([sheet("Cime")])
        generation.publish()
        generation.discard()

        assert generations(directory) > {generation.name}
        assert engine_in(directory).search(Query()).total == 1

    def test_a_generation_being_built_outlives_the_rebuilds_of_other_processes(
        self, engine: EmbeddedEngine, directory: Path
    ):
        generation = engine.generation()
        generation.fill([sheet("Cime")])
        status = in_a_process(
            directory, "for _ in range(3): engine.rebuild([sheet('Dune'), sheet('Aube')])"
        )

        assert status == 0
        assert generation.name in generations(directory)
        assert engine.search(Query()).total == 2
        generation.upsert([sheet("Orage", words="paie")])
        generation.publish()
        assert {hit.id for hit in engine.search(Query()).hits} == {"cime", "orage"}
        assert engine.search(Query(text="paie")).total == 1

    def test_and_the_sweeping_that_comes_with_changes(
        self, engine: EmbeddedEngine, directory: Path
    ):
        engine.rebuild([sheet("Aube")])
        generation = engine.generation()
        os.utime(directory / "CURRENT", (0, 0))
        engine.upsert([sheet("Dune")])

        assert generations(directory) == {current(directory).name, generation.name}
        generation.fill([sheet("Cime")])
        generation.publish()
        assert [hit.id for hit in engine.search(Query()).hits] == ["cime"]

    def test_another_process_writes_while_a_generation_is_filled(
        self, engine: EmbeddedEngine, directory: Path
    ):
        def documents() -> Iterator[Document]:
            yield sheet("Cime")
            status = in_a_process(
                directory,
                """
                engine = engine_in(Path(sys.argv[1]), lock_seconds=0)
                engine.upsert([sheet("Dune")])
                engine.delete(["aube"])
                """,
            )
            assert status == 0

        generation = engine.generation()
        assert generation.fill(documents()) == 1
        assert {hit.id for hit in engine.search(Query()).hits} == {"brise", "dune"}
        generation.discard()

    @pytest.mark.parametrize(
        "step",
        [
            "",
            "generation.fill([sheet('Cime')])",
            "generation.fill([sheet('Cime')]); generation.upsert([sheet('Dune')])",
            "generation.fill(iter(lambda: os.kill(os.getpid(), 9), None))",
        ],
    )
    def test_what_a_killed_process_was_building_is_swept(
        self, engine: EmbeddedEngine, directory: Path, step: str
    ):
        code = f"generation = engine.generation(); {step}; os.kill(os.getpid(), 9)"
        status = in_a_process(directory, code.replace("; ;", ";"))

        assert status == -9
        assert len(generations(directory)) == 2
        os.utime(directory / "CURRENT", (0, 0))
        engine.upsert([sheet("Dune")])
        assert generations(directory) == {current(directory).name}
        assert engine.search(Query()).total == 3

    def test_a_publication_that_could_not_be_may_be_tried_again(
        self, engine: EmbeddedEngine, directory: Path
    ):
        generation = engine_in(directory, lock_seconds=0.1).generation()
        generation.fill([sheet("Cime")])
        with open(directory / "write.lock", "a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(EngineUnavailable, match="another process"):
                generation.publish()
        assert engine.search(Query()).total == 2

        generation.publish()
        assert engine.search(Query()).total == 1

    def test_a_damaged_generation_says_so(self, engine: EmbeddedEngine, directory: Path):
        generation = engine.generation()
        generation.fill([sheet("Cime")])
        (directory / generation.name / "documents.sqlite3").write_bytes(b"damaged" * 999)

        with pytest.raises(EngineUnavailable, match="rebuild_index"):
            generation.upsert([sheet("Dune")])
        generation.discard()
        assert engine.search(Query()).total == 2
