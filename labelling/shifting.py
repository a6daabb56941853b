"""After an outage, one action moves every deadline that runs: nobody loses days, no file is lost.

Not the day on which silence is a decision, on an application or an appeal: the law sets it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.models import Membership, Vendor
from labelling import events
from labelling.models import (
    Award,
    ConflictOfInterest,
    Consultation,
    Counter,
    DeadlineShift,
    Delegation,
    Label,
    LabelApplication,
    Letter,
    Question,
    Reservation,
)
from labelling.permissions import DECIDE, vendor_of
from labelling.states import IN_FORCE, NOTICES, OPEN, ApplicationState, Role

MOST_DAYS = 60
"""More is no outage: deadlines of that length are decided file by file."""
LONGEST_REASON = 300
_LONGEST = dt.timedelta(days=2 * 366)
"""No appeal is open that long after a letter."""
_APPEALABLE = (
    Letter.Kind.INADMISSIBLE,
    Letter.Kind.REFUSED,
    Letter.Kind.GRANTED,
    Letter.Kind.RESERVED,
    Letter.Kind.SUSPENSION,
    Letter.Kind.ABROGATION,
    Letter.Kind.WITHDRAWAL,
)
_Moved = dict[int, dict[str, list[Any]]]
"""What moved in each file: name of the deadline → last days before and after, or letters."""


@dataclass(frozen=True)
class Running:
    """Rows with a deadline that runs: where it is written, and from a row to its file."""

    name: str
    words: str
    rows: QuerySet[Any]
    column: str
    file: str


def user_can_shift(user: User) -> bool:
    """Whether somebody may move deadlines: who decides, or administers, and signs on a label today."""
    today = timezone.localdate()
    signs = Delegation.objects.in_force(today).filter(user=user.pk).exists()
    return user.is_active and user.has_perm(DECIDE) and signs


def why_not(user: User, days: int) -> str:
    """Why somebody may not move what a shift of so many days would, in French; empty when they may."""
    return _hindrance(user, _files(letters_to_shift(days)))


def _hindrance(user: User, files: set[int]) -> str:
    """Whoever moves deadlines signs on all their labels, and is a stranger to all their companies."""
    rows = LabelApplication.objects.filter(pk__in=files)
    signs = Delegation.objects.in_force(timezone.localdate()).filter(user=user)
    others = Label.objects.filter(pk__in=rows.values("label")).exclude(pk__in=signs.values("label"))
    if others.exists():
        return _(
            "Des échéances courent pour des labels sur lesquels vous n'avez pas de délégation : %s. Une "
            "personne qui a délégation sur chacun fait ce report."
        ) % ", ".join(others.values_list("name", flat=True))
    declared = ConflictOfInterest.objects.standing().filter(user=user).values("vendor")
    member = Membership.objects.filter(user=user).values("vendor")
    concerned = Vendor.objects.filter(Q(pk__in=declared) | Q(pk__in=member)).filter(
        Q(pk__in=rows.values("vendor")) | Q(pk__in=rows.values("listing__vendor"))
    )
    if concerned.exists():
        return _(
            "Ce report concernerait une entreprise dont vous êtes membre, ou avec laquelle vous avez un "
            "conflit d'intérêts : %s. Une autre personne le fait."
        ) % ", ".join(concerned.values_list("name", flat=True))
    return ""


def running() -> tuple[Running, ...]:
    """The deadlines that run, by kind: one runs as long as the state that it belongs to lasts.

    The internal one stops while the vendor has the ball: the day by which it answers moves instead.
    """
    files, waiting = LabelApplication.objects.open(), Q(state=ApplicationState.AWAITING_VENDOR)
    asked = Question.objects.filter(
        application__state=ApplicationState.AWAITING_VENDOR, answered_at__isnull=True
    )
    consulted = Consultation.objects.filter(application__state__in=OPEN, closed_at__isnull=True)
    reserved = Reservation.objects.filter(award__state__in=IN_FORCE, lifted_at__isnull=True)
    noticed = Award.objects.filter(state__in=NOTICES)
    return (
        Running("due_on", _("dossiers à instruire"), files.exclude(waiting), "due_on", "pk"),
        Running("answer_due_on", _("dossiers où l'offreur doit répondre"),
                files.filter(waiting), "answer_due_on", "pk"),
        Running("question", _("questions posées"), asked, "due_on", "application_id"),
        Running("consultation", _("avis d'experts demandés"), consulted, "due_on",
                "application_id"),
        Running("reservation", _("réserves à lever"), reserved, "due_on",
                "award__application_id"),
        Running("notice_until", _("préavis"), noticed, "notice_until", "application_id"),
    )  # fmt: skip


def letters_to_shift(days: int) -> list[Letter]:
    """Decisions that may still be appealed against, or could when an outage of so many days began."""
    today = timezone.localdate()
    rows = Letter.objects.filter(kind__in=_APPEALABLE, made_at__gte=timezone.now() - _LONGEST)
    rows = rows.select_related(
        "application__level", "application__proposed_level", "application__label"
    )
    rows = rows.defer("application__snapshot")
    return [letter for letter in rows.order_by("pk") if _may_appeal(letter, days, today)]


def _may_appeal(letter: Letter, days: int, today: dt.date) -> bool:
    if letter.kind == Letter.Kind.GRANTED and not letter.application.gives_less:
        return False
    until = letter.appeal_until(today)
    return until is None or until >= today - dt.timedelta(days=days)


def would_move(days: int) -> tuple[int, list[tuple[str, int]]]:
    """How many files a shift would move, and how many deadlines of each kind."""
    letters = letters_to_shift(days)
    counts = [(kind.words, kind.rows.count()) for kind in running()]
    counts.append((_("délais de recours"), len(letters)))
    return len(_files(letters)), [(words, count) for words, count in counts if count]


def _files(letters: Iterable[Letter]) -> set[int]:
    found = {letter.application_id for letter in letters}
    return found.union(*(kind.rows.values_list(kind.file, flat=True) for kind in running()))


@transaction.atomic
def shift_deadlines(*, days: int, reason: str, by: User) -> DeadlineShift:
    """Move every deadline that runs by so many days, and tell each company concerned by one mail.

    Raises `PermissionDenied` for who may not sign, `Refused` when what is asked makes no sense, was done
    today already, or concerns a label or a company that `by` may not decide about.
    """
    if not user_can_shift(by):
        raise PermissionDenied
    reason = reason.strip()
    _check(days, reason)
    letters = letters_to_shift(days)
    events.lock_head()
    locked = LabelApplication.objects.select_for_update(of=("self",)).order_by("pk")
    files = set(locked.filter(pk__in=_files(letters)).values_list("pk", flat=True))
    if words := _hindrance(by, files):
        raise Refused(words)
    moved = _move(files, days)
    _move_letters([one.pk for one in letters], days, moved)
    if not moved:
        raise Refused(_("Aucune échéance ne court : il n'y a rien à reporter."))
    shift = DeadlineShift.objects.create(days=days, reason=reason, by=by, moved=len(moved))
    _write(shift, moved)
    return shift


def _check(days: int, reason: str) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Indiquez de 1 à %d jours.") % MOST_DAYS)
    if not reason:
        raise Refused(_("Écrivez pourquoi : les offreurs le lisent."))
    if len(reason) > LONGEST_REASON:
        raise Refused(_("Motif : pas plus de %d caractères.") % LONGEST_REASON)
    # One at a time, or two of the same would not see one another.
    Counter.objects.get_or_create(series="shift", year=0)
    Counter.objects.select_for_update().get(series="shift", year=0)
    same = DeadlineShift.objects.filter(days=days, reason=reason, at__date=timezone.localdate())
    if same.exists():
        raise Refused(
            _(
                "Ce report a déjà été fait aujourd'hui : rien n'est déplacé une seconde fois. S'il en "
                "faut un autre, dites-le dans le motif."
            )
        )


def _move(files: set[int], days: int) -> _Moved:
    """Move what runs in these files, which are locked; return what moved in each."""
    moved: _Moved = defaultdict(dict)
    for kind in running():
        rows = list(kind.rows.filter(**{f"{kind.file}__in": files}))
        owners = dict(kind.rows.values_list("pk", kind.file))
        for row in rows:
            before = getattr(row, kind.column)
            after = before + dt.timedelta(days=days)
            setattr(row, kind.column, after)
            told = moved[owners[row.pk]].setdefault(kind.name, [])
            told.append([str(before), str(after)])
            if kind.name == "answer_due_on":
                row.lapse_warned = None  # it is warned again, of the new day
        columns = [kind.column, *(["lapse_warned"] if kind.name == "answer_due_on" else [])]
        kind.rows.model._default_manager.bulk_update(rows, columns, batch_size=500)
    return moved


def _move_letters(letters: list[int], days: int, moved: _Moved) -> None:
    rows = list(Letter.objects.filter(pk__in=letters))
    for row in rows:
        row.appeal_shift += days
        moved[row.application_id].setdefault("appeal_delay", []).append(str(row.uid))
    Letter.objects.bulk_update(rows, ["appeal_shift"], batch_size=500)


def _write(shift: DeadlineShift, moved: _Moved) -> None:
    """One event a file, one mail a company."""
    told: dict[Vendor, list[LabelApplication]] = defaultdict(list)
    rows = LabelApplication.objects.filter(pk__in=moved).select_related(
        "label", "vendor", "listing__vendor", "listing__page"
    )
    for application in rows.defer("snapshot").order_by("pk"):
        events.record(
            application=application,
            name="shift",
            by=shift.by,
            role=Role.DECIDER,
            comment=shift.reason,
            data={"days": shift.days, "shift": shift.pk, "moved": moved[application.pk]},
        )
        vendor = vendor_of(application)
        if vendor is not None:
            told[vendor].append(application)
    for vendor, files in told.items():
        lines = "".join(f"\n{one.number}, « {one.listing.page.title} »" for one in files)
        alone = reverse("label_file", args=[files[0].uid])
        path = alone if len(files) == 1 else reverse("vendor_space")
        words = {"days": str(shift.days), "reason": shift.reason, "files": lines}
        tasks.tell_members(vendor, "label/shifted", path, **words)
