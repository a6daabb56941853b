"""The state of a sheet, and what may be done in each: every combination."""

import itertools

import pytest

from catalogue.states import ACTIONS, STATE_LABELS, Action, Review, SheetState, sheet_state

TABLE = [
    # live, review, archived, changed, stale → state
    (False, "", False, True, False, "brouillon"),
    (False, "", False, False, True, "brouillon"),
    (False, "in_progress", False, True, False, "examen"),
    (False, "needs_changes", False, True, False, "a-completer"),
    (True, "", False, False, False, "en-ligne"),
    (True, "", False, False, True, "perimee"),
    (True, "", False, True, False, "en-ligne-brouillon"),
    (True, "", False, True, True, "en-ligne-brouillon"),
    (True, "in_progress", False, True, False, "en-ligne-examen"),
    (True, "in_progress", False, True, True, "en-ligne-examen"),
    (True, "needs_changes", False, True, False, "en-ligne-a-completer"),
    (True, "", True, False, False, "archivee"),
    (True, "needs_changes", True, True, True, "archivee"),
    (False, "in_progress", True, True, False, "archivee"),
]


@pytest.mark.parametrize(("live", "review", "archived", "changed", "stale", "state"), TABLE)
def test_a_state_follows_from_what_is_known(live, review, archived, changed, stale, state):
    found = sheet_state(
        live=live, review=Review(review), archived=archived, changed=changed, stale=stale
    )
    assert found == state


def test_every_combination_has_a_state_a_label_and_something_to_do():
    flags = (False, True)
    for live, review, archived, changed, stale in itertools.product(
        flags, Review, flags, flags, flags
    ):
        state = sheet_state(
            live=live, review=review, archived=archived, changed=changed, stale=stale
        )
        assert STATE_LABELS[state]
        assert ACTIONS[state]
        assert (Action.CONFIRM in ACTIONS[state]) <= live


@pytest.mark.parametrize("state", [SheetState.REVIEW, SheetState.LIVE_REVIEW])
def test_what_is_under_review_is_neither_edited_nor_handed_in_again(state):
    assert not ACTIONS[state] & {Action.EDIT, Action.SUBMIT, Action.ARCHIVE, Action.TRANSFER}
    assert Action.WITHDRAW in ACTIONS[state]


def test_an_archived_sheet_is_only_restored_or_handed_over():
    assert ACTIONS[SheetState.ARCHIVED] == {Action.RESTORE, Action.TRANSFER}
