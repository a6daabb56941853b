"""How good answers are, against judged queries: nDCG@10, MRR, and how often nothing is found.

Pure Python. Judgements name sheets by labels (what a sheet is), which whoever evaluates resolves.
"""

import hashlib
import math
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

JUDGED_QUERIES = Path(__file__).parent / "data" / "judged_queries.toml"
DEPTH = 10
"""Results that are looked at."""

GRADES = {"exact": 3, "good": 2, "fair": 1}
RELEVANT = 2
"""Grade from which a sheet is an answer, for the reciprocal rank."""

_REQUIRED = {"text", "kind"}
_KNOWN = _REQUIRED | {"frozen"} | set(GRADES)


class UnreadableJudgements(Exception):
    """The file of judged queries is missing or malformed; the message says where."""


@dataclass(frozen=True)
class JudgedQuery:
    """What someone typed, and the grade (1 to 3) of the sheets that bear a label."""

    text: str
    kind: str
    frozen: bool
    labels: Mapping[str, int]

    def grades(self, sheets: Mapping[str, Collection[str]]) -> dict[str, int]:
        """The grade of each sheet (id → its labels) that is worth something: its best label's."""
        found = {
            id_: max((self.labels.get(label, 0) for label in labels), default=0)
            for id_, labels in sheets.items()
        }
        return {id_: grade for id_, grade in found.items() if grade}


@dataclass(frozen=True)
class Score:
    """How good one ranking is; `found` is False when it is empty."""

    ndcg: float
    reciprocal_rank: float
    found: bool


@dataclass(frozen=True)
class Summary:
    """Means over queries: nDCG@10, MRR, and the share of queries that found nothing."""

    queries: int
    ndcg: float
    mrr: float
    zero_rate: float


def read_judged_queries(path: Path = JUDGED_QUERIES) -> tuple[JudgedQuery, ...]:
    """Read a file of judged queries. Raises `UnreadableJudgements`."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["query"]
        queries = tuple(_judged(number, row) for number, row in enumerate(rows, 1))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableJudgements(f"{path.name} : {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableJudgements(f"{path.name} : aucune requête [[query]] lisible.") from error
    if len({query.text for query in queries}) < len(queries):
        raise UnreadableJudgements(f"{path.name} : une requête y est deux fois.")
    return queries


def _judged(number: int, row: Mapping[str, Any]) -> JudgedQuery:
    if missing := _REQUIRED - row.keys():
        raise UnreadableJudgements(f"Requête n° {number} : il manque {', '.join(sorted(missing))}.")
    if unknown := row.keys() - _KNOWN:
        raise UnreadableJudgements(
            f"Requête n° {number} : clé inconnue {', '.join(sorted(unknown))}."
        )
    labels = {label: points for grade, points in GRADES.items() for label in row.get(grade, ())}
    if not labels:
        raise UnreadableJudgements(f"Requête n° {number} : aucune fiche attendue.")
    return JudgedQuery(row["text"], row["kind"], bool(row.get("frozen")), labels)


def is_frozen(text: str) -> bool:
    """Whether a query belongs to the third that is never looked at when tuning: chance decides."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0


def score(ranking: Sequence[str], grades: Mapping[str, int]) -> Score:
    """Score the ids of a ranking, best first, against the grades of all sheets."""
    first = next(
        (rank for rank, id_ in enumerate(ranking, 1) if grades.get(id_, 0) >= RELEVANT), None
    )
    ideal = _gain(sorted(grades.values(), reverse=True))
    return Score(
        ndcg=_gain([grades.get(id_, 0) for id_ in ranking]) / ideal if ideal else 0.0,
        reciprocal_rank=1 / first if first and first <= DEPTH else 0.0,
        found=bool(ranking),
    )


def _gain(grades: Sequence[int]) -> float:
    """Discounted cumulative gain of the first ten, with the usual gain 2^grade - 1."""
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades[:DEPTH], 1))


def summary(scores: Iterable[Score]) -> Summary:
    """Mean over scores; all zero without any."""
    scores = list(scores)
    if not scores:
        return Summary(0, 0.0, 0.0, 0.0)
    return Summary(
        queries=len(scores),
        ndcg=fmean(one.ndcg for one in scores),
        mrr=fmean(one.reciprocal_rank for one in scores),
        zero_rate=fmean(not one.found for one in scores),
    )
