"""What mission LABEL did with applications over a period, and where they stand: docs/label.md says how.

What happened is read in the chain of events, which nothing that comes later changes; a bounded number
of queries, however many files there are.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from labelling.deadlines import add_months
from labelling.models import (
    Appeal,
    Award,
    CriterionReview,
    LabelApplication,
    LabelEvent,
    Question,
    ReferentialVersion,
)
from labelling.states import LIVING, AppealState, ApplicationState, AwardState, Subject

DECISIONS = ("grant", "grant_with_reservations", "refuse", "reject")
"""Transitions of an application that decide it, in the order in which they are told."""
ENDS = ("lapse", "withdraw")
"""Those that end it without a decision."""
Made = Mapping[tuple[str, dt.date], int]


@dataclass(frozen=True)
class Delay:
    """How long a file took until it was first decided, and whether that was late.

    :param days: calendar days from deposit to decision, less those that the vendor had the ball.
    """

    month: dt.date
    days: int
    is_late: bool


@dataclass(frozen=True)
class Figures:
    """Figures of a period of whole months, the first and the last included.

    :param made: (transition of an application, month) → how many times it was taken.
    :param themes: title of a theme → refused files with a criterion of it found wanting.
    :param appeals: opened in the period, then decided in it by state.
    :param files: open files by state, today.
    :param awards: awards by where they stand today: in force, suspended, ended by state.
    """

    months: Sequence[dt.date]
    made: Made
    delays: Sequence[Delay]
    themes: Sequence[tuple[str, int]]
    appeals: Mapping[str, int]
    files: Mapping[str, int]
    late_files: int
    awards: Mapping[str, int]

    def total(self, *names: str) -> int:
        """How many times these transitions were taken over the period."""
        return sum(count for (name, _month), count in self.made.items() if name in names)

    def by_month(self, *names: str) -> list[int]:
        """The same, a month at a time."""
        return [sum(self.made.get((name, month), 0) for name in names) for month in self.months]

    @cached_property
    def median_days(self) -> float | None:
        """Half of the files first decided in the period took no longer; None without any."""
        return _median(delay.days for delay in self.delays)

    def median_by_month(self) -> list[float | None]:
        """The same, a month at a time."""
        found: dict[dt.date, list[int]] = defaultdict(list)
        for delay in self.delays:
            found[delay.month].append(delay.days)
        return [_median(found[month]) for month in self.months]

    @property
    def late(self) -> int:
        """Files first decided in the period after their internal due date."""
        return sum(delay.is_late for delay in self.delays)


def months_of(first: dt.date, last: dt.date) -> list[dt.date]:
    """The first day of each month from one to another, both included."""
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def figures(months: Sequence[dt.date], *, today: dt.date) -> Figures:
    """The figures of these months, which follow one another, and of the day."""
    since, until = _midnight(months[0]), _midnight(add_months(months[-1], 1))
    happened = LabelEvent.objects.filter(
        subject=Subject.APPLICATION.value, at__gte=since, at__lt=until
    )
    # Who gives up a draft never applied.
    taken = happened.filter(name__in=("submit", *DECISIONS, *ENDS)).exclude(
        source=ApplicationState.DRAFT.value, name="withdraw"
    )
    rows = taken.annotate(month=TruncMonth("at")).values_list("name", "month")
    counted = rows.annotate(count=Count("pk")).order_by()
    return Figures(
        months=months,
        made={(name, timezone.localdate(month)): count for name, month, count in counted},
        delays=_delays(since, until),
        themes=_themes(happened.filter(name="refuse").values_list("application", flat=True)),
        appeals=_appeals(since, until),
        files=dict(
            LabelApplication.objects.open().order_by().values_list("state").annotate(Count("pk"))
        ),
        late_files=LabelApplication.objects.open()
        .filter(due_on__lt=today)
        .exclude(state=ApplicationState.AWAITING_VENDOR.value)
        .count(),
        awards=_awards(today),
    )


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _median(days: Iterable[int]) -> float | None:
    found = list(days)
    return median(found) if found else None


def _delays(since: dt.datetime, until: dt.datetime) -> list[Delay]:
    """Of the files first decided in the period: one that an appeal reopens counts once."""
    decided = LabelEvent.objects.filter(subject=Subject.APPLICATION.value, name__in=DECISIONS)
    firsts = decided.values("application").annotate(first=Min("at")).order_by("first")
    rows = list(
        firsts.filter(first__gte=since, first__lt=until).values_list(
            "application", "first", "application__submitted_at", "application__due_on"
        )
    )
    waits = _waits(since, until)
    found = []
    for application, first, submitted_at, due_on in rows:
        day = timezone.localdate(first)
        waited = sum(_overlap(*wait, day) for wait in waits.get(application, ()))
        days = (day - timezone.localdate(submitted_at)).days - waited
        found.append(Delay(day.replace(day=1), days, due_on is not None and due_on < day))
    return found


def _waits(
    since: dt.datetime, until: dt.datetime
) -> Mapping[int, Collection[tuple[dt.date, dt.date | None]]]:
    """When the vendor had the ball, in the files decided in the period."""
    decided = LabelEvent.objects.filter(
        subject=Subject.APPLICATION.value, name__in=DECISIONS, at__gte=since, at__lt=until
    )
    rows = Question.objects.filter(application__in=decided.values("application")).order_by()
    found: dict[int, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    for application, asked, answered in rows.values_list("application", "asked_at", "answered_at"):
        end = timezone.localdate(answered) if answered else None
        found[application].append((timezone.localdate(asked), end))
    return found


def _overlap(asked: dt.date, answered: dt.date | None, until: dt.date) -> int:
    return max(0, (min(answered or until, until) - asked).days)


def _themes(refused: Iterable[int]) -> list[tuple[str, int]]:
    """Refused files by theme: each counts once for a theme, by its last verdicts."""
    rows = CriterionReview.objects.filter(application__in=refused).order_by("round")
    last: dict[tuple[int, str], tuple[str, int]] = {}
    for application, criterion, verdict, version in rows.values_list(
        "application", "criterion", "verdict", "application__handover__assessment__version"
    ):
        last[application, criterion] = verdict, version
    wanting = [
        (application, criterion, version)
        for (application, criterion), (verdict, version) in last.items()
        if verdict == CriterionReview.Verdict.NOT_CONFORM
    ]
    titles = dict(_titles({version for *_rest, version in wanting}))
    files = {(application, titles[version, one]) for application, one, version in wanting
             if (version, one) in titles}  # fmt: skip
    return Counter(title for _application, title in files).most_common()


def _titles(versions: Collection[int]) -> Iterator[tuple[tuple[int, str], str]]:
    """(Version, criterion) → the title of its theme."""
    for version in ReferentialVersion.objects.filter(pk__in=versions):
        themes = {theme.id: theme.title for theme in version.definition.themes}
        for criterion in version.definition.criteria:
            yield (version.pk, criterion.id), themes[criterion.theme]


def _appeals(since: dt.datetime, until: dt.datetime) -> Mapping[str, int]:
    opened = Appeal.objects.filter(opened_at__gte=since, opened_at__lt=until)
    decided = Appeal.objects.filter(decided_at__gte=since, decided_at__lt=until)
    found = dict.fromkeys(map(str, AppealState), 0)
    found |= dict(decided.order_by().values_list("state").annotate(Count("pk")))
    found[AppealState.OPENED.value] = opened.count()
    return found


def _awards(today: dt.date) -> Mapping[str, int]:
    """As the public is told: a notice takes nothing away, a date that is past does."""
    over = Q(valid_to__lt=today, state__in=[state.value for state in LIVING])
    counted = Award.objects.aggregate(
        in_force=Count("pk", filter=Q(pk__in=Award.objects.in_force(today).values("pk"))),
        suspended=Count(
            "pk",
            filter=(
                Q(state=AwardState.SUSPENDED.value)
                | Q(state=AwardState.ABROGATION_NOTICE.value, before=AwardState.SUSPENDED.value)
            )
            & ~over,
        ),
        expired=Count("pk", filter=Q(state=AwardState.EXPIRED.value) | over),
        superseded=Count("pk", filter=Q(state=AwardState.SUPERSEDED.value)),
        abrogated=Count("pk", filter=Q(state=AwardState.ABROGATED.value)),
        withdrawn=Count("pk", filter=Q(state=AwardState.WITHDRAWN.value)),
    )
    return {name: count or 0 for name, count in counted.items()}
