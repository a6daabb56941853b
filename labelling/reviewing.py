"""What reviewers and experts do with a file: take it, judge it, ask, consult, propose.

Every function locks the file and checks the right itself. A refusal is `PermissionDenied` for who has
no right, `Refused` with a French sentence for what the state does not allow. Nothing here decides.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.models import Reason, Vendor
from catalogue.presentation import french_date
from labelling import events, letters, permissions
from labelling.holding import hold, may_take_over, name_of, need
from labelling.models import (
    ConflictOfInterest,
    Consultation,
    CriterionReview,
    LabelApplication,
    LabelLevel,
    Letter,
    Note,
    Question,
)
from labelling.procedure import apply, lock_file
from labelling.states import ApplicationState, Role
from labelling.telling import desk_path, tell_mission
from labelling.verdicts import (
    LONGEST_DAYS,
    Verdict,
    asked_of,
    check_proposal,
    definition_of,
    motives_of,
    question_letter,
    question_title,
    seen_now,
    theme_title,
    told,
    typed,
)

JUDGED_IN = (ApplicationState.UNDER_REVIEW, ApplicationState.EXPERT_CONSULTED)
"""States in which verdicts are written: the vendor has handed in all that it has to say."""


class VerdictConflict(Exception):
    """Somebody saved this verdict since it was read: `review` is theirs."""

    def __init__(self, review: CriterionReview) -> None:
        super().__init__(review.criterion)
        self.review = review


@transaction.atomic
def claim(*, application: LabelApplication, by: User) -> LabelApplication:
    """Take an open file; the one of somebody away goes to who replaces them, or to anyone then."""
    fresh = lock_file(application)
    need(Role.REVIEWER, by, fresh)
    if not fresh.is_open:
        raise Refused(_("Ce dossier est clos : il ne se prend plus."))
    before = fresh.holder
    if before == by:
        return fresh
    if before is not None and not may_take_over(by, before):
        raise Refused(_("%s instruit déjà ce dossier.") % name_of(before))
    hold(fresh, by)
    events.record(
        application=fresh,
        name="claim",
        by=by,
        role=Role.REVIEWER,
        data={"before": before.pk if before else None},
    )
    return fresh


@transaction.atomic
def release(*, application: LabelApplication, by: User) -> LabelApplication:
    """Give a file back to all reviewers."""
    fresh = lock_file(application)
    need(Role.HOLDER, by, fresh)
    if not fresh.is_open:
        raise Refused(_("Ce dossier est clos : il reste à qui l'a instruit."))
    hold(fresh, None)
    events.record(application=fresh, name="release", by=by, role=Role.HOLDER)
    return fresh


@transaction.atomic
def declare_conflict(*, vendor: Vendor, by: User, reason: str) -> ConflictOfInterest:
    """Say that one may not judge a company; one's open files of it are released."""
    if not permissions.user_can_enter_desk(by):
        raise PermissionDenied
    reason = typed(reason, 300, _("Écrivez pourquoi : votre responsable le lit."))
    rows = ConflictOfInterest.objects.standing()
    conflict, created = rows.get_or_create(user=by, vendor=vendor, defaults={"reason": reason})
    if created:
        log(conflict, "labelling.conflict.declare", user=by, data={"vendor": vendor.slug})
    held = LabelApplication.objects.open().filter(holder=by)
    for row in held.filter(Q(vendor=vendor) | Q(listing__vendor=vendor)).order_by("pk"):
        fresh = lock_file(row)
        hold(fresh, None)
        events.record(application=fresh, name="conflict", by=by, role=Role.REVIEWER)
    return conflict


@transaction.atomic
def end_conflict(*, conflict: ConflictOfInterest, by: User) -> ConflictOfInterest:
    """Say that it is over; only who declared it, or an administrator."""
    fresh = ConflictOfInterest.objects.select_for_update().get(pk=conflict.pk)
    if not permissions.user_can_enter_desk(by) or not (fresh.user_id == by.pk or by.is_superuser):
        raise PermissionDenied
    if fresh.ended_at is None:
        fresh.ended_at = timezone.now()
        fresh.save(update_fields=["ended_at"])
        log(fresh, "labelling.conflict.end", user=by, data={"vendor": fresh.vendor.slug})
    return fresh


@transaction.atomic
def admit(*, application: LabelApplication, by: User) -> LabelApplication:
    """Find the application complete."""
    return apply(thing=application, name="admit", by=by)


@transaction.atomic
def begin(*, application: LabelApplication, by: User) -> LabelApplication:
    """Begin to review it."""
    return apply(thing=application, name="begin", by=by)


