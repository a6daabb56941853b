"""What is asked of the server, as dictionaries: no server needed."""

import json

import pytest

from search.analysis import analyse, parse, plan
from search.contract import Facet, Need, Query, Scope, Sort, Vocabulary
from search.engines.opensearch import queries
from search.engines.opensearch.counting import Counting
from search.engines.opensearch.mapping import RESULT_WINDOW, index_body, schema
from search.engines.opensearch.preparing import key, source, stored, value
from search.engines.opensearch.spelling import proposals_body
from search.engines.opensearch.texts import (
    EXACT_NAME,
    MATCH_NONE,
    NAME_START,
    found_query,
    text_query,
)
from tests.search.contract.base import VISIO
from tests.search.documents import FACETS, offer, sheet

NOTHING = plan(parse(""), Vocabulary())


def counting(need: Need = Need.MEDIUM, **filters: str) -> Counting:
    return Counting(FACETS, query(need=need, **filters))


def query(text: str = "", need: Need = Need.MEDIUM, **filters: str) -> Query:
    chosen = {name.replace("_", "-"): (one,) for name, one in filters.items()}
    return Query(text=text, filters=chosen, need=need)


def planned(text: str, vocabulary: Vocabulary | None = None):
    return plan(parse(text), vocabulary or Vocabulary())


def asked(body: object, path: str) -> bool:
    """Whether a body names a field or a clause anywhere."""
    return f'"{path}"' in json.dumps(body)


class TestConditions:
    def test_on_sheets_are_one_of_the_values_of_each_facet(self):
        assert counting(taille="pe", categorie="ged").conditions() == [
            {"terms": {"facets.categorie": ["ged"]}},
            {"terms": {"facets.taille": ["pe"]}},
        ]

    def test_on_one_facet_of_offers_need_no_nesting(self):
        assert counting(cloud="conforme").conditions() == [{"terms": {"any.cloud": ["conforme"]}}]

    def test_on_prices_are_those_of_the_need(self):
        assert counting(need=Need.SMALL, prix="gratuit").conditions() == [
            {"terms": {"any_needs.petit.prix": ["gratuit"]}}
        ]

    def test_on_two_facets_of_offers_hold_on_the_same_offer(self):
        (nested,) = counting(cloud="conforme", prix="gratuit").conditions()
        assert nested["nested"]["path"] == "offers"
        assert nested["nested"]["query"]["bool"]["filter"] == [
            {"terms": {"offers.facets.cloud": ["conforme"]}},
            {"terms": {"offers.needs.moyen.facets.prix": ["gratuit"]}},
        ]

    def test_an_empty_choice_is_none(self):
        empty = Counting(FACETS, Query(filters={"taille": ()}))
        assert not empty.is_filtered
        assert empty.conditions() == []

    def test_a_value_too_long_to_be_indexed_is_cut_as_it_was_there(self):
        ((_, chosen),) = counting(tag="é" * 9_000).conditions()[0]["terms"].items()
        assert chosen == [value("é" * 9_000)]


class TestCounts:
    def test_of_nothing_chosen_are_all_made_at_once_on_flat_fields(self):
        counts = counting().aggregations()
        assert counts.keys() == {"matched"}
        assert not asked(counts, "nested")

    def test_ignore_the_facet_s_own_choice(self):
        counts = counting(taille="pe", categorie="ged").aggregations()
        assert counts.keys() == {"matched", "without taille", "without categorie"}
        assert counts["without taille"]["filter"] == {
            "bool": {"filter": [{"terms": {"facets.categorie": ["ged"]}}]}
        }
        assert counts["without taille"]["aggs"].keys() == {"taille"}
        assert not {"taille", "categorie"} & counts["matched"]["aggs"].keys()

    def test_of_the_only_facet_of_offers_chosen_stay_flat(self):
        counts = counting(cloud="conforme").aggregations()
        assert not asked(counts["without cloud"], "nested")
        assert counts["matched"]["aggs"]["offers"]["nested"] == {"path": "offers"}

    def test_inside_offers_come_back_to_sheets(self):
        counts = counting(cloud="conforme", deploiement="saas").aggregations()
        inside = counts["without cloud"]["aggs"]["offers"]
        assert inside["nested"] == {"path": "offers"}
        assert inside["aggs"]["same"]["filter"] == {
            "bool": {"filter": [{"terms": {"offers.facets.deploiement": ["saas"]}}]}
        }
        assert inside["aggs"]["same"]["aggs"]["cloud"]["aggs"] == {"sheets": {"reverse_nested": {}}}

    def test_list_the_chosen_values_of_an_open_facet_whatever_their_rank(self):
        counted = counting(tag="rare").aggregations()["without tag"]["aggs"]
        assert counted["tag selected"]["terms"]["include"] == ["rare"]

    @pytest.mark.parametrize(("filters", "apart"), [({}, False), ({"moins_de_100k": "1"}, True)])
    def test_set_apart_only_when_a_price_is_asked_for(self, filters: dict, apart: bool):
        counts = counting(**filters).aggregations()
        assert ("sur-devis" in counts) is ("non-renseigne" in counts) is apart

    def test_set_apart_once_on_quote_before_unpriced(self):
        unpriced = counting(moins_de_100k="1").aggregations()["non-renseigne"]["filter"]["bool"]
        assert {"term": {"any_needs.moyen.kind": "sur-devis"}} not in unpriced["filter"]
        assert {"term": {"any_needs.moyen.kind": "quote"}} in unpriced["must_not"]


