"""Official lists as CSV files: reading one strictly, and writing those that the repository ships."""

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from catalogue.cloud import adequacy_decisions
from catalogue.countries import country_names
from catalogue.licences import known_licences, listed_licences
from catalogue.models import OfficialEntry, OfficialList
from catalogue.official import ACCEPTED, REFUSED

MAX_CHARACTERS = 1_000_000
MAX_ROWS = 5_000
_MAX_ERRORS = 50
SERVICE_TYPES = ("iaas", "paas", "caas", "saas")
_COMMON = ("code", "label", "valid_from", "valid_to", "legal_reference", "source_url")
_OWN = {
    OfficialList.SECNUMCLOUD: ("provider", "service_type", "version"),
    OfficialList.ADEQUACY: ("scope",),
    OfficialList.LICENCES: ("status",),
}
_REQUIRED = {
    OfficialList.SECNUMCLOUD: ("code", "label", "provider", "service_type"),
    OfficialList.ADEQUACY: ("code", "label"),
    OfficialList.LICENCES: ("code", "label", "status"),
}
_LONGEST = {
    **{
        column.name: column.max_length
        for column in OfficialEntry._meta.concrete_fields
        if column.max_length and column.name in _COMMON
    },
    **dict.fromkeys(("provider", "version", "scope"), 300),
}
_DATES = ("%Y-%m-%d", "%d/%m/%Y")
_is_url = URLValidator(schemes=["http", "https"])


class InvalidList(ValidationError):
    """A list that is not imported: its messages say all that is wrong, line by line."""


@dataclass(frozen=True)
class Row:
    """A line of a file; without `valid_from`, it goes on as it is listed, or begins with the list."""

    line: int
    code: str
    label: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    legal_reference: str = ""
    source_url: str = ""
    detail: dict[str, str] = field(default_factory=dict)


