"""Awards once they are granted: put right, suspended, ended, looked at again; each act with its letter.

A measure against a company takes two people: one announces it and hears the company, another decides.
What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.presentation import french_date
from catalogue.services import lock_sheet
from labelling import judged, letter_words, letters, procedure
from labelling.deadlines import add_months
from labelling.granting import note
from labelling.models import Appeal, Award, LabelEvent, Reservation
from labelling.permissions import roles_of
from labelling.states import NOTICES, AppealState, AwardState, Role, Subject, transition

_LONGEST_PUBLIC = 4000
_LONGEST_WHY = 500


@transaction.atomic
def expire(*, award: Award) -> Award:
    """Say that an award is over; its company is told. Raises `Refused` before its last day is over."""

    def change(row: Award) -> None:
        if row.valid_to >= timezone.localdate():
            raise Refused(_("Ce label court encore."))

    fresh = procedure.apply(thing=award, name="expire", by=None, as_role=Role.CLOCK, change=change)
    _tell(fresh, "label/expired")
    return fresh


@transaction.atomic
def lift_reservation(*, reservation: Reservation, by: User, comment: str) -> Award:
    """Lift a reservation; the label holds without any once the last one is.

    Raises `PermissionDenied` unless `by` may decide, `Refused` without a motive, for one that is lifted
    already, or once the award is over.
    """
    award = procedure.lock(reservation.award)
    if Role.DECIDER not in roles_of(by, award):
        raise PermissionDenied
    fresh = award.reservations.get(pk=reservation.pk)
    comment = comment.strip()
    if fresh.lifted_at is not None:
        raise Refused(_("Cette réserve est déjà levée : quelqu'un a agi entre-temps."))
    if award.ended_on is not None:
        raise Refused(_("Ce label a pris fin : il n'y a plus de réserve à lever."))
    if not 0 < len(comment) <= _LONGEST_WHY:
        raise Refused(_("Écrivez pourquoi, en 500 caractères au plus : l'offreur le lit."))
    last = not award.reservations.filter(lifted_at=None).exclude(pk=fresh.pk).exists()
    name = "lift" if last else "reservation"
    if last and award.state == AwardState.RESERVED:
        award = procedure.apply(
            thing=award,
            name="lift",
            by=by,
            comment=comment,
            change=lambda _row: _lift([fresh], by, comment),
        )
    else:
        told = procedure.public_words(award)
        data = _lift([fresh], by, comment)
        if last and award.before == AwardState.RESERVED:
            # A notice or a re-examination that is given up leads back to a label without any.
            award.before = str(AwardState.ACTIVE)
            award.save(update_fields=["before"])
        note(award, "lift_reservation", by, comment=comment, **data)
        procedure.tell_catalogue(award, told)
    _send(award, letter_words.relief(award, name, f"{fresh.text}\n\n{comment}"), by)
    return award


def _lift(reservations: list[Reservation], by: User, comment: str) -> Mapping[str, Any]:
    for one in reservations:
        one.lifted_at, one.lifted_by, one.comment = timezone.now(), by, comment[:_LONGEST_WHY]
        one.save(update_fields=["lifted_at", "lifted_by", "comment"])
    return {"reservations": [one.text for one in reservations]}


@transaction.atomic
def announce(*, award: Award, measure: str, by: User, reason: str) -> Award:
    """Give notice of a suspension, or of an abrogation or withdrawal: the company is heard first.

    :param measure: "suspension" or "abrogation".

    Raises `PermissionDenied` for who does not instruct, `Refused` without a reason or from a state that
    leads to no such measure.
    """
    reason = reason.strip()
    _public(reason)

    def change(row: Award) -> Mapping[str, Any]:
        today = timezone.localdate()
        row.notice_at, row.notice_by, row.notice_reason = timezone.now(), by, reason
        row.notice_until = today + dt.timedelta(days=row.application.terms.notice_days)
        row.notice_reply = ""
        row.decided_by = None  # of the act before this one; its event says who
        if row.state not in (AwardState.SUSPENDED, AwardState.UNDER_REEXAMINATION):
            row.reason = ""
        return {"until": row.notice_until}

    fresh = procedure.apply(
        thing=award, name=f"announce_{measure}", by=by, comment=reason, change=change
    )
    until = fresh.notice_until
    if until is None:
        raise AssertionError("A notice has a last day.")
    _send(fresh, letter_words.notice(fresh, measure, reason, until), by)
    return fresh


@transaction.atomic
def suspend(*, award: Award, by: User, comment: str, reason: str = "") -> Award:
    """Suspend an award once its company was heard, or had the time to be.

    :param comment: motives: the letter gives them.
    :param reason: what the public reads; the motives unless given.

    Raises `PermissionDenied` unless `by` decides and did not give the notice, `Refused` without a
    motive, or before the notice is over.
    """
    return _lose(award, "suspend", by, comment, reason)


@transaction.atomic
def suspend_urgently(*, award: Award, by: User, comment: str, reason: str = "") -> Award:
    """Suspend an award at once, without notice; parameters and errors as those of `suspend`."""
    return _lose(award, "suspend_urgently", by, comment, reason)


@transaction.atomic
def abrogate(*, award: Award, by: User, comment: str, reason: str = "") -> Award:
    """End an award from now on; parameters and errors as those of `suspend`."""
    return _lose(award, "abrogate", by, comment, reason)


@transaction.atomic
def withdraw(
    *, award: Award, by: User, comment: str, reason: str = "", fraud: bool = False
) -> Award:
    """Withdraw an award as unlawful from the start; parameters and errors as those of `suspend`.

    :param fraud: it was obtained by fraud: no delay runs.

    Raises `Refused` past the months that the label says, but for fraud.
    """
    return _lose(award, "withdraw", by, comment, reason, fraud=fraud)


def _lose(
    award: Award, name: str, by: User, comment: str, reason: str, *, fraud: bool = False
) -> Award:
    reason = reason.strip() or comment.strip()
    _public(reason)

    def change(row: Award) -> Mapping[str, Any]:
        if name != "suspend_urgently":
            _heard(row)
        if name == "withdraw" and not fraud:
            _in_time(row)
        told = {"reply": row.notice_reply, "until": row.notice_until, "reason": reason}
        row.reason = reason
        return {**told, "fraud": fraud} if name == "withdraw" else told

    fresh = procedure.apply(thing=award, name=name, by=by, comment=comment, change=change)
    _send(fresh, letter_words.loss(fresh, name, comment.strip(), fraud=fraud), by)
    return fresh


def _heard(award: Award) -> None:
    """Raises `Refused` before the company answered, or its time to do so is over."""
    until = award.notice_until
    if until is not None and not award.notice_reply and timezone.localdate() <= until:
        raise Refused(
            _("L'offreur a jusqu'au %s pour répondre : attendez sa réponse, ou le lendemain.")
            % french_date(until)
        )


def _in_time(award: Award) -> None:
    """Raises `Refused` past the months that the label gives to withdraw."""
    last = add_months(award.granted_on, award.application.terms.withdrawal_months)
    if timezone.localdate() > last:
        raise Refused(
            _(
                "Un retrait n'était possible que jusqu'au %s, sauf fraude : abrogez plutôt, pour l'avenir."
            )
            % french_date(last)
        )


def _public(reason: str) -> None:
    if len(reason) > _LONGEST_PUBLIC:
        raise Refused(_("Motif publié ou notifié : pas plus de %d caractères.") % _LONGEST_PUBLIC)


@transaction.atomic
def drop(*, award: Award, by: User, comment: str) -> Award:
    """Give up a notice: the award is again what it was; what changed meanwhile opens a re-examination.

    Raises `PermissionDenied` unless `by` decides and did not give the notice, `Refused` without a
    motive or when there is no notice.
    """
    row = procedure.lock(award)
    suspension = row.state == AwardState.SUSPENSION_NOTICE
    return _relieve(row, "drop_suspension" if suspension else "drop_abrogation", by, comment)


@transaction.atomic
def reinstate(*, award: Award, by: User, comment: str) -> Award:
    """Put a suspended award in force again.

    Raises `PermissionDenied` unless `by` decides, `Refused` without a motive, from another state, or
    while a reservation stands.
    """

    def change(row: Award) -> Mapping[str, Any]:
        if row.reservations.filter(lifted_at=None).exists():
            raise Refused(_("Levez d'abord les réserves : elles ont suspendu ce label."))
        row.reason = ""
        return {}

    return _relieve(award, "reinstate", by, comment, change)


@transaction.atomic
def maintain(*, award: Award, by: User, comment: str) -> Award:
    """End a re-examination: the award stands on the facts, the company and the offers of today.

    Raises `PermissionDenied` unless `by` decides, `Refused` without a motive, from another state, or
    when the sheet has none of the offers, or no company, any more.
    """

    def change(row: Award) -> Mapping[str, Any]:
        offers = judged.covered(row.listing, [one["uid"] for one in row.offers])
        if not offers or row.listing.vendor is None:
            raise Refused(
                _("La fiche n'a plus d'offre couverte, ou plus d'entreprise : engagez une abrogation.")
            )  # fmt: skip
        before = row.facts
        row.offers = judged.named(offers)
        row.facts = judged.watched(row.listing, [one["uid"] for one in row.offers])
        row.vendor, row.title, row.reason = row.listing.vendor, row.listing.page.title, ""
        return {"before": before, "facts": row.facts, "offers": row.offers}

    lock_sheet(award.listing)
    return _relieve(award, "maintain", by, comment, change)


def _relieve(award: Award, name: str, by: User, comment: str, change: Any = None) -> Award:
    procedure.apply(thing=award, name=name, by=by, comment=comment, change=change)
    # What changed during a notice may have opened a re-examination by now.
    fresh = procedure.lock(award)
    _send(fresh, letter_words.relief(fresh, name, comment.strip()), by)
    return fresh


@transaction.atomic
def reexamine(*, award: Award, reason: str) -> Award:
    """Open a re-examination, as the consequence of a change of the sheet; its company is told.

    :param reason: what changed, in French; public. Nothing is done of an award that somebody led to
        another state meanwhile: whoever changes a sheet is not refused for that.
    """

    def change(row: Award) -> None:
        row.reason = reason[:_LONGEST_PUBLIC]

    row = procedure.lock(award)
    if row.state not in transition(Subject.AWARD, "reexamine").sources:
        return row
    fresh = procedure.apply(
        thing=row,
        name="reexamine",
        by=None,
        as_role=Role.CONSEQUENCE,
        comment=reason[:_LONGEST_PUBLIC],
        change=change,
    )
    _tell(fresh, "label/reexamined", reason=fresh.reason.rstrip("."))
    return fresh


@transaction.atomic
def restore(*, appeal: Appeal, by: User, comment: str) -> Award:
    """Put an award right after an appeal was allowed: the level that was asked, or no measure any more.

    Against anything but the level, reservations that stand are lifted. Another measure taken since
    stands, with its reason: that one was not contested.

    Raises `PermissionDenied` unless `by` allowed the appeal.
    """
    award = appeal.award
    if award is None or appeal.state != AppealState.ALLOWED or appeal.decided_by_id != by.pk:
        raise PermissionDenied
    fresh = procedure.lock(award)
    if appeal.against == Appeal.Against.LEVEL:
        return _raise_level(fresh, by, comment)

    def change(row: Award) -> Mapping[str, Any]:
        row.reason = ""
        return _lift(list(row.reservations.filter(lifted_at=None)), by, comment)

    contested = _contested(fresh, appeal)
    if fresh.state in contested:
        return procedure.apply(
            thing=fresh, name="restore", by=by, as_role=Role.CONSEQUENCE, comment=comment,
            change=change,
        )  # fmt: skip
    told = procedure.public_words(fresh)
    if fresh.state in _RESUMING and fresh.before in contested:
        fresh.before = str(AwardState.ACTIVE)
        if fresh.state != AwardState.UNDER_REEXAMINATION:
            fresh.reason = ""
    data = _lift(list(fresh.reservations.filter(lifted_at=None)), by, comment)
    fresh.save(update_fields=["before", "reason"])
    note(fresh, "restore_later", by, role=Role.CONSEQUENCE, comment=comment, **data)
    procedure.tell_catalogue(fresh, told)
    return fresh


def _raise_level(award: Award, by: User, comment: str) -> Award:
    """Give the level that was asked: the state of the award, and its reservations, are what they were."""
    before, award.level = award.level, award.application.level
    award.save(update_fields=["level"])
    note(
        award, "raise_level", by, role=Role.CONSEQUENCE, comment=comment,
        before=before.name, level=award.level.name,
    )  # fmt: skip
    procedure.tell_catalogue(award, words=_("niveau « %s »") % award.level)
    return award


def _contested(award: Award, appeal: Appeal) -> tuple[AwardState, ...]:
    """States that an appeal puts right; of reservations also the suspension that they led to."""
    states = _CONTESTED[Appeal.Against(appeal.against)]
    losses = LabelEvent.objects.filter(subject_uid=award.uid, target=str(AwardState.SUSPENDED))
    last = losses.exclude(name__startswith="drop_").order_by("position").last()
    if appeal.against == Appeal.Against.RESERVATIONS and last is not None and last.name == "miss":
        return (*states, AwardState.SUSPENDED)
    return states


_RESUMING = (
    AwardState.UNDER_REEXAMINATION,
    *NOTICES,
)
"""States that may be given up for the one before."""
_CONTESTED = {
    Appeal.Against.RESERVATIONS: (AwardState.RESERVED,),
    Appeal.Against.SUSPENSION: (AwardState.SUSPENDED,),
    Appeal.Against.ABROGATION: (AwardState.ABROGATED,),
    Appeal.Against.WITHDRAWAL: (AwardState.WITHDRAWN,),
}
"""States that an appeal puts right, by what it is against."""


def _send(award: Award, words: letters.Words, by: User) -> None:
    letters.send(application=award.application, words=words, by=by)


def _tell(award: Award, mail: str, **values: str) -> None:
    path = reverse("label_file", args=[award.application.uid])
    sheet = award.listing.page.title
    tasks.tell_members(award.listing.vendor, mail, path, sheet=sheet, number=award.number, **values)
