"""The labels that a sheet may ask for: what each asks, what lacks, and what came of it so far."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.models import Listing
from labelling.eligibility import Obstacle, obstacles, renewable_from
from labelling.models import Award, Label, LabelApplication, LabelLevel, Result
from labelling.states import LIVING, OPEN, AppealState, ApplicationState
from labelling.vendor_space import words_label as words
from labelling.vendor_space.access_label import own_files

_CURRENT = (ApplicationState.DRAFT, *OPEN)
_NOT_ANSWERED = frozenset({"unanswered", "outdated", "no-version"})


@dataclass(frozen=True)
class Condition:
    """Something that a label asks before one may apply. Not met: what to do, and where.

    `is_met` is None while it cannot be told yet.
    """

    title: str | Promise
    is_met: bool | None
    obstacles: tuple[Obstacle, ...] = ()


@dataclass(frozen=True)
class ThemeScore:
    """What a theme is worth today beside what a level asks; None when nothing counts in it."""

    title: str
    percent: int | None
    is_enough: bool


@dataclass(frozen=True)
class ShownLevel:
    """A level with the scores of the sheet beside the least that it asks."""

    level: LabelLevel
    themes: tuple[ThemeScore, ...]

    @property
    def lacking(self) -> list[ThemeScore]:
        """Themes that do not reach it."""
        return [one for one in self.themes if not one.is_enough]


@dataclass(frozen=True)
class ShownFile:
    """A file in a list: what the company calls its state, and whose turn it is."""

    application: LabelApplication
    award: Award | None
    state: str
    tone: str
    turn: words.Turn


@dataclass(frozen=True)
class LabelRow:
    """A label on the page of a sheet's labels."""

    label: Label
    is_open: bool
    levels: tuple[ShownLevel, ...]
    silence: str
    conditions: tuple[Condition, ...]
    current: ShownFile | None
    award: ShownFile | None
    history: tuple[ShownFile, ...]
    may_renew: bool
    certificate: str

    @property
    def is_eligible(self) -> bool:
        """Whether nothing keeps the sheet from being put forward."""
        return all(one.is_met for one in self.conditions)


_CONDITIONS: Sequence[tuple[str | Promise, frozenset[str]]] = (
    (_("Le label reçoit des demandes"), frozenset({"closed", "no-version"})),
    (_("La fiche est publique"), frozenset({"archived", "unpublished"})),
    (_("La fiche est confirmée depuis moins d'un an"), frozenset({"stale"})),
    (_("La fiche présente au moins une offre"), frozenset({"offers"})),
    (
        _("L'entreprise est rattachée"),
        frozenset({"unattached", "suspended"}),
    ),
    (
        _("L'auto-évaluation est remise, complète, sur la version en vigueur"),
        frozenset({"unanswered", "outdated", "incomplete"}),
    ),
    (_("Les critères bloquants sont satisfaits"), frozenset({"blocking"})),
    (_("Chaque thème atteint le score du niveau"), frozenset({"score"})),
)
_OTHERS: Mapping[str, str | Promise] = {"choice": _("Les offres à labelliser sont choisies")}
"""What a draft lacks beside the conditions."""


def conditions_of(found: Iterable[Obstacle]) -> tuple[Condition, ...]:
    """The conditions of a label in order, each met or with what keeps it from being so.

    What is no condition (somebody's file is open, an offer is to be chosen) comes last.
    """
    left = list(found)
    unread = any(one.code in _NOT_ANSWERED for one in left)
    rows = []
    for title, codes in _CONDITIONS:
        own = tuple(one for one in left if one.code in codes)
        later = unread and codes <= {"blocking", "score"}
        rows.append(Condition(title, None if later else not own, own))
    known = frozenset[str]().union(*(codes for _title, codes in _CONDITIONS))
    rest = tuple(one for one in left if one.code not in known)
    return (*rows, *(Condition(_OTHERS.get(one.code, ""), False, (one,)) for one in rest))


def levels_of(label: Label, result: Result | None) -> tuple[ShownLevel, ...]:
    """The levels of a label, with what each theme is worth beside what it asks."""
    scored = result.themes if result else []
    return tuple(
        ShownLevel(
            level,
            tuple(
                ThemeScore(
                    one["title"],
                    one["percent"],
                    one["percent"] is None or one["percent"] >= level.least_percent,
                )
                for one in scored
            ),
        )
        for level in label.levels.all()
    )


def labels_of(listing: Listing, today: dt.date) -> list[LabelRow]:
    """The labels that are open, and those that the sheet asked for before."""
    files: dict[int, list[ShownFile]] = {}
    for one in shown_files(own_files(listing), today):
        files.setdefault(one.application.label_id, []).append(one)
    opened = set(Label.objects.open_on(today).values_list("pk", flat=True))
    labels = Label.objects.filter(Q(pk__in=opened) | Q(pk__in=files))
    results = {row.referential_id: row for row in listing.results.all()}
    return [
        _row(listing, label, results, files.get(label.pk, []), label.pk in opened, today)
        for label in labels.select_related("referential").prefetch_related("levels")
    ]


def shown_files(rows: QuerySet[LabelApplication], today: dt.date) -> list[ShownFile]:
    """Files with what their company calls their state, the latest first: four queries for all."""
    found = rows.select_related("label", "level", "award__level").prefetch_related(
        "award__reservations", "appeals"
    )
    return [_shown(one, today) for one in found.order_by("-created_at", "-pk")]


def _shown(application: LabelApplication, today: dt.date) -> ShownFile:
    award = getattr(application, "award", None)
    if award is not None:
        award.label = application.label
    appeal = next(
        (one for one in application.appeals.all() if one.state == AppealState.OPENED), None
    )
    return ShownFile(
        application,
        award,
        words.state_words(application, award, today),
        words.tone(application, award),
        words.turn_of(application, award, appeal, today),
    )


def _row(
    listing: Listing,
    label: Label,
    results: Mapping[int, Result],
    files: Sequence[ShownFile],
    is_open: bool,
    today: dt.date,
) -> LabelRow:
    current = next((one for one in files if one.application.state in _CURRENT), None)
    award = next((one for one in files if one.award and one.award.state in LIVING), None)
    held = award.award if award else None
    asks = is_open and current is None and held is None
    return LabelRow(
        label=label,
        is_open=is_open,
        levels=levels_of(label, results.get(label.referential_id)),
        silence=words.silence_words(label.rules()),
        conditions=conditions_of(obstacles(listing, label)) if asks else (),
        current=current,
        award=award,
        certificate=words.certificate_of(held, today) if held else "",
        history=tuple(one for one in files if one not in (current, award)),
        may_renew=is_open
        and current is None
        and held is not None
        and renewable_from(held) <= today,
    )
