"""Who would lose what if a version applied: the answers handed in, read by its rules.

Told before a version is published, to those who write it, then to the companies concerned.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Listing
from labelling.conditions import Values
from labelling.definition import Criterion, Definition
from labelling.gaps import normal
from labelling.models import ReferentialVersion, Result
from labelling.scoring import Answers, score

BATCH = 500


@dataclass(frozen=True)
class Standing:
    """What a sheet has now: percents by theme (title → figure), what blocks, what was asked."""

    themes: Mapping[str, tuple[str, int | None]]
    unmet: frozenset[str]
    asked: frozenset[str]


@dataclass(frozen=True)
class Losses:
    """What a sheet would lose with the answers it gave; `falls` are title, percent now, then."""

    falls: tuple[tuple[str, int, int | None], ...] = ()
    unmet: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.falls or self.unmet or self.unanswered or self.invalid)

    def in_words(self) -> list[str]:
        """One French line each."""
        lines = [
            _("%(theme)s : %(now)s %% → %(then)s")
            % {"theme": title, "now": now, "then": "–" if then is None else f"{then} %"}
            for title, now, then in self.falls
        ]
        for found, words in (
            (self.unmet, _("bloquants non satisfaits : %(ids)s")),
            (self.unanswered, _("questions nouvelles sans réponse : %(ids)s")),
            (self.invalid, _("réponses qui ne sont plus possibles : %(ids)s")),
        ):
            if found:
                lines.append(words % {"ids": ", ".join(found)})
        return lines


@dataclass(frozen=True)
class SheetLosses:
    """A sheet, its company, and what it would lose."""

    uid: str
    title: str
    vendor_id: int | None
    vendor: str
    losses: Losses


@dataclass(frozen=True)
class Impact:
    """What a version would do to the sheets that were read; `total` counts them all."""

    rows: list[SheetLosses]
    read: int
    total: int

    def counts(self) -> list[tuple[str, int]]:
        """How many sheets lose something, and what."""
        kinds = (
            (_("perdraient quelque chose"), bool),
            (_("verraient un score baisser"), lambda one: one.falls),
            (_("auraient un critère bloquant de plus non satisfait"), lambda one: one.unmet),
            (_("auraient une question nouvelle sans réponse"), lambda one: one.unanswered),
            (_("auraient une réponse qui n'est plus possible"), lambda one: one.invalid),
        )
        return [(words, sum(1 for row in self.rows if is_(row.losses))) for words, is_ in kinds]


def losses_of(
    definition: Definition, standing: Standing, answers: Answers, facts: Values
) -> Losses:
    """What answers lose when another definition reads them. Pure.

    An answer that is no longer possible counts as none; a question that was asked already and left
    without answer is no loss.
    """
    kept = {
        name: answer
        for name, answer in answers.items()
        if (one := definition.by_id.get(name)) is None or _fits(one, answer)
    }
    then = score(definition, kept, facts)
    percents = {theme.theme: theme.percent for theme in then.themes}
    return Losses(
        falls=tuple(
            (title, now, percents.get(theme))
            for theme, (title, now) in standing.themes.items()
            if now is not None and now > (percents.get(theme) or 0)
        ),
        unmet=tuple(one for one in then.unmet if one not in standing.unmet),
        unanswered=tuple(
            one for one in then.asked if one not in standing.asked and not answers.get(one)
        ),
        invalid=tuple(one for one in then.asked if answers.get(one) and one not in kept),
    )


def _fits(criterion: Criterion, answer: str) -> bool:
    """Whether an answer is one that a criterion takes; nothing always is."""
    try:
        normal(criterion, answer)
    except ValidationError:
        return False
    return True


def impact(version: ReferentialVersion, *, most: int) -> Impact:
    """What a version would do to the first `most` sheets that answered its referential."""
    rows = results(version)
    found = (row for row in islice(affected(version, rows), most) if row.losses)
    total = rows.count()
    return Impact(rows=list(found), read=min(most, total), total=total)


def results(version: ReferentialVersion) -> QuerySet[Result]:
    """The results in force on its referential, but those of archived sheets; by company."""
    return (
        Result.objects.in_force(timezone.localdate())
        .filter(referential=version.referential_id, listing__archived_at__isnull=True)
        .order_by("listing__vendor__name", "listing__vendor", "listing__page__title", "pk")
    )


def affected(version: ReferentialVersion, rows: QuerySet[Result]) -> Iterator[SheetLosses]:
    """Every sheet with what it would lose, be it nothing: one query, read by batches."""
    definition = version.definition
    columns = rows.values_list(
        "listing__uid", "listing__page__title", "listing__vendor", "listing__vendor__name",
        "themes", "unmet", "asked", "handover__answers", "handover__facts",
    )  # fmt: skip
    for uid, title, vendor_id, vendor, *stored, answers, facts in columns.iterator(BATCH):
        values = {name: row["value"] for name, row in answers.items()}
        losses = losses_of(definition, _standing(*stored), values, facts)
        yield SheetLosses(str(uid), title, vendor_id, vendor or "", losses)


def losses(listing: Listing, version: ReferentialVersion) -> Losses:
    """What a sheet would lose to a version; nothing when it has no result on its referential."""
    row = results(version).filter(listing=listing).select_related("handover").first()
    if row is None:
        return Losses()
    given = row.handover
    standing = _standing(row.themes, row.unmet, row.asked)
    return losses_of(version.definition, standing, given.values, given.facts)


def as_table(rows: Iterable[SheetLosses]) -> Iterator[list[str]]:
    """Lines of a CSV file, the first with names."""
    yield ["fiche", "offreur", "scores", "bloquants", "sans_reponse", "plus_possibles", "id"]
    for row in rows:
        falls = "; ".join(
            f"{title} {now} > {'-' if then is None else then}"
            for title, now, then in row.losses.falls
        )
        ids = (row.losses.unmet, row.losses.unanswered, row.losses.invalid)
        yield [row.title, row.vendor, falls, *(" ".join(one) for one in ids), row.uid]


def summary(found: Impact) -> str:
    """One French sentence."""
    losing = len(found.rows)
    return ngettext(
        "%(n)d fiche perdrait quelque chose, sur %(read)d lues.",
        "%(n)d fiches perdraient quelque chose, sur %(read)d lues.",
        losing,
    ) % {"n": losing, "read": found.read}


def _standing(themes: list[dict[str, Any]], unmet: list[str], asked: list[str]) -> Standing:
    return Standing(
        themes={row["theme"]: (row["title"], row["percent"]) for row in themes},
        unmet=frozenset(unmet),
        asked=frozenset(asked),
    )
