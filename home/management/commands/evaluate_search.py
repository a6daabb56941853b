"""Measure how well the search answers judged queries, beside a plain baseline.

Here and not in `search`: what demo sheets are, only the demo catalogue knows.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.models import Listing
from home.demo.labels import archetypes_by_uid, labels
from home.demo.sheets import DEFAULT_SEED
from search import documents, services
from search.baseline import Baseline
from search.contract import EngineUnavailable, Query
from search.engines import ENGINES
from search.evaluation import (
    DEPTH,
    JUDGED_QUERIES,
    JudgedQuery,
    Score,
    UnreadableJudgements,
    read_judged_queries,
    score,
    summary,
)

BASELINE = "référence"
WORST = 15

Search = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """How one way of searching answered one query."""

    query: JudgedQuery
    ranking: Sequence[str]
    grades: Mapping[str, int]
    score: Score


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"fichier introuvable : {text}")
    return path


class Command(BaseCommand):
    help = (
        "Mesure la pertinence de la recherche sur des requêtes jugées (nDCG@10, MRR, part de "
        "requêtes sans résultat), à côté d'une recherche simple. Le catalogue de démonstration et "
        "le SILL doivent être chargés et l'index à jour."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=_file, default=JUDGED_QUERIES, help="Requêtes jugées (TOML)."
        )
        parser.add_argument(
            "--engine",
            action="append",
            choices=sorted(ENGINES),
            help="Moteur à mesurer, plusieurs fois au besoin (celui des réglages).",
        )
        parser.add_argument(
            "--seed", type=int, default=DEFAULT_SEED, help="Graine du catalogue de démonstration."
        )
        parser.add_argument(
            "--verbose",
            action="store_true",
            help=f"Montre les {WORST} requêtes les moins bien servies de la part de réglage.",
        )

    def handle(
        self, *args: Any, file: Path, engine: list[str] | None, seed: int, **options: Any
    ) -> None:
        try:
            queries = read_judged_queries(file)
        except UnreadableJudgements as error:
            raise CommandError(str(error)) from error
        found = list(documents.build(Listing.objects.all(), seed=services.neutral_seed()))
        demo = sum(document.card["fictitious"] for document in found)
        sheets = labels(found, archetypes_by_uid(Listing.objects.count() if demo else 0, seed))
        judged = [(query, grades) for query in queries if (grades := query.grades(sheets))]
        if not judged:
            raise CommandError(
                "Aucune fiche attendue n'est au catalogue : lancez « load_demo » et "
                "« import_solutions », puis « rebuild_index »."
            )
        baseline = Baseline(found)
        ways: dict[str, Search] = {
            name or "moteur": _engine_search(name) for name in engine or [None]
        }
        ways[BASELINE] = lambda text: baseline.search(text, DEPTH)
        answers = {name: _answers(search, judged) for name, search in ways.items()}
        self._table(answers, len(found), len(queries) - len(judged))
        if options["verbose"]:
            names = {document.id: document.text["name"] for document in found}
            self._worst(next(iter(answers.values())), answers[BASELINE], names)

    def _table(self, answers: Mapping[str, Sequence[Answer]], sheets: int, left_out: int) -> None:
        self.stdout.write(
            f"{sheets} fiches ; {left_out} requêtes sans fiche attendue laissées de côté."
        )
        self.stdout.write(
            f"{'':<12}{'part':<10}{'requêtes':>9}{'nDCG@10':>9}{'MRR':>7}{'sans résultat':>15}"
        )
        for part, frozen in (
            ("réglage", (False,)),
            ("gelée", (True,)),
            ("ensemble", (False, True)),
        ):
            for name, some in answers.items():
                row = summary(one.score for one in some if one.query.frozen in frozen)
                self.stdout.write(
                    f"{name:<12}{part:<10}{row.queries:>9}{row.ndcg:>9.3f}{row.mrr:>7.3f}"
                    f"{row.zero_rate:>14.1%}".replace("%", " %")
                )

    def _worst(
        self, answers: Sequence[Answer], beside: Sequence[Answer], names: Mapping[str, str]
    ) -> None:
        """The frozen part is not shown: whoever read it would tune for it."""
        pairs = [pair for pair in zip(answers, beside, strict=True) if not pair[0].query.frozen]
        for answer, other in sorted(pairs, key=lambda pair: pair[0].score.ndcg)[:WORST]:
            self.stdout.write(
                f"\n« {answer.query.text} » : {answer.score.ndcg:.3f} ({BASELINE} {other.score.ndcg:.3f})"
            )
            for id_ in answer.ranking:
                self.stdout.write(f"  {answer.grades.get(id_, 0)}  {names.get(id_, id_)}")


def _engine_search(name: str | None) -> Search:
    engine = services.get_engine(name)

    def search(text: str) -> list[str]:
        try:
            results = engine.search(Query(text=text, page_size=DEPTH))
        except EngineUnavailable as error:
            raise CommandError(
                f"Le moteur ne répond pas : {error}. Lancez « rebuild_index »."
            ) from error
        return [hit.id for hit in results.hits]

    return search


def _answers(
    search: Search, judged: Sequence[tuple[JudgedQuery, Mapping[str, int]]]
) -> list[Answer]:
    answers = []
    for query, grades in judged:
        ranking = search(query.text)
        answers.append(Answer(query, ranking, grades, score(ranking, grades)))
    return answers
