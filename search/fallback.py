"""What the search page finds without its engine: names and categories, in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from catalogue.models import SolutionPage
from search.analysis import Word, analyse, parse
from search.contract import CATEGORY_FACET, PAGE_SIZE, Query
from search.forms import Labels

MOST_WORDS = 5
"""Words looked up, each at the price of reading every name."""


@dataclass(frozen=True)
class Found:
    """One page of sheets by name, and whether another one follows."""

    sheets: list[SolutionPage]
    more: bool


def sheets_named(query: Query, labels: Labels, mothers: Mapping[str, str]) -> Found:
    """Published sheets that have every word in their name or a category, in one database query.

    Of the filters the category is heeded, of the sorts none. `mothers` maps a sub-category to
    its category.
    """
    sheets = SolutionPage.objects.live().filter(listing__archived_at__isnull=True)
    for word in _words(query.text):
        named = Q(title__icontains=word.surface)
        slugs = _categories_named(word, labels)
        sheets = sheets.filter(named | Q(pk__in=_standing_in(slugs)) if slugs else named)
    if chosen := query.filters.get(CATEGORY_FACET):
        family = {*chosen, *(child for child, mother in mothers.items() if mother in chosen)}
        sheets = sheets.filter(pk__in=_standing_in(family))
    start = (query.page - 1) * PAGE_SIZE
    # Whole sheets are wide, and all of them are sorted.
    columns = sheets.select_related("listing__vendor").only(
        "title", "slug", "summary", "listing__vendor__name"
    )
    rows = list(columns.order_by("title", "pk")[start : start + PAGE_SIZE + 1])
    return Found(rows[:PAGE_SIZE], more=len(rows) > PAGE_SIZE)


def _words(text: str) -> list[Word]:
    """The words that tell something; all of them when none does."""
    parsed = parse(text)
    words = [*parsed.terms, *(word for phrase in parsed.phrases for word in phrase)]
    return ([word for word in words if word.stem] or words)[:MOST_WORDS]


def _categories_named(word: Word, labels: Labels) -> set[str]:
    """Categories that have a word, whatever its plural and accents, or a longer one."""
    start = word.stem or word.folded
    return {
        slug
        for slug, name in labels.get(CATEGORY_FACET, {}).items()
        if any(stem.startswith(start) for stem in analyse(name))
    }


def _standing_in(slugs: set[str]) -> QuerySet[Any]:
    through = SolutionPage.categories.through
    return through.objects.filter(category__slug__in=slugs).values("solutionpage")
