"""The one place that changes the state of an application, an award or an appeal.

It locks the file, checks who, from where and why by the tables of `labelling.states`, writes, appends
the event and tells the index and the public log. Services above say what else a transition changes.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import history
from catalogue.models import Listing, SheetEvent
from catalogue.signals import document_changed
from labelling import events
from labelling.models import Appeal, Award, Counter, LabelApplication
from labelling.permissions import Thing, roles_of
from labelling.state_words import Audience, state_label
from labelling.states import (
    DECIDED,
    OPEN,
    TRANSITIONS,
    ApplicationState,
    AwardState,
    Role,
    State,
    Subject,
    Transition,
    possible,
    transition,
)

T = TypeVar("T", LabelApplication, Award, Appeal)
LONGEST_COMMENT = 8000
_SUBJECTS: Mapping[type, Subject] = {
    LabelApplication: Subject.APPLICATION,
    Award: Subject.AWARD,
    Appeal: Subject.APPEAL,
}
_ENDS = (
    AwardState.ABROGATED,
    AwardState.WITHDRAWN,
    AwardState.EXPIRED,
    AwardState.SUPERSEDED,
)
_KEEP_NOTICE = ("reexamine", "suspend", "abrogate", "withdraw")
"""Transitions after which who gave the notice is still known: neither decides on an appeal."""
_REMEMBER = (AwardState.ACTIVE, AwardState.RESERVED, AwardState.SUSPENDED)
"""States that a notice or a re-examination may be given up into."""


def subject_of(thing: Thing) -> Subject:
    """What kind of thing it is."""
    return _SUBJECTS[type(thing)]


def lock_file(application: LabelApplication) -> LabelApplication:
    """Lock a file for the time of the transaction; return its row as it is stored.

    What belongs to a file (award, reservations, appeals, questions) is changed under this lock. The
    order is: the sheet, for who needs it as it stands; the end of the chain; the file.
    """
    events.lock_head()
    rows = LabelApplication.objects.select_for_update(of=("self",))
    return rows.select_related(
        "label", "level", "vendor", "holder", "listing__page", "listing__vendor"
    ).get(pk=application.pk)


def lock(thing: T) -> T:
    """Lock the file of something, and return the thing itself as it is stored."""
    if isinstance(thing, LabelApplication):
        return lock_file(thing)
    application = lock_file(thing.application)
    fresh = type(thing)._default_manager.get(pk=thing.pk)
    fresh.application = application
    if isinstance(fresh, Award):
        fresh.listing = application.listing
    return fresh


def offered(user: User, thing: Thing) -> tuple[Transition, ...]:
    """What somebody may do with something at this moment: the buttons that they are shown."""
    return possible(subject_of(thing), thing.state, roles_of(user, thing))


@transaction.atomic
def apply(
    *,
    thing: T,
    name: str,
    by: User | None,
    comment: str = "",
    as_role: Role | None = None,
    change: Callable[[T], Mapping[str, Any] | None] | None = None,
) -> T:
    """Take a transition, or raise; return the thing as it is stored now.

    :param name: of the transition, in the tables.
    :param comment: why; the event keeps it.
    :param as_role: the clock or the consequence of something else; else `by` must have the role.
    :param change: sets the other columns of the locked row and returns what the event keeps of it;
        it may raise `Refused`.

    Raises `PermissionDenied` unless `by` has a role that the table names, `Refused` when the state
    is another by now, or when a motive lacks.
    """
    subject = subject_of(thing)
    row = transition(subject, name)
    fresh = lock(thing)
    role = _role(row, fresh, by, as_role)
    if fresh.state not in row.sources:
        raise Refused(_too_late(subject, fresh.state))
    comment = comment.strip()
    if row.needs_comment and not comment:
        raise Refused(_("Écrivez pourquoi : ce motif est gardé, et la décision le reprend."))
    if len(comment) > LONGEST_COMMENT:
        raise Refused(_("Motif : pas plus de %d caractères.") % LONGEST_COMMENT)
    source = fresh.state
    was_public = public_words(fresh)
    data = change(fresh) if change else None
    if isinstance(fresh, Award) and (source in _REMEMBER or name.startswith("announce_")):
        fresh.before = source
    fresh.state = str(_target(row, fresh))
    _write(fresh, row, by)
    events.record(
        application=fresh if isinstance(fresh, LabelApplication) else fresh.application,
        subject=subject,
        subject_uid=fresh.uid,
        name=name,
        source=source,
        target=fresh.state,
        by=by,
        role=role,
        comment=comment,
        data=dict(data or {}),
    )
    if isinstance(fresh, Award):
        tell_catalogue(fresh, was_public)
    return fresh


def _role(row: Transition, thing: Thing, by: User | None, as_role: Role | None) -> Role:
    if as_role is not None:
        if as_role not in row.roles:
            raise PermissionDenied
        return as_role
    if by is None:
        raise PermissionDenied
    held = roles_of(by, thing)
    for role in row.roles:
        if role in held:
            return role
    raise PermissionDenied(why_not(row, thing, by))


def why_not(row: Transition, thing: Thing, by: User) -> str:
    """What to tell somebody of mission LABEL whom the table refuses, in French."""
    if {Role.DECIDER, Role.THIRD}.intersection(row.roles):
        return _(
            "Une autre personne décide : vous avez instruit ce dossier, proposé ou annoncé cette mesure, ou "
            "pris la décision contestée ; ou vous avez un conflit d'intérêts, ou aucune délégation en vigueur ne vous est donnée."
        )
    if Role.HOLDER in row.roles:
        return _("Prenez d'abord ce dossier : seule la personne qui l'instruit peut le faire.")
    return _("Vous n'avez pas ce droit sur ce dossier.")


def _too_late(subject: Subject, state: str) -> str:
    """What to tell who comes after somebody else."""
    words = state_label(subject, state, Audience.STAFF)
    return _(
        "Ce n'est plus possible : l'état est maintenant « %s ». Quelqu'un a agi entre-temps ; "
        "rechargez la page pour lire ce qui a été fait."
    ) % (words or state)


def _target(row: Transition, thing: Thing) -> State:
    """Where it leads: of several states, the one that the award was in before."""
    if len(row.targets) == 1 or not isinstance(thing, Award):
        return row.target
    return next((one for one in row.targets if one == thing.before), row.target)


def _write(thing: Thing, row: Transition, by: User | None) -> None:
    now = timezone.now()
    if isinstance(thing, LabelApplication):
        _stamp(thing, row, by, now)
    elif isinstance(thing, Appeal):
        thing.decided_by, thing.decided_at = by, now
    else:
        thing.state_since = timezone.localdate(now)
        thing.ended_on = thing.state_since if thing.state in _ENDS else None
        if Role.DECIDER in row.roles:
            thing.decided_by = by
        if not row.name.startswith("announce_") and row.name not in _KEEP_NOTICE:
            thing.notice_at = thing.notice_until = thing.notice_by = None
            thing.notice_reason = thing.notice_reply = thing.before = ""
        if thing.state == AwardState.UNDER_REEXAMINATION and not thing.before:
            # A notice hid what the re-examination itself leads back to.
            reserved = thing.reservations.filter(lifted_at=None).exists()
            thing.before = str(AwardState.RESERVED if reserved else AwardState.ACTIVE)
    try:
        with transaction.atomic():
            thing.save()
    except IntegrityError as error:
        # The database has the last word on who may decide what.
        raise Refused(
            _("Cette décision enfreint une règle du label : rien n'est changé.")
        ) from error


def _stamp(
    application: LabelApplication, row: Transition, by: User | None, now: dt.datetime
) -> None:
    """Dates and people that go with the state of an application, and none that no longer do."""
    state = application.state
    ongoing = state == ApplicationState.DRAFT or state in OPEN
    application.closed_at = None if ongoing else now
    if state == ApplicationState.PROPOSED:
        application.proposed_by, application.proposed_at = by, now
    elif state not in DECIDED:
        # The motives stay: they are what the next proposal starts from.
        application.proposed_by = application.proposed_at = None
        application.proposed_outcome = ""
    if Role.DECIDER in row.roles and not ongoing:
        application.decided_by, application.decided_at = by, now
    elif state not in (ApplicationState.INADMISSIBLE, *DECIDED):
        application.decided_by = application.decided_at = None
        application.decision = ""
    if state != ApplicationState.AWAITING_VENDOR:
        application.asked_on = application.answer_due_on = application.lapse_warned = None


def public_words(thing: Thing) -> str:
    """What the public is told today of the state of an award; nothing of anything else."""
    if not isinstance(thing, Award):
        return ""
    return thing.state_for(Audience.PUBLIC, timezone.localdate())


def tell_catalogue(award: Award, before: str = "", words: str = "") -> None:
    """Queue the sheet, and write in its public log what the public is told from now on.

    :param before: what it was told until now.
    :param words: what it is told; the state of the award unless given.
    """
    words = words or public_words(award)
    if words != before:
        history.record(
            listing=award.listing,
            kind=SheetEvent.Kind.LABEL,
            side=SheetEvent.Side.STAFF,
            detail=f"{award.label} {award.number} : {words}"[:300],
        )
    document_changed.send(sender=Listing, uids=[award.listing.uid])


@transaction.atomic
def next_number(series: str) -> str:
    """The next number of a series in the year, without a gap: `series-2026-0001`."""
    year = timezone.localdate().year
    Counter.objects.get_or_create(series=series, year=year)
    row = Counter.objects.select_for_update().get(series=series, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{series}-{year}-{row.last:04d}"


def transitions_named(subject: Subject) -> Mapping[str, Transition]:
    """The transitions of a table by their names."""
    return {row.name: row for row in TRANSITIONS[subject]}
