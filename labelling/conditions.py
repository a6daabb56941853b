"""Conditions of a referential: when a criterion is asked at all. Pure.

A condition looks at answers given before and at facts of the sheet. What was not asked or not
answered, and what nobody knows of the sheet, is nothing: no condition holds on it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Collection[str]]
"""Name → its values; an answer has one, a fact of the sheet may have several."""


@dataclass(frozen=True)
class Leaf:
    """An answer, or a fact of the sheet, is one of these values."""

    of: str
    name: str
    values: frozenset[str]


@dataclass(frozen=True)
class Tree:
    """All of these, any of them, or not this one."""

    operator: str
    parts: "tuple[Condition, ...]"


Condition = Leaf | Tree

OPERATORS = ("all", "any", "not")
SUBJECTS = ("criterion", "fact")


def read_condition(data: Mapping[str, Any]) -> Condition:
    """Build a condition from a table that the schema accepted.

    :param data: one of ``{all: […]}``, ``{any: […]}``, ``{not: {…}}``, ``{criterion, is}``,
        ``{fact, is}``.
    """
    for operator in OPERATORS:
        if operator in data:
            inside = data[operator]
            parts = [inside] if operator == "not" else inside
            return Tree(operator, tuple(read_condition(part) for part in parts))
    subject = next(name for name in SUBJECTS if name in data)
    return Leaf(subject, data[subject], frozenset(data["is"]))


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Everything that a condition looks at."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in condition.parts:
            yield from leaves(part)


def holds(condition: Condition, answers: Mapping[str, str], facts: Values) -> bool:
    """Whether a condition holds.

    :param answers: id of a criterion → code of its answer, for those asked and answered.
    :param facts: name of a fact → all its values on the sheet.
    """
    if isinstance(condition, Leaf):
        if condition.of == "fact":
            return not condition.values.isdisjoint(facts.get(condition.name, ()))
        return answers.get(condition.name) in condition.values
    kept = (holds(part, answers, facts) for part in condition.parts)
    match condition.operator:
        case "all":
            return all(kept)
        case "any":
            return any(kept)
        case _:
            return not any(kept)
