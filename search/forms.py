"""From the parameters of an address to a `Query`: anything goes in, only valid searches come out.

Fields are the facets of `search.facets` and nothing else. What cannot be understood is dropped and
told as a `Problem`; whoever answers decides whether that is a notice (page) or an error (data).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from search.contract import Facet, Need, Query, Sort
from search.facets import FACETS

MAX_TEXT = 200
"""Characters of a search that are read: more is a pasted document, not a search."""
MAX_VALUES = 50
"""Values of one facet that are read; the longest vocabulary that people tick has fewer."""
MAX_PAGE = 1_000_000
MAX_SHOWN = 40
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_NUMBER = re.compile(r"[0-9]{1,40}")

Code = TypeVar("Code", bound=StrEnum)
Labels = Mapping[str, Mapping[str, str]]
"""Facet → value → French label. A facet that is absent takes any value."""


class Format(StrEnum):
    """What a search is answered as (`format`)."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"
    ATOM = "atom"


@dataclass(frozen=True)
class Problem:
    """A parameter that was not understood: what it said (shortened) and what it may say."""

    parameter: str
    value: str
    message: str
    allowed: tuple[str, ...] = ()
    fatal: bool = True

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Search:
    """What an address asks for: a valid query, the format of the answer, what was dropped."""

    query: Query
    format: Format = Format.HTML
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which data is refused rather than answered wrongly."""
        return tuple(problem for problem in self.problems if problem.fatal)


def read_search(parameters: QueryDict, labels: Labels) -> Search:
    """Read the parameters of design's « Search parameters »; never raises.

    `labels` holds the known values of each facet. Unknown parameters are ignored, empty values
    too; a parameter that has one value and is repeated counts by its last.
    """
    problems: list[Problem] = []
    text = clean(parameters.get("q", ""))
    if len(text) > MAX_TEXT:
        problems.append(_too_long(text))
        text = text[:MAX_TEXT].rstrip()
    filters: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        values = _values(facet, parameters.getlist(facet.name), labels, problems)
        if values:
            filters[facet.name] = values
    query = Query(
        text=text,
        filters=filters,
        need=_one_of(Need, "besoin", parameters, Need.MEDIUM, problems),
        sort=_one_of(Sort, "tri", parameters, Sort.RELEVANCE, problems),
        page=_page(parameters, problems),
    )
    wanted = _one_of(Format, "format", parameters, Format.HTML, problems)
    return Search(query, wanted, tuple(problems))


def clean(text: str) -> str:
    """Text that every engine, database and page can take: no control, no half character."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub(" ", text)).split())


def closed_labels() -> dict[str, dict[str, str]]:
    """Labels of the facets whose vocabulary is closed, in their own order."""
    return {
        facet.name: {choice.value: str(choice.label) for choice in facet.choices}
        for facet in FACETS
        if facet.choices is not None
    }


def page_past_the_end(page: int, pages: int) -> Problem:
    """The notice of a page that does not exist."""
    return Problem(
        "page",
        str(page),
        _("La page %(page)s n'existe pas (dernière page : %(pages)s). Voici la première.")
        % {"page": page, "pages": pages},
        fatal=False,
    )


def page_missing(page: int) -> Problem:
    """The notice of a page that does not exist when nobody knows how many there are."""
    return Problem(
        "page",
        str(page),
        _("La page %(page)s n'existe pas. Voici la première.") % {"page": page},
        fatal=False,
    )


def _values(
    facet: Facet, given: Sequence[str], labels: Labels, problems: list[Problem]
) -> tuple[str, ...]:
    values = list(dict.fromkeys(value for raw in given if (value := clean(raw))))
    known = labels.get(facet.name)
    kept = [value for value in values if known is None or value in known]
    # Told in full for the first few only: five hundred unknown values are one mistake.
    for value in [value for value in values if value not in kept][:3]:
        problems.append(_unknown(facet.name, str(facet.label), value, tuple(known or ())))
    return tuple(value[:MAX_TEXT] for value in kept[:MAX_VALUES])


def _one_of(
    codes: type[Code], name: str, parameters: QueryDict, default: Code, problems: list[Problem]
) -> Code:
    value = clean(parameters.get(name, ""))
    if not value:
        return default
    allowed = tuple(str(code) for code in codes)
    if value not in allowed:
        problems.append(_unknown(name, name, value, allowed))
        return default
    return codes(value)


def _page(parameters: QueryDict, problems: list[Problem]) -> int:
    value = clean(parameters.get("page", ""))
    if not value:
        return 1
    if not _NUMBER.fullmatch(value) or int(value) < 1:
        problems.append(_unknown("page", "page", value, ("1", "2", "…")))
        return 1
    return min(int(value), MAX_PAGE)


def _unknown(parameter: str, label: str, value: str, allowed: tuple[str, ...]) -> Problem:
    shown = value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…"
    message = _("La valeur « %(value)s » de « %(label)s » n'existe pas.")
    return Problem(parameter, shown, message % {"value": shown, "label": label}, allowed)


def _too_long(text: str) -> Problem:
    message = _("Votre recherche a été raccourcie à ses %(limit)d premiers caractères.")
    return Problem("q", text[:MAX_SHOWN], message % {"limit": MAX_TEXT}, fatal=False)
