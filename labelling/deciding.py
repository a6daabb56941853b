"""Deciding on an application: never by who instructs or proposed it (docs/decisions/0024).

The decider follows the proposal or sends it back: nobody decides alone on something else. What raises
`Refused` says in French why, and what to do.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.services import lock_sheet
from labelling import granting, letter_words, letters, papers, procedure
from labelling.models import LabelApplication
from labelling.permissions import has_conflict
from labelling.states import ApplicationState
from labelling.verdicts import asked_of, motives_of

_BY_OUTCOME = {
    ApplicationState.GRANTED: "grant",
    ApplicationState.GRANTED_WITH_RESERVATIONS: "grant_with_reservations",
    ApplicationState.REFUSED: "refuse",
}


@dataclass(frozen=True)
class Draft:
    """The letter of a decision, with the criteria and the reservations that it sets apart."""

    words: letter_words.Words
    reasons: tuple[papers.Reason, ...] = ()
    reservations: tuple[papers.Reservation, ...] = ()


@transaction.atomic
def reject(*, application: LabelApplication, by: User, comment: str) -> LabelApplication:
    """Declare an application inadmissible: it is not examined.

    Raises `PermissionDenied` unless `by` may sign and does not instruct it, `Refused` without a motive
    or when its admissibility is decided already.
    """
    comment = comment.strip()

    def change(row: LabelApplication) -> None:
        row.decision = comment

    fresh = procedure.apply(thing=application, name="reject", by=by, comment=comment, change=change)
    _send(fresh, Draft(letter_words.inadmissible(fresh, comment)), by)
    return fresh


@transaction.atomic
def send_back(
    *, application: LabelApplication, by: User, comment: str, seen: dt.datetime | None = None
) -> LabelApplication:
    """Send a proposal back to whoever instructs, who is told; parameters and errors as in `decide`."""

    def change(row: LabelApplication) -> Mapping[str, Any]:
        _is_the_same(row, seen)
        return _proposed(row)

    fresh = procedure.apply(
        thing=application, name="send_back", by=by, comment=comment, change=change
    )
    tasks.tell(
        "label/sent_back",
        fresh.holder.email if fresh.holder else settings.CONTACT_EMAIL,
        reverse("instruction:inspect", args=[fresh.pk]),
        number=fresh.number or "",
        sheet=fresh.listing.page.title,
    )
    return fresh


@transaction.atomic
def decide(
    *, application: LabelApplication, by: User, decision: str, seen: dt.datetime | None = None
) -> LabelApplication:
    """Decide as was proposed: the award is made, the letter signed, the company told.

    :param decision: motives; those of the proposal for a label granted without any.
    :param seen: when what was read was proposed; None to decide on what is there.

    Raises `PermissionDenied` unless `by` may sign, and neither instructs nor proposed it; `Refused`
    without a motive against the company, when somebody else acted meanwhile, when the sheet is not what
    was judged, or when who proposed it declared a conflict of interest since.
    """
    # A publication under way would find no award to look at again, and we the sheet before it.
    lock_sheet(application.listing)
    row = procedure.lock_file(application)
    outcome = ApplicationState(row.proposed_outcome or ApplicationState.GRANTED)
    decision = decision.strip() or (row.proposal if outcome == ApplicationState.GRANTED else "")

    def change(locked: LabelApplication) -> Mapping[str, Any]:
        _is_the_same(locked, seen)
        if words := hindrance(locked):
            raise Refused(words)
        locked.decision = decision
        return _proposed(locked)

    fresh = procedure.apply(
        thing=row, name=_BY_OUTCOME[outcome], by=by, comment=decision, change=change
    )
    number = ""
    if outcome != ApplicationState.REFUSED:
        _reservations_hold(fresh)
        number = granting.create(application=fresh, by=by).number
    _send(fresh, draft(fresh, decision, number=number), by)
    return fresh


def hindrance(application: LabelApplication) -> str:
    """Why nobody may decide as was proposed, in French; empty when somebody may."""
    proposer = application.proposed_by
    if proposer is None or not has_conflict(proposer, application):
        return ""
    return _(
        "La personne qui a proposé cette décision a un conflit d'intérêts avec cet offreur : renvoyez le "
        "dossier à l'instruction, pour qu'une autre personne le reprenne."
    )


def draft(application: LabelApplication, decision: str, *, number: str = "") -> Draft:
    """The letter of a proposed decision, or of one just taken, with these motives.

    :param number: of the award; left open in a letter that is read before the decision.
    """
    reasons = tuple(motives_of(application, asked_of(application)))
    if application.proposed_outcome == ApplicationState.REFUSED:
        return Draft(letter_words.refused(application, decision), reasons)
    reserved = application.proposed_outcome == ApplicationState.GRANTED_WITH_RESERVATIONS
    words = letter_words.granted(
        application,
        decision,
        number=number or _("(donné à la décision)"),
        valid_to=granting.valid_to(application, timezone.localdate()),
        reserved=reserved,
    )
    return Draft(words, reasons, tuple(granting.reservations_of(application)) if reserved else ())


def preview(*, application: LabelApplication, by: User, decision: str = "") -> bytes:
    """The letter of a proposed decision as PDF, as it would be if `by` took it now."""
    made = draft(application, decision or application.proposal)
    return letters.as_pdf(
        letter=letters.draft(application=application, kind=made.words.kind, title=made.words.title),
        body=made.words.body,
        by=by,
        reasons=made.reasons,
        reservations=made.reservations,
        appealable=made.words.appealable,
    )


def _is_the_same(application: LabelApplication, seen: dt.datetime | None) -> None:
    if seen is not None and application.proposed_at != seen:
        raise Refused(
            _("La proposition a changé depuis que vous l'avez lue : relisez-la avant de décider.")
        )


def _reservations_hold(application: LabelApplication) -> None:
    if application.state != ApplicationState.GRANTED_WITH_RESERVATIONS:
        return
    days = [one.lift_by for one in granting.reservations_of(application)]
    if not days or min(days) <= timezone.localdate():
        raise Refused(
            _("Une réserve manque, ou son échéance est passée : renvoyez à l'instruction.")
        )


def _proposed(application: LabelApplication) -> Mapping[str, Any]:
    """What the event keeps of a proposal."""
    return {
        "outcome": application.proposed_outcome,
        "level": application.proposed_level.code if application.proposed_level else "",
        "proposal": application.proposal,
        "reservations": application.proposed_reservations,
        "proposed_by": application.proposed_by_id,
        "proposed_at": application.proposed_at,
    }


def _send(application: LabelApplication, made: Draft, by: User) -> None:
    letters.send(
        application=application,
        kind=made.words.kind,
        title=made.words.title,
        body=made.words.body,
        by=by,
        reasons=made.reasons,
        reservations=made.reservations,
        appealable=made.words.appealable,
    )
