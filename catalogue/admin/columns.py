"""Columns of the admin's lists."""

import datetime as dt
from typing import Any

from wagtail.admin.ui.tables import Column


def day_column(name: str, label: Any) -> Column:
    """A day as such: Wagtail's own column says how long ago it was, of days to come as well."""

    def words(row: Any) -> str:
        day: dt.date | None = getattr(row, name)
        return f"{day:%d/%m/%Y}" if day else "–"

    return Column(name, label=label, accessor=words, sort_key=name)
