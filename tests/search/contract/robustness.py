"""Any input gives an answer; what was given comes back untouched."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.contract import Engine, Vocabulary
from tests.search.contract.base import VISIO, ContractBase, MakeEngine, found, search
from tests.search.documents import offer, sheet

TYPED = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Mn", "Zs"]),
        st.sampled_from("aeé\"'’«»-–*?:()[]{}~^+&|!\\/%_ \x00\ud800"),
    ),
    max_size=80,
)


class RobustnessContract(ContractBase):
    @pytest.fixture
    def small(self, make_engine: MakeEngine) -> Engine:
        return make_engine(
            sheet("Aube", categories=["ged"], summary="Gestion du courrier"),
            sheet("Brise", categories=["visioconference"], words="parapheur"),
            vocabulary=VISIO,
        )

    @pytest.mark.parametrize(
        "text",
        [
            "\x00",
            "cour\x00rier",
            "\ud800",
            "courrier \udfff",
            '"',
            '"courrier',
            'courrier"',
            '""',
            '"" - "" -""',
            "-",
            "- - -",
            "--",
            '-"',
            "'",
            "l'",
            "*",
            "* AND (",
            "name:aube",
            "courrier~2^5",
            "\\",
            "((((",
            "' OR 1=1 --",
            "%_",
            "<script>alert(1)</script>",
            "🙂",
            "日本語",
            "a" * 10_000,
            "mot " * 10_000,
            "é" * 10_000,
            '"' * 10_000,
            "-a " * 10_000,
            "\u0301" * 300,
            "ﷺ ½ ㎏",
            "le la les",
        ],
    )
    def test_odd_texts_give_an_answer(self, small: Engine, text: str):
        results = search(small, text)

        assert 0 <= results.total <= 2
        assert len(results.hits) == results.total
        small.autocomplete(text)

    @given(text=TYPED)
    @settings(
        max_examples=80,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    def test_any_text_gives_an_answer(self, small: Engine, text: str):
        results = search(small, text)

        assert len(results.hits) == results.total
        for hit in results.hits:
            for marked in hit.highlights.values():
                plain = marked.replace("<mark>", "").replace("</mark>", "")
                assert "<" not in plain
                assert ">" not in plain
        small.autocomplete(text)

    @pytest.mark.parametrize("text", ['"', "-", "- -", '""', "'", " ", "\x00", "()"])
    def test_a_text_that_says_nothing_is_no_text(self, small: Engine, text: str):
        assert search(small, text).total == 2

    def test_only_the_beginning_of_a_long_text_is_read(self, small: Engine):
        assert found(small, "courrier " * 30 + "introuvable") == ["Aube"]

    @given(name=TYPED, value=TYPED)
    @settings(
        max_examples=40,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    def test_any_document_can_be_indexed(self, small: Engine, name: str, value: str):
        odd = sheet(name, id="odd", description=value, facets={"tag": [value]})
        small.upsert([odd])

        results = search(small, filters={"tag": value})
        assert [hit.id for hit in results.hits] == ["odd"]
        assert results.hits[0].card["name"] == name

    def test_the_card_is_given_back_untouched(self, make_engine: MakeEngine):
        card = {"name": "Aube", "nested": {"list": [1, None, True, 2.5]}, "odd": "\x00 \ud800 é"}
        engine = make_engine(sheet("Aube", card=card))

        assert search(engine).hits[0].card == card

    def test_the_card_of_the_offer_is_given_back_untouched(self, make_engine: MakeEngine):
        shown = search(make_engine(sheet("Aube", offers=[offer("saas")]))).hits[0]

        assert shown.offer == {"name": "saas"}

    def test_how_long_it_took_is_told(self, small: Engine):
        assert search(small, "courrier").took_ms > 0

    def test_ids_may_be_any_text(self, make_engine: MakeEngine):
        engine = make_engine(sheet("Aube", id="é/'\" ;--"))
        engine.delete(["é/'\" ;--"])

        assert search(engine).total == 0

    def test_a_text_may_stand_for_as_much_as_staff_can_write(self, make_engine: MakeEngine):
        groups = tuple(
            tuple(f"sigle{row}x{place} bis" if place else f"sigle{row}" for place in range(20))
            for row in range(16)
        )
        products = {f"sigle{row}": ("documents", "messagerie", "signature") for row in range(16)}
        engine = make_engine(
            sheet("Aube", summary="sigle3x7 bis"), vocabulary=Vocabulary(groups, products)
        )
        everything = " ".join(f"sigle{row}" for row in range(16))

        assert found(engine, "sigle3") == ["Aube"]
        search(engine, everything)
        search(engine, f'-absent "mots exacts" {everything}')
