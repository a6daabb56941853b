"""Facets of sheets: choices, counts, buckets, exact totals."""

import pytest

from search.contract import OPEN_FACET_BUCKETS
from tests.search.contract.base import ContractBase, MakeEngine, counts, found, held, search
from tests.search.documents import FACETS, offer, sheet

SIZES = [
    sheet("Aube", categories=["ged"], facets={"taille": "tpe", "distribution": "libre"}),
    sheet("Brise", categories=["ged"], facets={"taille": "pe", "distribution": "proprietaire"}),
    sheet("Cime", categories=["archivage"], facets={"taille": "ge", "distribution": "libre"}),
    sheet("Dune", categories=["messagerie"], facets={"taille": "tpe", "distribution": "libre"}),
]


class FacetContract(ContractBase):
    def test_without_anything_asked_every_sheet_is_found(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES))

        assert results.total == 4
        assert len(results.hits) == 4

    def test_an_empty_index_finds_nothing_and_keeps_its_facets(self, make_engine: MakeEngine):
        results = search(make_engine())

        assert results.total == 0
        assert results.hits == ()
        assert set(results.facets) == {facet.name for facet in FACETS}

    def test_a_value_keeps_the_sheets_that_have_it(self, make_engine: MakeEngine):
        names = found(make_engine(*SIZES), filters={"taille": "tpe"})

        assert sorted(names) == ["Aube", "Dune"]

    def test_two_values_of_a_facet_are_either_one(self, make_engine: MakeEngine):
        names = found(make_engine(*SIZES), filters={"taille": ["tpe", "ge"]})

        assert sorted(names) == ["Aube", "Cime", "Dune"]

    def test_values_of_two_facets_must_both_hold(self, make_engine: MakeEngine):
        filters = {"taille": "tpe", "categorie": "ged"}

        assert found(make_engine(*SIZES), filters=filters) == ["Aube"]

    def test_a_facet_without_values_filters_nothing(self, make_engine: MakeEngine):
        assert search(make_engine(*SIZES), filters={"taille": ()}).total == 4

    def test_a_value_that_nobody_has_finds_nothing(self, make_engine: MakeEngine):
        assert search(make_engine(*SIZES), filters={"taille": "eti"}).total == 0

    def test_a_value_that_does_not_exist_finds_nothing(self, make_engine: MakeEngine):
        assert search(make_engine(*SIZES), filters={"tag": "inventé"}).total == 0

    def test_an_unknown_value_beside_a_known_one_changes_nothing(self, make_engine: MakeEngine):
        names = found(make_engine(*SIZES), filters={"taille": ["ge", "inventé"]})

        assert names == ["Cime"]

    def test_an_unknown_facet_is_an_error_of_the_caller(self, make_engine: MakeEngine):
        engine = make_engine(*SIZES)

        with pytest.raises(ValueError, match="couleur"):
            search(engine, filters={"couleur": "bleu"})

    def test_without_a_selection_a_facet_counts_all_sheets(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES))

        assert held(counts(results, "taille")) == {"tpe": 2, "pe": 1, "ge": 1}

    def test_a_facet_counts_as_if_nothing_were_chosen_in_it(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES), filters={"taille": "tpe"})

        assert held(counts(results, "taille")) == {"tpe": 2, "pe": 1, "ge": 1}

    def test_the_other_facets_count_within_the_selection(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES), filters={"taille": "tpe"})

        assert held(counts(results, "distribution")) == {"libre": 2}
        assert held(counts(results, "categorie")) == {
            "documents": 1,
            "ged": 1,
            "communication": 1,
            "messagerie": 1,
        }

    def test_each_selected_facet_counts_within_the_other(self, make_engine: MakeEngine):
        filters = {"taille": "tpe", "distribution": "proprietaire"}
        results = search(make_engine(*SIZES), filters=filters)

        assert results.total == 0
        assert held(counts(results, "taille")) == {"pe": 1}
        assert held(counts(results, "distribution")) == {"libre": 2}

    def test_a_text_restricts_every_count(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES), "aube", filters={"taille": "ge"})

        assert results.total == 0
        assert held(counts(results, "taille")) == {"tpe": 1}

    def test_a_count_is_what_choosing_the_value_finds(self, make_engine: MakeEngine):
        engine = make_engine(*SIZES)
        listed = search(engine, filters={"distribution": "libre"})

        for bucket in listed.facets["taille"]:
            filters = {"distribution": "libre", "taille": bucket.value}
            assert search(engine, filters=filters).total == bucket.count

    def test_a_closed_facet_lists_its_choices_in_their_order(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES))

        values = [bucket.value for bucket in results.facets["taille"]]
        assert values == ["tpe", "pe", "me", "eti", "ge", "pme"]

    def test_a_closed_facet_keeps_its_empty_buckets(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES), "introuvable")

        assert counts(results, "distribution") == {"libre": 0, "hybride": 0, "proprietaire": 0}

    def test_a_closed_facet_lists_only_its_choices(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", facets={"distribution": "par-satellite"}))

        assert "par-satellite" not in counts(search(engine), "distribution")

    def test_a_sub_category_counts_in_its_category(self, make_engine: MakeEngine):
        results = search(make_engine(*SIZES))

        assert held(counts(results, "categorie")) == {
            "documents": 3,
            "ged": 2,
            "archivage": 1,
            "communication": 1,
            "messagerie": 1,
        }

    def test_a_category_finds_those_of_its_sub_categories(self, make_engine: MakeEngine):
        names = found(make_engine(*SIZES), filters={"categorie": "documents"})

        assert sorted(names) == ["Aube", "Brise", "Cime"]

    def test_an_open_facet_lists_the_most_frequent_first_then_by_value(
        self, make_engine: MakeEngine
    ):
        engine = make_engine(
            sheet("Aube", facets={"tag": ["zèbre", "abeille"]}),
            sheet("Brise", facets={"tag": ["zèbre", "mouette"]}),
        )

        assert list(counts(search(engine), "tag").items()) == [
            ("zèbre", 2),
            ("abeille", 1),
            ("mouette", 1),
        ]

    def test_an_open_facet_lists_no_empty_bucket(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", facets={"tag": "zèbre"}), sheet("Brise"))

        assert search(engine, "brise").facets["tag"] == ()

    def test_an_open_facet_keeps_a_selected_value_without_sheets(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", facets={"tag": "zèbre"}), sheet("Brise"))
        results = search(engine, "brise", filters={"tag": ["zèbre", "inventé"]})

        assert counts(results, "tag") == {"inventé": 0, "zèbre": 0}

    def test_an_open_facet_lists_a_limited_number_of_values(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", facets={"tag": [f"tag-{number:02}" for number in range(40)]})
        )

        listed = counts(search(engine), "tag")
        assert len(listed) == OPEN_FACET_BUCKETS
        assert "tag-39" not in listed

    def test_a_selected_value_is_listed_beyond_the_limit(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", facets={"tag": [f"tag-{number:02}" for number in range(40)]})
        )

        listed = counts(search(engine, filters={"tag": "tag-39"}), "tag")
        assert len(listed) == OPEN_FACET_BUCKETS + 1
        assert listed["tag-39"] == 1

    def test_a_sheet_counts_once_for_each_of_its_values(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", facets={"licence": ["MIT", "EUPL-1.2"]}))
        results = search(engine, filters={"licence": ["MIT", "EUPL-1.2"]})

        assert results.total == 1
        assert counts(results, "licence") == {"EUPL-1.2": 1, "MIT": 1}

    def test_totals_are_exact_beyond_a_page(self, make_engine: MakeEngine):
        engine = make_engine(
            *(sheet(f"Aube {number}", facets={"taille": "pe"}) for number in range(130))
        )
        results = search(engine, "aube")

        assert results.total == 130
        assert counts(results, "taille")["pe"] == 130
        assert len(results.hits) == 20

    def test_a_sheet_without_offers_still_counts(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", offers=[offer("vide")], facets={"taille": "pe"}))

        assert counts(search(engine), "taille")["pe"] == 1

    def test_facets_are_given_in_the_order_of_their_declaration(self, make_engine: MakeEngine):
        assert list(search(make_engine()).facets) == [facet.name for facet in FACETS]
