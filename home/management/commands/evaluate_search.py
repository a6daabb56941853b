"""Measure how well the search answers judged queries, beside a plain baseline.

Here and not in `search`: what demo sheets are, only the demo catalogue knows.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.models import Listing
from home.demo.labels import archetypes_by_uid, labels
from home.demo.sheets import DEFAULT_SEED
from search import documents, indexing, services
from search.baseline import Baseline
from search.contract import Document, Engine, EngineUnavailable, Query
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
class Way:
    """A way of searching that is measured: an engine, or a baseline that engines have to beat."""

    name: str
    search: Search
    is_baseline: bool = False


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
        "le SILL doivent être chargés, et l'index de chaque moteur à jour (« rebuild_index "
        "--engine NOM »)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=_file, default=JUDGED_QUERIES, help="Requêtes jugées (TOML)."
        )
        parser.add_argument(
            "--engine",
            action="append",
            choices=sorted(ENGINES),
            help="Moteur à mesurer, plusieurs fois au besoin (sinon tous ceux qui répondent).",
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
        found = list(documents.build(Listing.objects.all(), seed=indexing.neutral_seed()))
        demo = sum(document.card["fictitious"] for document in found)
        sheets = labels(found, archetypes_by_uid(Listing.objects.count() if demo else 0, seed))
        judged = [(query, grades) for query in queries if (grades := query.grades(sheets))]
        if not judged:
            raise CommandError(
                "Aucune fiche attendue n'est au catalogue : lancez « load_demo » et "
                "« import_solutions », puis « rebuild_index »."
            )
        engines = self._engines(engine, len(found))
        with ExitStack() as opened:
            ways = [Way(name, _engine_search(one)) for name, one in engines.items()]
            ways.append(_baseline(engines.values(), found, opened))
            answers = {way: _answers(way.search, judged) for way in ways}
        self._table(answers, len(found), len(queries) - len(judged))
        if options["verbose"]:
            names = {document.id: document.text["name"] for document in found}
            self._worst(answers, names)

    def _engines(self, asked: Sequence[str] | None, sheets: int) -> dict[str, Engine]:
        """The engines asked for, or all that answer; says which do not, and which are behind."""
        answering = {}
        for name in dict.fromkeys(asked or sorted(ENGINES)):
            engine = services.get_engine(name)
            health = engine.health()
            if not (health.ok and health.documents):
                self._without_index(name, health.detail, refused=bool(asked))
                continue
            if health.documents != sheets:
                self.stdout.write(
                    f"{name} : son index a {health.documents} fiches et le catalogue {sheets} ; "
                    f"{_rebuild(name)}"
                )
            answering[name] = engine
        if not answering:
            raise CommandError(f"Aucun moteur n'a d'index : {_rebuild('NOM')}")
        return answering

    def _without_index(self, name: str, detail: str, *, refused: bool) -> None:
        message = f"{name} : pas d'index qui réponde ({detail}) ; {_rebuild(name)}"
        if refused:
            raise CommandError(message)
        self.stdout.write(message)

    def _table(self, answers: Mapping[Way, Sequence[Answer]], sheets: int, left_out: int) -> None:
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
            for way, some in answers.items():
                row = summary(one.score for one in some if one.query.frozen in frozen)
                self.stdout.write(
                    f"{way.name:<12}{part:<10}{row.queries:>9}{row.ndcg:>9.3f}{row.mrr:>7.3f}"
                    f"{row.zero_rate:>14.1%}".replace("%", " %")
                )

    def _worst(self, answers: Mapping[Way, Sequence[Answer]], names: Mapping[str, str]) -> None:
        """The frozen part is not shown: whoever read it would tune for it."""
        ways = list(answers)
        engines = [at for at, way in enumerate(ways) if not way.is_baseline]
        rows = [row for row in zip(*answers.values(), strict=True) if not row[0].query.frozen]
        rows.sort(key=lambda row: min(row[at].score.ndcg for at in engines))
        for row in rows[:WORST]:
            scores = " ; ".join(
                f"{way.name} {answer.score.ndcg:.3f}" for way, answer in zip(ways, row, strict=True)
            )
            self.stdout.write(f"\n« {row[0].query.text} » : {scores}")
            for at in engines:
                self.stdout.write(f"  {ways[at].name}")
                for id_ in row[at].ranking:
                    self.stdout.write(f"    {row[at].grades.get(id_, 0)}  {names.get(id_, id_)}")


def _rebuild(name: str) -> str:
    return f"lancez « rebuild_index --engine {name} »."


def _baseline(engines: Iterable[Engine], found: Sequence[Document], opened: ExitStack) -> Way:
    """A plain `multi_match`: a server's own where one of the engines has it, else as computed."""
    for engine in engines:
        if plain := getattr(engine, "plain_search", None):
            search = opened.enter_context(plain(found))
            break
    else:
        search = Baseline(found).search
    return Way(BASELINE, lambda text: search(text, DEPTH), is_baseline=True)


def _engine_search(engine: Engine) -> Search:
    def search(text: str) -> list[str]:
        try:
            results = engine.search(Query(text=text, page_size=DEPTH))
        except EngineUnavailable as error:
            raise CommandError(f"Un moteur ne répond plus : {error}.") from error
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
