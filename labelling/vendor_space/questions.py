"""The questions of a theme as a page shows them, and what saving them came to."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from catalogue.models import Evidence
from catalogue.presentation import Proof, claim_proof
from labelling import assessing, wording
from labelling.claims import answer_words
from labelling.definition import Confidence, Criterion
from labelling.models import Answer, SelfAssessment
from labelling.standing import Standing
from labelling.vendor_space.forms import AnswerForm, edition_of


@dataclass(frozen=True)
class Theirs:
    """What somebody else saved since the page was read, beside what was typed here."""

    answer: Answer
    words: str


@dataclass(frozen=True)
class Question:
    """A question with its form, what its answer is worth today, and the pieces that prove it.

    `public` is what the public reads when it is something else than what stands here; `proof` says
    what is read is worth, None while nothing is.
    """

    criterion: Criterion
    form: AnswerForm
    is_asked: bool
    evidence_rule: Any
    confidence: Any
    pieces: list[Evidence]
    proof: Proof | None
    public: str
    is_waiting: bool
    theirs: Theirs | None

    @property
    def is_shown(self) -> bool:
        """What was typed and not saved is shown, be it asked no more."""
        return self.is_asked or bool(self.form.errors) or self.theirs is not None

    @property
    def is_unsure(self) -> bool:
        """Whether what it says of the law is still to be confirmed."""
        return self.criterion.confidence is not Confidence.SURE


@dataclass
class Saved:
    """What became of each question of a page: the forms that were not saved, and why."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, AnswerForm] = field(default_factory=dict)
    conflicts: dict[str, Theirs] = field(default_factory=dict)


def save_all(
    *, assessment: SelfAssessment, criteria: Iterable[Criterion], data: Any, by: User
) -> Saved:
    """Save each question that was changed, by itself: one that is refused keeps no other back.

    In `data`, `garder` and `prendre` name a question in conflict and say whose answer stays.
    """
    saved = Saved()
    for criterion in criteria:
        form = AnswerForm(data, criterion=criterion)
        kept = data.get("garder") == criterion.id
        if data.get("prendre") == criterion.id or not (kept or form.is_changed):
            continue
        # Who keeps theirs has read the other's: they save over that very one.
        seen = data.get(form.add_prefix("autre"), "") if kept else None
        save_one(assessment=assessment, form=form, by=by, saved=saved, seen=seen)
    return saved


def save_one(
    *,
    assessment: SelfAssessment,
    form: AnswerForm,
    by: User,
    saved: Saved,
    seen: str | None = None,
) -> None:
    """Save one question; write in `saved` what became of it.

    :param seen: the edition that was read, when it is not the one that the form was opened with.
    """
    criterion = form.criterion
    if form.is_valid():
        try:
            assessing.save_answer(
                assessment=assessment,
                criterion=criterion.id,
                value=form.value,
                justification=form.cleaned_data["justification"],
                edition=edition_of(form.cleaned_data["edition"] if seen is None else seen),
                by=by,
            )
        except assessing.AnswerConflict as late:
            words = answer_words(criterion, late.answer.value) or _("(aucune réponse)")
            saved.conflicts[criterion.id] = Theirs(late.answer, words)
        except ValidationError as error:
            form.add_error("valeur", error)
        else:
            saved.done.append(criterion.id)
            return
    saved.refused[criterion.id] = form


def questions_of(
    standing: Standing, criteria: Iterable[Criterion], today: dt.date, saved: Saved
) -> list[Question]:
    """Questions as they stand, with what was typed and not saved."""
    return [_question(standing, criterion, today, saved) for criterion in criteria]


def _question(standing: Standing, criterion: Criterion, today: dt.date, saved: Saved) -> Question:
    answer = standing.answers.get(criterion.id)
    claim = standing.claims.get(criterion.id)
    read = standing.handover.answers.get(criterion.id) if standing.handover else None
    differs = read is not None and (answer is None or answer.value != read["value"])
    return Question(
        criterion=criterion,
        form=saved.refused.get(criterion.id) or AnswerForm(criterion=criterion, answer=answer),
        is_asked=criterion.id in standing.asked,
        evidence_rule=wording.EVIDENCE[criterion.evidence],
        confidence=wording.CONFIDENCE[criterion.confidence],
        pieces=list(claim.evidence.all()) if claim else [],
        proof=claim_proof(claim, today) if read is not None else None,
        public=standing.public_words(criterion.id) or "" if differs else "",
        is_waiting=read is None and bool(answer and answer.value),
        theirs=saved.conflicts.get(criterion.id),
    )
