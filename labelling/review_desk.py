"""The review desk's queue: every reason why a file is there, whom it concerns, what is most urgent.

Reads only. Each reason is one row of `CAUSES`: its condition is the filter, the count and the tag.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalogue.models import Membership
from labelling.holding import name_of
from labelling.models import (
    Absence,
    Appeal,
    ApplicationMessage,
    Award,
    ConflictOfInterest,
    Consultation,
    CriterionReview,
    LabelApplication,
    Question,
    Reservation,
)
from labelling.permissions import DECIDE, REVIEW, people_with
from labelling.states import LIVING, NOTICES, OPEN, ApplicationState, AwardState

SOON = dt.timedelta(days=7)
SILENCE_SOON = dt.timedelta(days=15)
EXPIRY_SOON = dt.timedelta(days=90)
_A = ApplicationState


class Whom(StrEnum):
    """Who has to do something about it."""

    REVIEWERS = "reviewers"
    DECIDERS = "deciders"
    OTHERS = "others"


@dataclass(frozen=True)
class Cause:
    """A reason why a file is in the queue.

    :param condition: of the files, at a day.
    :param whom: mission LABEL acts, or somebody else does (such a file waits for nobody here).
    """

    code: str
    words: Any
    whom: Whom
    condition: Callable[[dt.date], Q]
    is_grave: bool = False


def _open(**columns: Any) -> Q:
    return Q(state__in=OPEN, **columns)


def _ours(**columns: Any) -> Q:
    """Open, and mission LABEL has the ball."""
    return _open(**columns) & ~Q(state=str(_A.AWAITING_VENDOR))


def _stopped() -> Q:
    """The clock of the implicit decision stands still: pieces lack."""
    lacking = Question.objects.filter(answered_at__isnull=True, kind=Question.Kind.MISSING)
    return Q(state=str(_A.AWAITING_VENDOR), pk__in=lacking.values("application"))


def _answered(on: dt.date) -> Q:
    judged = CriterionReview.objects.filter(round=F("application__round"))
    return Q(state=str(_A.UNDER_REVIEW), round__gt=1) & ~Q(pk__in=judged.values("application"))


def _advised(on: dt.date) -> Q:
    later = CriterionReview.objects.filter(
        application=OuterRef("application"), changed_at__gt=OuterRef("given_at")
    )
    given = Consultation.objects.filter(~Exists(later), given_at__isnull=False)
    return Q(state=str(_A.UNDER_REVIEW), pk__in=given.values("application"))


def _unanswered_messages(on: dt.date) -> Q:
    replies = ApplicationMessage.objects.filter(
        application=OuterRef("application"), from_staff=True, at__gt=OuterRef("at")
    )
    waiting = ApplicationMessage.objects.filter(~Exists(replies), from_staff=False)
    return _open(pk__in=waiting.values("application"))


def _awards(condition: Q) -> Q:
    return Q(pk__in=Award.objects.filter(condition).values("application"))


def _reservations(condition: Q) -> Q:
    rows = Reservation.objects.filter(condition, lifted_at__isnull=True, award__state__in=LIVING)
    return Q(pk__in=rows.values("award__application"))


def _notices(on: dt.date) -> Q:
    return _awards(Q(state__in=NOTICES) & (Q(notice_until__lt=on) | ~Q(notice_reply="")))


CAUSES: tuple[Cause, ...] = (
    Cause(
        "silence_over",
        _("Décision implicite née"),
        Whom.REVIEWERS,
        lambda on: _open(silence_on__lt=on) & ~_stopped(),
        is_grave=True,
    ),
    Cause("late", _("En retard"), Whom.REVIEWERS, lambda on: _ours(due_on__lt=on), is_grave=True),
    Cause(
        "silence_soon",
        _("Décision implicite sous 15 jours"),
        Whom.REVIEWERS,
        lambda on: _open(silence_on__range=(on, on + SILENCE_SOON)) & ~_stopped(),
        is_grave=True,
    ),
    Cause(
        "due_soon",
        _("Échéance sous 7 jours"),
        Whom.REVIEWERS,
        lambda on: _ours(due_on__range=(on, on + SOON)),
    ),
    Cause(
        "appeal",
        _("Recours à décider"),
        Whom.DECIDERS,
        lambda on: Q(pk__in=Appeal.objects.open().order_by().values("application")),
        is_grave=True,
    ),
    Cause(
        "to_decide",
        _("Proposition à décider"),
        Whom.DECIDERS,
        lambda on: Q(state=str(_A.PROPOSED)),
    ),
    Cause(
        "admissibility",
        _("Recevabilité à examiner"),
        Whom.REVIEWERS,
        lambda on: Q(state=str(_A.SUBMITTED)),
    ),
    Cause(
        "to_begin",
        _("Recevable, à instruire"),
        Whom.REVIEWERS,
        lambda on: Q(state=str(_A.ADMISSIBLE)),
    ),
    Cause(
        "reviewing",
        _("Instruction en cours"),
        Whom.REVIEWERS,
        lambda on: Q(state=str(_A.UNDER_REVIEW)),
    ),
    Cause("answered", _("Réponse reçue"), Whom.REVIEWERS, _answered),
    Cause("advised", _("Avis rendu"), Whom.REVIEWERS, _advised),
    Cause("message", _("Message de l'offreur sans réponse"), Whom.REVIEWERS, _unanswered_messages),
    Cause("unheld", _("Sans instructeur"), Whom.REVIEWERS, lambda on: _open(holder__isnull=True)),
    Cause(
        "holder_away",
        _("Instructeur absent"),
        Whom.REVIEWERS,
        lambda on: _open(holder__in=Absence.objects.on(on).values("user")),
    ),
    Cause(
        "vendor_late",
        _("Offreur au-delà de son délai"),
        Whom.REVIEWERS,
        lambda on: Q(state=str(_A.AWAITING_VENDOR), answer_due_on__lt=on),
    ),
    Cause(
        "advice_late",
        _("Avis d'expert en retard"),
        Whom.REVIEWERS,
        lambda on: Q(
            state=str(_A.EXPERT_CONSULTED),
            pk__in=Consultation.objects.filter(closed_at__isnull=True, due_on__lt=on).values(
                "application"
            ),
        ),
    ),
    Cause(
        "reservation_over",
        _("Réserve échue"),
        Whom.DECIDERS,
        lambda on: _reservations(Q(due_on__lt=on)),
        is_grave=True,
    ),
    Cause(
        "reservation_answered",
        _("Réponse à une réserve"),
        Whom.DECIDERS,
        lambda on: _reservations(Q(answered_at__isnull=False)),
    ),
    Cause("notice_over", _("Préavis terminé ou répondu"), Whom.DECIDERS, _notices),
    Cause(
        "reexamination",
        _("Label à réexaminer"),
        Whom.REVIEWERS,
        lambda on: _awards(Q(state=str(AwardState.UNDER_REEXAMINATION))),
    ),
    Cause(
        "awaiting",
        _("Chez l'offreur"),
        Whom.OTHERS,
        lambda on: Q(state=str(_A.AWAITING_VENDOR)),
    ),
    Cause(
        "consulted",
        _("Chez un expert"),
        Whom.OTHERS,
        lambda on: Q(state=str(_A.EXPERT_CONSULTED)),
    ),
    Cause(
        "expiring",
        _("Label expirant sous 90 jours"),
        Whom.OTHERS,
        lambda on: _awards(Q(state__in=LIVING, valid_to__range=(on, on + EXPIRY_SOON))),
    ),
)
"""The gravest first: tags stand in this order."""
BY_CODE: Mapping[str, Cause] = {cause.code: cause for cause in CAUSES}
HEAVY = ("rules", "snapshot", "motivation", "proposal", "proposed_reservations", "decision")
"""Columns that a list never reads: some weigh as much as a page."""


def files_for(user: User) -> QuerySet[LabelApplication]:
    """The files that somebody may open: all without a conflict; an expert's, those asked about."""
    rows = LabelApplication.objects.deposited()
    vendors = set(
        ConflictOfInterest.objects.standing().filter(user=user).values_list("vendor", flat=True)
    ) | set(Membership.objects.filter(user=user).values_list("vendor", flat=True))
    if vendors:
        rows = rows.exclude(vendor__in=vendors).exclude(listing__vendor__in=vendors)
    if not (user.has_perm(REVIEW) or user.has_perm(DECIDE)):
        asked = Consultation.objects.filter(expert=user, closed_at__isnull=True)
        rows = rows.filter(pk__in=asked.values("application"))
    return rows


