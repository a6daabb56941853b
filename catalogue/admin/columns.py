"""Columns of the admin's lists."""

import datetime as dt
from typing import Any

from wagtail.admin.ui.tables import Column


def day_of(day: dt.date | None) -> str:
    """A day as a table says it; a dash for none."""
    return f"{day:%d/%m/%Y}" if day else "–"


def day_column(name: str, label: Any) -> Column:
    """A day as such: Wagtail's own column says how long ago it was, of days to come as well."""

    return Column(name, label=label, accessor=lambda row: day_of(getattr(row, name)), sort_key=name)
