"""French analysis: words, stems, queries, highlights, guesses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import (
    LONGEST_TEXT,
    MOST_WORDS,
    Entry,
    Lexicon,
    Marker,
    TextPlan,
    analyse,
    completions,
    corrected,
    fold,
    forms,
    normalise,
    parse,
    plan,
    tokens,
)
from search.analysis.stemming import stem
from search.contract import Vocabulary

ANY_TEXT = st.text(st.characters(), max_size=300)
NONE = Vocabulary()
VOCABULARY = Vocabulary(
    synonyms=(
        ("visio", "visioconférence"),
        ("GED", "gestion électronique de documents"),
        ("visio", "réunion à distance"),
        ("le", "la"),
    ),
    replaced={"Zoom": ("visioconference",), "Google Drive": ("fichiers",), "drive": ("stockage",)},
)


class TestStem:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("logiciel", "logiciels"),
            ("libre", "libres"),
            ("reseau", "reseaux"),
            ("regional", "regionaux"),
            ("regional", "regionale"),
            ("national", "nationales"),
            ("directeur", "directrice"),
            ("directeurs", "directrices"),
            ("financier", "financiere"),
            ("etranger", "etrangere"),
            ("particulier", "particulieres"),
            ("actif", "activement"),
            ("administratif", "administrative"),
            ("securiser", "securisee"),
            ("transferer", "transferees"),
            ("integrer", "integre"),
            ("heureux", "heureuse"),
            ("professionnel", "professionnelle"),
            ("francais", "francaises"),
            ("lillois", "lilloise"),
            ("public", "publiques"),
            ("numerisation", "numerisations"),
            ("facturation", "facturations"),
            ("deuxieme", "deuxiemes"),
            ("bibliotheque", "bibliotheques"),
            ("finissant", "finir"),
            ("qualificateur", "qualifier"),
            ("indicateur", "indicatrice"),
            ("courrier", "courriers"),
            ("donnee", "donnees"),
            ("metier", "metiers"),
            ("folle", "fou"),
        ],
    )
    def test_inflections_share_one(self, one: str, other: str):
        assert stem(one) == stem(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("paie", "pair"),
            ("archive", "archivage"),
            ("signature", "signal"),
            ("travail", "travaux"),
            ("plan", "planification"),
        ],
    )
    def test_different_words_keep_theirs(self, one: str, other: str):
        assert stem(one) != stem(other)

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("electronique", "electron"),
            ("numerique", "num"),
            ("messagerie", "mesag"),
            ("visioconferences", "visioconferenc"),
            ("inondations", "inond"),
            ("bureautique", "bureaut"),
            ("sms", "sms"),
            ("os", "os"),
            ("aaa", "aaa"),
            ("2000", "2000"),
            ("10000", "10000"),
        ],
    )
    def test_known_stems(self, word: str, expected: str):
        assert stem(word) == expected

    @given(word=st.from_regex(r"[a-z0-9]{1,40}", fullmatch=True))
    def test_no_word_loses_everything_nor_its_first_letter(self, word: str):
        assert stem(word)[0] == word[0]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("L’Étoile du Nord", "etoile du nord"),
            ("  Œuvres   & Cœurs ", "oeuvres coeurs"),
            ("jusqu'au bout, lorsqu’il pleut", "au bout il pleut"),
            ("aujourd'hui", "aujourd hui"),
            ("O'Reilly", "o reilly"),
            ("l'", "l"),
            ("c'est l'été", "est ete"),
            ("L`ARCHIVAGE D´ACTES", "archivage actes"),
            ("snake_case", "snake case"),
            ("ﬁchier", "fichier"),
            ("ǅ", "dz"),
            ("Straße", "strasse"),
            ("e\u0301te\u0301", "ete"),
            ("lʼarchivage", "archivage"),
            ("", ""),
            ("\ud800\x00", ""),
        ],
    )
    def test_unstemmed_forms(self, text: str, folded: str):
        assert fold(text) == folded

    @pytest.mark.parametrize(
        ("text", "stems"),
        [
            ("Gestion de la paie", ["gestion", "paie"]),
            ("le sûr et le sur", ["sur"]),
            ("MEME, même", []),
            ("qu'on l'archive", ["archiv"]),
        ],
    )
    def test_stems_without_stop_words(self, text: str, stems: list[str]):
        assert analyse(text) == stems

    @given(text=ANY_TEXT)
    def test_any_text_is_cut_into_words_in_their_places(self, text: str):
        text = normalise(text)
        at = 0
        for token in tokens(text):
            assert at <= token.start < token.end <= len(text)
            assert forms(text[token.start : token.end].replace("_", " ")) == token[2:]
            assert " " not in token.folded
            assert token.folded == token.folded.lower() or not token.folded.isascii()
            at = token.end

    @given(text=ANY_TEXT)
    def test_what_is_indexed_holds_no_separator(self, text: str):
        assert all(stem and not stem.isspace() and stem.split() == [stem] for stem in analyse(text))

    def test_an_endless_word_is_cut(self):
        assert len(fold("x" * 5_000)) == 64


class TestParse:
    def surfaces(self, words) -> list[str]:
        return [word.surface for word in words]

    def test_words_phrases_and_exclusions(self):
        parsed = parse('logiciel "Gestion de paie" -payant -"sur devis" libre')

        assert self.surfaces(parsed.terms) == ["logiciel", "libre"]
        assert [self.surfaces(one) for one in parsed.phrases] == [["Gestion", "de", "paie"]]
        assert [self.surfaces(one) for one in parsed.excluded] == [["payant"], ["sur", "devis"]]

    @pytest.mark.parametrize("text", ["«a b»", "“a b”", '"a b"', "„a b“", "« a b »"])
    def test_kinds_of_quotes(self, text: str):
        assert [self.surfaces(one) for one in parse(text).phrases] == [["a", "b"]]

    def test_a_word_with_a_hyphen_is_excluded_as_a_phrase(self):
        assert [self.surfaces(one) for one in parse("-open-source").excluded] == [
            ["open", "source"]
        ]

    def test_a_hyphen_inside_excludes_nothing(self):
        assert self.surfaces(parse("open-source").terms) == ["open", "source"]

    def test_an_open_quote_is_ignored(self):
        assert self.surfaces(parse('gestion "de paie').terms) == ["gestion", "de", "paie"]

    def test_the_text_read_is_cut_between_words(self):
        clean = parse("courrier " * 100).clean

        assert len(clean) <= LONGEST_TEXT
        assert set(clean.split()) == {"courrier"}

    def test_as_many_words_as_allowed_are_kept(self):
        parsed = parse(" ".join(f"mot{place}" for place in range(30)))

        assert len(parsed.terms) == MOST_WORDS

    def test_places_are_those_of_the_clean_text(self):
        parsed = parse('  Le   "l’été"\x00 -fini ')

        words = (*parsed.terms, *parsed.phrases[0], *parsed.excluded[0])
        assert [parsed.clean[word.start : word.end] for word in words] == ["Le", "été", "fini"]

    @given(text=ANY_TEXT)
    def test_any_text_is_read(self, text: str):
        parsed = parse(text)

        assert len(parsed.clean) <= LONGEST_TEXT
        words = (*parsed.terms, *sum(parsed.phrases, ()), *sum(parsed.excluded, ()))
        assert sum(bool(word.stem) for word in words) <= MOST_WORDS
        assert all(parsed.clean[word.start : word.end] == word.surface for word in words)
        plan(parsed, VOCABULARY)

    @pytest.mark.parametrize("text", ["", " ", '"', "-", "- -", '""', '-""', "'", "\x00", "?!"])
    def test_a_text_without_words_asks_for_nothing(self, text: str):
        assert plan(parse(text), VOCABULARY).is_empty


class TestPlan:
    def of(self, text: str, vocabulary: Vocabulary = VOCABULARY) -> TextPlan:
        return plan(parse(text), vocabulary)

    def alternatives(self, text: str) -> list[list[tuple[str, ...]]]:
        return [
            [one.stems for one in clause.expressions]
            for clause in self.of(text, VOCABULARY).clauses
        ]

    @pytest.mark.parametrize(
        ("words", "required"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (8, 6), (16, 12)]
    )
    def test_how_many_words_are_required(self, words: int, required: int):
        assert self.of(" ".join(f"mot{place}" for place in range(words))).required == required

    def test_a_word_said_twice_counts_once(self):
        assert self.of("paie paies PAIE").required == 1

    def test_a_synonym_is_an_alternative(self):
        assert ("visioconferenc",) in self.alternatives("visio")[0]

    def test_a_word_of_two_groups_has_the_synonyms_of_both(self):
        assert self.alternatives("visio") == [
            [("visio",), ("visioconferenc",), ("reunion", "distanc")]
        ]

    def test_a_synonym_of_several_words_is_an_alternative_of_each(self):
        assert self.alternatives("Gestion électronique des documents") == [
            [("gestion",), ("ged",)],
            [("electron",), ("ged",)],
            [("document",), ("ged",)],
        ]

    def test_synonyms_weigh_less_than_the_word_typed(self):
        typed, *others = self.of("ged").clauses[0].expressions

        assert all(other.weight < typed.weight for other in others)

    def test_words_of_the_vocabulary_are_no_typing_errors(self):
        assert [clause.correctable for clause in self.of("visio zoom paie").clauses] == [
            False,
            False,
            True,
        ]

    def test_a_replaced_product_gives_categories(self):
        assert self.of("ZOOM").clauses[0].categories == ("visioconference",)

    def test_the_longest_product_named_counts(self):
        categories = [clause.categories for clause in self.of("google drive").clauses]

        assert categories == [("fichiers",), ("fichiers",)]
        assert self.of("drive").clauses[0].categories == ("stockage",)

    @pytest.mark.parametrize(
        "text",
        [
            "alternative à zoom",
            "une alternative française à zoom",
            "zoom équivalents français",
            "logiciel français à la place de zoom",
            "français au lieu de zoom",
            "remplacer zoom par du français",
        ],
    )
    def test_words_that_say_to_replace_it_are_dropped(self, text: str):
        stems = {clause.word.stem for clause in self.of(text).clauses}

        assert stems <= {"zoom", "francai", "logiciel"}

    @pytest.mark.parametrize("text", ["alternative à la paie", "à la place de la mairie"])
    def test_without_a_product_they_are_kept(self, text: str):
        assert len(self.of(text).clauses) == 2

    def test_names_are_those_typed_and_those_left(self):
        names = self.of("alternative à Zoom").names

        assert [name for name in names if " " in name or name == "zoom"] == [
            "alternative a zoom",
            "zoom",
        ]
        assert self.of('"Le Pass" -zoom').names[0] == "le pass"

    def test_a_word_with_a_hyphen_may_be_one(self):
        assert self.alternatives("e-mail") == [
            [("e",), ("email",)],
            [("mail",), ("email",)],
        ]

    def test_marks_are_all_that_may_be_found(self):
        marks = self.of('ged "en ligne" -zoom').marks

        assert set(marks) == {("ged",), ("gestion", "electron", "document"), ("lign",)}

    def test_completions_begin_any_word_of_an_expression(self):
        assert completions(VOCABULARY, "gest") == ("gestion électronique de documents",)
        assert completions(VOCABULARY, "driv") == ("Google Drive", "drive")


class TestMarker:
    def test_an_expression_is_marked_in_one(self):
        marker = Marker([("gestion", "document")])

        assert marker.whole("La gestion de documents") == "La <mark>gestion de documents</mark>"

    def test_the_longest_expression_is_marked(self):
        marker = Marker([("gestion",), ("gestion", "document")])

        assert marker.whole("gestion documents, gestion") == (
            "<mark>gestion documents</mark>, <mark>gestion</mark>"
        )

    def test_nothing_found_is_none(self):
        assert Marker([("paie",)]).whole("Rien") is None
        assert Marker([]).fragment("Rien") is None

    def test_underscores_are_kept(self):
        assert Marker([("paie",)]).whole("la_paie") == "la_<mark>paie</mark>"

    @given(text=ANY_TEXT, words=st.lists(st.sampled_from(["a", "paie", "été", "o"]), max_size=4))
    def test_any_text_is_escaped(self, text: str, words: list[str]):
        marker = Marker([tuple(analyse(word)) for word in words])

        for marked in (marker.whole(f"paie {text}"), marker.fragment(f"{text} paie", 40)):
            plain = (marked or "").replace("<mark>", "").replace("</mark>", "")
            assert not set("<>\"'") & set(plain)

    @given(before=ANY_TEXT, after=ANY_TEXT)
    def test_a_fragment_holds_the_match(self, before: str, after: str):
        fragment = Marker([tuple(analyse("parapheur"))]).fragment(f"{before} parapheur {after}", 60)

        assert fragment is not None
        assert "<mark>parapheur</mark>" in fragment


class TestLexicon:
    LEXICON = Lexicon(
        Entry(folded, stem(folded), shown, frequency)
        for folded, shown, frequency in [
            ("visioconference", "visioconférence", 3),
            ("concertation", "concertation", 9),
            ("consertation", "consertation", 1),
            ("bureautique", "bureautique", 2),
            ("inondations", "inondations", 2),
            ("disparu", "disparu", 0),
        ]
    )

    def best(self, typed: str) -> str | None:
        guesses = self.LEXICON.guesses(parse(typed).terms[0])
        return guesses[0].entry.shown if guesses else None

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("visioconferance", "visioconférence"),
            ("visioconf", "visioconférence"),
            ("conzertation", "concertation"),
            ("consertation", "concertation"),
            ("bureautic", "bureautique"),
            ("inondattions", "inondations"),
            ("dispara", None),
            ("xylophone", None),
            ("2024", None),
            ("vis", None),
        ],
    )
    def test_the_nearest_and_most_frequent_is_meant(self, typed: str, meant: str | None):
        assert self.best(typed) == meant

    def test_a_correction_keeps_the_rest(self):
        parsed = parse('L\'archivaje "légal" -payant')

        shown = {parsed.terms[0]: "archivage"}
        assert corrected(parsed, shown) == 'L\'archivage "légal" -payant'
        assert corrected(parsed, {}) is None