@lru_cache(maxsize=1)
def needing(on: dt.date) -> Q:
    """What mission LABEL has something to do about, on a day."""
    found = _ours() & ~_with_expert(on)
    for code in ("vendor_late", "silence_over", "silence_soon", "message"):
        found |= BY_CODE[code].condition(on)
    for cause in CAUSES:
        if cause.whom is Whom.DECIDERS or cause.code == "reexamination":
            found |= cause.condition(on)
    return found


def _with_expert(on: dt.date) -> Q:
    """An expert has the ball, in time."""
    quiet = Q(due_on__gt=on + SOON, silence_on__gt=on + SILENCE_SOON, holder__isnull=False)
    waiting = Q(state=str(_A.EXPERT_CONSULTED)) & quiet
    return waiting & ~BY_CODE["advice_late"].condition(on)


def by_urgency(rows: QuerySet[LabelApplication]) -> QuerySet[LabelApplication]:
    """Files, the soonest deadline of any kind first (`urgent_on`)."""
    appeal = Appeal.objects.open().filter(application=OuterRef("pk")).order_by("due_on")
    reserved = Reservation.objects.filter(
        award__application=OuterRef("pk"), lifted_at__isnull=True
    ).order_by()
    first = reserved.values("award__application").annotate(first=Min("due_on")).values("first")
    return rows.annotate(
        urgent_on=Case(
            When(state=str(_A.AWAITING_VENDOR), then=Least("answer_due_on", "silence_on")),
            When(_open(), then=Least("due_on", "silence_on")),
            default=Coalesce(
                Subquery(appeal.values("due_on")[:1]),
                Case(When(award__state__in=LIVING, then="award__notice_until")),
                Subquery(first[:1]),
                Case(When(award__state__in=LIVING, then="award__valid_to")),
            ),
            output_field=DateField(),
        )
    ).order_by(F("urgent_on").asc(nulls_last=True), "pk")


