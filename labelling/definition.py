"""What a version of a referential says, read from its file and checked. Pure.

One definition drives forms, validation, scores, facets, comparison, exports and API
(docs/referentials.md tells the format).
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from labelling.conditions import Condition, leaves, read_condition


class Kind(StrEnum):
    """How a criterion is answered."""

    SCALE = "scale"
    YES_NO = "yes-no"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    URL = "url"
    DATE = "date"


class EvidenceRule(StrEnum):
    """Whether an answer that claims something comes with a proof."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Confidence(StrEnum):
    """How sure we are of what a criterion says of the law."""

    SURE = "sure"
    SECONDARY = "secondary"
    MEMORY = "memory"


NOT_APPLICABLE = "sans-objet"
SCALE = {"oui": ("Oui", 1.0), "partiel": ("Partiellement", 0.5), "non": ("Non", 0.0)}
FACTS = {
    "deploiement": "modes de déploiement des offres",
    "distribution": "mode de distribution",
    "ia": "usage d'intelligence artificielle",
}
"""What conditions may look at besides answers, and what it is in French."""


@dataclass(frozen=True)
class Choice:
    """One possible answer, and what share of the criterion's weight it earns."""

    value: str
    label: str
    points: float


@dataclass(frozen=True)
class NumberRange:
    """Which numbers may be typed, and between which two the points grow (or fall) from 0 to 1."""

    unit: str
    minimum: float
    maximum: float
    zero_at: float
    full_at: float


@dataclass(frozen=True)
class Theme:
    """A family of criteria, scored apart."""

    id: str
    title: str
    summary: str


@dataclass(frozen=True)
class Criterion:
    """One question. `choices` are empty for what is typed in."""

    id: str
    theme: str
    text: str
    guidance: str
    legal_reference: str
    source_url: str
    origin: str
    confidence: Confidence
    editor_note: str
    kind: Kind
    na_allowed: bool
    evidence: EvidenceRule
    evidence_expected: str
    blocking: bool
    weight: int
    max_age_months: int
    choices: tuple[Choice, ...]
    number: NumberRange | None
    when: Condition | None


@dataclass(frozen=True)
class Definition:
    """A version of a referential, whole."""

    slug: str
    version: str
    title: str
    summary: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    editor_note: str
    themes: tuple[Theme, ...]
    criteria: tuple[Criterion, ...]

    @cached_property
    def by_id(self) -> dict[str, Criterion]:
        """Criteria by their id."""
        return {criterion.id: criterion for criterion in self.criteria}

    def of_theme(self, theme: str) -> tuple[Criterion, ...]:
        """Criteria of a theme, in order."""
        return tuple(criterion for criterion in self.criteria if criterion.theme == theme)


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, and where."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}, ligne {self.line}, {self.where} : {self.message}"


class InvalidDefinition(ValueError):
    """A file that no referential can be read from: `problems` says all that is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_definition(text: str, file: str) -> Definition:
    """Read a version of a referential from its TOML text.

    :param file: name to say in errors.
    Raises `InvalidDefinition` with every problem found, each with file, criterion and line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = int(found[1]) if (found := re.search(r"line (\d+)", str(error))) else 1
        raise InvalidDefinition([Problem(file, line, "syntaxe TOML", str(error))]) from error
    places = _Places(text, file, data)
    problems = [
        places.problem(list(error.absolute_path), error.message)
        for error in sorted(_validator().iter_errors(data), key=lambda error: error.json_path)
    ]
    problems = problems or list(_contradictions(data, places))
    if problems:
        raise InvalidDefinition(problems)
    return build_definition(data)


def build_definition(data: Mapping[str, Any]) -> Definition:
    """Build a definition from a table that was checked before (a file's, or the one stored)."""
    return Definition(
        slug=data["slug"],
        version=data["version"],
        title=data["title"],
        summary=data["summary"],
        valid_from=_day(data["valid_from"]),
        valid_to=_day(data["valid_to"]) if data.get("valid_to") else None,
        legal_basis=data.get("legal_basis", ""),
        editor_note=data.get("editor_note", ""),
        themes=tuple(
            Theme(theme["id"], theme["title"], theme.get("summary", "")) for theme in data["theme"]
        ),
        criteria=tuple(_criterion(row) for row in data["criterion"]),
    )


