"""Changes: what one instance writes, every other one finds."""

from collections.abc import Iterator

import pytest

from search.contract import Document, DocumentsRefused
from tests.search.contract.base import ContractBase, MakeEngine, counts, found, search
from tests.search.documents import offer, sheet


class ChangeContract(ContractBase):
    def test_an_added_sheet_is_found(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        engine.upsert([sheet("Brise", words="courrier")])

        assert found(engine, "courrier") == ["Brise"]
        assert search(engine).total == 2

    def test_a_replaced_sheet_is_found_as_it_is_now(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", id="a", words="paie", facets={"taille": "pe"}))
        engine.upsert([sheet("Aube", id="a", words="courrier", facets={"taille": "ge"})])

        assert found(engine, "courrier") == ["Aube"]
        assert found(engine, "paie") == []
        assert counts(search(engine), "taille") | {"pe": 0, "ge": 1} == counts(
            search(engine), "taille"
        )
        assert search(engine).total == 1

    def test_replaced_offers_are_those_filtered_on(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", offers=[offer("A", cloud="conforme"), offer("B", total=1_00)])
        )
        engine.upsert([sheet("Aube", offers=[offer("C", cloud="non-conforme", quote=True)])])

        assert search(engine, filters={"cloud": "conforme"}).total == 0
        hit = search(engine, filters={"cloud": "non-conforme"}).hits[0]
        assert (hit.offer_uid, hit.total) == ("C", None)
        assert search(engine, filters={"moins-de-100k": "1"}).apart["sur-devis"] == 1

    def test_a_sheet_may_gain_offers(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Brise"))
        many = [offer(f"o{place}", hebergement=f"pays-{place}") for place in range(9)]
        engine.upsert([sheet("Aube", offers=many)])

        hits = search(engine, filters={"hebergement": "pays-8"}).hits
        assert [hit.offer_uid for hit in hits] == ["o8"]

    def test_a_removed_sheet_is_not_found(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", facets={"taille": "pe"}), sheet("Brise"))
        engine.delete(["aube"])

        assert found(engine) == ["Brise"]
        assert found(engine, "aube") == []
        assert counts(search(engine), "taille")["pe"] == 0

    def test_removing_unknown_sheets_changes_nothing(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        engine.delete(["inconnue", ""])

        assert search(engine).total == 1

    def test_a_removed_sheet_may_come_back(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="courrier"))
        engine.delete(["aube"])
        engine.upsert([sheet("Aube", words="paie")])

        assert found(engine, "paie") == ["Aube"]
        assert search(engine).total == 1

    def test_of_two_versions_in_one_go_the_last_counts(self, make_engine: MakeEngine):
        engine = make_engine()
        engine.upsert([sheet("Aube", words="paie"), sheet("Aube", words="courrier")])

        assert found(engine, "courrier") == ["Aube"]
        assert search(engine).total == 1

    def test_doing_it_twice_changes_nothing_more(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        for _ in range(2):
            engine.upsert([sheet("Brise", words="parapheur")])
            engine.delete(["aube"])

        assert found(engine) == ["Brise"]
        assert search(engine, "parafeur").suggestion == "parapheur"

    def test_nothing_to_do_is_done(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        engine.upsert([])
        engine.delete([])

        assert search(engine).total == 1

    def test_a_new_value_of_an_open_facet_is_listed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", facets={"tag": "ancien"}))
        engine.upsert([sheet("Brise", facets={"tag": "nouveau"})])

        assert counts(search(engine), "tag") == {"ancien": 1, "nouveau": 1}

    def test_a_sheet_that_cannot_be_stored_is_told_and_the_others_taken(
        self, make_engine: MakeEngine
    ):
        engine = make_engine(sheet("Aube", words="courrier"))
        unknown_to_json = sheet("Aube", card={"name": object()}, words="paie")
        with pytest.raises(DocumentsRefused) as told:
            engine.upsert([unknown_to_json, sheet("Brise", words="paie")])

        assert told.value.reasons.keys() == {"aube"}
        assert told.value.taken == 1
        assert found(engine, "paie") == ["Brise"]
        assert found(engine, "courrier") == ["Aube"]

    def test_many_sheets_may_be_added_one_by_one(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        for place in range(5):
            engine.upsert([sheet(f"Brise {place}", facets={"taille": "pe"})])

        assert counts(search(engine), "taille")["pe"] == 5

    def test_a_rebuild_replaces_everything(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Brise"))

        assert engine.rebuild([sheet("Cime")]) == 1
        assert found(engine) == ["Cime"]

    def test_a_rebuild_says_how_many_sheets_there_are(self, make_engine: MakeEngine):
        engine = make_engine()

        assert engine.rebuild(iter([sheet("Aube"), sheet("Brise")])) == 2
        assert engine.health().documents == 2

    def test_an_interrupted_rebuild_leaves_everything_as_it_was(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))

        def interrupted() -> Iterator[Document]:
            yield sheet("Brise")
            raise KeyError("la base est partie")

        with pytest.raises(KeyError):
            engine.rebuild(interrupted())
        assert found(engine) == ["Aube"]
        assert engine.rebuild([sheet("Cime")]) == 1

    def test_another_instance_finds_what_was_added(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        other = self.another(engine)
        assert search(other).total == 1
        engine.upsert([sheet("Brise", words="courrier")])

        assert found(other, "courrier") == ["Brise"]
        assert search(other).total == 2

    def test_another_instance_misses_what_was_removed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Brise"))
        other = self.another(engine)
        assert search(other, "aube").total == 1
        engine.delete(["aube"])

        assert search(other, "aube").total == 0

    def test_another_instance_sees_a_rebuild(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        other = self.another(engine)
        assert found(other) == ["Aube"]
        engine.rebuild([sheet("Brise")])

        assert found(other) == ["Brise"]

    def test_another_instance_may_write_in_turn(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        other = self.another(engine)
        engine.upsert([sheet("Brise")])
        other.upsert([sheet("Cime")])
        engine.delete(["aube"])

        assert sorted(found(other)) == ["Brise", "Cime"]
        assert sorted(found(engine)) == ["Brise", "Cime"]

    def test_health_tells_how_many_and_since_when(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Brise"))
        engine.delete(["aube"])
        health = engine.health()

        assert health.ok
        assert health.documents == 1
        assert health.rebuilt_at is not None