@transaction.atomic
def save_verdict(
    *,
    application: LabelApplication,
    criterion: str,
    verdict: str,
    comment: str,
    reason: Reason | None,
    edition: int,
    by: User,
) -> CriterionReview:
    """Write the verdict of this round on a criterion.

    :param reason: whose text stands for a comment that is left empty.
    :param edition: of the verdict as it was read, 0 for none; raises `VerdictConflict` when somebody
        saved another since.
    """
    fresh = lock_file(application)
    need(Role.HOLDER, by, fresh)
    if fresh.state not in JUDGED_IN:
        raise Refused(_("Les verdicts s'écrivent pendant l'instruction : commencez-la d'abord."))
    if criterion not in asked_of(fresh):
        raise Refused(_("Ce critère n'est pas de ceux auxquels l'offreur a répondu."))
    if verdict not in Verdict.values:
        raise Refused(_("Choisissez un verdict : conforme, non conforme, à préciser, sans objet."))
    comment = comment.strip() or (reason.text.strip() if reason else "")
    if verdict in (Verdict.NOT_CONFORM, Verdict.UNCLEAR) and not comment:
        raise Refused(_("Dites pourquoi : l'offreur le lit."))
    if len(comment) > 2000:
        raise Refused(_("Commentaire : pas plus de 2000 caractères."))
    row = fresh.reviews.filter(round=fresh.round, criterion=criterion).first()
    if (row.edition if row else 0) != edition:
        raise VerdictConflict(row) if row else Refused(_("Ce verdict n'est plus là : rechargez."))
    row = row or CriterionReview(application=fresh, round=fresh.round, criterion=criterion)
    row.verdict, row.comment, row.reason = verdict, comment, reason
    row.changed_by, row.edition = by, edition + 1
    row.save()
    return row


@transaction.atomic
def add_note(*, application: LabelApplication, by: User, text: str) -> Note:
    """Keep something for mission LABEL: no company ever reads it."""
    fresh = lock_file(application)
    if not permissions.user_can_read_file(by, fresh):
        raise PermissionDenied
    text = typed(text, 4000, _("Écrivez la note."))
    return Note.objects.create(application=fresh, author=by, text=text)


@transaction.atomic
def ask(
    *,
    application: LabelApplication,
    by: User,
    kind: str,
    text: str,
    criteria: Collection[str],
    days: int | None = None,
) -> Question:
    """Ask the vendor; the file waits for it until a day, past which it lapses.

    :param kind: a `Question.Kind`: only missing pieces stop the clock of the implicit decision.
    :param criteria: that the question is about; the letter repeats their verdicts.
    :param days: to answer; those of the label by default.
    """
    if kind not in Question.Kind.values:
        raise Refused(_("Dites s'il s'agit d'une précision ou d'une pièce manquante."))
    text = typed(text, 4000, _("Écrivez la question : l'offreur la lit."))
    made: list[Question] = []

    def change(row: LabelApplication) -> dict[str, Any]:
        today, known = timezone.localdate(), asked_of(row)
        unknown = [one for one in criteria if one not in known]
        if unknown:
            raise Refused(_("Critères inconnus : %s.") % ", ".join(unknown))
        due_on = _until(today, row.terms.answer_days if days is None else days)
        row.asked_on, row.answer_due_on, row.lapse_warned = today, due_on, None
        chosen = [one for one in known if one in criteria]
        made.append(
            Question.objects.create(
                application=row,
                round=row.round,
                kind=kind,
                text=text,
                criteria=chosen,
                asked_by=by,
                due_on=due_on,
            )
        )
        return {
            "kind": kind,
            "criteria": chosen,
            "due_on": due_on,
            "verdicts": told(row),
            **seen_now(row),
        }

    fresh = apply(thing=application, name="ask", by=by, comment=text, change=change)
    question = made[0]
    words = letters.Words(
        Letter.Kind.QUESTION,
        question_title(question, fresh),
        question_letter(question),
        reasons=motives_of(fresh, question.criteria),
    )
    letters.send(application=fresh, words=words)
    return question