def _criterion(row: Mapping[str, Any]) -> Criterion:
    kind = Kind(row["kind"])
    scale = SCALE if kind is Kind.SCALE else {}
    if kind is Kind.YES_NO:
        scale = {value: words for value, words in SCALE.items() if value != "partiel"}
    return Criterion(
        id=row["id"],
        theme=row["theme"],
        text=row["text"],
        guidance=row["guidance"],
        legal_reference=row.get("legal_reference", ""),
        source_url=row.get("source_url", ""),
        origin=row["origin"],
        confidence=Confidence(row["confidence"]),
        editor_note=row.get("editor_note", ""),
        kind=kind,
        na_allowed=row["na_allowed"],
        evidence=EvidenceRule(row["evidence"]),
        evidence_expected=row.get("evidence_expected", ""),
        blocking=row["blocking"],
        weight=row["weight"],
        max_age_months=row["max_age_months"],
        choices=tuple(
            [Choice(value, label, points) for value, (label, points) in scale.items()]
            or [Choice(one["value"], one["label"], one["points"]) for one in row.get("choices", ())]
        ),
        number=_range(row) if kind is Kind.NUMBER else None,
        when=read_condition(row["when"]) if "when" in row else None,
    )


def _range(row: Mapping[str, Any]) -> NumberRange:
    bounds = {name: row[name] for name in ("minimum", "maximum", "zero_at", "full_at")}
    return NumberRange(unit=row.get("unit", ""), **bounds)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(
        resources.files("labelling").joinpath("referentials", "schema.json").read_text("utf-8")
    )
    # TOML reads dates as dates: the schema says where it wants one.
    is_date = Draft202012Validator.TYPE_CHECKER.redefine(
        "date", lambda _checker, value: type(value) is date
    )
    return extend(Draft202012Validator, type_checker=is_date)(schema)


class _Places:
    """Where each theme and each criterion stands in the file."""

    def __init__(self, text: str, file: str, data: Mapping[str, Any]) -> None:
        self.file = file
        self.data = data
        self.lines: dict[str, list[int]] = {"theme": [], "criterion": []}
        for number, line in enumerate(text.splitlines(), start=1):
            if found := re.match(r"\s*\[\[(theme|criterion)\]\]", line):
                self.lines[found[1]].append(number)

    def problem(self, path: list[Any], message: str) -> Problem:
        """A problem at a path of the data: the line of the theme or criterion that it is in."""
        match path:
            case [("theme" | "criterion") as table, int(rank), *rest]:
                known = self.lines[table]
                row = self.data[table][rank]
                name = row.get("id", f"n° {rank + 1}") if isinstance(row, Mapping) else rank
                word = "critère" if table == "criterion" else "thème"
                where = " ".join([word, str(name), *map(str, rest)])
                return Problem(self.file, known[rank] if rank < len(known) else 1, where, message)
            case _:
                return Problem(self.file, 1, ".".join(map(str, path)) or "fichier", message)


def _contradictions(data: Mapping[str, Any], places: _Places) -> Iterator[Problem]:
    """What a schema cannot say: names that refer to nothing, answers that cannot be given."""
    themes = [theme["id"] for theme in data["theme"]]
    for rank, theme in enumerate(themes):
        if theme in themes[:rank]:
            yield places.problem(["theme", rank], "cet identifiant sert déjà")
    asked: dict[str, frozenset[str]] = {}
    for rank, row in enumerate(data["criterion"]):
        criterion = _criterion(row)
        for message in _faults(criterion, themes, asked):
            yield places.problem(["criterion", rank], message)
        answers = {choice.value for choice in criterion.choices}
        asked[criterion.id] = frozenset(
            answers | ({NOT_APPLICABLE} if criterion.na_allowed else set())
        )


def _faults(
    criterion: Criterion, themes: list[str], asked: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    if criterion.id in asked:
        yield "cet identifiant sert déjà"
    if criterion.theme not in themes:
        yield f"le thème « {criterion.theme} » n'existe pas"
    values = [choice.value for choice in criterion.choices]
    if len(set(values)) < len(values):
        yield "deux réponses ont la même valeur"
    if criterion.kind is Kind.CHOICE and not any(c.points == 1 for c in criterion.choices):
        yield "aucune réponse ne donne tous les points"
    if criterion.number is not None and criterion.number.zero_at == criterion.number.full_at:
        yield "zero_at et full_at sont égaux : rien ne fait monter le score"
    for leaf in leaves(criterion.when) if criterion.when else ():
        if leaf.of == "fact" and leaf.name not in FACTS:
            yield f"la fiche n'a pas de fait « {leaf.name} »"
        elif leaf.of == "criterion" and leaf.name not in asked:
            yield f"la condition nomme « {leaf.name} », qui n'est pas avant ce critère"
        elif leaf.of == "criterion" and (unknown := leaf.values - asked[leaf.name]):
            yield f"« {leaf.name} » n'a pas de réponse {', '.join(sorted(unknown))}"
