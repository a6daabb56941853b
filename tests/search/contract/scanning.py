"""A scan: every hit of a query, in its order, on the index as it was."""

import pytest

from search.contract import Engine, Hit, Query, Sort
from tests.search.contract.base import VISIO, ContractBase, MakeEngine
from tests.search.documents import offer, sheet

MANY = [
    sheet(
        f"{'Étoile' if number % 2 else 'Aube'} {number % 11}",
        id=f"sheet-{number}",
        neutral=(number * 7) % 57,
        updated=number % 5,
        label=number % 3,
        facets={"taille": "pe" if number % 3 else "ge"},
        summary="visioconférence" if number % 2 else "paie et visio, visio",
        offers=[
            offer("saas", total=number % 4 * 1_000_00, cloud="conforme"),
            offer("site", cloud="non-conforme"),
        ],
    )
    for number in range(57)
]


def by_pages(engine: Engine, query: Query) -> list[Hit]:
    """The same hits, page after page."""
    pages = range(1, 2 + len(MANY) // query.page_size)
    parameters = {"text": query.text, "filters": query.filters, "sort": query.sort}
    return [hit for page in pages for hit in engine.search(Query(**parameters, page=page)).hits]


class ScanContract(ContractBase):
    @pytest.mark.parametrize("text", ["", "visio", "-paie", "zzzzqqq"])
    @pytest.mark.parametrize(
        "filters", [{}, {"taille": ("pe",)}, {"cloud": ("non-conforme",), "taille": ("ge", "pe")}]
    )
    def test_is_all_pages_put_together(
        self, make_engine: MakeEngine, text: str, filters: dict[str, tuple[str, ...]]
    ):
        engine = make_engine(*MANY, vocabulary=VISIO)

        for sort in Sort:
            query = Query(text=text, filters=filters, sort=sort)
            paged = [(hit.id, hit.offer_uid, hit.total) for hit in by_pages(engine, query)]
            scanned = [(hit.id, hit.offer_uid, hit.total) for hit in engine.scan(query)]
            assert scanned == paged

    def test_has_cards_and_no_highlights(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", summary="paie", offers=[offer("saas", total=1_00)]))
        [hit] = engine.scan(Query(text="paie"))

        assert (hit.card["name"], hit.offer["name"]) == ("Aube", "saas")
        assert hit.highlights == {}

    def test_goes_on_after_many_sheets(self, make_engine: MakeEngine):
        documents = [sheet(f"Aube {number}", neutral=-number) for number in range(2_100)]
        engine = make_engine(*documents)

        expected = [document.id for document in reversed(documents)]
        assert [hit.id for hit in engine.scan(Query())] == expected

    @pytest.mark.parametrize("query", [Query(page=9), Query(page_size=1), Query(hits_only=True)])
    def test_has_no_pages(self, make_engine: MakeEngine, query: Query):
        engine = make_engine(sheet("Aube"), sheet("Brise"))

        assert {hit.id for hit in engine.scan(query)} == {"aube", "brise"}

    def test_of_an_empty_index_is_empty(self, make_engine: MakeEngine):
        assert list(make_engine().scan(Query())) == []

    def test_finds_what_was_just_written(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))
        engine.upsert([sheet("Brise")])
        self.another(engine).delete(["aube"])

        assert [hit.id for hit in engine.scan(Query())] == ["brise"]

    def test_once_begun_sees_no_change(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", neutral=1), sheet("Brise", neutral=2))
        hits = engine.scan(Query())
        first = next(hits)
        engine.delete(["brise"])
        engine.upsert([sheet("Cime", neutral=3)])

        assert [first.id, *(hit.id for hit in hits)] == ["aube", "brise"]

    def test_may_be_left_unfinished(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", neutral=1), sheet("Brise", neutral=2))
        hits = engine.scan(Query())
        next(hits)
        hits.close()
        engine.upsert([sheet("Cime", neutral=3)])

        assert [hit.id for hit in engine.scan(Query())] == ["aube", "brise", "cime"]

    def test_refuses_unknown_facets(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"))

        with pytest.raises(ValueError, match="couleur"):
            list(engine.scan(Query(filters={"couleur": ("bleu",)})))