def counts(rows: QuerySet[LabelApplication], on: dt.date) -> dict[str, int]:
    """Code of a reason → how many files have it: one query for all."""
    wanted = {cause.code: Count("pk", filter=cause.condition(on)) for cause in CAUSES}
    return rows.order_by().aggregate(needing=Count("pk", filter=needing(on)), **wanted)


def causes_of(keys: Iterable[int], on: dt.date) -> dict[int, list[Cause]]:
    """Primary key of a file → all the reasons why it is in the queue: one query for all."""
    rows: Iterable[Mapping[str, Any]] = _flagged(on).filter(pk__in=list(keys))
    return {row["pk"]: [one for one in CAUSES if row[f"is_{one.code}"]] for row in rows}


@lru_cache(maxsize=1)
def _flagged(on: dt.date) -> QuerySet[LabelApplication, Any]:
    """Every file with a column for each reason.

    Kept for the day and never evaluated: Django takes longer to put the conditions together than
    the database takes to answer them.
    """
    flags = {
        f"is_{cause.code}": Case(
            When(cause.condition(on), then=True), default=False, output_field=BooleanField()
        )
        for cause in CAUSES
    }
    return LabelApplication.objects.order_by().values("pk", **flags)


@dataclass(frozen=True)
class Load:
    """What somebody of the desk has on their hands."""

    user: User
    held: int
    late: int
    waiting: int
    away_until: dt.date | None
    replaced_by: User | None

    @property
    def name(self) -> str:
        return name_of(self.user)

    @property
    def replacement(self) -> str:
        return name_of(self.replaced_by) if self.replaced_by else ""


def workload(on: dt.date) -> list[Load]:
    """Everybody who reviews, with the files that they hold: four queries whatever their number."""
    held = LabelApplication.objects.open().filter(holder__isnull=False).order_by()
    figures = {
        row["holder"]: row
        for row in held.values("holder").annotate(
            held=Count("pk"),
            late=Count("pk", filter=BY_CODE["late"].condition(on)),
            waiting=Count("pk", filter=Q(state=str(_A.AWAITING_VENDOR))),
        )
    }
    away = {
        row.user_id: row for row in Absence.objects.on(on).select_related("replaced_by", "user")
    }
    known = people_with(REVIEW).filter(Q(is_superuser=False) | Q(pk__in=figures))
    people = {user.pk: user for user in known}
    # Who left keeps files until somebody takes them: they are shown too.
    gone = [pk for pk in figures if pk not in people]
    people |= {user.pk: user for user in User.objects.filter(pk__in=gone)} if gone else {}
    none = {"held": 0, "late": 0, "waiting": 0}
    found = []
    for pk, user in people.items():
        row, absence = figures.get(pk, none), away.get(pk)
        found.append(
            Load(
                user=user,
                held=row["held"],
                late=row["late"],
                waiting=row["waiting"],
                away_until=absence.last_day if absence else None,
                replaced_by=absence.replaced_by if absence else None,
            )
        )
    return sorted(found, key=lambda load: (-load.held, load.user.last_name, load.user.pk))
