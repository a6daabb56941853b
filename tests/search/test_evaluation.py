"""Metrics, the file of judged queries, the baseline, and the margin that the engine must keep."""

import math
import tomllib
from pathlib import Path

import pytest

from home.demo.documents import generate_documents
from home.demo.labels import archetypes_by_uid, labels
from search.baseline import Baseline
from search.contract import Query, Vocabulary
from search.engines import build_engine
from search.evaluation import (
    DEPTH,
    JudgedQuery,
    Score,
    Summary,
    UnreadableJudgements,
    is_frozen,
    read_judged_queries,
    score,
    summary,
)
from search.facets import FACETS
from search.services import WORDS
from tests.search.documents import sheet

MARGIN = 0.15


class TestScore:
    def test_the_ideal_order_scores_one(self):
        assert score(["a", "b"], {"a": 3, "b": 1}) == Score(1.0, 1.0, found=True)

    def test_an_answer_lower_down_is_discounted(self):
        found = score(["x", "a"], {"a": 3})

        assert found.ndcg == pytest.approx(1 / math.log2(3))
        assert found.reciprocal_rank == 0.5

    def test_a_relevant_sheet_that_is_missing_lowers_the_score(self):
        found = score(["a"], {"a": 3, "b": 3})

        assert found.ndcg == pytest.approx(1 / (1 + 1 / math.log2(3)))

    def test_a_sheet_that_merely_helps_is_no_answer(self):
        assert score(["c", "a"], {"a": 2, "c": 1}).reciprocal_rank == 0.5

    def test_nothing_counts_below_the_tenth(self):
        ranking = [*(f"x{at}" for at in range(DEPTH)), "a"]

        assert score(ranking, {"a": 3}) == Score(0.0, 0.0, found=True)

    def test_nothing_found_scores_nothing(self):
        assert score([], {"a": 3}) == Score(0.0, 0.0, found=False)


class TestSummary:
    def test_it_is_the_mean(self):
        scores = [Score(1.0, 0.5, found=True), Score(0.0, 0.0, found=False)]

        assert summary(scores) == Summary(2, 0.5, 0.25, 0.5)

    def test_of_nothing_it_is_zero(self):
        assert summary([]) == Summary(0, 0.0, 0.0, 0.0)


class TestGrades:
    def test_the_best_label_of_a_sheet_counts(self):
        query = JudgedQuery("x", "besoin", False, {"demo/a": 1, "vendor/v": 3})
        sheets = {"1": {"demo/a", "vendor/v"}, "2": {"demo/a"}, "3": {"demo/b"}}

        assert query.grades(sheets) == {"1": 3, "2": 1}


class TestJudgedQueriesFile:
    def test_there_are_enough_and_a_third_is_frozen(self):
        queries = read_judged_queries()
        frozen = [query for query in queries if query.frozen]

        assert len(queries) >= 66
        assert len(frozen) * 3 >= len(queries)

    def test_chance_alone_chose_those_that_are_frozen(self):
        assert all(is_frozen(query.text) for query in read_judged_queries() if query.frozen)

    def test_every_archetype_named_exists(self):
        known = set(archetypes_by_uid(1000).values())
        named = {label for query in read_judged_queries() for label in query.labels}

        assert {label[5:] for label in named if label.startswith("demo/")} <= known

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("query = [", "juges.toml"),
            ("query = 3", "aucune requête"),
            ("[[query]]\ntext = 'a'\nexact = ['demo/a']", "manque kind"),
            ("[[query]]\ntext = 'a'\nkind = 'k'", "aucune fiche attendue"),
            ("[[query]]\ntext = 'a'\nkind = 'k'\nexcat = ['demo/a']", "inconnue excat"),
            ("[[query]]\ntext = 'a'\nkind = 'k'\ngood = ['x']\n" * 2, "deux fois"),
        ],
    )
    def test_a_malformed_file_says_what_is_wrong(self, tmp_path: Path, text: str, reason: str):
        path = tmp_path / "juges.toml"
        path.write_text(text)

        with pytest.raises(UnreadableJudgements, match=reason):
            read_judged_queries(path)

    def test_a_missing_file_is_named(self, tmp_path: Path):
        with pytest.raises(UnreadableJudgements, match=r"absent\.toml"):
            read_judged_queries(tmp_path / "absent.toml")


class TestBaseline:
    def test_any_word_suffices_and_more_words_come_first(self):
        baseline = Baseline(
            [
                sheet("Aube", summary="courrier entrant"),
                sheet("Brise", summary="courrier entrant et archivage"),
                sheet("Calme", summary="cantine"),
            ]
        )

        assert baseline.search("courrier archivage", 10) == ["brise", "aube"]

    def test_a_name_weighs_more_than_a_description(self):
        baseline = Baseline([sheet("Aube", description="parapheur"), sheet("Parapheur")])

        assert baseline.search("parapheur", 10) == ["parapheur", "aube"]

    @pytest.mark.parametrize("typed", ["archivages", "l'archivage", "Archivâge"])
    def test_it_knows_no_french(self, typed: str):
        assert Baseline([sheet("Aube", summary="archivage")]).search(typed, 10) == []

    def test_case_does_not_matter_and_the_limit_is_kept(self):
        baseline = Baseline(
            [sheet(name, summary="Cantine", neutral=at) for at, name in enumerate("ab")]
        )

        assert baseline.search("CANTINE", 1) == ["a"]


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[str, dict[str, Score]]:
    """Scores of engine and baseline on the demo catalogue alone, frozen queries only."""
    made = list(generate_documents(432))
    sheets = labels(made, archetypes_by_uid(1000))
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    vocabulary = Vocabulary(
        tuple(tuple(group) for group in words["synonyms"]),
        {product: tuple(codes) for product, codes in words["replaced"].items()},
    )
    folder = tmp_path_factory.mktemp("relevance") / "index"
    engine = build_engine("embedded", {"INDEX_DIR": folder}, FACETS, lambda: vocabulary)
    engine.rebuild(made)
    baseline = Baseline(made)
    found: dict[str, dict[str, Score]] = {"engine": {}, "baseline": {}}
    for query in read_judged_queries():
        grades = query.grades(sheets)
        if query.frozen and grades:
            hits = engine.search(Query(text=query.text, page_size=DEPTH)).hits
            found["engine"][query.text] = score([hit.id for hit in hits], grades)
            found["baseline"][query.text] = score(baseline.search(query.text, DEPTH), grades)
    return found


class TestRelevance:
    def test_the_engine_beats_the_baseline_on_frozen_queries(self, answers):
        engine, baseline = (summary(answers[name].values()) for name in ("engine", "baseline"))

        assert engine.queries >= 22
        assert engine.ndcg >= baseline.ndcg + MARGIN
        assert engine.mrr > baseline.mrr
        assert engine.zero_rate <= baseline.zero_rate