def decoded(data: bytes) -> str:
    """The text of a file, its line ends made alike. Raises `InvalidList` unless it is UTF-8."""
    try:
        return with_plain_ends(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidList(
            [_("Ce fichier n'est pas en UTF-8 : enregistrez-le en « CSV UTF-8 ».")]
        ) from error


def with_plain_ends(text: str) -> str:
    """The same text however a browser or a spreadsheet ends its lines: it has one fingerprint."""
    return "\n".join(text.removeprefix("\ufeff").splitlines()).strip() + "\n"


def columns_of(name: str) -> tuple[str, ...]:
    """Columns that the file of a list may have."""
    return (*_COMMON, *_OWN[OfficialList(name)])


def required_of(name: str) -> tuple[str, ...]:
    """Columns that every line of the file of a list fills."""
    return _REQUIRED[OfficialList(name)]


def read_rows(name: str, text: str, dated_on: dt.date) -> list[Row]:
    """Read the CSV text of a whole list: `;` or `,`, a first line of column names.

    :param dated_on: day of the list; a line that is over by then says when it began.
    :raises InvalidList: with every error at once, each with its line and column.
    """
    if len(text) > MAX_CHARACTERS or "\x00" in text:
        raise InvalidList([_("Ce fichier n'est pas une liste en texte CSV, ou il est trop gros.")])
    lines = list(_lines(text))
    header = [cell.casefold().replace(" ", "_") for cell in lines[0][1]] if lines else []
    problems = _header_problems(name, header)
    if problems:
        raise InvalidList(problems)
    if not 1 < len(lines) <= MAX_ROWS + 1:
        raise InvalidList([_("La liste doit compter de 1 à %(most)d lignes.") % {"most": MAX_ROWS}])
    rows: list[Row] = []
    for line, cells in lines[1:]:
        if len(cells) > len(header):
            problems.append(_("Ligne %(line)d : plus de cases que de colonnes.") % {"line": line})
            continue
        cells += [""] * (len(header) - len(cells))
        reader = _Line(name, line, dict(zip(header, cells, strict=True)), dated_on)
        rows.append(reader.row())
        problems += reader.problems
    problems += _overlaps(rows)
    if problems:
        raise InvalidList(_shortened(problems))
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of the lines that are not empty."""
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") else ",", strict=True
    )
    try:
        for cells in reader:
            cleaned = [" ".join(unicodedata.normalize("NFC", cell).split()) for cell in cells]
            if any(cleaned):
                yield reader.line_num, cleaned
    except csv.Error as error:
        raise InvalidList(
            [
                _("Ligne %(line)d : elle ne se lit pas comme du CSV (guillemets ?).")
                % {"line": reader.line_num}
            ]
        ) from error


def _header_problems(name: str, header: list[str]) -> list[str]:
    if not header:
        return [_("Le fichier est vide.")]
    known, wanted = columns_of(name), required_of(name)
    words = {"known": ", ".join(known), "wanted": ", ".join(wanted)}
    problems = [
        _("Ligne 1 : colonne « %(column)s » manquante (obligatoires : %(wanted)s).")
        % {"column": column, **words}
        for column in wanted
        if column not in header
    ]
    problems += [
        _("Ligne 1 : colonne « %(column)s » inconnue (possibles : %(known)s).")
        % {"column": column[:40], **words}
        for column in header
        if column not in known
    ]
    problems += [
        _("Ligne 1 : colonne « %(column)s » présente deux fois.") % {"column": column}
        for column in sorted({column for column in header if header.count(column) > 1})
    ]
    return problems


class _Line:
    """One line being read: its cells, and what is wrong with them."""

    def __init__(self, name: str, line: int, cells: dict[str, str], dated_on: dt.date) -> None:
        self.problems: list[str] = []
        self._list, self._line, self._cells, self._dated_on = name, line, cells, dated_on

    def row(self) -> Row:
        """The line as read; worthless when there are problems."""
        for column in required_of(self._list):
            if not self._cells.get(column):
                self._refuse(column, _("à remplir"))
        for column, longest in _LONGEST.items():
            if len(self._cells.get(column, "")) > longest:
                self._refuse(column, _("%(most)d caractères au plus") % {"most": longest})
        self._code()
        self._url()
        begins, ends = self._day("valid_from"), self._day("valid_to")
        self._period(begins, ends)
        return Row(
            line=self._line,
            code=self._cells.get("code", ""),
            label=self._cells.get("label", ""),
            valid_from=begins,
            valid_to=ends,
            legal_reference=self._cells.get("legal_reference", ""),
            source_url=self._cells.get("source_url", ""),
            detail=self._detail(),
        )

    def _refuse(self, column: str, why: str) -> None:
        self.problems.append(
            _("Ligne %(line)d, colonne %(column)s : %(why)s.")
            % {"line": self._line, "column": column, "why": why}
        )

    def _code(self) -> None:
        code = self._cells.get("code", "")
        if code and self._list == OfficialList.ADEQUACY and code not in country_names():
            self._refuse("code", _("« %s » n'est pas le code ISO d'un pays connu") % code[:40])
        if code and self._list == OfficialList.LICENCES and code not in known_licences():
            self._refuse("code", _("« %s » n'est pas un identifiant SPDX") % code[:40])

    def _url(self) -> None:
        try:
            _is_url(self._cells.get("source_url") or "https://exemple.fr")
        except ValidationError:
            self._refuse("source_url", _("donnez une adresse complète, en https://"))

    def _day(self, column: str) -> dt.date | None:
        cell = self._cells.get(column, "")
        for pattern in _DATES if cell else ():
            try:
                return dt.datetime.strptime(cell, pattern).date()
            except ValueError:
                continue
        if cell:
            why = _("« %s » n'est pas une date (AAAA-MM-JJ ou JJ/MM/AAAA)") % cell[:40]
            self._refuse(column, why)
        return None

    def _period(self, begins: dt.date | None, ends: dt.date | None) -> None:
        if ends and begins and ends < begins:
            self._refuse("valid_to", _("la fin précède le début"))
        elif ends and not begins and ends < self._dated_on:
            self._refuse("valid_from", _("à remplir pour une ligne déjà terminée"))

    def _detail(self) -> dict[str, str]:
        detail = {name: self._cells.get(name, "") for name in _OWN[OfficialList(self._list)]}
        for column, allowed in (("service_type", SERVICE_TYPES), ("status", (ACCEPTED, REFUSED))):
            if detail.get(column):
                detail[column] = detail[column].casefold()
                if detail[column] not in allowed:
                    self._refuse(column, _("une valeur parmi %s") % ", ".join(allowed))
        return {name: value for name, value in detail.items() if value}


def _overlaps(rows: Iterable[Row]) -> Iterator[str]:
    """Lines of one code whose periods share a day: the list would say two things of that day."""
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    for same in by_code.values():
        same.sort(key=lambda row: row.valid_from or dt.date.min)
        for before, after in pairwise(same):
            if before.valid_to is None or (after.valid_from or dt.date.min) <= before.valid_to:
                yield _(
                    "Ligne %(line)d, colonne code : « %(code)s » est déjà à la ligne %(other)d pour "
                    "la même période."
                ) % {"line": after.line, "code": after.code[:40], "other": before.line}


def _shortened(problems: list[str]) -> list[str]:
    more = len(problems) - _MAX_ERRORS
    if more <= 0:
        return problems
    return [*problems[:_MAX_ERRORS], _("Et %(count)d autres erreurs.") % {"count": more}]


def shipped(name: str, today: dt.date) -> tuple[str, dt.date]:
    """The list that the repository holds, as CSV text, and the day it was read at its source.

    :raises KeyError: the repository ships no such list.
    """
    rows, read_on = {
        OfficialList.ADEQUACY: _shipped_countries,
        OfficialList.LICENCES: _shipped_licences,
    }[OfficialList(name)]()
    text = io.StringIO()
    writer = csv.DictWriter(text, columns_of(name), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue(), min(read_on, today)


def _shipped_countries() -> tuple[list[dict[str, Any]], dt.date]:
    decisions = adequacy_decisions()
    names = country_names()
    known = set(columns_of(OfficialList.ADEQUACY))
    rows = [
        {"label": names[row["code"]], **{key: row[key] for key in row if key in known}}
        for row in decisions
    ]
    return rows, max(row["verified_on"] for row in decisions)


def _shipped_licences() -> tuple[list[dict[str, Any]], dt.date]:
    licences = listed_licences()
    rows = [
        {
            "code": row.code,
            "label": row.code,
            "legal_reference": row.source,
            "status": ACCEPTED if row.accepted else REFUSED,
        }
        for row in licences
    ]
    return rows, max(row.read_on for row in licences)
