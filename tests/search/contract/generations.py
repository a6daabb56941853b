"""Generations: an index built beside the one that answers, and swapped in."""

from collections.abc import Iterator

import pytest

from search.contract import Document, DocumentsRefused
from tests.search.contract.base import ContractBase, MakeEngine, counts, found, search
from tests.search.documents import sheet


class GenerationContract(ContractBase):
    def test_answers_nothing_before_it_is_published(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        generation = engine.generation()

        assert generation.fill([sheet("Brise"), sheet("Cime")]) == 2
        generation.upsert([sheet("Dune")])
        assert found(engine) == found(self.another(engine)) == ["Aube"]
        generation.discard()

    def test_answers_everywhere_once_it_is(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        other = self.another(engine)
        assert found(other, "aube") == ["Aube"]
        generation = engine.generation()
        generation.fill([sheet("Brise", facets={"taille": "pe"})])
        generation.publish()

        for one in (engine, other):
            assert found(one) == ["Brise"]
            assert found(one, "aube") == []
            assert counts(search(one), "taille")["pe"] == 1
            assert one.health().documents == 1

    def test_the_current_one_takes_changes_while_it_is_filled(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Brise"))
        other = self.another(engine)
        seen = []

        def documents() -> Iterator[Document]:
            yield sheet("Aube")
            other.upsert([sheet("Cime", words="paie")])
            other.delete(["brise"])
            seen.extend([found(engine, "paie"), sorted(found(other))])
            yield sheet("Brise")

        generation = engine.generation()
        generation.fill(documents())

        assert seen == [["Cime"], ["Aube", "Cime"]]
        assert sorted(found(engine)) == ["Aube", "Cime"]
        generation.publish()
        assert sorted(found(engine)) == ["Aube", "Brise"]

    def test_and_after_it_is_filled(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        generation = engine.generation()
        generation.fill([sheet("Aube")])
        engine.upsert([sheet("Brise", words="paie")])

        assert found(engine, "paie") == ["Brise"]
        generation.publish()
        assert found(engine) == ["Aube"]

    def test_its_own_changes_are_there_once_it_is_published(self, make_engine: MakeEngine):
        engine = make_engine()
        generation = engine.generation()
        generation.fill([sheet("Aube"), sheet("Brise"), sheet("Cime", words="paie")])
        generation.upsert([sheet("Cime", words="courrier", facets={"taille": "ge"})])
        generation.upsert([sheet("Dune", words="courrier")])
        generation.delete(["aube", "inconnue"])
        generation.upsert([])
        generation.publish()

        assert sorted(found(engine)) == ["Brise", "Cime", "Dune"]
        assert sorted(found(engine, "courrier")) == ["Cime", "Dune"]
        assert found(engine, "paie") == []
        assert found(engine, filters={"taille": "ge"}) == ["Cime"]

    def test_takes_changes_like_any_other_once_it_is_published(self, make_engine: MakeEngine):
        engine = make_engine()
        generation = engine.generation()
        generation.fill([sheet("Aube")])
        generation.upsert([sheet("Brise")])
        generation.publish()
        self.another(engine).upsert([sheet("Cime")])
        engine.delete(["brise"])

        assert sorted(found(engine)) == ["Aube", "Cime"]

    def test_discarded_it_changes_nothing(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        rebuilt_at = engine.health().rebuilt_at
        generation = engine.generation()
        generation.fill([sheet("Brise")])
        generation.discard()

        assert found(engine) == found(self.another(engine)) == ["Aube"]
        assert engine.health().rebuilt_at == rebuilt_at
        engine.upsert([sheet("Cime")])
        assert engine.rebuild([sheet("Dune")]) == 1
        assert found(engine) == ["Dune"]

    def test_may_be_discarded_before_it_is_filled(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        engine.generation().discard()

        assert found(engine) == ["Aube"]

    def test_one_follows_another(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        other = self.another(engine)
        for name in ("Brise", "Cime"):
            generation = engine.generation()
            generation.fill([sheet(name)])
            generation.publish()
            assert found(engine) == found(other) == [name]

    def test_two_may_be_built_at_once(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        first, second = engine.generation(), self.another(engine).generation()
        first.fill([sheet("Brise")])
        second.fill([sheet("Cime")])
        first.publish()

        assert found(engine) == ["Brise"]
        second.upsert([sheet("Dune")])
        second.publish()
        assert sorted(found(engine)) == ["Cime", "Dune"]

    def test_each_has_a_short_name_of_its_own(self, make_engine: MakeEngine):
        engine = make_engine()
        built = [engine.generation() for _ in range(2)]
        names = {generation.name for generation in built}
        for generation in built:
            generation.discard()

        assert len(names) == 2
        assert all(0 < len(name) <= 40 for name in names)

    def test_of_equal_ids_the_first_counts(self, make_engine: MakeEngine):
        engine = make_engine()
        generation = engine.generation()

        assert generation.fill([sheet("Aube", words="paie"), sheet("Aube", words="lune")]) == 1
        generation.publish()
        assert found(engine, "paie") == ["Aube"]
        assert found(engine, "lune") == []

    def test_an_error_while_filling_comes_through(self, make_engine: MakeEngine):
        def failing() -> Iterator[Document]:
            yield sheet("Brise")
            raise LookupError("no such sheet")

        engine = make_engine(sheet("Aube"))
        generation = engine.generation()
        with pytest.raises(LookupError, match="no such sheet"):
            generation.fill(failing())
        generation.discard()

        assert found(engine) == ["Aube"]

    def test_takes_all_but_the_sheets_that_cannot_be_stored(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        generation = engine.generation()
        endless: dict[str, object] = {}
        endless["self"] = endless
        with pytest.raises(DocumentsRefused) as told:
            generation.fill([sheet("Brise"), sheet("Cime", card=endless), sheet("Dune")])
        assert told.value.reasons.keys() == {"cime"}
        assert told.value.taken == 2
        with pytest.raises(DocumentsRefused):
            generation.upsert([sheet("Elme"), sheet("Dune", card=endless)])
        generation.publish()

        assert sorted(found(engine)) == ["Brise", "Dune", "Elme"]

    def test_once_it_answers_it_is_not_to_be_discarded(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        generation = engine.generation()
        generation.fill([sheet("Brise")])
        generation.publish()
        generation.discard()

        assert found(engine) == ["Brise"]
