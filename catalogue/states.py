"""The state of a sheet as its vendor sees it, and what may be done in each: pure tables.

Nothing stores a state: it is derived at the moment of reading from what Wagtail and the `Listing`
row know (docs/decisions/0001).
"""

from collections.abc import Mapping
from enum import StrEnum


class Review(StrEnum):
    """Where moderation stands, by Wagtail's own codes; none when nothing was handed in."""

    NONE = ""
    IN_PROGRESS = "in_progress"
    NEEDS_CHANGES = "needs_changes"


class SheetState(StrEnum):
    """States, from the most to the least pressing for the vendor."""

    TAKEN_DOWN = "retiree"
    RETURNED = "a-completer"
    LIVE_RETURNED = "en-ligne-a-completer"
    STALE = "perimee"
    DRAFT = "brouillon"
    LIVE_DRAFT = "en-ligne-brouillon"
    REVIEW = "examen"
    LIVE_REVIEW = "en-ligne-examen"
    LIVE = "en-ligne"
    ARCHIVED = "archivee"
    ARCHIVED_BY_STAFF = "archivee-par-la-mission"


class Action(StrEnum):
    """What a member of the company may do with a sheet."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    ARCHIVE = "archive"
    RESTORE = "restore"
    TRANSFER = "transfer"


STATE_LABELS: Mapping[SheetState, str] = {
    SheetState.DRAFT: "Brouillon",
    SheetState.REVIEW: "En cours d'examen",
    SheetState.RETURNED: "À compléter",
    SheetState.LIVE: "En ligne",
    SheetState.LIVE_REVIEW: "En ligne, modification en cours d'examen",
    SheetState.LIVE_RETURNED: "En ligne, modification à compléter",
    SheetState.LIVE_DRAFT: "En ligne, modification non remise",
    SheetState.STALE: "En ligne, à confirmer",
    SheetState.TAKEN_DOWN: "Retirée par la mission LABEL",
    SheetState.ARCHIVED: "Archivée",
    SheetState.ARCHIVED_BY_STAFF: "Archivée par la mission LABEL",
}

_WRITING = frozenset({Action.EDIT, Action.SUBMIT, Action.ARCHIVE, Action.TRANSFER})
_KEEPING = frozenset({Action.EDIT, Action.CONFIRM, Action.ARCHIVE, Action.TRANSFER})
ACTIONS: Mapping[SheetState, frozenset[Action]] = {
    SheetState.DRAFT: _WRITING,
    SheetState.RETURNED: _WRITING,
    # Corrected and handed in again, it comes back once a moderator approves it.
    SheetState.TAKEN_DOWN: _WRITING,
    # A sheet under review is left as it was handed in: withdraw first.
    SheetState.REVIEW: frozenset({Action.WITHDRAW}),
    SheetState.LIVE: _KEEPING,
    SheetState.STALE: _KEEPING,
    SheetState.LIVE_DRAFT: _WRITING | _KEEPING,
    SheetState.LIVE_RETURNED: _WRITING | _KEEPING,
    SheetState.LIVE_REVIEW: frozenset({Action.WITHDRAW, Action.CONFIRM}),
    SheetState.ARCHIVED: frozenset({Action.RESTORE, Action.TRANSFER}),
    SheetState.ARCHIVED_BY_STAFF: frozenset(),
}
"""What is possible in each state; the rest is refused."""


def sheet_state(
    *,
    live: bool,
    review: Review,
    archived: bool,
    changed: bool,
    stale: bool,
    by_staff: bool = False,
    taken_down: bool = False,
) -> SheetState:
    """Return the state of a sheet.

    :param live: whether the public sees it.
    :param review: where moderation stands.
    :param archived: whether it was withdrawn from the catalogue: that hides all the rest.
    :param changed: whether the draft differs from what the public sees.
    :param stale: whether nobody confirmed a live sheet for too long; a draft or a review under way
        comes first, since publishing it confirms the sheet.
    :param by_staff: whether it was mission LABEL that archived it.
    :param taken_down: whether mission LABEL hid it and nobody lifted that yet.
    """
    if archived:
        return SheetState.ARCHIVED_BY_STAFF if by_staff else SheetState.ARCHIVED
    if review is Review.IN_PROGRESS:
        return SheetState.LIVE_REVIEW if live else SheetState.REVIEW
    if review is Review.NEEDS_CHANGES:
        return SheetState.LIVE_RETURNED if live else SheetState.RETURNED
    if not live:
        return SheetState.TAKEN_DOWN if taken_down else SheetState.DRAFT
    if changed:
        return SheetState.LIVE_DRAFT
    return SheetState.STALE if stale else SheetState.LIVE
