"""What a text finds: French words, names, phrases, exclusions, typing errors."""

import pytest

from tests.search.contract.base import VISIO, ContractBase, MakeEngine, found, search
from tests.search.documents import sheet


class FrenchContract(ContractBase):
    @pytest.mark.parametrize(
        ("written", "typed"),
        [
            ("Sécurité des données", "securite"),
            ("Securite des donnees", "sécurité"),
            ("SÉCURITÉ", "sécurité"),
            ("sécurité", "SECURITE"),
            ("Logiciels libres", "logiciel libre"),
            ("Logiciel libre", "logiciels libres"),
            ("Réseaux régionaux", "réseau régional"),
            ("Gestion financière", "financiere"),
            ("Directrices et directeurs", "directeur"),
            ("Dossiers médicaux", "dossier médical"),
            ("L'archivage des actes", "archivage"),
            ("archivage", "l'archivage"),
            ("Solution d’archivage", "archivage"),
            ("archivage", "d’archivage"),
            ("Ce qu'archivage veut dire", "archivage"),
            ("archivage", "jusqu'archivage"),
            ("Main-d'œuvre", "oeuvre"),
            ("oeuvre", "œuvre"),
            ("cœur de réseau", "coeur"),
            ("Gestion électronique", "electronique"),
            ("L'INSTRUCTION DES DOSSIERS", "l’instruction"),
            ("Ve\u0301lo en libre service", "vélo"),
            ("vélo", "ve\u0301lo"),
            ("compte_rendu", "rendu"),
            ("ISO 27001", "27001"),
        ],
    )
    def test_words_match_however_they_are_written(
        self, make_engine: MakeEngine, written: str, typed: str
    ):
        engine = make_engine(sheet("Aube", summary=written), sheet("Brise", summary="rien"))

        assert found(engine, typed) == ["Aube"]

    def test_stop_words_are_not_required(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", summary="Gestion courrier"))

        assert found(engine, "la gestion du courrier") == ["Aube"]

    def test_a_stop_word_alone_finds_the_sheet_it_names(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Nous"), sheet("Aube", summary="nous et vous"))

        assert found(engine, "nous") == ["Nous"]

    @pytest.mark.parametrize(
        "field", ["vendor", "category_names", "words", "features", "description"]
    )
    def test_every_text_of_a_sheet_is_searched(self, make_engine: MakeEngine, field: str):
        engine = make_engine(sheet("Aube", **{field: "parapheur"}), sheet("Brise"))

        assert found(engine, "parapheur") == ["Aube"]

    def test_two_words_must_both_be_found(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", summary="courrier entrant"), sheet("Brise", summary="courrier sortant")
        )

        assert found(engine, "courrier entrant") == ["Aube"]

    def test_two_words_may_be_in_different_texts(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", vendor="Lumen", description="Instruit le courrier."))

        assert found(engine, "courrier lumen") == ["Aube"]

    def test_three_quarters_of_four_words_are_enough(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", summary="restauration scolaire cantine"),
            sheet("Brise", summary="restauration scolaire"),
        )

        assert found(engine, "restauration scolaire cantine mairie") == ["Aube"]

    def test_sheets_that_have_more_of_the_words_come_first(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=1, summary="restauration scolaire"),
            sheet("Brise", neutral=2, summary="restauration scolaire cantine"),
        )

        assert found(engine, "restauration scolaire cantine") == ["Brise", "Aube"]

    def test_a_name_weighs_more_than_a_description(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=1, description="Un parapheur est intégré."),
            sheet("Le parapheur", neutral=2),
        )

        assert found(engine, "parapheur") == ["Le parapheur", "Aube"]


class NameContract(ContractBase):
    def test_the_sheet_of_that_name_comes_first(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Agenda agenda agenda", neutral=1, summary="agenda agenda agenda"),
            sheet("Agenda", neutral=2),
        )

        assert found(engine, "agenda")[0] == "Agenda"

    def test_then_those_whose_name_begins_so(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Mon agenda", neutral=1, words="agenda agenda", summary="agenda agenda"),
            sheet("Agenda partagé du territoire", neutral=2),
            sheet("Agenda", neutral=3),
        )

        names = found(engine, "agenda")
        assert names == ["Agenda", "Agenda partagé du territoire", "Mon agenda"]

    @pytest.mark.parametrize("typed", ["l'étoile du nord", "ETOILE DU NORD", "  étoile du  nord "])
    def test_a_name_is_recognised_however_it_is_typed(self, make_engine: MakeEngine, typed: str):
        engine = make_engine(
            sheet("Nord", neutral=0, words="étoile étoile nord nord"),
            sheet("L’Étoile du Nord", neutral=1),
        )

        assert found(engine, typed)[0] == "L’Étoile du Nord"

    def test_the_beginning_of_a_longer_word_is_no_beginning_of_name(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Cartographie", neutral=1), sheet("Aube", neutral=2, words="carto")
        )

        assert found(engine, "carto")[0] == "Aube"

    def test_homonyms_come_in_neutral_order(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", id="b", neutral=1), sheet("Aube", id="a", neutral=2))

        assert [hit.id for hit in search(engine, "aube").hits] == ["b", "a"]

    def test_a_named_sheet_still_has_to_pass_the_filters(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Aube claire", facets={"taille": "pe"}))

        assert found(engine, "aube", filters={"taille": "pe"}) == ["Aube claire"]


SIGNATURES = (
    sheet("Aube", summary="Signature de documents électroniques"),
    sheet("Brise", summary="Documents et signature électronique"),
)


class OperatorContract(ContractBase):
    def test_a_phrase_is_found_as_it_stands(self, make_engine: MakeEngine):
        assert found(make_engine(*SIGNATURES), '"signature électronique"') == ["Brise"]

    @pytest.mark.parametrize("phrase", ["« signature électronique »", "“signature électronique”"])
    def test_french_and_curly_quotes_make_phrases(self, make_engine: MakeEngine, phrase: str):
        assert found(make_engine(*SIGNATURES), phrase) == ["Brise"]

    def test_a_phrase_ignores_accents_inflections_and_stop_words(self, make_engine: MakeEngine):
        engine = make_engine(*SIGNATURES)

        assert found(engine, '"signatures de document electronique"') == ["Aube"]

    def test_a_phrase_of_one_word_is_required(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="un deux trois"), sheet("Brise", words="un trois"))

        assert found(engine, 'un "deux" trois') == ["Aube"]

    def test_a_phrase_does_not_span_two_texts(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="signature", summary="électronique"))

        assert found(engine, '"signature électronique"') == []

    def test_an_excluded_word_leaves_sheets_out(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", words="courrier payant"), sheet("Brise", words="courrier")
        )

        assert found(engine, "courrier -payant") == ["Brise"]

    def test_an_excluded_word_is_understood_as_french(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="réseaux"), sheet("Brise", words="radio"))

        assert found(engine, "-reseau") == ["Brise"]

    def test_exclusions_alone_keep_all_the_rest(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="paie"), sheet("Brise"), sheet("Cime"))

        assert search(engine, "-paie").total == 2

    def test_an_excluded_phrase_leaves_out_only_the_phrase(self, make_engine: MakeEngine):
        names = found(make_engine(*SIGNATURES), 'documents -"signature électronique"')

        assert names == ["Aube"]

    def test_a_name_is_excluded_like_any_word(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube"), sheet("Aube claire"))

        assert found(engine, "aube -claire") == ["Aube"]

    def test_a_hyphen_inside_a_word_excludes_nothing(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="open-source"), sheet("Brise", words="open"))

        assert found(engine, "open-source") == ["Aube"]

    def test_a_hyphen_between_spaces_excludes_nothing(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="gestion courrier"))

        assert found(engine, "gestion - courrier") == ["Aube"]

    def test_a_word_with_a_hyphen_is_found_in_one_word(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="visioconférence"))

        assert found(engine, "visio-conférence") == ["Aube"]


