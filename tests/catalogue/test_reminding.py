"""When something that waits is told again."""

import datetime as dt

import pytest

from catalogue.presentation import is_stale
from catalogue.reminding import (
    DRAFT_STEPS,
    PROOF_STEPS,
    STALE_STEPS,
    last_day_before,
    step_reached,
)

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("steps", "days", "step"),
    [
        (DRAFT_STEPS, 13, 0),
        (DRAFT_STEPS, 14, 1),
        (DRAFT_STEPS, 44, 1),
        (DRAFT_STEPS, 45, 2),
        (DRAFT_STEPS, 120, 3),
        (DRAFT_STEPS, 3000, 3),
        (PROOF_STEPS, 6, 0),
        (PROOF_STEPS, 7, 1),
        (PROOF_STEPS, 30, 2),
        (PROOF_STEPS, 90, 3),
        (STALE_STEPS, 334, 0),
        (STALE_STEPS, 335, 11),
        (STALE_STEPS, 366, 12),
        (STALE_STEPS, 547, 12),
        (STALE_STEPS, 548, 18),
        (DRAFT_STEPS, -1, 0),
    ],
)
def test_the_last_step_reached_counts(steps, days, step):
    assert step_reached(TODAY - dt.timedelta(days=days), TODAY, steps) == step


@pytest.mark.parametrize("step", STALE_STEPS)
def test_the_last_day_of_a_step_has_reached_it_and_the_next_has_not(step):
    day = last_day_before(TODAY, STALE_STEPS, step)
    assert step_reached(day, TODAY, STALE_STEPS) == step
    assert step_reached(day + dt.timedelta(days=1), TODAY, STALE_STEPS) != step


def test_the_step_of_twelve_months_comes_the_day_lists_mark_the_sheet():
    day = last_day_before(TODAY, STALE_STEPS, 12)
    assert is_stale(day, None, TODAY)
    assert not is_stale(day + dt.timedelta(days=1), None, TODAY)
