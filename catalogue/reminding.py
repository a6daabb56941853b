"""When something that waits is told again: pure rules on dates.

A step counts once reached; only the last one reached matters, so that whoever was away gets one
reminder, not three. After the last step: silence.
"""

import datetime as dt
from collections.abc import Mapping

FRESH_DAYS = 365
"""How long a sheet that was confirmed or published is taken as accurate."""
DRAFT_STEPS: Mapping[int, int] = {1: 14, 2: 45, 3: 120}
"""Step and its number of days: a sheet that nobody touched and that was never handed in."""
PROOF_STEPS: Mapping[int, int] = {1: 7, 2: 30, 3: 90}
"""The same for a company that has not proved who may act for it, or what a sheet says."""
STALE_STEPS: Mapping[int, int] = {11: 335, 12: FRESH_DAYS + 1, 18: 548}
"""The same for a live sheet that nobody confirms; steps are months (design/labelling.md §1).

Twelve is the day on which lists mark it; from eighteen mission LABEL may take it down.
"""
UNCONFIRMED = 18
QUIET = dt.timedelta(days=7)
"""Nobody gets two reminders within that."""


def step_reached(since: dt.date, today: dt.date, steps: Mapping[int, int]) -> int:
    """Return the last step reached, 0 before the first.

    :param since: day from which it waits.
    :param steps: number of days of each step, which all differ.
    """
    waited = (today - since).days
    return max((step for step, days in steps.items() if days <= waited), default=0)


def last_day_before(today: dt.date, steps: Mapping[int, int], step: int) -> dt.date:
    """Return the last day such that what waits since then has reached that step today."""
    return today - dt.timedelta(days=steps[step])
