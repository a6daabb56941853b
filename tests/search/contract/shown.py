"""What is shown of an answer: highlights, did-you-mean, completions, similar sheets."""

import re
from dataclasses import replace

import pytest

from search.contract import Completion
from tests.search.contract.base import VISIO, ContractBase, MakeEngine, found, search
from tests.search.documents import offer, sheet


class HitsOnlyContract(ContractBase):
    def test_the_same_hits_are_found_without_what_costs_the_most(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", summary="Le courrier arrive.", offers=[offer("a", total=1)]),
            sheet("Courrier"),
            sheet("Crépuscule"),
        )
        whole = search(engine, "courrier")
        bare = search(engine, "courrier", hits_only=True)

        assert [replace(hit, highlights={}) for hit in whole.hits] == list(bare.hits)
        assert bare.total == whole.total == 2
        assert (bare.facets, bare.apart, bare.suggestion) == ({}, {}, None)

    def test_filters_that_leave_nothing_do_not_loosen_the_text(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", words="courrier parapheur", facets={"taille": "pe"}),
            sheet("Brise", words="courrier", facets={"taille": "ge"}),
        )
        for hits_only in (True, False):
            results = search(
                engine, "courrier parapheur", filters={"taille": "ge"}, hits_only=hits_only
            )
            assert results.total == 0