@transaction.atomic
def consult(
    *,
    application: LabelApplication,
    by: User,
    expert: User,
    theme: str,
    question: str,
    days: int = 15,
) -> Consultation:
    """Ask an expert about one theme, which is all that they will read of the file."""
    text = typed(question, 4000, _("Écrivez ce que vous demandez à l'expert."))
    made: list[Consultation] = []

    def change(row: LabelApplication) -> dict[str, Any]:
        themes = {one.id for one in definition_of(row).themes}
        if theme not in themes:
            raise Refused(_("Choisissez un thème du référentiel."))
        if not expert.is_active or not expert.has_perm(permissions.ADVISE):
            raise Refused(_("Choisissez une personne habilitée à rendre un avis."))
        if expert == by:
            raise Refused(_("Demandez l'avis de quelqu'un d'autre que vous."))
        if permissions.has_conflict(expert, row):
            raise Refused(_("Cette personne a un conflit d'intérêts avec l'offreur."))
        due_on = _until(timezone.localdate(), days)
        made.append(
            Consultation.objects.create(
                application=row,
                theme=theme,
                expert=expert,
                question=text,
                asked_by=by,
                due_on=due_on,
            )
        )
        return {"theme": theme, "expert": expert.pk, "due_on": due_on}

    fresh = apply(thing=application, name="consult", by=by, comment=text, change=change)
    consultation = made[0]
    tasks.tell(
        "label/consulted",
        expert.email,
        reverse("label_consultation", args=[consultation.pk]),
        number=fresh.number or "",
        theme=theme_title(fresh, theme),
        deadline=french_date(consultation.due_on),
    )
    return consultation


@transaction.atomic
def advise(*, consultation: Consultation, by: User, opinion: str) -> Consultation:
    """Give the opinion that was asked for; the file goes back to its reviewer."""
    text = typed(opinion, 8000, _("Écrivez votre avis."))
    if consultation.expert_id != by.pk:
        raise PermissionDenied
    rows = Consultation.objects.filter(pk=consultation.pk)

    def change(row: LabelApplication) -> dict[str, Any]:
        now = timezone.now()
        waiting = rows.filter(closed_at__isnull=True, application=row)
        if not waiting.update(opinion=text, given_at=now, closed_at=now):
            raise Refused(_("Cet avis n'est plus attendu."))
        return {"theme": consultation.theme}

    if not rows.filter(closed_at__isnull=True).exists():
        raise Refused(_("Cet avis n'est plus attendu : l'instruction a repris."))
    application = consultation.application
    fresh = apply(thing=application, name="advise", by=by, comment=text, change=change)
    if fresh.holder is not None:
        tasks.tell(
            "label/advised",
            fresh.holder.email,
            desk_path(fresh),
            number=fresh.number or "",
            theme=theme_title(fresh, consultation.theme),
        )
    return rows.get()


@transaction.atomic
def go_on(*, application: LabelApplication, by: User, comment: str) -> LabelApplication:
    """Go on without waiting for the expert any longer."""

    def change(row: LabelApplication) -> None:
        row.consultations.filter(closed_at__isnull=True).update(closed_at=timezone.now())

    return apply(thing=application, name="go_on", by=by, comment=comment, change=change)


@transaction.atomic
def propose(
    *,
    application: LabelApplication,
    by: User,
    outcome: str,
    level: LabelLevel | None,
    motives: str,
    reservations: Sequence[tuple[str, dt.date]] = (),
) -> LabelApplication:
    """Propose a decision to somebody else.

    :param outcome: a state of `states.DECIDED`.
    :param level: that is granted; none for a refusal.
    :param reservations: what has to be put right and by when; only with the outcome of that name.
    """

    def change(row: LabelApplication) -> dict[str, Any]:
        check_proposal(row, outcome, level, reservations)
        row.proposed_outcome, row.proposal = outcome, motives.strip()
        row.proposed_level = level
        row.proposed_reservations = [
            {"text": text.strip(), "due_on": due_on.isoformat()} for text, due_on in reservations
        ]
        return {
            "outcome": outcome,
            "level": level.code if level else "",
            "reservations": row.proposed_reservations,
            "verdicts": told(row),
        }

    fresh = apply(thing=application, name="propose", by=by, comment=motives, change=change)
    _call_deciders(fresh, by)
    return fresh


def _call_deciders(application: LabelApplication, by: User) -> None:
    """Tell who may decide; when nobody may, whoever runs the service."""
    people = permissions.deciders_for(application, (by.pk,))
    number, path = application.number or "", desk_path(application)
    emails = list(people.values_list("email", flat=True))
    for email in emails:
        tasks.tell(
            "label/proposed", email, path, number=number, sheet=application.listing.page.title
        )
    if not emails:
        tell_mission(application, "label/unstaffed")


def _until(today: dt.date, days: int) -> dt.date:
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("Laissez de 1 à %d jours pour répondre.") % LONGEST_DAYS)
    return today + dt.timedelta(days=days)
