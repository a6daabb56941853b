"""When a vendor may expect an answer: working days in metropolitan France."""

import datetime as dt

import holidays

WORKING_DAYS = 10
"""Time that mission LABEL gives itself to moderate a sheet (design of the first stage)."""


def answer_due_on(submitted_on: dt.date, days: int = WORKING_DAYS) -> dt.date:
    """Return the last of so many working days after a day, which does not count itself.

    Saturdays, Sundays and public holidays (article L3133-1 of the Code du travail) are left out.
    """
    return holidays.country_holidays("FR").get_nth_working_day(submitted_on, days)
