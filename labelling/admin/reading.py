"""Looking at a version before it is published: as the public will read it, what changes, who loses."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from catalogue.admin.columns import day_of
from catalogue.spreadsheets import csv_lines
from labelling import wording
from labelling.admin.screens import VersionScreen
from labelling.definition import Definition
from labelling.differences import Difference, difference
from labelling.impact import Impact, as_table, impact, summary
from labelling.models import ReferentialVersion
from labelling.views import read

SHEETS_READ = 2_000
"""Sheets that a screen reads: a second or two; `referential_impact` reads them all."""
KEPT_SECONDS = 300
ROWS_PER_PAGE = 50
HEAD = {
    "title": _("Titre"),
    "summary": _("Présentation"),
    "valid_from": _("En vigueur à partir du"),
    "valid_to": _("En vigueur jusqu'au"),
    "legal_basis": _("Fondement"),
    "editor_note": _("Note de la rédaction"),
}


class PreviewView(VersionScreen, View):
    """A version as the public page shows it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return read(request, self.version)


class DifferencesView(VersionScreen, TemplateView):
    """What a version changes to the one in force, or to another (`?avec=` its number)."""

    tab = "differences"
    template_name = "labelling/admin/differences.html"
    page_title = _("Différences")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        others = list(self.version.referential.versions.exclude(pk=self.version.pk))
        asked = self.request.GET.get("avec", "")
        other = next((one for one in others if one.version == asked), self._usual(others))
        context = {"others": others, "other": other}
        if other is not None:
            old, new = other.definition, self.version.definition
            changes = difference(old, new)
            context |= {
                "head": list(head_changes(old, new)),
                "changes": changes,
                "changed": list(field_changes(changes, old, new)),
            }
        return super().get_context_data(**context, **kwargs)

    def _usual(self, others: list[ReferentialVersion]) -> ReferentialVersion | None:
        current = self.version.referential.versions.in_force(timezone.localdate()).first()
        published = [one for one in others if one.published_at]
        return next((one for one in others if one == current), published[0] if published else None)


def head_changes(old: Definition, new: Definition) -> Iterator[tuple[Any, str, str]]:
    """What two versions say of themselves and of their themes, where it differs."""
    for name, words in HEAD.items():
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            yield words, _said(before), _said(now)
    themes = [{theme.id: theme for theme in one.themes} for one in (old, new)]
    for id in dict.fromkeys([*themes[0], *themes[1]]):
        before, now = (
            f"{one[id].title}\n{one[id].summary}".strip() if id in one else "–" for one in themes
        )
        if before != now:
            yield _("Thème %(id)s") % {"id": id}, before, now


def _said(value: str | dt.date | None) -> str:
    return value or "–" if isinstance(value, str) else day_of(value)


def field_changes(
    changes: Difference, old: Definition, new: Definition
) -> Iterator[tuple[Any, list[tuple[Any, str, str]]]]:
    """Each criterion that changed, with its fields before and now."""
    for criterion, names in changes.changed:
        before = old.by_id[criterion.id]
        yield (
            criterion,
            [
                (
                    wording.FIELDS[name],
                    wording.value_in_words(before, name, old.by_id),
                    wording.value_in_words(criterion, name, new.by_id),
                )
                for name in names
            ],
        )


class ImpactView(VersionScreen, TemplateView):
    """« Qui perd quoi »: counts, one line a sheet, and the same as a CSV file."""

    tab = "impact"
    template_name = "labelling/admin/impact.html"
    page_title = _("Qui perd quoi")

    @cached_property
    def found(self) -> Impact:
        """Kept some minutes, for the pages that follow the first."""
        version = self.version
        key = f"referential-impact:{version.pk}:{version.sha256}:{timezone.localdate()}"
        found: Impact = cache.get_or_set(
            key, lambda: impact(version, most=SHEETS_READ), KEPT_SECONDS
        )
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "csv":
            return self._file()
        return super().get(request, *args, **kwargs)

    def _file(self) -> HttpResponse:
        lines = "".join(csv_lines(as_table(self.found.rows)))
        response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"pertes-{self.version.referential.slug}-{self.version.version}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = Paginator(self.found.rows, ROWS_PER_PAGE)
        return super().get_context_data(
            found=self.found,
            summary=summary(self.found),
            page_obj=pages.get_page(self.request.GET.get("p")),
            **kwargs,
        )