class HighlightContract(ContractBase):
    @staticmethod
    def highlight(engine, text: str, field: str = "summary") -> str:
        return search(engine, text).hits[0].highlights[field]

    def test_words_found_are_marked(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", summary="Le courrier arrive."))

        assert self.highlight(engine, "courrier") == "Le <mark>courrier</mark> arrive."

    @pytest.mark.parametrize(
        ("summary", "typed", "marked"),
        [
            ("Sécurité d'abord", "securite", "<mark>Sécurité</mark> d&#x27;abord"),
            ("L’archivage légal", "archivages", "L’<mark>archivage</mark> légal"),
            ("Réseaux locaux", "réseau", "<mark>Réseaux</mark> locaux"),
            ("Mes œuvres", "oeuvre", "Mes <mark>œuvres</mark>"),
        ],
    )
    def test_marks_know_accents_and_inflections(
        self, make_engine: MakeEngine, summary: str, typed: str, marked: str
    ):
        assert self.highlight(make_engine(sheet("Aube", summary=summary)), typed) == marked

    def test_the_name_is_marked(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Agenda partagé"))

        assert self.highlight(engine, "agenda", "name") == "<mark>Agenda</mark> partagé"

    def test_a_synonym_found_is_marked(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", summary="Gestion électronique de documents."), vocabulary=VISIO
        )

        marked = "<mark>Gestion électronique de documents</mark>."
        assert self.highlight(engine, "ged") == marked

    def test_a_corrected_word_is_marked(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", summary="Le courrier arrive."))

        assert self.highlight(engine, "courier") == "Le <mark>courrier</mark> arrive."

    def test_texts_without_a_match_are_left_out(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", summary="Le courrier.", features="Rien de tel."))

        assert search(engine, "courrier").hits[0].highlights.keys() == {"summary"}

    def test_without_text_nothing_is_marked(self, make_engine: MakeEngine):
        assert search(make_engine(sheet("Aube"))).hits[0].highlights == {}

    def test_texts_are_escaped(self, make_engine: MakeEngine):
        engine = make_engine(sheet("<script>alert('courrier')</script> & co"))

        assert self.highlight(engine, "courrier", "name") == (
            "&lt;script&gt;alert(&#x27;<mark>courrier</mark>&#x27;)&lt;/script&gt; &amp; co"
        )

    def test_a_forged_mark_is_escaped(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", summary="<mark>faux</mark> courrier"))

        assert self.highlight(engine, "courrier") == (
            "&lt;mark&gt;faux&lt;/mark&gt; <mark>courrier</mark>"
        )

    def test_a_long_description_gives_a_fragment_around_the_match(self, make_engine: MakeEngine):
        text = "avant " * 200 + "le parapheur signe " + "après " * 200
        fragment = self.highlight(
            make_engine(sheet("Aube", description=text)), "parapheur", "description"
        )

        assert fragment.startswith("…avant")
        assert fragment.endswith("après…")
        assert "<mark>parapheur</mark>" in fragment
        assert 150 < len(re.sub("</?mark>", "", fragment)) < 250

    def test_a_fragment_shows_where_most_words_are(self, make_engine: MakeEngine):
        text = "le parapheur, " + "mot " * 200 + "signe le courrier au parapheur " + "mot " * 200
        fragment = self.highlight(
            make_engine(sheet("Aube", description=text)), "parapheur courrier", "description"
        )

        assert "<mark>courrier</mark> au <mark>parapheur</mark>" in fragment

    def test_a_short_description_is_shown_whole(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", description="Un parapheur."))

        assert self.highlight(engine, "parapheur", "description") == "Un <mark>parapheur</mark>."


class SuggestionContract(ContractBase):
    def test_a_corrected_word_is_suggested(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="parapheur"))

        assert search(engine, "parafeur").suggestion == "parapheur"

    def test_a_suggestion_has_its_accents(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="Visioconférence"))

        assert search(engine, "visioconferance").suggestion == "visioconférence"

    def test_a_suggestion_keeps_the_rest_of_the_query(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="parapheur signature"))

        suggestion = search(engine, 'Signature parafeur "Aube" -payant').suggestion
        assert suggestion == 'Signature parapheur "Aube" -payant'

    def test_a_suggestion_keeps_the_article(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="archivage"))

        assert search(engine, "l'archivaje").suggestion == "l'archivage"

    def test_nothing_is_suggested_when_words_are_found(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="parapheur"))

        assert search(engine, "parapheurs").suggestion is None

    def test_nothing_is_suggested_without_text(self, make_engine: MakeEngine):
        assert search(make_engine(sheet("Aube"))).suggestion is None

    def test_nothing_is_suggested_for_what_resembles_nothing(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="parapheur"))

        assert search(engine, "xylophone").suggestion is None

    def test_the_most_frequent_resembling_word_is_suggested(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", words="concertation"),
            sheet("Brise", words="concertation"),
            sheet("Cime", words="consertation"),
        )

        assert search(engine, "conzertation").suggestion == "concertation"

    def test_a_search_that_finds_nothing_is_helped_by_commoner_words(self, make_engine: MakeEngine):
        sheets = [sheet(f"Aube {place}", words="signature parapheur") for place in range(10)]
        engine = make_engine(*sheets, sheet("Brise", words="parafeur"))

        assert search(engine, "signature parafeur").suggestion == "signature parapheur"

    def test_a_suggestion_finds_something(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="parapheur"), sheet("Brise", words="signature"))
        suggestion = search(engine, "parafeur").suggestion

        assert found(engine, suggestion) == ["Aube"]


