"""Ten working days in France, by hand from a calendar."""

import datetime as dt

import pytest

from catalogue.due_dates import answer_due_on


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 12, 7)),  # a Monday, no holiday on the way
        (dt.date(2026, 11, 21), dt.date(2026, 12, 4)),  # a Saturday counts like the Friday before
        (dt.date(2026, 12, 18), dt.date(2027, 1, 5)),  # Christmas and New Year's Day are Fridays
        (dt.date(2027, 4, 30), dt.date(2027, 5, 18)),  # Ascension Day, then the Monday of Pentecost
        (dt.date(2026, 11, 10), dt.date(2026, 11, 25)),  # Armistice Day
    ],
)
def test_weekends_and_public_holidays_do_not_count(submitted, due):
    assert answer_due_on(submitted) == due