class TestAPage:
    def test_is_a_window_with_an_exact_total(self):
        body = queries.page_body(counting(), Query(page=3, page_size=20), NOTHING)
        assert (body["from"], body["size"], body["track_total_hits"]) == (40, 20, True)

    def test_out_of_reach_is_empty_and_still_counted(self):
        far = Query(page=RESULT_WINDOW, page_size=20)
        body = queries.page_body(counting(), far, NOTHING)
        assert (body["from"], body["size"]) == (0, 0)
        assert body["aggs"]

    def test_filters_after_counting(self):
        body = queries.page_body(counting(taille="pe"), query(taille="pe"), NOTHING)
        assert body["query"] == {"match_all": {}}
        assert body["post_filter"]["bool"]["filter"] == [{"terms": {"facets.taille": ["pe"]}}]

    def test_without_counts_filters_first(self):
        few = Query(filters={"taille": ("pe",)}, hits_only=True)
        body = queries.page_body(Counting(FACETS, few), few, NOTHING)
        assert "post_filter" not in body
        assert "aggs" not in body
        assert asked(body["query"], "facets.taille")

    @pytest.mark.parametrize(
        ("sort", "first"),
        [
            (Sort.NAME, {"name_key": {"order": "asc"}}),
            (Sort.RECENT, {"updated": {"order": "desc"}}),
            (Sort.LABEL, {"label_rank": {"order": "desc"}}),
            (Sort.RELEVANCE, {"_score": {"order": "desc"}}),
        ],
    )
    def test_is_sorted_as_asked_then_neutrally(self, sort: Sort, first: dict):
        body = queries.page_body(counting(), Query("visio", sort=sort), planned("visio"))
        assert body["sort"] == [first, {"neutral": {"order": "asc"}}]

    def test_without_text_is_in_neutral_order(self):
        body = queries.page_body(counting(), Query(), NOTHING)
        assert body["sort"] == [{"neutral": {"order": "asc"}}]

    def test_by_price_heeds_only_the_offers_that_satisfy_the_filters(self):
        by_price = Query(filters={"cloud": ("conforme",)}, need=Need.LARGE, sort=Sort.PRICE)
        ((field, price),) = queries.sort(Counting(FACETS, by_price), by_price, NOTHING)[0].items()
        assert field == "offers.needs.grand.total"
        assert price["missing"] == "_last"
        assert price["nested"]["filter"] == {
            "bool": {"filter": [{"terms": {"offers.facets.cloud": ["conforme"]}}]}
        }

    def test_of_the_same_text_goes_to_the_same_copy(self):
        assert queries.copy_of("visio") == queries.copy_of("visio") != queries.copy_of("paie")
        # Some first characters of a preference mean something to the server.
        assert queries.copy_of("_local")["preference"].isalnum()
        assert queries.copy_of("\ud800")["preference"].isalnum()


