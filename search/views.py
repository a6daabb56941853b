"""The search page, the same search as data, and the suggestions of the search box."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from catalogue import pricing
from catalogue.cloud import BINDS
from catalogue.models import CataloguePage, Category, SolutionPage
from catalogue.presentation import reference_configurations
from search import exports, ordering, presentation, services
from search.contract import CATEGORY_FACET, EngineUnavailable, Query
from search.facets import FACETS_BY_NAME
from search.forms import (
    Format,
    Labels,
    Problem,
    Search,
    clean,
    closed_labels,
    page_past_the_end,
    read_search,
)

UNITS = (pricing.Metric.AGENT, pricing.Metric.INHABITANT)
FALLBACK_SHEETS = 20
DROPS = 5
"""How many filters are tried without, one by one, when nothing is found."""
MOST_COMPARED = 5
DATA_SECONDS = 60
SHORTEST_SUGGESTED = 2


@require_safe
@conditional_page
def search(request: HttpRequest) -> HttpResponse:
    """`/solutions/`: a page, or the same results as data when `format` says so."""
    labels = {**closed_labels(), **services.facet_labels()}
    asked = read_search(request.GET, labels)
    if asked.format is Format.HTML:
        response = _page(request, asked, labels)
        patch_cache_control(response, private=True, no_cache=True)
    else:
        response = _data(asked, labels)
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
            lines = list(services.autocomplete(text))
        except EngineUnavailable:
            return JsonResponse({"suggestions": []}, status=503)
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


def _data(asked: Search, labels: Labels) -> HttpResponse:
    if asked.errors:
        return exports.refuse(asked.format, asked.errors)
    try:
        return exports.export(asked.format, asked.query, services.search, labels)
    except EngineUnavailable:
        return exports.unavailable(asked.format)


def _page(request: HttpRequest, asked: Search, labels: Labels) -> HttpResponse:
    query, problems = asked.query, list(asked.problems)
    try:
        results = services.search(query)
        pages = presentation.page_count(results, query)
        if query.page > pages:
            problems.append(page_past_the_end(query.page, pages))
            query = replace(query, page=1)
            results = services.search(query)
        ways = [] if results.total else _ways_out(query, labels)
    except EngineUnavailable:
        return _without_engine(request, query, problems, labels)
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
        "criteria": ", ".join(presentation.criteria_in_words(query, labels)),
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
    ways = [
        presentation.Way(label, presentation.address(wider), total)
        for label, wider in tries
        if (total := services.search(replace(wider, page_size=1, hits_only=True)).total)
    ]
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
    return render(
        request,
        "search/search.html",
        {
            **_frame(query, problems, labels),
            "unavailable": True,
            "sheets": _sheets_named(query.text),
        },
    )


def _sheets_named(text: str) -> QuerySet[SolutionPage]:
    sheets = SolutionPage.objects.live().filter(listing__archived_at__isnull=True)
    for word in text.split()[:5]:
        sheets = sheets.filter(Q(title__icontains=word) | Q(categories__name__icontains=word))
    return sheets.select_related("listing__vendor").order_by("title").distinct()[:FALLBACK_SHEETS]
