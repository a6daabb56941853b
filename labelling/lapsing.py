"""What time does to files and awards: lapses, missed reservations, expiries, and warnings before them.

Each file in its own transaction. Run as often as one likes, or after missed days: what is due is read
from dates, what was told from the file and its events.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import tasks
from catalogue.presentation import french_date
from labelling import awarding, events, letter_words, letters, procedure
from labelling.deadlines import warning_due
from labelling.models import Appeal, Award, LabelApplication, LabelEvent, Reservation
from labelling.permissions import vendor_of
from labelling.states import ApplicationState, AwardState, Role, Subject

RESERVATION_DAYS = 15
"""How long before the date of a reservation its vendor is reminded, once."""
EXPIRY_DAYS = (90, 30, 7)
"""How long before its last day the holder of an award is reminded, each once."""
_REMINDED = "reservation_reminded"
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass
class Passed:
    """How many files each thing that time does concerned; `failed` could not be dealt with."""

    expired: int = 0
    missed: int = 0
    lapsed: int = 0
    warned: int = 0
    failed: int = 0


def what_time_did(*, today: dt.date, dry_run: bool = False) -> Passed:
    """Write down what dates have done by a day, and warn of what they will do soon.

    A file that fails stops no other: it is logged, counted, and tried again next time.
    """
    passed = Passed()

    def each(rows: Iterable[T], act: Callable[[T, dt.date], bool]) -> int:
        return sum(1 for row in list(rows) if dry_run or _tried(passed, act, row, today))

    passed.expired = each(_over(today), _expire)
    passed.missed = each(_missed(today), _miss)
    put_off = each(_unwarned(today), _put_off)
    passed.lapsed = each(_unanswered(today), _lapse)
    passed.warned = (
        (put_off if dry_run else 0)  # else they are among those to warn by now
        + each(_to_warn(today), _warn)
        + each(_to_remind_of_reservations(today), _remind_of_reservation)
        + each(_to_remind_of_expiry(today), _remind_of_expiry)
    )
    return passed


def _tried(passed: Passed, act: Callable[[T, dt.date], bool], row: T, today: dt.date) -> bool:
    try:
        return act(row, today)
    except Refused:
        # Somebody acted in between: what was due no longer is.
        return False
    except Exception:
        logger.exception("Time could not be written down on %s %s", type(row).__name__, row)
        passed.failed += 1
        return False


def _over(today: dt.date) -> Iterable[Award]:
    return Award.objects.living().filter(valid_to__lt=today).order_by("pk")


def _expire(award: Award, today: dt.date) -> bool:
    awarding.expire(award=award)
    return True


def _overdue(today: dt.date) -> Iterable[LabelApplication]:
    waiting = LabelApplication.objects.filter(state=str(ApplicationState.AWAITING_VENDOR))
    return waiting.filter(answer_due_on__lt=today).defer("snapshot").order_by("pk")


def _unanswered(today: dt.date) -> Iterable[LabelApplication]:
    return (row for row in _overdue(today) if not _lacks_a_warning(row))


def _unwarned(today: dt.date) -> Iterable[LabelApplication]:
    return (row for row in _overdue(today) if _lacks_a_warning(row))


def _lacks_a_warning(application: LabelApplication) -> bool:
    last = min(application.terms.warn_days, default=None)
    told = application.lapse_warned
    return last is not None and (told is None or told > last)


@transaction.atomic
def _put_off(application: LabelApplication, today: dt.date) -> bool:
    """Days on which nothing ran took the last warning: the vendor gets it, and as long to answer."""
    fresh = procedure.lock(application)
    before = fresh.answer_due_on
    if before is None or before >= today or not _lacks_a_warning(fresh):
        return False
    fresh.answer_due_on = today + dt.timedelta(days=min(fresh.terms.warn_days))
    fresh.save(update_fields=["answer_due_on"])
    fresh.questions.filter(answered_at__isnull=True).update(due_on=fresh.answer_due_on)
    _note(fresh, "lapse_put_off", {"before": before, "answer_due_on": fresh.answer_due_on})
    return True


@transaction.atomic
def _lapse(application: LabelApplication, today: dt.date) -> bool:
    fresh = procedure.lock(application)
    last_day, sheet = fresh.answer_due_on, fresh.listing.page.title
    if last_day is None or last_day >= today or _lacks_a_warning(fresh):
        return False
    lapsed = procedure.apply(
        thing=fresh,
        name="lapse",
        by=None,
        as_role=Role.CLOCK,
        change=lambda row: {"asked_on": row.asked_on, "answer_due_on": row.answer_due_on},
    )
    words = letter_words.lapsed(sheet, last_day)
    letters.send(application=lapsed, words=words, mail="label/lapsed")
    return True


def _missed(today: dt.date) -> Iterable[Award]:
    due = Reservation.objects.filter(lifted_at__isnull=True, due_on__lt=today)
    rows = Award.objects.filter(state=str(AwardState.RESERVED), valid_to__gte=today)
    rows = rows.exclude(pk__in=_contested().values("award"))
    return rows.filter(pk__in=due.values("award")).order_by("pk")


def _contested() -> QuerySet[Appeal]:
    """Appeals that may annul reservations: these suspend nothing until somebody has decided."""
    return Appeal.objects.open().filter(against=Appeal.Against.RESERVATIONS)


@transaction.atomic
def _miss(award: Award, today: dt.date) -> bool:
    fresh = procedure.lock(award)
    if _contested().filter(award=fresh).exists():
        return False
    due = list(fresh.reservations.filter(lifted_at__isnull=True, due_on__lt=today))
    if not due:
        return False
    lines = (
        _("« %(text)s », à lever au plus tard le %(day)s")
        % {"text": one.text, "day": french_date(one.due_on)}
        for one in due
    )
    reason = (_("Réserve non levée à temps : %s.") % " ; ".join(lines))[:4000]

    def say_why(row: Award) -> dict[str, object]:
        row.reason = reason
        return {"reservations": [one.pk for one in due]}

    suspended = procedure.apply(
        thing=fresh, name="miss", by=None, comment=reason, as_role=Role.CLOCK, change=say_why
    )
    words = letter_words.missed(suspended, due)
    letters.send(application=suspended.application, words=words, mail="label/reservation_missed")
    return True


def _to_warn(today: dt.date) -> Iterator[LabelApplication]:
    waiting = LabelApplication.objects.filter(state=str(ApplicationState.AWAITING_VENDOR))
    rows = waiting.filter(answer_due_on__gte=today).defer("snapshot").order_by("pk")
    return (row for row in rows if _lapse_warning(row, today) is not None)


def _lapse_warning(application: LabelApplication, today: dt.date) -> int | None:
    if application.answer_due_on is None:
        return None
    warn_days, told = application.terms.warn_days, application.lapse_warned
    return warning_due(application.answer_due_on, warn_days, told, today)


@transaction.atomic
def _warn(application: LabelApplication, today: dt.date) -> bool:
    fresh = procedure.lock(application)
    days = _lapse_warning(fresh, today)
    if days is None or fresh.answer_due_on is None:
        return False
    fresh.lapse_warned = days
    fresh.save(update_fields=["lapse_warned"])
    _note(fresh, "lapse_warned", {"answer_due_on": fresh.answer_due_on, "days_before": days})
    tasks.tell_members(
        vendor_of(fresh),
        "label/lapse_soon",
        reverse("label_file", args=[fresh.uid]),
        number=fresh.number or "",
        sheet=fresh.listing.page.title,
        deadline=french_date(fresh.answer_due_on),
    )
    return True


def _to_remind_of_reservations(today: dt.date) -> Iterator[tuple[Award, dt.date]]:
    """Each award and date on which reservations that nobody answered fall, unless it was told."""
    rows = Reservation.objects.filter(
        award__state=str(AwardState.RESERVED),
        award__valid_to__gte=today,
        lifted_at__isnull=True,
        answered_at__isnull=True,
        due_on__range=(today, today + dt.timedelta(days=RESERVATION_DAYS)),
    )
    due = {(row.award, row.due_on) for row in rows.select_related("award__application")}
    told = _told(award for award, _day in due)
    wanted = (one for one in due if (one[0].uid, str(one[1])) not in told)
    yield from sorted(wanted, key=lambda one: (one[0].pk, one[1]))


def _told(awards: Iterable[Award]) -> set[tuple[object, str]]:
    rows = LabelEvent.objects.filter(
        name=_REMINDED, subject_uid__in=[award.uid for award in awards]
    )
    return {(uid, data["due_on"]) for uid, data in rows.values_list("subject_uid", "data")}


@transaction.atomic
def _remind_of_reservation(due: tuple[Award, dt.date], today: dt.date) -> bool:
    award, day = due
    fresh = procedure.lock(award)
    if (
        fresh.state != AwardState.RESERVED
        or (fresh.uid, str(day)) in _told([fresh])
        or not fresh.reservations.filter(lifted_at__isnull=True, due_on=day).exists()
    ):
        return False
    _note(fresh.application, _REMINDED, {"due_on": day}, fresh)
    tasks.tell_members(
        vendor_of(fresh.application),
        "label/reservation_soon",
        reverse("label_file", args=[fresh.application.uid]),
        number=fresh.number,
        sheet=fresh.title,
        deadline=french_date(day),
    )
    return True


def _to_remind_of_expiry(today: dt.date) -> Iterator[Award]:
    last = today + dt.timedelta(days=max(EXPIRY_DAYS))
    asked = LabelApplication.objects.open()
    rows = Award.objects.living().filter(valid_to__range=(today, last))
    # Who has asked for the renewal needs no reminder.
    rows = rows.exclude(pk__in=asked.filter(renews__isnull=False).values("renews"))
    return (
        row
        for row in rows.order_by("pk")
        if warning_due(row.valid_to, EXPIRY_DAYS, row.reminded, today) is not None
    )


@transaction.atomic
def _remind_of_expiry(award: Award, today: dt.date) -> bool:
    fresh = procedure.lock(award)
    days = warning_due(fresh.valid_to, EXPIRY_DAYS, fresh.reminded, today)
    if days is None:
        return False
    fresh.reminded = days
    fresh.save(update_fields=["reminded"])
    _note(fresh.application, "expiry_reminded", {"valid_to": fresh.valid_to, "days": days}, fresh)
    tasks.tell_members(
        vendor_of(fresh.application),
        "label/expiry",
        reverse("label_file", args=[fresh.application.uid]),
        number=fresh.number,
        sheet=fresh.title,
        day=french_date(fresh.valid_to),
    )
    return True


def _note(
    application: LabelApplication, name: str, data: dict[str, object], award: Award | None = None
) -> None:
    """The event of a warning: that it was sent may be asked for one day."""
    events.record(
        application=application,
        name=name,
        by=None,
        role=Role.CLOCK,
        subject=Subject.AWARD if award else Subject.APPLICATION,
        subject_uid=award.uid if award else None,
        data=data,
    )
