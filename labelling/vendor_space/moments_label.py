"""The dates of a file in the vendor space: what happened, in the vendor's words, and what is to come."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labelling import registry
from labelling.models import Appeal, Award, LabelApplication, LabelEvent, Question
from labelling.state_words import Audience, state_label
from labelling.states import LIVING, NOTICES, ApplicationState, AwardState, Subject

_A, _W, _VENDOR = ApplicationState, AwardState, Audience.VENDOR
_OURS = {
    "announce_suspension": gettext_lazy("Préavis : suspension envisagée"),
    "announce_abrogation": gettext_lazy("Préavis : abrogation ou retrait envisagé"),
    "notice_reply": gettext_lazy("Votre réponse au préavis"),
    "drop_suspension": gettext_lazy("La mission LABEL renonce à suspendre"),
    "drop_abrogation": gettext_lazy("La mission LABEL renonce à l'abrogation et au retrait"),
    "restore_later": gettext_lazy("Mesure levée après un recours"),
    "raise_level": gettext_lazy("Niveau demandé donné après un recours"),
}
"""Events of an award that its company is told of, and the public is not."""
_TOLD_BY_ROWS = ("lift", "lift_reservation")
"""Events that the reservations tell better, each with its text."""


@dataclass(frozen=True)
class Moment:
    """A date of a file, past or to come; `at` orders what happened on one day."""

    on: dt.date
    title: str
    text: str = ""
    is_to_come: bool = False
    at: dt.datetime | None = None


def _past(at: dt.datetime, title: str, text: str = "") -> Moment:
    return Moment(timezone.localdate(at), title, text, at=at)


def moments_of(
    application: LabelApplication,
    award: Award | None,
    appeals: Iterable[Appeal],
    questions: Iterable[Question],
    today: dt.date,
) -> list[Moment]:
    """The dates of a file in order, those to come last; the legal date of silence is told apart."""
    found = [
        *_application_moments(application),
        *(moment for one in questions for moment in _question_moments(one)),
        *(_award_moments(award, today) if award else ()),
        *(moment for one in appeals for moment in _appeal_moments(one)),
    ]
    return sorted(
        found, key=lambda one: (one.is_to_come, one.on, one.at.timestamp() if one.at else 0)
    )


def _application_moments(application: LabelApplication) -> Iterator[Moment]:
    if application.submitted_at:
        yield _past(application.submitted_at, _("Demande déposée"))
    if application.decided_at and application.state in (_A.REFUSED, _A.INADMISSIBLE):
        yield _past(application.decided_at, application.state_for(_VENDOR))
    if application.closed_at and application.state in (_A.LAPSED, _A.WITHDRAWN):
        yield _past(application.closed_at, application.state_for(_VENDOR))
    if application.is_open and application.due_on:
        if application.state == _A.AWAITING_VENDOR:
            return
        title = _("Réponse de la mission LABEL, au plus tard")
        late = application.is_late_on(timezone.localdate())
        text = _("Ce délai est dépassé : la mission LABEL est prévenue.") if late else ""
        yield Moment(application.due_on, title, text, is_to_come=True)


def _question_moments(question: Question) -> Iterator[Moment]:
    missing = question.kind == Question.Kind.MISSING
    title = _("Pièce demandée") if missing else _("Précision demandée")
    text = (
        _("Les deux délais sont arrêtés jusqu'à votre réponse.")
        if missing
        else _("Le délai d'instruction est arrêté jusqu'à votre réponse ; le délai légal court.")
    )
    yield _past(question.asked_at, title, "" if question.answered_at else text)
    if question.answered_at:
        answered = timezone.localdate(question.answered_at)
        days = (answered - timezone.localdate(question.asked_at)).days
        text = _waited(days, missing=missing) if days else ""
        yield _past(question.answered_at, _("Votre réponse"), text)
    elif question.application.state == _A.AWAITING_VENDOR:
        due = question.application.answer_due_on or question.due_on
        yield Moment(due, _("Votre réponse est attendue, au plus tard"), is_to_come=True)


def _waited(days: int, *, missing: bool) -> str:
    """By how much a wait moved the deadlines."""
    if missing:
        text = ngettext(
            "Les deux délais reculent de %d jour.", "Les deux délais reculent de %d jours.", days
        )
    else:
        text = ngettext(
            "Le délai d'instruction recule de %d jour.",
            "Le délai d'instruction recule de %d jours.",
            days,
        )
    return text % days


def _award_moments(award: Award, today: dt.date) -> Iterator[Moment]:
    granted = award.application.decided_at
    yield Moment(award.granted_on, _("Label attribué"), award.number, at=granted)
    names = [one for one in (*registry.STEPS, *_OURS) if one not in _TOLD_BY_ROWS]
    for event in registry.events_of(award).filter(name__in=names):
        # An appeal against reservations lifts them: the rows below say it.
        if event.name != "restore" or event.source != _W.RESERVED:
            yield _event_moment(event)
    if award.public_state(today) is _W.EXPIRED and award.state != _W.EXPIRED:
        yield Moment(award.valid_to + dt.timedelta(days=1), str(registry.STEPS["expire"]))
    if award.state in NOTICES and award.notice_until:
        yield Moment(award.notice_until, _("Fin du préavis"), is_to_come=True)
    for row in award.reservations.all():
        if row.lifted_at:
            yield _past(row.lifted_at, _("Réserve levée"), row.text)
        elif award.state in LIVING:
            yield Moment(row.due_on, _("Réserve à lever, au plus tard"), row.text, is_to_come=True)
    if award.state in LIVING and award.valid_to >= today:
        yield Moment(award.valid_to, _("Fin du label"), is_to_come=True)


def _event_moment(event: LabelEvent) -> Moment:
    """An event in the company's words: what a notice says is theirs to read, notes of staff are not."""
    if event.name in _OURS:
        is_notice = event.name.startswith("announce_")
        return _past(event.at, str(_OURS[event.name]), event.comment if is_notice else "")
    told = registry.step(event)
    return _past(event.at, told.words, told.reason)


def _appeal_moments(appeal: Appeal) -> Iterator[Moment]:
    against = _("Recours contre %s") % appeal.get_against_display()
    yield _past(appeal.opened_at, against)
    if appeal.decided_at:
        words = state_label(Subject.APPEAL, appeal.state, _VENDOR)
        yield _past(appeal.decided_at, words)
    else:
        yield Moment(appeal.due_on, _("Réponse au recours, au plus tard"), is_to_come=True)
