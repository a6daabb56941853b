"""The search page, the same search as data, and the suggestions of the search box."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from catalogue import pricing, statistics
from catalogue.cloud import BINDS
from catalogue.models import CataloguePage, Category
from catalogue.presentation import reference_configurations
from search import exports, fallback, ordering, presentation, services
from search.contract import CATEGORY_FACET, EngineUnavailable, Query, Results, Sort
from search.deadline import within
from search.empty_queries import count_empty_query
from search.facets import FACETS_BY_NAME
from search.forms import (
    Format,
    Labels,
    Problem,
    Search,
    clean,
    closed_labels,
    page_missing,
    page_past_the_end,
    read_search,
)

UNITS = (pricing.Metric.AGENT, pricing.Metric.INHABITANT)
ENGINE_SECONDS = 1.0
"""What one answer may ask of the engine, all its searches together.

Pages answer within 1.5 s whatever the engine does: the rest is for the database and the template.
"""
SUGGESTIONS_SECONDS = 0.5
"""Suggestions that come later than this are of no help to who types."""
DROPS = 5
"""How many filters are tried without, one by one, when nothing is found."""
MOST_COMPARED = 5
DATA_SECONDS = 60
SHORTEST_SUGGESTED = 2


@require_safe
@conditional_page
def search(request: HttpRequest) -> HttpResponseBase:
    """`/solutions/`: a page, or the same results as data when `format` says so."""
    labels = {**closed_labels(), **services.facet_labels()}
    asked = read_search(request.GET, labels)
    if asked.format is Format.HTML:
        response: HttpResponseBase = _page(request, asked, labels)
        patch_cache_control(response, private=True, no_cache=True)
    else:
        response = _data(request, asked, labels)
        if response.status_code == 200:
            patch_cache_control(response, public=True, max_age=DATA_SECONDS)
    return response


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Names that begin like what is being typed; nothing at all when the engine is down."""
    text = clean(request.GET.get("q", ""))[:80]
    lines = []
    if len(text) >= SHORTEST_SUGGESTED:
        try:
            with within(SUGGESTIONS_SECONDS):
                lines = list(services.autocomplete(text))
        except EngineUnavailable:
            # Browsers write any other status in red in their console; nobody is to keep this.
            response = JsonResponse({"suggestions": []})
            patch_cache_control(response, no_store=True)
            return response
    response = JsonResponse(
        {
            "suggestions": [
                {
                    "text": line.text,
                    "url": f"/solutions/{line.slug}/"
                    if line.slug
                    else presentation.address(Query(text=line.text)),
                }
                for line in lines
            ]
        }
    )
    patch_cache_control(response, public=True, max_age=DATA_SECONDS)
    return response


def _data(request: HttpRequest, asked: Search, labels: Labels) -> HttpResponseBase:
    if asked.errors:
        return exports.refuse(asked.format, asked.errors)

    def searching(query: Query) -> Results:
        results = services.search(query)
        if asked.format is Format.JSON:
            _count(request, results)
        return results

    try:
        # Until something is sent; the rest of a table takes the time that its reader does.
        with within(ENGINE_SECONDS):
            return exports.export(asked.format, asked.query, searching, services.scan, labels)
    except EngineUnavailable:
        return exports.unavailable(asked.format)


def _page(request: HttpRequest, asked: Search, labels: Labels) -> HttpResponse:
    query, problems = asked.query, list(asked.problems)
    with within(ENGINE_SECONDS):
        try:
            query, results = _first_page_if_past_the_end(query, problems)
        except EngineUnavailable:
            return _without_engine(request, query, problems, labels)
        ways = [] if results.total else _ways_out(query, labels)
    # With filters, it may be they that leave nothing: no word is missing.
    if not results.total and not query.filters and asked.query.page == 1:
        count_empty_query(text=query.text)
    pages = presentation.page_count(results, query)
    _count(request, results)
    return render(
        request,
        "search/search.html",
        {
            **_frame(query, problems, labels),
            "results": results,
            "pages": pages,
            "count": presentation.count_in_words(results.total),
            "words": presentation.search_in_words(query, labels, results.total),
            "words_after_count": presentation.words_after_count(query, labels),
            "order": ordering.order_in_words(query, results.total),
            "drawn": ordering.is_drawn(query),
            "groups": presentation.groups(query, results, labels, _mothers()),
            "cards": [presentation.card(hit, query.need) for hit in results.hits],
            "apart": presentation.apart(query, results),
            "ways": ways,
            "corrected": results.suggestion
            and presentation.address(replace(query, text=results.suggestion, page=1)),
        },
    )


def _count(request: HttpRequest, results: Results) -> None:
    """Count the sheets that this answer shows, for their companies' statistics."""
    shown = (hit.card["uid"] for hit in results.hits)
    statistics.count_shown(request, statistics.Kind.APPEARANCES, shown)


