"""When an answer is due, to whom, and what a wait does to it: pure rules at a date.

Two clocks run on an application. The internal one stops whenever the vendor has the ball; the legal
one, after which silence is a decision, for missing pieces alone (CRPA, article L114-5).
"""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass, replace

import holidays

from labelling.rules import Rules


@dataclass(frozen=True)
class Clocks:
    """The last day of each, that day included."""

    due_on: dt.date
    silence_on: dt.date


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def begin(received_on: dt.date, rules: Rules) -> Clocks:
    """The clocks of an application received complete on a day."""
    return Clocks(
        received_on + dt.timedelta(days=rules.review_days),
        add_months(received_on, rules.silence_months),
    )


def resume(
    clocks: Clocks, *, stopped_on: dt.date, resumed_on: dt.date, missing_pieces: bool
) -> Clocks:
    """The clocks once the vendor has answered: later by as many days as it took.

    A silence that was a decision before the clock stopped stays one.
    """
    waited = resumed_on - stopped_on
    moved = replace(clocks, due_on=clocks.due_on + waited)
    if not missing_pieces or stopped_on > clocks.silence_on:
        return moved
    return replace(moved, silence_on=clocks.silence_on + waited)


def notified_on(
    made_on: dt.date, opened_on: dt.date | None, deemed_days: int, on: dt.date
) -> dt.date | None:
    """The day that a letter counts as notified, None when it does not yet on a day.

    That of its first opening, or the one that the label says when nobody opened it.
    """
    deemed = made_on + dt.timedelta(days=deemed_days)
    if opened_on is not None:
        return min(opened_on, deemed)
    return deemed if deemed <= on else None


def appeal_until(notified: dt.date, months: int) -> dt.date:
    """The last day to appeal: neither the first nor the last of the delay counts.

    Past a Saturday, a Sunday and a public holiday it goes on to the next working day, as délais francs
    do (rule of article 642 of the Code de procédure civile, which the administrative judge follows).
    """
    last = add_months(notified, months) + dt.timedelta(days=1)
    france = holidays.country_holidays("FR")
    while not france.is_working_day(last):
        last += dt.timedelta(days=1)
    return last


def warning_due(
    until: dt.date, warn_days: tuple[int, ...], told: int | None, on: dt.date
) -> int | None:
    """Which warning of a deadline is to be sent on a day: the closest one reached and not sent.

    :param told: the last that was sent, in days before; None for none.
    Returns None when none is due, or the deadline is over.
    """
    left = (until - on).days
    reached = [days for days in warn_days if left <= days]
    if left < 0 or not reached:
        return None
    closest = min(reached)
    return closest if told is None or closest < told else None