class TypingErrorContract(ContractBase):
    @pytest.mark.parametrize(
        ("written", "typed"),
        [
            ("visioconférence", "visioconferance"),
            ("visioconférence", "visiocnoférence"),
            ("inondations", "inondattions"),
            ("bureautique", "bureautic"),
            ("courrier", "courier"),
            ("messagerie", "mesagerie"),
            ("cantine", "cantyne"),
        ],
    )
    def test_a_typing_error_is_forgiven(self, make_engine: MakeEngine, written: str, typed: str):
        engine = make_engine(sheet("Aube", words=written), sheet("Brise", words="tout autre sujet"))

        assert found(engine, typed) == ["Aube"]

    def test_a_word_typed_in_part_is_completed(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="visioconférence"), sheet("Brise"))

        assert found(engine, "visioconf") == ["Aube"]

    def test_one_error_is_forgiven_in_short_words_only_one(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="agenda"))

        assert found(engine, "agemda") == ["Aube"]
        assert found(engine, "ajemda") == []

    def test_no_error_is_forgiven_in_three_letters(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="paie"))

        assert found(engine, "pie") == []

    def test_numbers_are_not_errors_of_others(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="27001"))

        assert found(engine, "27002") == []

    def test_a_word_that_sheets_use_is_no_error(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="conception"), sheet("Brise", words="concertion"))

        assert found(engine, "concertion") == ["Brise"]

    def test_an_inflection_of_a_known_word_is_no_error(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="cantine"), sheet("Brise", words="mantines"))

        assert found(engine, "cantines") == ["Aube"]

    def test_an_exact_hit_is_never_buried_by_resemblances(self, make_engine: MakeEngine):
        lookalikes = [
            sheet(f"Lumina {place}", neutral=place, words="lumina lumina") for place in range(30)
        ]
        engine = make_engine(*lookalikes, sheet("Lumino", neutral=99))

        assert found(engine, "lumino") == ["Lumino"]

    def test_the_right_words_beside_an_error_still_count(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", words="signature électronique"), sheet("Brise", words="électronique")
        )

        assert found(engine, "signature elektronique") == ["Aube"]

    def test_a_word_of_a_removed_sheet_is_not_known_any_more(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="parapheur"), sheet("Brise", words="parapheux"))
        engine.delete(["brise"])

        assert found(engine, "parapheux") == ["Aube"]


