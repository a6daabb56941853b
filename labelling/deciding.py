"""Deciding on an application: never by who instructs or proposed it (docs/decisions/0024).

The decider follows the proposal or sends it back: nobody decides alone on something else. What raises
`Refused` says in French why, and what to do.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue.services import lock_sheet
from labelling import granting, letter_words, letters, procedure
from labelling.models import LabelApplication
from labelling.permissions import has_conflict
from labelling.states import ApplicationState
from labelling.telling import tell_desk
from labelling.verdicts import asked_of, motives_of

DECIDES = {
    ApplicationState.GRANTED: "grant",
    ApplicationState.GRANTED_WITH_RESERVATIONS: "grant_with_reservations",
    ApplicationState.REFUSED: "refuse",
}
"""What is proposed → the transition that decides so."""


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
    letters.send(application=fresh, words=letter_words.inadmissible(fresh, comment), by=by)
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
    tell_desk(fresh, "label/sent_back")
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
    outcome = outcome_of(row)
    decision = decision.strip() or (row.proposal if outcome == ApplicationState.GRANTED else "")

    def change(locked: LabelApplication) -> Mapping[str, Any]:
        _is_the_same(locked, seen)
        if words := hindrance(locked):
            raise Refused(words)
        locked.decision = decision
        return _proposed(locked)

    fresh = procedure.apply(
        thing=row, name=DECIDES[outcome], by=by, comment=decision, change=change
    )
    number = ""
    if outcome != ApplicationState.REFUSED:
        _reservations_hold(fresh)
        number = granting.create(application=fresh, by=by).number
    letters.send(application=fresh, words=draft(fresh, decision, number=number), by=by)
    return fresh


def outcome_of(application: LabelApplication) -> ApplicationState:
    """What is proposed, or was decided; a label granted when nothing is."""
    return ApplicationState(application.proposed_outcome or ApplicationState.GRANTED)


def hindrance(application: LabelApplication) -> str:
    """Why nobody may decide as was proposed, in French; empty when somebody may."""
    proposer = application.proposed_by
    if proposer is None or not has_conflict(proposer, application):
        return ""
    return _(
        "La personne qui a proposé cette décision a un conflit d'intérêts avec cet offreur : renvoyez le "
        "dossier à l'instruction, pour qu'une autre personne le reprenne."
    )


def draft(application: LabelApplication, decision: str, *, number: str = "") -> letters.Words:
    """The letter of a proposed decision, or of one just taken, with these motives.

    :param number: of the award; left open in a letter that is read before the decision.
    """
    reasons = motives_of(application, asked_of(application))
    if application.proposed_outcome == ApplicationState.REFUSED:
        return replace(letter_words.refused(application, decision), reasons=reasons)
    reserved = application.proposed_outcome == ApplicationState.GRANTED_WITH_RESERVATIONS
    words = letter_words.granted(
        application,
        decision,
        number=number or _("(donné à la décision)"),
        valid_to=granting.valid_to(application, timezone.localdate()),
        reserved=reserved,
    )
    reservations = granting.reservations_of(application) if reserved else ()
    return replace(words, reasons=reasons, reservations=reservations)


def preview(*, application: LabelApplication, by: User, decision: str = "") -> bytes:
    """The letter of a proposed decision as PDF, as it would be if `by` took it now."""
    words = draft(application, decision or application.proposal)
    return letters.preview(application=application, words=words, by=by)


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
