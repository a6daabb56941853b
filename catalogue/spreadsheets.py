"""Tables for spreadsheets: what they must not run, and lines as they open them."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written to it, so that `csv` can be streamed."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: object) -> str:
    """A value as the text of a CSV cell, which no spreadsheet runs as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as a French spreadsheet opens them by double-click, one line at a time.

    Semicolons, and the mark (BOM) by which it recognises UTF-8; no cell is run as a formula.
    """
    writer = csv.writer(_Echo(), delimiter=";")
    for number, row in enumerate(rows):
        line: str = writer.writerow([safe_cell(cell) for cell in row])
        yield line if number else f"\ufeff{line}"