class TestATextQuery:
    def test_puts_names_above_any_score(self):
        named = text_query(planned("Aube"))["dis_max"]["queries"][1]["dis_max"]["queries"]
        assert [one["constant_score"]["boost"] for one in named] == [EXACT_NAME, NAME_START]

    def test_looks_for_synonyms_of_several_words_as_phrases(self):
        body = found_query(planned("ged", VISIO))
        assert asked(body, "match_phrase")
        assert asked(body, " ".join(analyse("gestion électronique de documents")))

    def test_finds_the_category_of_a_replaced_product(self):
        body = found_query(planned("zoom", VISIO))
        assert asked(body, "facets.categorie")
        assert asked(body, "visioconference")

    def test_names_the_words_that_may_be_typing_errors(self):
        body = found_query(planned("visioconférence chiffrée"))
        assert asked(body, "word-0")
        assert asked(body, "word-1")

    def test_leaves_out_what_is_excluded(self):
        body = found_query(planned("visio -paie"))
        assert len(body["bool"]["must_not"]) == 1

    def test_asks_for_all_phrases(self):
        body = found_query(planned('"parapheur électronique"'))
        assert asked(body["bool"]["must"], "match_phrase")

    def test_of_stop_words_is_only_a_name(self):
        assert text_query(planned("le de la"))["dis_max"]["queries"][0]["constant_score"]

    def test_never_lets_the_server_read_an_expression(self):
        body = json.dumps(text_query(planned('name:* OR (a~2) /x/ "y')))
        for interpreted in ("query_string", "simple_query_string", "regexp", "wildcard", "script"):
            assert f'"{interpreted}"' not in body


class TestProposals:
    def test_are_asked_for_all_words_in_one_search(self):
        body = proposals_body([*planned("parafeur visio").words], MATCH_NONE)
        assert body["size"] == 0
        assert {"0 words", "0 stems", "1 words", "1 stems"} <= body["suggest"].keys()

    def test_look_for_beginnings_of_long_words_only(self):
        body = proposals_body([*planned("ged parafeur").words], MATCH_NONE)
        assert "0 begin" not in body["aggs"]
        assert "1 begin" in body["aggs"]


class TestTheMapping:
    def test_is_strict_everywhere(self):
        def objects(mapping: dict):
            yield mapping
            for field in mapping["properties"].values():
                if "properties" in field:
                    yield from objects(field)

        found = list(objects(index_body(FACETS, "")["mappings"]))
        assert len(found) > 10
        assert {one["dynamic"] for one in found} == {"strict"}

    def test_declares_all_that_a_document_holds(self):
        held = source(
            sheet("Aube", facets={"tag": "x"}, offers=[offer("A", total=1, cloud="conforme")])
        )
        mapping = index_body(FACETS, "")["mappings"]["properties"]
        assert held.keys() == mapping.keys()
        for part in ("text", "facets", "any"):
            assert held[part].keys() <= mapping[part]["properties"].keys()
        assert held["offers"][0].keys() == mapping["offers"]["properties"].keys()

    def test_bears_a_mark_that_changes_with_a_facet_and_the_analysis(self, monkeypatch):
        before = schema(FACETS)
        assert before == schema(FACETS) == index_body(FACETS, "")["mappings"]["_meta"]["schema"]
        assert schema((*FACETS, Facet("neuve", "Neuve"))) != before
        assert schema((*FACETS, Facet("neuve", "Neuve", Scope.OFFER, per_need=True))) != before
        monkeypatch.setattr("search.engines.opensearch.mapping.ANALYSER_VERSION", "autre")
        assert schema(FACETS) != before


class TestAPreparedDocument:
    @pytest.mark.parametrize("id", ["", "é" * 300, "a\ud800"])
    def test_has_an_id_even_when_ours_cannot_be_one(self, id: str):
        assert key(id).startswith("hash-")
        assert key(id) == key(id) != key(id + "x")
        assert stored(source(sheet("Aube", id=id))).id == id

    def test_keeps_an_id_that_can(self):
        assert key("0b7c-é") == "0b7c-é"

    def test_cuts_values_that_are_too_long_for_a_term(self):
        held = source(sheet("b" * 40_000, id="a", facets={"tag": "é" * 20_000}))
        assert len(held["facets"]["tag"][0].encode()) < 32_766
        assert len(held["name_key"].encode()) < 32_766
        assert held["shown"]["name"] == "b" * 40_000

    def test_comes_back_as_it_was(self):
        card = {"name": "Aube", "lone": "\ud800"}
        document = sheet("Aube", card=card, offers=[offer("A", total=5_00), offer("B", quote=True)])
        back = stored(json.loads(json.dumps(source(document))))
        assert (back.id, back.card) == ("aube", card)
        assert [one.uid for one in back.offers] == ["A", "B"]
        assert back.offer_cards == [{"name": "A"}, {"name": "B"}]
        assert back.offers[0].needs["moyen"][:2] == ("priced", 5_00)
