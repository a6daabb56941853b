"""What a version of a referential says, read from its file and checked. Pure.

One definition drives forms, validation, scores, facets, comparison, exports and API
(docs/referentials.md tells the format).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Any

from labelling.conditions import Condition, Leaf, leaves, read_condition
from labelling.schema import shape_faults


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
LONGEST = 2000
"""Characters of an answer, and of a justification."""
SCALE = {"oui": ("Oui", 1.0), "partiel": ("Partiellement", 0.5), "non": ("Non", 0.0)}
FACTS = {
    "deploiement": "modes de déploiement des offres",
    "distribution": "mode de distribution",
    "ia": "usage d'intelligence artificielle",
}
"""What conditions may look at besides answers, and what it is in French."""
FEEDS = {"rgaa": "le filtre « Accessibilité (RGAA) »"}
"""What of the sheet an answer decides (`feeds.sheet`), whose claim it then shares."""
SUGGESTIONS = {
    "rgaa": "l'état RGAA de la fiche",
    "rgesn": "le score RGESN de la fiche",
    "depot": "l'adresse du dépôt donnée sur la fiche",
    "secnumcloud": "la qualification SecNumCloud des offres",
    "hds": "la certification HDS des offres",
    "iso27001": "la certification ISO 27001 des offres",
    "reversibilite": "la réversibilité documentée des offres",
    "contrat-rgpd": "le contrat de sous-traitance (RGPD, art. 28) des offres",
    "plusieurs-zones": "les zones géographiques des offres",
}
"""What the sheet already says, which may be proposed as an answer (`suggestion.sheet`)."""


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
class Link:
    """What of the sheet goes with a criterion, and which value becomes which; others stay as is."""

    name: str
    values: tuple[tuple[str, str], ...] = ()

    def __call__(self, value: str) -> str:
        """The value on the other side."""
        return dict(self.values).get(value, value)


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
    feeds: "Link | None"
    suggestion: "Link | None"
    future: bool


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

    def naming(self, id: str) -> tuple[str, ...]:
        """Criteria whose condition looks at the answer to another."""
        return tuple(
            one.id
            for one in self.criteria
            if one.when
            and any(leaf.of == "criterion" and leaf.name == id for leaf in leaves(one.when))
        )


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, and where: `id` of the theme or criterion, and its `key` if known."""

    file: str
    line: int
    where: str
    message: str
    id: str = ""
    key: str = ""

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
    problems = [places.problem(path, message) for path, message in shape_faults(data)]
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
        feeds=_link(row.get("feeds")),
        suggestion=_link(row.get("suggestion")),
        future=row.get("future", False),
    )


def _link(data: Mapping[str, Any] | None) -> Link | None:
    return Link(data["sheet"], tuple(data.get("values", {}).items())) if data else None


def _range(row: Mapping[str, Any]) -> NumberRange:
    bounds = {name: row[name] for name in ("minimum", "maximum", "zero_at", "full_at")}
    return NumberRange(unit=row.get("unit", ""), **bounds)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


class _Places:
    """Where each theme and each criterion stands in the file."""

    def __init__(self, text: str, file: str, data: Mapping[str, Any]) -> None:
        self.file = file
        self.data = data
        self.lines: dict[str, list[int]] = {"theme": [], "criterion": []}
        for number, line in enumerate(text.splitlines(), start=1):
            if found := re.match(r"\s*\[\[(theme|criterion)\]\]", line):
                self.lines[found[1]].append(number)

    def problem(self, path: list[Any], message: str, key: str = "") -> Problem:
        """A problem at a path of the data: the line of the theme or criterion that it is in."""
        match path:
            case [("theme" | "criterion") as table, int(rank), *rest]:
                known = self.lines[table]
                row = self.data[table][rank]
                name = str(row.get("id", f"n° {rank + 1}") if isinstance(row, Mapping) else rank)
                word = "critère" if table == "criterion" else "thème"
                where = " ".join([word, name, *map(str, rest)])
                line = known[rank] if rank < len(known) else 1
                key = key or (str(rest[0]) if rest else "")
                return Problem(self.file, line, where, message, id=name, key=key)
            case _:
                where = ".".join(map(str, path))
                return Problem(self.file, 1, where or "fichier", message, key=where)


def _contradictions(data: Mapping[str, Any], places: _Places) -> Iterator[Problem]:
    """What a schema cannot say: names that refer to nothing, answers that cannot be given."""
    themes = [theme["id"] for theme in data["theme"]]
    for rank, theme in enumerate(themes):
        if theme in themes[:rank]:
            yield places.problem(["theme", rank], "cet identifiant sert déjà", "id")
    asked: dict[str, frozenset[str]] = {}
    for rank, row in enumerate(data["criterion"]):
        criterion = _criterion(row)
        faults = (
            _name_faults(criterion, themes, asked),
            _answer_faults(criterion),
            _sheet_faults(criterion),
            _condition_faults(criterion, asked),
        )
        for key, message in chain.from_iterable(faults):
            yield places.problem(["criterion", rank], message, key)
        answers = {choice.value for choice in criterion.choices}
        asked[criterion.id] = frozenset(
            answers | ({NOT_APPLICABLE} if criterion.na_allowed else set())
        )


Asked = Mapping[str, frozenset[str]]
"""Criteria that stand before, and the answers that each may have."""
_Faults = Iterator[tuple[str, str]]
"""Keys of a criterion, and what is wrong with each."""


def _name_faults(criterion: Criterion, themes: list[str], asked: Asked) -> _Faults:
    if criterion.id in asked:
        yield "id", "cet identifiant sert déjà"
    if criterion.theme not in themes:
        yield "theme", f"le thème « {criterion.theme} » n'existe pas"


def _answer_faults(criterion: Criterion) -> _Faults:
    values = [choice.value for choice in criterion.choices]
    if len(set(values)) < len(values):
        yield "choices", "deux réponses ont la même valeur"
    if criterion.kind is Kind.CHOICE and not any(c.points == 1 for c in criterion.choices):
        yield "choices", "aucune réponse ne donne tous les points"
    if criterion.number is not None and criterion.number.zero_at == criterion.number.full_at:
        yield "full_at", "zero_at et full_at sont égaux : rien ne fait monter le score"


def _sheet_faults(criterion: Criterion) -> _Faults:
    known = frozenset(choice.value for choice in criterion.choices)
    if known and criterion.suggestion:
        proposed = {answer for _sheet, answer in criterion.suggestion.values}
        if unknown := proposed - known:
            said = ", ".join(sorted(unknown))
            yield "suggestion", f"suggestion propose {said}, qui n'est pas une réponse"
    if criterion.feeds and (unknown := {ours for ours, _ in criterion.feeds.values} - known):
        said = ", ".join(sorted(unknown))
        yield "feeds", f"feeds parle de {said}, qui n'est pas une réponse"


def _condition_faults(criterion: Criterion, asked: Asked) -> _Faults:
    for leaf in leaves(criterion.when) if criterion.when else ():
        if fault := _leaf_fault(leaf, asked):
            yield "when", fault


def _leaf_fault(leaf: Leaf, asked: Asked) -> str:
    if leaf.of == "fact":
        return "" if leaf.name in FACTS else f"la fiche n'a pas de fait « {leaf.name} »"
    if leaf.name not in asked:
        return f"la condition nomme « {leaf.name} », qui n'est pas avant ce critère"
    if unknown := leaf.values - asked[leaf.name]:
        return f"« {leaf.name} » n'a pas de réponse {', '.join(sorted(unknown))}"
    return ""
