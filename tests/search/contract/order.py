"""Order and pages: neutral, stable, exhaustive, and the sorts a person can ask for."""

import pytest

from search.contract import Sort
from tests.search.contract.base import ContractBase, MakeEngine, found, search
from tests.search.documents import offer, sheet

MANY = [
    sheet(f"Aube {number}", facets={"taille": "pe" if number % 3 else "ge"}, summary="même texte")
    for number in range(57)
]


class OrderContract(ContractBase):
    def test_without_text_the_order_is_neutral(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=3), sheet("Brise", neutral=1), sheet("Cime", neutral=2)
        )

        assert found(engine) == ["Brise", "Cime", "Aube"]

    def test_filters_keep_the_neutral_order(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=3, facets={"taille": "pe"}),
            sheet("Brise", neutral=1, facets={"taille": "pe"}),
            sheet("Cime", neutral=2),
        )

        assert found(engine, filters={"taille": "pe"}) == ["Brise", "Aube"]

    def test_sheets_alike_come_in_neutral_order(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=2, summary="gestion du courrier"),
            sheet("Brise", neutral=1, summary="gestion du courrier"),
            sheet("Cime", neutral=3, summary="gestion du courrier"),
        )

        assert found(engine, "courrier") == ["Brise", "Aube", "Cime"]

    def test_a_better_match_comes_first_whatever_the_neutral_order(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=1, description="Prend aussi en charge le courrier entrant."),
            sheet("Courrier facile", neutral=2),
        )

        assert found(engine, "courrier")[0] == "Courrier facile"

    def test_the_same_search_gives_the_same_order(self, make_engine: MakeEngine):
        engine = make_engine(*MANY)
        first = [hit.id for hit in search(engine, "même texte", page_size=100).hits]

        assert [hit.id for hit in search(engine, "même texte", page_size=100).hits] == first
        elsewhere = search(self.another(engine), "même texte", page_size=100)
        assert [hit.id for hit in elsewhere.hits] == first

    def test_by_name(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Étoile"), sheet("aube"), sheet("Zéphyr"), sheet("Brise"))

        assert found(engine, sort=Sort.NAME) == ["aube", "Brise", "Étoile", "Zéphyr"]

    def test_by_name_homonyms_come_in_neutral_order(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", id="b", neutral=2), sheet("Aube", id="a", neutral=3), sheet("Aa")
        )

        ids = [hit.id for hit in search(engine, sort=Sort.NAME).hits]
        assert ids == ["aa", "b", "a"]

    def test_latest_first(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", updated=20_000), sheet("Brise", updated=20_500), sheet("Cime")
        )

        assert found(engine, sort=Sort.RECENT) == ["Brise", "Aube", "Cime"]

    def test_highest_label_first(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", label=1, neutral=2),
            sheet("Brise", label=0, neutral=1),
            sheet("Cime", label=2, neutral=4),
            sheet("Dune", label=1, neutral=1),
        )

        assert found(engine, sort=Sort.LABEL) == ["Cime", "Dune", "Aube", "Brise"]

    def test_cheapest_first_those_without_price_last(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Devis", neutral=1, offers=[offer("A", quote=True)]),
            sheet("Muet", neutral=0, offers=[offer("A")]),
            sheet("Cher", neutral=2, offers=[offer("A", total=90_000_00)]),
            sheet("Gratuit", neutral=3, offers=[offer("A", total=0)]),
            sheet("Modique", neutral=4, offers=[offer("A", total=1_00)]),
        )

        names = found(engine, sort=Sort.PRICE)
        assert names == ["Gratuit", "Modique", "Cher", "Muet", "Devis"]

    def test_a_trial_does_not_make_a_sheet_cheap(self, make_engine: MakeEngine):
        trial = offer("essai", trial=True)
        engine = make_engine(
            sheet("Aube", offers=[trial, offer("A", total=90_000_00)]),
            sheet("Brise", offers=[offer("A", total=10_000_00)]),
        )

        assert found(engine, sort=Sort.PRICE) == ["Brise", "Aube"]

    @pytest.mark.parametrize("sort", [Sort.NAME, Sort.RECENT, Sort.PRICE, Sort.LABEL])
    def test_another_sort_keeps_what_a_text_finds(self, make_engine: MakeEngine, sort: Sort):
        engine = make_engine(sheet("Aube", summary="courrier"), sheet("Brise", summary="paie"))

        assert found(engine, "courrier", sort=sort) == ["Aube"]

    def test_by_name_a_changed_name_takes_its_new_place(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", id="a"), sheet("Brise", id="b"))
        assert found(engine, sort=Sort.NAME) == ["Aube", "Brise"]

        engine.upsert([sheet("Cime", id="a")])
        assert found(engine, sort=Sort.NAME) == ["Brise", "Cime"]

    def test_a_page_holds_twenty_sheets(self, make_engine: MakeEngine):
        assert len(search(make_engine(*MANY)).hits) == 20

    @pytest.mark.parametrize("text", ["", "même texte"])
    @pytest.mark.parametrize("sort", list(Sort))
    def test_pages_show_every_sheet_once(self, make_engine: MakeEngine, text: str, sort: Sort):
        engine = make_engine(*MANY)
        pages = [search(engine, text, sort=sort, page=page).hits for page in (1, 2, 3)]

        assert [len(hits) for hits in pages] == [20, 20, 17]
        assert len({hit.id for hits in pages for hit in hits}) == 57

    def test_a_page_past_the_end_is_empty_and_keeps_the_total(self, make_engine: MakeEngine):
        results = search(make_engine(*MANY), page=4)

        assert results.hits == ()
        assert results.total == 57

    @pytest.mark.parametrize("page", [10**6, 2**63, 10**30])
    def test_a_page_far_past_the_end_is_empty(self, make_engine: MakeEngine, page: int):
        assert search(make_engine(*MANY), "même texte", page=page).hits == ()

    def test_pages_may_be_of_another_size(self, make_engine: MakeEngine):
        engine = make_engine(*MANY)
        every = [hit.id for hit in search(engine, page_size=57).hits]

        assert [hit.id for hit in search(engine, page=2, page_size=10).hits] == every[10:20]