class CompletionContract(ContractBase):
    def complete(self, engine, text: str, **parameters) -> list[str]:
        return [one.text for one in engine.autocomplete(text, **parameters)]

    def test_names_are_completed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Orvalis"), sheet("Aube"))

        assert engine.autocomplete("orv") == (Completion("Orvalis", "orvalis", "orvalis"),)

    def test_any_word_of_a_name_may_be_typed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Agenda partagé nantais"))

        assert self.complete(engine, "nant") == ["Agenda partagé nantais"]

    def test_several_words_are_completed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Agenda partagé nantais"), sheet("Agenda parisien"))

        assert self.complete(engine, "agenda part") == ["Agenda partagé nantais"]

    def test_names_that_begin_so_come_first(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Mon agenda", neutral=1), sheet("Agenda", neutral=2))

        assert self.complete(engine, "agen") == ["Agenda", "Mon agenda"]

    def test_then_the_neutral_order_decides(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Agenda b", neutral=1), sheet("Agenda a", neutral=2))

        assert self.complete(engine, "agen") == ["Agenda b", "Agenda a"]

    @pytest.mark.parametrize("typed", ["étoi", "ETOI", "l'étoi", "  etoi"])
    def test_accents_case_and_articles_do_not_matter(self, make_engine: MakeEngine, typed: str):
        engine = make_engine(sheet("L’Étoile"))

        assert self.complete(engine, typed) == ["L’Étoile"]

    def test_vendors_are_not_completed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", vendor="Lumen"))

        assert self.complete(engine, "lum") == []

    def test_a_name_that_repeats_a_word_is_given_once(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Pas à pas"))

        assert self.complete(engine, "pas") == ["Pas à pas"]

    def test_as_many_are_given_as_asked(self, make_engine: MakeEngine):
        engine = make_engine(*(sheet(f"Agenda {place}") for place in range(20)))

        assert len(self.complete(engine, "ag")) == 8
        assert len(self.complete(engine, "ag", limit=3)) == 3

    @pytest.mark.parametrize("typed", ["", " ", "'", '"', "-", "\x00", "%", "_"])
    def test_nothing_typed_completes_nothing(self, make_engine: MakeEngine, typed: str):
        assert self.complete(make_engine(sheet("Aube")), typed) == []

    def test_words_of_the_vocabulary_come_after_names(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Signature facile"), vocabulary=VISIO)

        assert engine.autocomplete("sign") == (
            Completion("Signature facile", "signature-facile", "signature-facile"),
            Completion("signature électronique"),
        )

    def test_a_removed_sheet_is_not_completed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Orvalis"))
        engine.delete(["orvalis"])

        assert self.complete(engine, "orv") == []

    def test_a_renamed_sheet_is_completed_by_its_new_name(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Orvalis", id="a"))
        engine.upsert([sheet("Lumen", id="a")])

        assert self.complete(engine, "orv") == []
        assert self.complete(engine, "lum") == ["Lumen"]


class SimilarContract(ContractBase):
    def similar(self, engine, id: str, **parameters) -> list[str]:
        return [hit.card["name"] for hit in engine.similar(id, **parameters)]

    def test_sheets_of_the_sub_category_come_first(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", categories=["ged"], words="courrier"),
            sheet("Cousine", categories=["archivage"], words="courrier", neutral=1),
            sheet("Sœur", categories=["ged"], neutral=2),
            sheet("Autre", categories=["messagerie"], neutral=3),
        )

        assert self.similar(engine, "aube")[:2] == ["Sœur", "Cousine"]

    def test_the_sheet_itself_is_left_out(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", categories=["ged"]), sheet("B", categories=["ged"]))

        assert self.similar(engine, "aube") == ["B"]

    def test_shared_tags_decide_among_equals(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", categories=["ged"], facets={"tag": ["rare"]}),
            sheet("Brise", categories=["ged"], neutral=1),
            sheet("Cime", categories=["ged"], facets={"tag": ["rare"]}, neutral=2),
        )

        assert self.similar(engine, "aube") == ["Cime", "Brise"]

    def test_shared_words_decide_among_equals(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", categories=["ged"], summary="numérisation du courrier entrant"),
            sheet("Brise", categories=["ged"], summary="plans de bâtiments", neutral=1),
            sheet("Cime", categories=["ged"], summary="courrier entrant", neutral=2),
        )

        assert self.similar(engine, "aube") == ["Cime", "Brise"]

    def test_as_many_are_given_as_asked(self, make_engine: MakeEngine):
        engine = make_engine(*(sheet(f"Aube {n}", categories=["ged"]) for n in range(9)))

        assert len(self.similar(engine, "aube-0")) == 4
        assert len(self.similar(engine, "aube-0", limit=6)) == 6

    def test_a_sheet_that_resembles_none_has_no_similar(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="courrier"), sheet("Brise", words="paie"))

        assert self.similar(engine, "aube") == []

    def test_an_unknown_sheet_has_no_similar(self, make_engine: MakeEngine):
        assert make_engine(sheet("Aube")).similar("inconnue") == ()

    def test_a_similar_sheet_shows_its_best_offer(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", categories=["ged"]),
            sheet("B", categories=["ged"], offers=[offer("x"), offer("y", total=1_00)]),
        )

        assert engine.similar("aube")[0].offer_uid == "y"
