"""What is judged in a file and what was made of it; what a proposal and a question need. Reads only."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue.presentation import french_date
from labelling import papers
from labelling.deadlines import add_months
from labelling.definition import Definition
from labelling.judged import pieces
from labelling.models import CriterionReview, LabelApplication, LabelLevel, Question
from labelling.states import ApplicationState

Verdict = CriterionReview.Verdict
LONGEST_DAYS = 365
"""To answer a question or give an opinion."""
_GRANTS = (ApplicationState.GRANTED, ApplicationState.GRANTED_WITH_RESERVATIONS)


def definition_of(application: LabelApplication) -> Definition:
    """The questions that the file's answers are to. Raises `ValueError` for a draft, without any."""
    if application.handover is None:
        raise ValueError("A draft has no answers.")
    return application.handover.assessment.version.definition


def asked_of(application: LabelApplication) -> list[str]:
    """Criteria that are judged, in order: those that were asked and answered."""
    if application.handover is None:
        return []
    given = application.handover.answers
    return [one.id for one in definition_of(application).criteria if one.id in given]


def theme_title(application: LabelApplication, theme: str) -> str:
    """What people call a theme of the file's referential."""
    return next((one.title for one in definition_of(application).themes if one.id == theme), theme)


def standing_verdicts(application: LabelApplication) -> dict[str, CriterionReview]:
    """Criterion → its last verdict, of this round or of one before."""
    rows = application.reviews.select_related("reason").order_by("round")
    return {row.criterion: row for row in rows}


def motives_of(application: LabelApplication, criteria: Collection[str]) -> list[papers.Reason]:
    """Why, criterion by criterion, as a letter says it; criteria without a comment are left out."""
    verdicts, by_id = standing_verdicts(application), definition_of(application).by_id
    return [
        papers.Reason(one, by_id[one].text, row.get_verdict_display(), row.comment)
        for one in asked_of(application)
        if one in criteria and (row := verdicts.get(one)) is not None and row.comment
    ]


def seen_now(application: LabelApplication) -> dict[str, Any]:
    """What the reviewer has before them: what comes after is marked as new in the next round."""
    handover, judged = application.handover, sorted(pieces(application.snapshot))
    return {"handover": handover.uid if handover else None, "pieces": judged}


def told(application: LabelApplication) -> dict[str, Any]:
    """All verdicts as an event keeps them."""
    return {
        criterion: {"verdict": row.verdict, "comment": row.comment, "round": row.round}
        for criterion, row in standing_verdicts(application).items()
    }


def check_proposal(
    row: LabelApplication,
    outcome: str,
    level: LabelLevel | None,
    reservations: Sequence[tuple[str, dt.date]],
) -> None:
    """Raises `Refused` for a proposal that the verdicts do not bear, or that lacks something."""
    if outcome not in (*_GRANTS, ApplicationState.REFUSED):
        raise Refused(_("Choisissez la décision que vous proposez."))
    verdicts = standing_verdicts(row)
    left = [one for one in asked_of(row) if one not in verdicts]
    if left:
        raise Refused(_("Il reste à examiner : %s.") % ", ".join(left))
    if outcome == ApplicationState.REFUSED and level is not None:
        raise Refused(_("Un refus n'attribue pas de niveau."))
    if outcome in _GRANTS:
        _check_grant(row, outcome, level, verdicts)
    _check_reservations(row, outcome, reservations)


def _check_grant(
    row: LabelApplication,
    outcome: str,
    level: LabelLevel | None,
    verdicts: dict[str, CriterionReview],
) -> None:
    if level is None or level.label_id != row.label_id:
        raise Refused(_("Choisissez le niveau du label que vous proposez."))
    by_id = definition_of(row).by_id
    asked = asked_of(row)
    unmet = [
        one for one in asked if by_id[one].blocking and verdicts[one].verdict == Verdict.NOT_CONFORM
    ]
    if unmet:
        raise Refused(
            _("Le label ne s'attribue pas : critères bloquants non conformes (%s).")
            % ", ".join(unmet)
        )
    unclear = [one for one in asked if verdicts[one].verdict == Verdict.UNCLEAR]
    if outcome == ApplicationState.GRANTED and unclear:
        raise Refused(
            _("Concluez d'abord sur ce qui est à préciser, ou proposez des réserves (%s).")
            % ", ".join(unclear)
        )


def _check_reservations(
    row: LabelApplication, outcome: str, reservations: Sequence[tuple[str, dt.date]]
) -> None:
    with_some = outcome == ApplicationState.GRANTED_WITH_RESERVATIONS
    if with_some and not reservations:
        raise Refused(_("Écrivez au moins une réserve, et la date pour la lever."))
    if not with_some and reservations:
        raise Refused(_("Des réserves vont avec « Attribuer le label avec réserves »."))
    today = timezone.localdate()
    last = add_months(today, row.terms.validity_months)
    for text, due_on in reservations:
        typed(text, 500, _("Écrivez ce que l'offreur doit corriger."))
        if due_on <= today:
            raise Refused(_("Une réserve se lève avant une date à venir."))
        if due_on >= last:
            raise Refused(
                _("Une réserve se lève pendant la vie du label, donc avant le %s.")
                % french_date(last)
            )


def question_title(question: Question, application: LabelApplication) -> str:
    """What the letter of a question is about."""
    words = (
        _("Pièces manquantes, dossier %s")
        if question.kind == Question.Kind.MISSING
        else _("Demande de précisions, dossier %s")
    )
    return words % (application.number or "")


def question_letter(question: Question) -> str:
    """What it says: the question, until when, and what that does to the clocks."""
    parts = [
        question.text,
        _(
            "Votre réponse est attendue le %(day)s au plus tard, dans votre espace. Sans réponse à "
            "cette date, la demande sera caduque."
        )
        % {"day": french_date(question.due_on)},
        clock_words(question.kind),
    ]
    return "\n\n".join(parts)


def clock_words(kind: str) -> str:
    """What a question does to the clock of the implicit decision."""
    if kind == Question.Kind.MISSING:
        return _(
            "Ces pièces sont indispensables à l'instruction : le délai au terme duquel le silence de "
            "l'administration vaut décision est suspendu jusqu'à leur réception (CRPA, article L114-5)."
        )
    return _(
        "Cette demande ne suspend pas le délai au terme duquel le silence de l'administration vaut "
        "décision."
    )


def typed(text: str, longest: int, missing: str) -> str:
    """A text as it is kept; raises `Refused` with `missing` when there is none."""
    text = text.strip()
    if not text:
        raise Refused(missing)
    if len(text) > longest:
        raise Refused(_("Pas plus de %d caractères : raccourcissez.") % longest)
    return text
