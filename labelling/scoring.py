"""What a set of answers is worth: which criteria are asked, a score a theme, what blocks. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from labelling.conditions import Values, holds
from labelling.definition import NOT_APPLICABLE, Criterion, Definition, Kind

Answers = Mapping[str, str]
"""Id of a criterion → what was answered: a code, a number, a text, an address, a date (ISO)."""

CODED = frozenset({Kind.SCALE, Kind.YES_NO, Kind.CHOICE})


@dataclass(frozen=True)
class ThemeScore:
    """What a theme is worth. `share` is between 0 and 1, None when nothing counts in it."""

    theme: str
    share: Fraction | None
    asked: int
    answered: int
    not_applicable: int

    @property
    def percent(self) -> int | None:
        """The share in whole percents, rounded down: nobody gets 100 with something missing."""
        return None if self.share is None else int(self.share * 100)


@dataclass(frozen=True)
class Result:
    """Scores of all themes in order, and the blocking criteria that are not met."""

    themes: tuple[ThemeScore, ...]
    unmet: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything that is asked is answered."""
        return all(theme.answered == theme.asked for theme in self.themes)


def asked(definition: Definition, answers: Answers, facts: Values) -> tuple[str, ...]:
    """Ids of the criteria that are asked, in order.

    A condition sees an answer only if its own criterion is asked: an answer left behind by a
    change further up opens nothing.
    """
    seen: dict[str, str] = {}
    found = []
    for criterion in definition.criteria:
        if criterion.when is not None and not holds(criterion.when, seen, facts):
            continue
        found.append(criterion.id)
        if answers.get(criterion.id):
            seen[criterion.id] = answers[criterion.id]
    return tuple(found)


def points(criterion: Criterion, answer: str) -> Fraction:
    """Share of its weight that an answer earns, from 0 to 1; an unknown code earns nothing."""
    if not answer or answer == NOT_APPLICABLE:
        return Fraction(0)
    if criterion.kind in CODED:
        worth = {choice.value: choice.points for choice in criterion.choices}.get(answer, 0.0)
        return Fraction(str(worth))
    if criterion.number is None:
        return Fraction(1)
    try:
        value = Fraction(answer)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)
    zero, full = Fraction(str(criterion.number.zero_at)), Fraction(str(criterion.number.full_at))
    return min(Fraction(1), max(Fraction(0), (value - zero) / (full - zero)))


def score(definition: Definition, answers: Answers, facts: Values) -> Result:
    """Score answers theme by theme; what is not applicable is out of the denominator.

    What is asked and not answered counts as nothing earned. A blocking criterion is met by an
    answer that earns everything, or by « sans objet » where that is allowed.
    """
    open_ids = asked(definition, answers, facts)
    rows = [definition.by_id[one] for one in open_ids]
    themes = tuple(
        _theme(theme.id, [row for row in rows if row.theme == theme.id], answers)
        for theme in definition.themes
    )
    unmet = tuple(row.id for row in rows if row.blocking and not _is_met(row, answers))
    return Result(themes=themes, unmet=unmet, asked=open_ids)


def _theme(theme: str, rows: list[Criterion], answers: Answers) -> ThemeScore:
    out = [row for row in rows if row.na_allowed and answers.get(row.id) == NOT_APPLICABLE]
    counted = [row for row in rows if row not in out]
    whole = sum(row.weight for row in counted)
    earned = sum((row.weight * points(row, answers.get(row.id, "")) for row in counted), Fraction())
    return ThemeScore(
        theme=theme,
        share=earned / whole if whole else None,
        asked=len(rows),
        answered=sum(1 for row in rows if answers.get(row.id)),
        not_applicable=len(out),
    )


def _is_met(criterion: Criterion, answers: Answers) -> bool:
    answer = answers.get(criterion.id, "")
    return (criterion.na_allowed and answer == NOT_APPLICABLE) or points(criterion, answer) == 1
