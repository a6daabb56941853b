"""Why a sheet has its rank: what each part of a text is worth in it."""

from collections.abc import Iterator

import pytest

from search.contract import Engine, Query, Reason, Sort
from tests.search.contract.base import VISIO, ContractBase, MakeEngine, found
from tests.search.documents import sheet

SHEETS = (
    sheet("Agenda", neutral=3, summary="Rendez-vous du territoire"),
    sheet("Agenda partagé", neutral=2, summary="Rendez-vous et agenda"),
    sheet("Aube", neutral=1, words="agenda"),
    sheet("Brise", neutral=0, description="Se relie à un agenda, entre autres outils."),
    sheet("Cime", neutral=4, summary="visioconférence"),
    sheet("Dune", neutral=5, summary="Signature électronique"),
    sheet("Parole", neutral=6, categories=["visioconference"]),
)
IDS = ["cime", "brise", "aube", "agenda-partage", "agenda", "dune", "parole"]


def texts(reason: Reason) -> Iterator[str]:
    """Everything that a tree of reasons says."""
    yield reason.text
    for part in reason.parts:
        yield from texts(part)


def says(reason: Reason, *words: str) -> bool:
    """Whether one line of a tree has all these words."""
    return any(all(word in text for word in words) for text in texts(reason))


class ExplainContract(ContractBase):
    @pytest.fixture
    def engine(self, make_engine: MakeEngine) -> Engine:
        return make_engine(*SHEETS, vocabulary=VISIO)

    def test_the_better_the_rank_the_higher_the_value(self, engine: Engine):
        reasons = engine.explain(Query(text="agenda"), IDS)
        ranked = sorted(reasons, key=lambda id_: -reasons[id_].value)

        assert found(engine, "agenda") == ["Agenda", "Agenda partagé", "Aube", "Brise"]
        assert ranked == ["agenda", "agenda-partage", "aube", "brise"]
        assert len({reason.value for reason in reasons.values()}) == 4

    def test_words_are_named_with_the_field_that_has_them(self, engine: Engine):
        reasons = engine.explain(Query(text="agenda"), IDS)

        assert says(reasons["aube"], "words", "agenda")
        assert says(reasons["brise"], "description", "agenda")
        assert not says(reasons["brise"], "summary")

    def test_each_word_counts(self, engine: Engine):
        reason = engine.explain(Query(text="agenda rendez-vous"), IDS)["agenda-partage"]

        assert says(reason, "name", "agenda")
        assert says(reason, "summary", "rendez")

    @pytest.mark.parametrize(
        ("typed", "id_", "stem"),
        [
            ("visio", "cime", "visioconf"),
            ("parapheur", "dune", "signatur"),
            ("zoom", "parole", "visioconference"),
            ("agemda", "aube", "agenda"),
            ('"signature électronique"', "dune", "signatur"),
        ],
    )
    def test_what_stands_for_a_word_is_explained(
        self, engine: Engine, typed: str, id_: str, stem: str
    ):
        reasons = engine.explain(Query(text=typed), IDS)

        assert reasons[id_].value > 0
        assert says(reasons[id_], stem)

    def test_sheets_that_the_text_does_not_find_are_left_out(self, engine: Engine):
        assert engine.explain(Query(text="agenda"), ["aube", "cime"]).keys() == {"aube"}
        assert engine.explain(Query(text="agenda -partagé"), IDS).keys() == {
            "agenda",
            "aube",
            "brise",
        }

    def test_unknown_and_removed_sheets_are_left_out(self, engine: Engine):
        engine.delete(["aube"])

        for text in ("agenda", ""):
            reasons = engine.explain(Query(text=text), ["aube", "inconnue", "agenda"])
            assert reasons.keys() == {"agenda"}

    def test_nonsense_finds_nothing_to_explain(self, engine: Engine):
        assert engine.explain(Query(text="zzzzqqq"), IDS) == {}

    def test_of_no_sheet_there_is_nothing_to_explain(self, engine: Engine):
        assert engine.explain(Query(text="agenda"), []) == {}
        assert engine.explain(Query(), []) == {}

    @pytest.mark.parametrize("text", ["", '"', " - "])
    def test_without_text_all_sheets_are_worth_the_same(self, engine: Engine, text: str):
        reasons = engine.explain(Query(text=text), IDS)

        assert reasons.keys() == set(IDS)
        assert len({reason.value for reason in reasons.values()}) == 1
        assert all(reason.text for reason in reasons.values())

    def test_words_left_out_are_worth_nothing(self, engine: Engine):
        reasons = engine.explain(Query(text="-agenda"), IDS)

        assert reasons.keys() == {"cime", "dune", "parole"}
        assert len({reason.value for reason in reasons.values()}) == 1

    def test_only_the_text_counts(self, engine: Engine):
        narrowed = Query(text="agenda", filters={"taille": ("pe",)}, sort=Sort.NAME, page=3)

        assert engine.explain(narrowed, IDS) == engine.explain(Query(text="agenda"), IDS)
