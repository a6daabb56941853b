"""What a company does with its files: apply, answer, write, withdraw; each side's messages too.

Who needs the sheet as it stands locks it first, then the file: everybody keeps that order. A refusal
is a `PermissionDenied` for who has no right, a `Refused` with French sentences for the rest.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.models import Listing
from catalogue.permissions import user_can_manage
from catalogue.proving import too_often
from catalogue.quotas import DAY, spend
from catalogue.services import lock_sheet
from labelling import deadlines, events, procedure
from labelling.eligibility import (
    Ineligible,
    application_obstacles,
    obstacles,
    renewable_from,
)
from labelling.judged import changes, covered, snapshot
from labelling.models import (
    ApplicationMessage,
    Award,
    Handover,
    Label,
    LabelApplication,
    LabelLevel,
    Question,
    Reservation,
    Result,
)
from labelling.permissions import Thing, roles_of, user_can_read_file, vendor_of
from labelling.receipts import acknowledge
from labelling.states import NOTICES, ApplicationState, Role, Subject
from labelling.telling import tell_desk, tell_mission

LONGEST = 4000
"""Characters of a presentation, an answer or a message."""
MESSAGES_PER_DAY = 50
_STOP_A_START = frozenset({"closed", "archived", "pending", "labelled"})
"""Obstacles that no work on a draft removes; the others are met before it is deposited."""


@transaction.atomic
def start(
    *, listing: Listing, label: Label, by: User, renews: Award | None = None
) -> LabelApplication:
    """Return the draft of a sheet's application for a label, begun now if there is none.

    :param renews: the award that it renews: level, offers and presentation are taken from its file.

    Raises `PermissionDenied` unless `by` is an owner of the sheet's company, `Ineligible` when
    nobody may apply now, `Refused` for a label without a level.
    """
    listing = lock_sheet(listing)
    vendor = listing.vendor
    if vendor is None or not user_can_manage(by, vendor):
        raise PermissionDenied
    drafts = LabelApplication.objects.filter(state=str(ApplicationState.DRAFT))
    draft = drafts.filter(listing=listing, label=label).first()
    if draft is not None and draft.vendor_id == vendor.pk:
        return draft
    _may_start(listing, label, renews)
    if draft is not None:
        # Left by the company that had the sheet: what it wrote is not the new one's to read.
        _close_draft(draft)
    level = renews.level if renews else label.levels.first()
    if level is None:
        raise Refused(_("Ce label n'a pas encore de niveau : il ne se demande pas encore."))
    application = LabelApplication.objects.create(
        label=label,
        level=level,
        listing=listing,
        vendor=vendor,
        renews=renews,
        created_by=by,
        **(_previous(listing, renews) if renews else {}),
    )
    renewed = renews.number if renews else ""
    events.record(
        application=application, name="start", by=by, role=Role.OWNER, data={"renews": renewed}
    )
    return application


@transaction.atomic
def save_draft(
    *,
    application: LabelApplication,
    by: User,
    level: LabelLevel,
    offers: Sequence[uuid.UUID],
    motivation: str,
) -> LabelApplication:
    """Keep what an owner chose and wrote, whatever still lacks.

    :param offers: public ids of the offers of the sheet that the label would cover.

    Raises `PermissionDenied`, `Refused` once it is deposited, or for a level or an offer that is
    not theirs to choose.
    """
    fresh = procedure.lock_file(application)
    if Role.OWNER not in roles_of(by, fresh):
        raise PermissionDenied
    if fresh.state != ApplicationState.DRAFT:
        raise Refused(_("La demande est déposée : elle ne se modifie plus. Écrivez un message."))
    if level.label_id != fresh.label_id:
        raise Refused(_("Ce niveau n'est pas de ce label : choisissez-en un de la liste."))
    wanted = list(dict.fromkeys(offers))
    known = {offer.uid for offer in covered(fresh.listing, wanted)}
    if not known.issuperset(wanted):
        raise Refused(_("Une offre choisie n'est plus sur la fiche : choisissez à nouveau."))
    fresh.level, fresh.offers = level, [str(one) for one in wanted]
    fresh.motivation = _text(motivation, _("Présentation"), needed=False)
    fresh.save()
    return fresh


@transaction.atomic
def submit(*, application: LabelApplication, by: User, attested: bool) -> LabelApplication:
    """Deposit an application: from now on time runs, by the rules of the label as they stand.

    It gets its number, what is judged is kept as it is, and the company a receipt.
    :param attested: whether who deposits it attests that the file is accurate.

    Raises `PermissionDenied`, `Ineligible` with everything that lacks, `Refused`.
    """
    lock_sheet(application.listing)

    def deposit(row: LabelApplication) -> Mapping[str, Any]:
        found = application_obstacles(row)
        if found:
            raise Ineligible(found)
        if not attested:
            raise Refused(_("Attestez que la demande et les réponses sont exactes."))
        rules, now = row.label.rules(), timezone.now()
        clocks = deadlines.begin(timezone.localdate(now), rules)
        row.number = procedure.next_number("D")
        row.submitted_at, row.submitted_by = now, by
        row.rules, row.handover = rules.as_json(), _newest_handover(row)
        row.due_on, row.silence_on = clocks.due_on, clocks.silence_on
        row.snapshot = snapshot(row)
        return {
            "number": row.number,
            "level": row.level.code,
            "offers": row.offers,
            "motivation": row.motivation,
            "attested": True,
            "rules": row.rules,
            "due_on": row.due_on,
            "silence_on": row.silence_on,
            "snapshot": row.snapshot,
        }

    deposited = procedure.apply(thing=application, name="submit", by=by, change=deposit)
    acknowledge(deposited)
    tell_mission(deposited, "label/submitted")
    return deposited


@transaction.atomic
def withdraw(*, application: LabelApplication, by: User, comment: str = "") -> LabelApplication:
    """Give an application up, deposited or not. Raises `PermissionDenied`, `Refused` once it is over."""
    was_open = application.is_open
    gone = procedure.apply(
        thing=application, name="withdraw", by=by, comment=comment, change=_end_consultations
    )
    if was_open:
        tell_desk(gone, "label/withdrawn")
    return gone


@transaction.atomic
def answer(*, application: LabelApplication, by: User, text: str) -> LabelApplication:
    """Answer the question that waits: a new round begins, on what is handed in by now.

    The due date moves by the days that the company took; the legal date for a missing piece alone.
    Raises `PermissionDenied`, `Refused` without an answer, when nothing waits for one, or when the
    sheet went to another company.
    """
    words = _text(text, _("Réponse"))
    lock_sheet(application.listing)

    def resume(row: LabelApplication) -> Mapping[str, Any]:
        question = row.questions.filter(answered_at__isnull=True).first()
        if question is None or row.asked_on is None:
            raise Refused(_("Aucune question n'attend de réponse : rechargez la page."))
        if row.listing.vendor_id != row.vendor_id:
            raise Refused(
                _(
                    "La fiche a changé d'entreprise : retirez la demande, ou écrivez un message à la "
                    "mission LABEL."
                )
            )
        question.answer = words
        question.answered_at, question.answered_by = timezone.now(), by
        question.save()
        clocks = deadlines.resume(
            row.clocks,
            stopped_on=row.asked_on,
            resumed_on=timezone.localdate(question.answered_at),
            missing_pieces=question.kind == Question.Kind.MISSING,
        )
        row.due_on, row.silence_on = clocks.due_on, clocks.silence_on
        row.round += 1
        row.handover, before = _newest_handover(row), row.snapshot
        row.snapshot = snapshot(row)
        return {
            "answer": question.answer,
            "round": row.round,
            "due_on": row.due_on,
            "silence_on": row.silence_on,
            "changes": changes(before, row.snapshot),
            "snapshot": row.snapshot,
        }

    answered = procedure.apply(
        thing=application, name="answer", by=by, comment=words, change=resume
    )
    tell_desk(answered, "label/answered")
    return answered


@transaction.atomic
def write_message(*, application: LabelApplication, by: User, text: str) -> ApplicationMessage:
    """Write to the other side, company or mission LABEL, which is told; it stops no clock.

    Raises `PermissionDenied` for who neither is of the company nor reads the whole file, `Refused`
    for a draft, without a text, or after fifty messages in a day.
    """
    fresh = procedure.lock_file(application)
    role = _vendor_role(by, fresh)
    from_staff = role is None
    if role is None:
        role = _staff_role(by, fresh)
    if fresh.submitted_at is None:
        raise Refused(_("Déposez d'abord la demande : personne ne la lit encore."))
    words = _text(text, _("Message"))
    if not spend("label-message", by.pk, most=MESSAGES_PER_DAY, seconds=DAY):
        raise too_often()
    message = ApplicationMessage.objects.create(
        application=fresh, from_staff=from_staff, author=by, text=words
    )
    events.record(application=fresh, name="message", by=by, role=role, data={"text": words})
    if from_staff:
        number, path = fresh.number or "", fresh.get_absolute_url()
        tasks.tell_members(vendor_of(fresh), "label/message", path, number=number)
    else:
        tell_desk(fresh, "label/message_staff")
    return message


@transaction.atomic
def reply_to_notice(*, award: Award, by: User, text: str) -> Award:
    """Say, before anything is decided, what the company thinks of a measure that was announced.

    Raises `PermissionDenied` for who is not of the company, `Refused` when no measure is announced,
    or it was replied to already.
    """
    fresh = procedure.lock(award)
    role = _member_role(by, fresh)
    if fresh.state not in NOTICES:
        raise Refused(_("Aucune mesure n'est annoncée : écrivez plutôt un message."))
    if fresh.notice_reply:
        raise Refused(_("Votre réponse est enregistrée : pour la compléter, écrivez un message."))
    fresh.notice_reply = _text(text, _("Réponse"))
    fresh.save(update_fields=["notice_reply"])
    _record_of_award(fresh, "notice_reply", by, role, {"text": fresh.notice_reply})
    tell_desk(fresh.application, "label/message_staff")
    return fresh


@transaction.atomic
def answer_reservation(*, reservation: Reservation, by: User, text: str) -> Reservation:
    """Say what was done to lift a reservation; said again, it replaces what was said before.

    Raises `PermissionDenied` for who is not of the company, `Refused` once it is lifted, or when
    the label is lost.
    """
    award = procedure.lock(reservation.award)
    role = _member_role(by, award)
    fresh = award.reservations.get(pk=reservation.pk)
    if fresh.lifted_at is not None:
        raise Refused(_("Cette réserve est déjà levée."))
    if award.ended_on is not None:
        raise Refused(_("Ce label a pris fin : déposez une nouvelle demande."))
    fresh.answer = _text(text, _("Réponse"))
    fresh.answered_at, fresh.answered_by = timezone.now(), by
    fresh.save()
    said = {"reservation": fresh.pk, "text": fresh.answer}
    _record_of_award(award, "reservation_answer", by, role, said)
    tell_desk(award.application, "label/message_staff")
    return fresh


def _may_start(listing: Listing, label: Label, renews: Award | None) -> None:
    found = [one for one in obstacles(listing, label) if one.code in _STOP_A_START]
    if renews is not None:
        living = Award.objects.living().filter(listing=listing, label=label, pk=renews.pk)
        if not living.exists():
            raise Refused(_("Ce label ne se renouvelle pas : faites une nouvelle demande."))
        if renewable_from(renews) <= timezone.localdate():
            found = [one for one in found if one.code != "labelled"]
    if found:
        raise Ineligible(found)


def _close_draft(draft: LabelApplication) -> None:
    procedure.apply(
        thing=draft,
        name="withdraw",
        by=None,
        as_role=Role.CONSEQUENCE,
        comment=_("La fiche a changé d'entreprise."),
    )


def _previous(listing: Listing, award: Award) -> dict[str, Any]:
    """What a renewal takes from the file that it renews: of the offers, those that are left."""
    left = covered(listing, [row["uid"] for row in award.offers])
    own = award.application.vendor_id == listing.vendor_id
    return {
        "offers": [str(offer.uid) for offer in left],
        "motivation": award.application.motivation if own else "",
    }


def _newest_handover(application: LabelApplication) -> Handover:
    """What the public reads of the sheet on the label's referential: the eligible have one."""
    rows = Result.objects.filter(
        listing=application.listing_id, referential=application.label.referential_id
    )
    result = rows.select_related("handover__assessment__version__referential").first()
    if result is None:  # the label was given another referential since
        raise Refused(_("Remettez l'auto-évaluation que ce label demande, puis recommencez."))
    handover: Handover = result.handover
    return handover


