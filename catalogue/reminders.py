"""Mails that nobody asked for: few, each with one action and a way out.

A reminder and the row that says it was sent are written in one transaction, the person's row
locked: whatever crashes, and however many servers do it at once, it is sent once or not yet.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from catalogue import tasks
from catalogue.desk import Desk, desk
from catalogue.due_reminders import Due, due_by_person
from catalogue.models import Reminder, ReminderKind, ReminderStop
from catalogue.reminding import DRAFT_STEPS, QUIET

_SALT = "catalogue.reminders.stop"
_TOKEN_AGE = dt.timedelta(days=400)
"""How long the way out of a mail works: longer than the rarest reminder is apart from the next."""
_MOST_NAMED = 20
_DAY = "%d/%m/%Y"

Progress = Callable[[Sequence[int]], Iterable[int]]


def send_reminders(
    *, now: dt.datetime, dry_run: bool = False, progress: Progress = lambda people: people
) -> int:
    """Send each person the most pressing reminder that they are due; return how many mails.

    :param dry_run: count only; nothing is written nor sent.
    :param progress: wraps the ids of those who are due one, in the order in which they are told.
    """
    due = due_by_person(timezone.localdate(now))
    past = _past(due)
    people = [person for person in due if _chosen(due[person], past[person], now)]
    if dry_run:
        return len(people)
    return sum(_remind(person, due[person], now) for person in progress(people))


class _Past:
    """What a person was sent, and refused."""

    def __init__(self) -> None:
        self.sent: list[Reminder] = []
        self.stopped: set[str] = set()


def _past(people: Iterable[int]) -> Mapping[int, _Past]:
    found = {person: _Past() for person in people}
    rows = Reminder.objects.exclude(kind=ReminderKind.DIGEST).filter(user__in=found)
    for row in rows:
        found[row.user_id].sent.append(row)
    for stop in ReminderStop.objects.filter(user__in=found):
        found[stop.user_id].stopped.add(stop.kind)
    return found


def _chosen(dues: Iterable[Due], past: _Past, now: dt.datetime) -> list[Due]:
    """The most pressing reminder, with those like it that the same mail may tell."""
    if any(row.sent_at > now - QUIET for row in past.sent):
        return []
    left = [
        due
        for due in dues
        if due.kind not in past.stopped and not any(_told(due, row) for row in past.sent)
    ]
    first = min(left, key=lambda due: due.rank, default=None)
    if first is None or first.kind == ReminderKind.PROOF:
        return [first] if first else []
    return sorted(
        (due for due in left if (due.kind, due.step) == (first.kind, first.step)),
        key=lambda due: due.rank,
    )


def _told(due: Due, row: Reminder) -> bool:
    return (
        (row.kind, row.listing_id, row.vendor_id) == (due.kind, due.listing_id, due.vendor_id)
        and row.step >= due.step
        and row.sent_at >= due.cycle
    )


@transaction.atomic
def _remind(person: int, dues: Iterable[Due], now: dt.datetime) -> bool:
    """Tell one person, unless another run did meanwhile."""
    user = User.objects.select_for_update().get(pk=person)
    chosen = _chosen(dues, _past([person])[person], now)
    if not chosen or not user.email or not user.is_active:
        return False
    for due in chosen:
        Reminder.objects.create(
            kind=due.kind,
            user=user,
            listing_id=due.listing_id,
            vendor_id=due.vendor_id,
            step=due.step,
        )
    first = chosen[0]
    _enqueue(user, first.kind, _mail_of(first), first.path, _values(chosen))
    return True


def _mail_of(due: Due) -> str:
    if due.kind == ReminderKind.STALE:
        return f"reminders/stale_{due.step}"
    if due.kind == ReminderKind.DRAFT and due.step == max(DRAFT_STEPS):
        return "reminders/draft_last"
    return f"reminders/{due.kind}"


def _values(chosen: Sequence[Due]) -> dict[str, str]:
    first, *others = chosen
    lines = [*first.lines, *(f"« {due.name} » ({due.vendor})" for due in others)]
    if first.kind != ReminderKind.PROOF and others:
        lines.insert(0, _("Attendent aussi, dans votre espace éditeur :"))
    return {
        "name": first.name,
        "company": first.vendor,
        "since": f"{first.since:{_DAY}}",
        "lines": _listed(lines),
    }


def _listed(lines: Sequence[str]) -> str:
    """Lines below a sentence, the first ones if they are many."""
    more = len(lines) - _MOST_NAMED
    shown = list(lines[:_MOST_NAMED])
    if more > 0:
        shown.append(ngettext("… et %d autre.", "… et %d autres.", more) % more)
    return "".join(f"\n{line}" for line in shown)


def _enqueue(user: User, kind: str, mail: str, path: str, values: Mapping[str, str]) -> None:
    """Put a mail in the queue, in the transaction that notes it: both are there, or neither."""
    words = {
        **values,
        "url": f"{settings.SITE_URL}{path}",
        "stop_url": f"{settings.SITE_URL}{reverse('reminders_stop', args=[stop_token(user, kind)])}",
    }
    tasks.send.enqueue(mail, str(user.email), words)


def send_digests(
    *, now: dt.datetime, elsewhere: Mapping[str, int] | None = None, dry_run: bool = False
) -> int:
    """Tell each moderator what waits, once a day and only if something does; return how many mails.

    :param elsewhere: what waits outside of the catalogue: French words and how many.
    """
    today = timezone.localdate(now)
    waiting = desk(today)
    counts = {**_counts(waiting), **(elsewhere or {})}
    if not any(counts.values()):
        return 0
    told = Reminder.objects.filter(kind=ReminderKind.DIGEST, sent_at__gte=_start_of(today))
    people = [
        person.pk
        for person in moderators()
        .exclude(reminder_stops__kind=ReminderKind.DIGEST)
        .exclude(pk__in=told.values("user"))
    ]
    if dry_run:
        return len(people)
    lines = [f"{label} : {count}" for label, count in counts.items() if count]
    values = {"count": str(sum(counts.values())), "lines": _listed([*lines, *_late(waiting)])}
    return sum(_tell_digest(person, today, values) for person in people)


@transaction.atomic
def _tell_digest(person: int, today: dt.date, values: Mapping[str, str]) -> bool:
    user = User.objects.select_for_update().get(pk=person)
    told = user.reminders.filter(kind=ReminderKind.DIGEST, sent_at__gte=_start_of(today))
    if told.exists():
        return False
    Reminder.objects.create(kind=ReminderKind.DIGEST, user=user)
    # The queue is for those who moderate sheets; the first page leads everybody to the rest.
    queue = user.has_perm("catalogue.change_submission")
    path = reverse("a-examiner:index" if queue else "wagtailadmin_home")
    _enqueue(user, ReminderKind.DIGEST, "reminders/digest", path, values)
    return True


def moderators() -> QuerySet[User]:
    """Members of staff who may decide on sheets or proofs, and who can be written to."""
    backend = ModelBackend()
    found: set[int] = set()
    for codename in ("change_submission", "change_proof"):
        people = backend.with_perm(f"catalogue.{codename}")
        found |= set(people.values_list("pk", flat=True))
    return User.objects.filter(
        pk__in=found, is_staff=True, is_active=True, email__isnull=False
    ).order_by("pk")


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _counts(waiting: Desk) -> dict[str, int]:
    return {
        _("Fiches en retard"): waiting.late,
        _("Fiches à relire sous sept jours"): waiting.due_soon,
        _("Fiches à relire plus tard"): waiting.waiting - waiting.late - waiting.due_soon,
        _("Preuves de rattachement"): waiting.proofs,
        _("Contestations"): waiting.disputes,
        _("Signalements"): waiting.reports,
    }


def _late(waiting: Desk) -> list[str]:
    line = _("En retard depuis le %(day)s : « %(sheet)s » (%(company)s)")
    return [
        line
        % {
            "day": f"{row.due_on:{_DAY}}",
            "sheet": row.listing.page.draft_title or row.listing.page.title,
            "company": row.listing.vendor,
        }
        for row in waiting.late_submissions
    ]


def stop_token(user: User, kind: str) -> str:
    """What the way out of a mail carries: who and which kind, signed; never an address."""
    return signing.dumps([str(user.uid), str(kind)], salt=_SALT)


def read_stop_token(token: str) -> tuple[User, ReminderKind] | None:
    """Return whose reminders of which kind a link stops, None for one that is wrong or too old."""
    try:
        uid, kind = signing.loads(token, salt=_SALT, max_age=_TOKEN_AGE)
    except signing.BadSignature:
        return None
    user = User.objects.filter(uid=uid, is_active=True).first()
    return (user, ReminderKind(kind)) if user else None


@transaction.atomic
def stop(*, user: User, kind: ReminderKind) -> None:
    """Send somebody no more reminders of a kind."""
    ReminderStop.objects.get_or_create(user=user, kind=kind)


@transaction.atomic
def choose(*, user: User, wanted: Iterable[str]) -> None:
    """Send somebody the kinds that they want, of those that concern them, and no other."""
    kept = set(wanted)
    offered = set(kinds_for(user))
    user.reminder_stops.filter(kind__in=kept & offered).delete()
    for kind in offered - kept:
        ReminderStop.objects.get_or_create(user=user, kind=kind)


def kinds_for(user: User) -> list[ReminderKind]:
    """The kinds that may concern somebody: the digest is for moderators."""
    moderates = moderators().filter(pk=user.pk).exists()
    return [kind for kind in ReminderKind if moderates or kind != ReminderKind.DIGEST]


@transaction.atomic
def forget(*, user: User) -> None:
    """Erase what an account that closes was sent and refused."""
    user.reminders.all().delete()
    user.reminder_stops.all().delete()


def export(user: User) -> dict[str, Any]:
    """What is kept of a person's reminders, for the copy of their data."""
    return {
        "rappels_envoyes": list(
            user.reminders.order_by("pk").values("kind", "listing__uid", "step", "sent_at")
        ),
        "rappels_refuses": list(user.reminder_stops.order_by("pk").values("kind", "since")),
    }
