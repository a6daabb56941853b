"""A file as a reviewer reads it: each answer with its evidence, its past, and what was made of it.

Reads only, a fixed number of queries whatever the number of criteria.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from django.urls import reverse
from django.utils import timezone

from catalogue.models import Claim, Evidence
from catalogue.presentation import told_on
from labelling.claims import answer_words, key_of, sheet_claims
from labelling.definition import Criterion, Definition, Theme
from labelling.judged import pieces
from labelling.models import CriterionReview, Handover, LabelApplication, LabelEvent, Question
from labelling.presentation import ShownAnswer, claims_by_key, shown_answer
from labelling.verdicts import definition_of

SHOWN_INLINE = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
"""What is shown beside an answer; anything else is a download."""
HANDOVERS_READ = 10


@dataclass(frozen=True)
class Piece:
    """A piece of evidence, where it is read, and whether it came since the last question.

    :param is_outside: handed in after what is judged: no verdict counts on it yet.
    """

    title: str
    url: str
    is_inline: bool
    is_external: bool
    restriction: str
    expires_on: dt.date | None
    is_new: bool
    is_outside: bool


@dataclass(frozen=True)
class Past:
    """What was answered in a handover before the one that is judged."""

    handed_on: dt.date
    words: str
    justification: str


@dataclass(frozen=True)
class Line:
    """A criterion with all that a reviewer needs to judge it."""

    criterion: Criterion
    answer: ShownAnswer
    pieces: tuple[Piece, ...]
    past: tuple[Past, ...]
    review: CriterionReview | None
    earlier: tuple[CriterionReview, ...]
    is_new_answer: bool
    is_asked: bool

    @property
    def has_new_piece(self) -> bool:
        return any(piece.is_new for piece in self.pieces)

    @property
    def is_changed(self) -> bool:
        """Whether the vendor changed something here since it was last asked."""
        return self.is_new_answer or self.has_new_piece

    @property
    def standing(self) -> CriterionReview | None:
        """The verdict that counts: of this round, or else the last before."""
        return self.review or (self.earlier[0] if self.earlier else None)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to say: what changed or was unclear is judged anew."""
        if self.review is not None:
            return True
        kept = self.standing is not None and self.standing.verdict != Verdict.UNCLEAR
        return kept and not self.is_changed


Verdict = CriterionReview.Verdict


@dataclass(frozen=True)
class ThemeLines:
    """A theme and its criteria."""

    theme: Theme
    lines: tuple[Line, ...]

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.lines)


@dataclass(frozen=True)
class Examination:
    """All that is judged in a file."""

    definition: Definition
    themes: tuple[ThemeLines, ...]

    @cached_property
    def lines(self) -> list[Line]:
        return [line for theme in self.themes for line in theme.lines]

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.lines)

    @property
    def remaining(self) -> list[Line]:
        return [line for line in self.lines if not line.is_done]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]


@dataclass(frozen=True)
class _Seen:
    """What the reviewer had before them when they last asked."""

    handover: str
    pieces: frozenset[str]


def examine(application: LabelApplication, on: dt.date, theme: str = "") -> Examination:
    """What is judged in a file at a day.

    :param theme: the only one that is read; all by default.
    Raises `ValueError` for a draft, in which nothing is judged.
    """
    definition = definition_of(application)
    claims = _claims(application, definition, on)
    handovers = _handovers(application)
    seen = _seen(application)
    asked = _last_question(application)
    judged = pieces(application.snapshot)
    reviews: dict[str, list[CriterionReview]] = {}
    for row in application.reviews.select_related("changed_by", "reason").order_by("-round"):
        reviews.setdefault(row.criterion, []).append(row)

    def line(criterion: Criterion, given: dict[str, Any]) -> Line:
        claim = claims.get(key_of(definition.slug, criterion))
        rows = reviews.get(criterion.id, [])
        now = rows[0] if rows and rows[0].round == application.round else None
        return Line(
            criterion=criterion,
            answer=shown_answer(criterion, given, claim, on),
            pieces=_pieces(application, claim, seen, judged),
            past=_past(criterion, given, handovers),
            review=now,
            earlier=tuple(row for row in rows if row is not now),
            is_new_answer=_is_new(criterion, given, handovers, seen),
            is_asked=criterion.id in asked,
        )

    answers = application.handover.answers if application.handover else {}
    return Examination(
        definition,
        tuple(
            ThemeLines(
                one,
                tuple(
                    line(criterion, answers[criterion.id])
                    for criterion in definition.of_theme(one.id)
                    if criterion.id in answers
                ),
            )
            for one in definition.themes
            if theme in ("", one.id)
        ),
    )