class SynonymContract(ContractBase):
    @pytest.mark.parametrize(
        ("written", "typed"),
        [
            ("visioconférence", "visio"),
            ("visio", "visioconférences"),
            ("gestion électronique de documents", "GED"),
            ("Gestion électronique des documents", "ged"),
            ("GED", "gestion électronique de documents"),
            ("ged", "Gestion electronique de document"),
            ("parapheur", "signature électronique"),
            ("signatures électroniques", "parapheurs"),
            ("GED mairie", "gestion électronique de documents mairie"),
        ],
    )
    def test_synonyms_find_each_other(self, make_engine: MakeEngine, written: str, typed: str):
        engine = make_engine(
            sheet("Aube", summary=written), sheet("Brise", summary="paie"), vocabulary=VISIO
        )

        assert found(engine, typed) == ["Aube"]

    def test_a_synonym_of_several_words_is_found_as_a_phrase(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", summary="gestion du parc et signature de documents électroniques"),
            vocabulary=VISIO,
        )

        assert found(engine, "parapheur") == []

    def test_words_typed_are_found_apart_even_if_they_make_an_expression(
        self, make_engine: MakeEngine
    ):
        engine = make_engine(
            sheet("Aube", summary="documents : leur gestion, toujours électronique"),
            vocabulary=VISIO,
        )

        assert found(engine, "gestion électronique de documents") == ["Aube"]

    def test_the_word_typed_counts_more_than_its_synonym(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", neutral=1, words="visioconférence"),
            sheet("Brise", neutral=2, words="visio"),
            vocabulary=VISIO,
        )

        assert found(engine, "visio") == ["Brise", "Aube"]

    def test_without_the_vocabulary_they_are_different_words(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", words="gestion électronique de documents"))

        assert found(engine, "ged") == []

    def test_a_typing_error_in_a_word_of_the_vocabulary_finds_its_synonyms(
        self, make_engine: MakeEngine
    ):
        engine = make_engine(sheet("Aube", words="signature électronique"), vocabulary=VISIO)

        assert found(engine, "parafeur") == ["Aube"]


REPLACEMENTS = (
    sheet("Nuage", categories=["messagerie"], neutral=1),
    sheet("Parole", categories=["visioconference"], neutral=3),
    sheet("Zoom", categories=["ged"], neutral=9),
    sheet("Carte", description="Un zoom sur les cartes.", neutral=2),
    sheet("Écoute", categories=["visioconference"], neutral=4),
)


class ReplacedContract(ContractBase):
    def test_a_product_finds_its_alternatives_after_its_own_name(self, make_engine: MakeEngine):
        engine = make_engine(*REPLACEMENTS, vocabulary=VISIO)

        assert found(engine, "zoom") == ["Zoom", "Parole", "Écoute", "Carte"]

    def test_alternatives_count_as_found(self, make_engine: MakeEngine):
        engine = make_engine(*REPLACEMENTS, vocabulary=VISIO)
        results = search(engine, "Zoom", filters={"categorie": "visioconference"})

        assert results.total == 2

    @pytest.mark.parametrize(
        "typed",
        [
            "alternative à Zoom",
            "alternatives zoom",
            "équivalent de zoom",
            "remplacer Zoom",
            "concurrent de Zoom",
            "concurrents zoom",
            "à la place de Zoom",
            "au lieu de zoom",
        ],
    )
    def test_words_that_say_it_is_to_be_replaced_are_dropped(
        self, make_engine: MakeEngine, typed: str
    ):
        engine = make_engine(*REPLACEMENTS, vocabulary=VISIO)

        assert found(engine, typed) == ["Zoom", "Parole", "Écoute", "Carte"]

    def test_the_other_words_are_still_required(self, make_engine: MakeEngine):
        engine = make_engine(
            *REPLACEMENTS,
            sheet("Libre parole", categories=["visioconference"], words="libre"),
            vocabulary=VISIO,
        )

        assert found(engine, "alternative libre à zoom") == ["Libre parole"]

    def test_a_product_of_two_words_finds_its_alternatives(self, make_engine: MakeEngine):
        engine = make_engine(*REPLACEMENTS, vocabulary=VISIO)

        assert sorted(found(engine, "google drive")) == ["Nuage", "Zoom"]

    def test_a_typing_error_in_a_product_finds_its_alternatives(self, make_engine: MakeEngine):
        engine = make_engine(REPLACEMENTS[1], vocabulary=VISIO)

        assert found(engine, "zomo") == ["Parole"]

    def test_words_of_replacement_alone_are_words_like_others(self, make_engine: MakeEngine):
        engine = make_engine(
            sheet("Aube", words="énergie alternative"), sheet("Brise"), vocabulary=VISIO
        )

        assert found(engine, "alternative") == ["Aube"]
