"""Trees of reasons: what Lucene and the embedded engine say, made readable."""

import pytest

from search.contract import Reason
from search.reasons import DEEPEST, Branch, branch, matches


def lucene_word(value: float, field: str, word: str) -> Reason:
    """One word in one field as Lucene explains it."""
    idf = Reason(1.5, "idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)) from:")
    score = Reason(value, "score(freq=1.0), computed as boost * idf * tf from:", (idf,))
    text = f"weight({field}:{word} in 12) [PerFieldSimilarity], result of:"
    return Reason(value, text, (score,))


class TestBranch:
    def test_a_word_in_a_field_reads_in_french_with_the_calculation_apart(self):
        found = branch(lucene_word(4.2, "text.name", "visio"))

        assert (found.value, found.text, found.parts) == (4.2, "« visio » dans Nom", ())
        [calculation] = found.calculation
        assert calculation.text.startswith("weight(")
        assert calculation.parts[0].parts[0].text.startswith("idf")

    def test_the_embedded_engine_has_no_calculation_to_fold_away(self):
        reason = Reason(3.0, 'summary:"gestion document"')

        assert branch(reason) == Branch(3.0, "« gestion document » dans Résumé")

    def test_a_facet_is_called_by_its_label(self):
        reason = Reason(25.0, "ConstantScore(facets.categorie:ged)^25.0")

        assert branch(reason).text == "« ged » dans Catégorie"

    @pytest.mark.parametrize("names", ["(orvalis)", "orvalis"])
    def test_a_name_that_was_asked_for_is_told(self, names: str):
        named = Reason(2e6, f"ConstantScore(name_folded:{names})^2000000.0")
        others = Reason(8.0, "max of:", (lucene_word(8.0, "text.name", "orvali"),))
        found = branch(Reason(2e6, "max of:", (others, Reason(2e6, "max of:", (named,)))))

        assert [(part.value, part.text) for part in found.parts] == [
            (2e6, "« orvalis » dans Nom de la fiche, exact ou par son début"),
            (8.0, "« orvali » dans Nom"),
        ]

    def test_synonyms_scored_as_one_are_all_told(self):
        reason = Reason(1.0, "weight(Synonym(name:ged name:document) in 3), result of:")

        assert branch(reason).text == "« ged » dans Nom, « document » dans Nom"

    @pytest.mark.parametrize(
        ("said", "text"),
        [
            ("sum of:", "somme"),
            ("max of:", "le meilleur"),
            ("max plus 0.4 times others of:", "le meilleur, et 0,4 fois les autres"),
            (
                "visio, max plus 0.4 times others of",
                "visio : le meilleur, et 0,4 fois les autres",
            ),
            ("visio, max plus 0 times others of", "visio : le meilleur"),
            ("zoom, sum of", "zoom : somme"),
            ("text, sum of", "texte : somme"),
            ("exact name", "c'est son nom"),
            ("function score, product of:", "function score : produit"),
            ("something new", "something new"),
        ],
    )
    def test_ways_of_adding_up_read_in_french_and_others_as_they_are(self, said: str, text: str):
        parts = (Reason(2.0, "name:visio"), Reason(1.0, "summary:visio"))

        assert branch(Reason(3.0, said, parts)).text == text

    def test_parts_worth_nothing_are_left_out_and_the_best_come_first(self):
        parts = (
            Reason(1.0, "summary:visio"),
            Reason(0.0, "no match on optional clause (name:ged)"),
            Reason(2.0, "name:visio"),
        )

        found = branch(Reason(3.0, "sum of:", parts))

        assert [part.text for part in found.parts] == [
            "« visio » dans Nom",
            "« visio » dans Résumé",
        ]

    def test_a_level_that_only_repeats_the_one_below_is_left_out(self):
        deep = Reason(2.0, "sum of:", (Reason(2.001, "max of:", (Reason(2.0, "name:visio"),)),))

        assert branch(deep).text == "« visio » dans Nom"

    def test_a_name_stays_above_what_its_words_are_worth(self):
        found = branch(Reason(2_000_000.0, "exact name", (Reason(8.0, "name:visio"),)))

        assert found.text == "c'est son nom"
        assert [part.text for part in found.parts] == ["« visio » dans Nom"]

    def test_a_constant_keeps_the_words_of_the_engine(self):
        assert branch(Reason(1.0, "*:*")) == Branch(1.0, "*:*")

    def test_the_depth_is_limited(self):
        reason = Reason(1.0, "name:visio")
        for level in range(200):
            reason = Reason(1.0 + level, "sum of:", (reason, Reason(1.0, "summary:visio")))
        found = branch(reason)

        levels = 0
        while found.parts:
            found, levels = found.parts[0], levels + 1
        assert levels == DEEPEST


class TestMatches:
    def test_fields_and_words_those_that_count_most_first(self):
        parts = (
            lucene_word(1.0, "text.summary", "visio"),
            lucene_word(4.0, "text.name", "visio"),
            Reason(2.0, 'name:"reunion ligne"'),
            Reason(0.0, "vendor:visio"),
        )

        assert matches(Reason(7.0, "sum of:", parts)) == {
            "Nom": ["visio", "reunion ligne"],
            "Résumé": ["visio"],
        }

    def test_what_names_no_field_tells_none(self):
        assert matches(Reason(1.0, "idf, computed as log(1 + N) from:")) == {}
