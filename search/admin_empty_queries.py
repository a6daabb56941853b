"""« Recherches sans résultat » in Wagtail's admin: the words that the catalogue does not know yet."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max, Min, QuerySet, Sum
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import CreateView
from wagtail.admin.views.reports import ReportView

from catalogue.spreadsheets import safe_cell
from search.contract import Query
from search.empty_queries import KEPT
from search.models import EmptyQuery, SynonymGroup
from search.permissions import staff_of_search
from search.presentation import address

Row = dict[str, Any]
"""A text with its `total`, `first_day` and `last_day`."""


class SynonymCreateView(CreateView):
    """A new group of synonyms, begun with the words that an address proposes (`expression`)."""

    def get_initial_form_instance(self) -> SynonymGroup | None:
        """A group with the word to complete; nothing without one."""
        expression = self.request.GET.get("expression", "")[:80]
        return SynonymGroup(expressions=[expression]) if expression else None


def _day(name: str) -> Callable[[Row], str]:
    return lambda row: date_format(row[name], "SHORT_DATE_FORMAT")


@method_decorator(staff_of_search, name="dispatch")
class EmptyQueriesView(ReportView):
    """The texts that found nothing in the last 90 days, most frequent first."""

    model = EmptyQuery
    page_title = _("Recherches sans résultat")
    header_icon = "search"
    index_url_name = "empty_queries"
    index_results_url_name = "empty_queries_results"
    results_template_name = "search/admin/empty_queries_results.html"
    default_ordering = "-total"
    columns = [
        TitleColumn(
            "text",
            label=_("Recherche"),
            sort_key="text",
            get_url=lambda row: address(Query(text=row["text"])),
        ),
        Column("total", label=_("Fois"), sort_key="total"),
        # Days, not moments: Wagtail's column of dates would tell hours that nobody keeps.
        Column("last_day", label=_("Dernier jour"), sort_key="last_day", accessor=_day("last_day")),
        Column(
            "first_day", label=_("Premier jour"), sort_key="first_day", accessor=_day("first_day")
        ),
        TitleColumn(
            "synonym",
            label=_("Remède"),
            accessor=lambda row: _("Ajouter un synonyme"),
            get_url=lambda row: _synonym_address(row),
        ),
    ]
    export_filename = "recherches-sans-resultat"
    list_export = ["text", "total", "last_day", "first_day"]
    export_headings = {
        "text": _("Recherche"),
        "total": _("Fois"),
        "last_day": _("Dernier jour"),
        "first_day": _("Premier jour"),
    }
    custom_field_preprocess = {"text": {"csv": safe_cell, "xlsx": safe_cell}}

    def get_base_queryset(self) -> QuerySet:
        """One row a text, whatever the day."""
        return EmptyQuery.objects.values("text").annotate(
            total=Sum("count"), first_day=Min("day"), last_day=Max("day")
        )

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds how long the counts are kept."""
        return {**super().get_context_data(*args, **kwargs), "kept_days": KEPT.days}


def _synonym_address(row: Row) -> str:
    return f"{reverse('synonymes:add')}?{urlencode({'expression': row['text']})}"


URLS: list[URLPattern] = [
    path("recherche/sans-resultat/", EmptyQueriesView.as_view(), name="empty_queries"),
    path(
        "recherche/sans-resultat/results/",
        EmptyQueriesView.as_view(results_only=True),
        name="empty_queries_results",
    ),
]
