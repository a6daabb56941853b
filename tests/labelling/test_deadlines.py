"""Clocks of an application, at dates that are easy to get wrong."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.deadlines import (
    Clocks,
    add_months,
    appeal_until,
    begin,
    notified_on,
    resume,
    warning_due,
)
from labelling.rules import Rules, SilenceEffect, rules_from

RULES = Rules(
    label="Label d'essai",
    service="Mission LABEL",
    decided_by="La responsable",
    validity_months=24,
    review_days=60,
    answer_days=30,
    warn_days=(10, 3),
    silence_months=2,
    silence_effect=SilenceEffect.REJECTION,
    legal_basis="CRPA, article L231-4",
    deemed_days=15,
    appeal_months=2,
    notice_days=15,
    reservation_days=90,
    withdrawal_months=4,
    remedies="Recours.",
)
days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


def test_rules_are_read_back_as_they_were_stored():
    assert rules_from(RULES.as_json()) == RULES


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
        (dt.date(2026, 11, 22), 24, dt.date(2028, 11, 22)),
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
    ],
)
def test_a_month_ends_on_its_last_day_when_it_has_no_such_day(day, months, later):
    assert add_months(day, months) == later


def test_both_clocks_begin_on_the_day_of_receipt():
    clocks = begin(dt.date(2026, 11, 22), RULES)
    assert clocks == Clocks(dt.date(2027, 1, 21), dt.date(2027, 1, 22))


def test_a_question_moves_the_internal_date_alone():
    clocks = Clocks(dt.date(2027, 1, 21), dt.date(2027, 1, 22))
    moved = resume(
        clocks,
        stopped_on=dt.date(2026, 12, 1),
        resumed_on=dt.date(2026, 12, 11),
        missing_pieces=False,
    )
    assert moved == Clocks(dt.date(2027, 1, 31), dt.date(2027, 1, 22))


@given(days, st.integers(0, 400))
def test_missing_pieces_move_both_by_as_long_as_they_lacked(day, waited):
    clocks = begin(day, RULES)
    resumed_on = day + dt.timedelta(days=waited)
    moved = resume(clocks, stopped_on=day, resumed_on=resumed_on, missing_pieces=True)
    assert moved.due_on - clocks.due_on == moved.silence_on - clocks.silence_on
    assert (moved.due_on - clocks.due_on).days == waited


def test_a_silence_that_was_a_decision_is_not_undone_by_a_question():
    clocks = Clocks(dt.date(2026, 2, 1), dt.date(2026, 3, 1))
    moved = resume(
        clocks,
        stopped_on=dt.date(2026, 3, 10),
        resumed_on=dt.date(2026, 3, 20),
        missing_pieces=True,
    )
    assert moved.silence_on == clocks.silence_on


def test_a_letter_is_notified_when_it_is_opened_or_after_the_days_of_the_label():
    made = dt.date(2026, 11, 1)
    assert notified_on(made, dt.date(2026, 11, 4), 15, dt.date(2026, 11, 5)) == dt.date(2026, 11, 4)
    assert notified_on(made, None, 15, dt.date(2026, 11, 15)) is None
    assert notified_on(made, None, 15, dt.date(2026, 11, 16)) == dt.date(2026, 11, 16)
    # Opened after that day, it was notified already.
    assert notified_on(made, dt.date(2026, 12, 9), 15, dt.date(2026, 12, 9)) == dt.date(
        2026, 11, 16
    )


def test_neither_the_first_nor_the_last_day_counts_in_the_delay_to_appeal():
    assert appeal_until(dt.date(2026, 11, 17), 2) == dt.date(2027, 1, 18)


@pytest.mark.parametrize(
    ("notified", "last"),
    [
        (dt.date(2026, 11, 9), dt.date(2027, 1, 11)),  # not Sunday the 10th
        (dt.date(2026, 10, 31), dt.date(2027, 1, 4)),  # not the first of January, nor the weekend
    ],
)
def test_the_delay_to_appeal_ends_on_a_working_day(notified, last):
    assert appeal_until(notified, 2) == last


def test_each_warning_is_due_once_and_only_the_closest_after_missed_days():
    until, warn = dt.date(2026, 12, 22), (10, 3)
    assert warning_due(until, warn, None, dt.date(2026, 12, 11)) is None
    assert warning_due(until, warn, None, dt.date(2026, 12, 12)) == 10
    assert warning_due(until, warn, 10, dt.date(2026, 12, 13)) is None
    assert warning_due(until, warn, 10, dt.date(2026, 12, 19)) == 3
    assert warning_due(until, warn, None, dt.date(2026, 12, 20)) == 3
    assert warning_due(until, warn, 3, dt.date(2026, 12, 21)) is None
    assert warning_due(until, warn, None, dt.date(2026, 12, 23)) is None