def _first_page_if_past_the_end(query: Query, problems: list[Problem]) -> tuple[Query, Results]:
    """What a query finds; for a page that does not exist the first one, and a problem that says so.

    Raises `EngineUnavailable`.
    """
    results = services.search(query)
    pages = presentation.page_count(results, query)
    if query.page <= pages:
        return query, results
    first = replace(query, page=1)
    results = services.search(first)
    problems.append(page_past_the_end(query.page, pages))
    return first, results


def _frame(query: Query, problems: list[Problem], labels: Labels) -> dict[str, Any]:
    """What the page shows whether the engine answers or not."""
    narrowed = bool(query.text or query.filters)
    quantities, months = _quantities()
    return {
        "query": query,
        "problems": problems,
        "narrowed": narrowed,
        "indexable": not narrowed and query == Query(page=query.page),
        "intro": None if narrowed or query.page > 1 else _intro(),
        "addresses": presentation.addresses(query),
        "removable": presentation.removable(query, labels),
        "sorts": ordering.sorts(query),
        "needs": ordering.needs(query, quantities),
        "months": months,
        "need_words": quantities.get(query.need.value, ""),
        "cloud_binds": BINDS,
        "most_compared": MOST_COMPARED,
    }


def _quantities() -> tuple[dict[str, str], int | None]:
    """Need → what totals are computed for in the units that most tariffs count, and the months."""
    rows = reference_configurations(timezone.localdate())
    found = {
        need: [row for metric in UNITS if (row := rows.get((metric, need)))]
        for need in pricing.Need
    }
    words = {
        need.value: _(" ou ").join(
            f"{pricing.number_fr(Decimal(row.quantity))}\N{NO-BREAK SPACE}{row.metric}s"
            for row in some
        )
        for need, some in found.items()
    }
    return words, next((row.months for some in found.values() for row in some), None)


def _intro() -> str:
    """The editors' introduction, on the plain page only."""
    return (
        CataloguePage.objects.live().order_by("path").values_list("intro", flat=True).first() or ""
    )


def _mothers() -> dict[str, str]:
    """Sub-category → category."""
    return dict(Category.objects.filter(parent__isnull=False).values_list("slug", "parent__slug"))


def _ways_out(query: Query, labels: Labels) -> list[presentation.Way]:
    """What to drop when nothing is found, with what each would find: a few searches, best first."""
    tries = [
        (
            _("Sans le filtre « %(facet)s »") % {"facet": FACETS_BY_NAME[name].label},
            replace(query, filters=presentation.without(query.filters, name), page=1),
        )
        for name in list(query.filters)[:DROPS]
    ]
    if query.text and query.filters:
        words = _("Sans les mots « %(text)s »") % {"text": query.text}
        tries.append((words, replace(query, text="", page=1)))
    tries += _broader(query, labels)
    ways = []
    for label, wider in tries:
        try:
            total = services.search(replace(wider, page_size=1, hits_only=True)).total
        except EngineUnavailable:
            break  # what was found so far is better than nothing, and than waiting for more
        if total:
            ways.append(presentation.Way(label, presentation.address(wider), total))
    return sorted(ways, key=lambda way: -way.count)


def _broader(query: Query, labels: Labels) -> list[tuple[str, Query]]:
    """The same search in the whole category, when sub-categories were chosen."""
    chosen = query.filters.get(CATEGORY_FACET, ())
    mothers = _mothers() if chosen else {}
    wider = tuple(dict.fromkeys(mothers.get(value, value) for value in chosen))
    if wider == chosen:
        return []
    names = ", ".join(presentation.label_of(CATEGORY_FACET, value, labels) for value in wider)
    filters = {**query.filters, CATEGORY_FACET: wider}
    return [
        (
            _("Dans toute la catégorie « %(name)s »") % {"name": names},
            replace(query, filters=filters, page=1),
        )
    ]


def _without_engine(
    request: HttpRequest, query: Query, problems: list[Problem], labels: Labels
) -> HttpResponse:
    """The page when the engine is down: says so, and finds names and categories in the database."""
    mothers = _mothers()
    found = fallback.sheets_named(query, labels, mothers)
    if query.page > 1 and not found.sheets:
        problems.append(page_missing(query.page))
        query = replace(query, page=1)
        found = fallback.sheets_named(query, labels, mothers)
    return render(
        request,
        "search/search.html",
        {
            **_frame(query, problems, labels),
            "indexable": False,
            "unavailable": True,
            "unapplied": " ; ".join(_unapplied(query, labels)),
            "groups": presentation.groups_without_counts(query, labels, mothers),
            "sheets": found.sheets,
            "more": found.more,
        },
    )


def _unapplied(query: Query, labels: Labels) -> list[str]:
    """What was asked for and the database cannot do, in words."""
    others = presentation.without(query.filters, CATEGORY_FACET)
    words = presentation.criteria_in_words(replace(query, filters=others), labels)
    if query.sort in (Sort.RELEVANCE, Sort.NAME):
        return words
    chosen = next(sort.label for sort in ordering.sorts(query) if sort.selected)
    return [*words, _("tri : %(sort)s") % {"sort": chosen}]