def _end_consultations(application: LabelApplication) -> Mapping[str, Any]:
    """Nobody is asked for an opinion on a file that is given up."""
    waiting = application.consultations.filter(closed_at__isnull=True)
    waiting.update(closed_at=timezone.now())
    return {}


def _text(typed: str, what: str, *, needed: bool = True) -> str:
    text = typed.replace("\r\n", "\n").strip()
    if needed and not text:
        raise Refused(_("%s : écrivez quelques mots.") % what)
    if len(text) > LONGEST:
        words = {"what": what, "most": LONGEST, "length": len(text)}
        raise Refused(_("%(what)s : %(length)d caractères, pas plus de %(most)d.") % words)
    return text


def _vendor_role(by: User, thing: Thing) -> Role | None:
    held = roles_of(by, thing)
    return next((role for role in (Role.OWNER, Role.MEMBER) if role in held), None)


def _member_role(by: User, thing: Thing) -> Role:
    role = _vendor_role(by, thing)
    if role is None:
        raise PermissionDenied
    return role


def _staff_role(by: User, application: LabelApplication) -> Role:
    if application.submitted_at is None or not user_can_read_file(by, application):
        raise PermissionDenied
    held = roles_of(by, application)
    known = (Role.HOLDER, Role.REVIEWER)
    return next((role for role in known if role in held), Role.DECIDER)


def _record_of_award(award: Award, name: str, by: User, role: Role, data: dict[str, Any]) -> None:
    events.record(
        application=award.application,
        subject=Subject.AWARD,
        subject_uid=award.uid,
        name=name,
        by=by,
        role=role,
        data=data,
    )