def piece_of(application: LabelApplication, uid: Any) -> tuple[Evidence, str] | None:
    """A piece of evidence of an answer that is judged, and the theme of that answer."""
    definition = definition_of(application)
    rows = Evidence.objects.filter(uid=uid, is_draft=False).select_related("claim")
    piece = rows.filter(claim__in=_claim_rows(application, definition)).first()
    if piece is None:
        return None
    themes = {key_of(definition.slug, one): one.theme for one in definition.criteria}
    theme = themes.get((piece.claim.kind, piece.claim.key))
    return (piece, theme) if theme is not None else None


def inline_type(piece: Evidence) -> str:
    """The type that a piece is shown with beside an answer; nothing when it is only downloaded."""
    return SHOWN_INLINE.get(PurePath(piece.file.name or "").suffix.lower(), "")


def _claim_rows(application: LabelApplication, definition: Definition) -> Any:
    return sheet_claims(definition).filter(listing=application.listing_id)


def _claims(
    application: LabelApplication, definition: Definition, on: dt.date
) -> dict[tuple[str, str], Claim]:
    rows = told_on(_claim_rows(application, definition), on)
    return claims_by_key(rows.select_related("listing__page").prefetch_related("evidence"))


def _handovers(application: LabelApplication) -> list[Handover]:
    """What was handed in before what is judged, the last first."""
    judged = application.handover
    if judged is None:
        return []
    rows = Handover.objects.filter(
        assessment=judged.assessment_id, handed_at__lt=judged.handed_at
    ).defer("facts")
    return list(rows[:HANDOVERS_READ])


def _seen(application: LabelApplication) -> _Seen | None:
    rows = LabelEvent.objects.filter(application=application, name="ask").order_by("-position")
    data = rows.values_list("data", flat=True).first()
    if data is None or application.round == 1:
        return None
    return _Seen(data.get("handover") or "", frozenset(data.get("pieces", ())))


def answers_brought(application: LabelApplication) -> dict[int, list[str]]:
    """Round of a question → what differs since its answer, in French: one query."""
    rows = LabelEvent.objects.filter(application=application, name="answer")
    told = rows.order_by("position").values_list("data__round", "data__changes")
    return {now - 1: changes or [] for now, changes in told if now}


def _last_question(application: LabelApplication) -> frozenset[str]:
    question = Question.objects.filter(application=application).order_by("-asked_at", "-pk").first()
    return frozenset(question.criteria) if question else frozenset()


def _pieces(
    application: LabelApplication,
    claim: Claim | None,
    seen: _Seen | None,
    judged: frozenset[str],
) -> tuple[Piece, ...]:
    rows: Iterable[Evidence] = claim.evidence.all() if claim else ()
    return tuple(
        Piece(
            title=row.title,
            url=row.url or reverse("file_piece", args=[application.pk, row.uid]),
            is_inline=bool(row.file and inline_type(row)),
            is_external=bool(row.url),
            restriction="" if row.is_public else row.restriction_reason,
            expires_on=row.expires_on,
            is_new=seen is not None and str(row.uid) in judged - seen.pieces,
            is_outside=str(row.uid) not in judged,
        )
        for row in rows
        if not row.is_draft
    )


def _past(
    criterion: Criterion, given: dict[str, Any], handovers: list[Handover]
) -> tuple[Past, ...]:
    found, last = [], (given["value"], given["justification"])
    for handover in handovers:
        before = handover.answers.get(criterion.id)
        if before is None or (before["value"], before["justification"]) == last:
            continue
        last = (before["value"], before["justification"])
        found.append(
            Past(
                timezone.localdate(handover.handed_at),
                answer_words(criterion, before["value"]),
                before["justification"],
            )
        )
    return tuple(found)


def _is_new(
    criterion: Criterion, given: dict[str, Any], handovers: list[Handover], seen: _Seen | None
) -> bool:
    """Whether the answer differs from the one that the reviewer had when they asked."""
    if seen is None:
        return False
    before = next((one for one in handovers if str(one.uid) == seen.handover), None)
    if before is None:
        return False
    old = before.answers.get(criterion.id)
    words = ("value", "justification")
    return old is None or any(old[word] != given[word] for word in words)
