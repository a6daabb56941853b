"""The comparison: a page, its printable version, and a CSV of the same rows."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue import statistics
from catalogue.models import ReferenceConfiguration
from catalogue.spreadsheets import csv_lines
from catalogue.trust import TRUST_LABELS
from search import services
from search.contract import EngineUnavailable, Hit, Need, Query
from search.deadline import within
from search.forms import MAX_TEXT, clean, closed_labels
from sourcing.comparison import (
    MOST,
    Comparison,
    Selection,
    address,
    compare,
    read_selection,
)
from sourcing.comparison_rows import Entry

PROPOSED = 8
ENGINE_SECONDS = 1.0
"""The comparison does without proposals rather than wait longer for them."""


@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """Two to five solutions side by side; with fewer, how to choose them."""
    selection = read_selection(request.GET.getlist("s"))
    need = _need(request.GET.get("besoin", ""))
    result = None
    as_csv = request.GET.get("format") == "csv"
    if len(selection.slugs) > 1 or as_csv:
        result = compare(selection.slugs, need, {**closed_labels(), **services.facet_labels()})
        if as_csv:
            return _csv(result)
        compared = [column.card["uid"] for column in result.columns]
        statistics.count_shown(request, statistics.Kind.COMPARISONS, compared)
    text = clean(request.GET.get("q", ""))[:MAX_TEXT]
    hits = _proposals(text, selection)
    return render(
        request,
        "sourcing/comparison.html",
        {
            "comparison": result,
            "selection": selection,
            "chosen": _chosen(selection, need),
            "notices": _notices(selection),
            "need": need,
            "needs": [
                (code, label, address(selection.slugs, Need(code)))
                for code, label in ReferenceConfiguration.Size.choices
            ],
            "csv_url": address(selection.slugs, need, format="csv"),
            "print_url": address(selection.slugs, need, imprimer="1"),
            "text": text,
            "proposals": [
                (hit.card, address([*selection.slugs, str(hit.card["slug"])], need))
                for hit in hits or ()
            ],
            "unavailable": hits is None,
            "full": len(selection.slugs) == MOST,
            "most": MOST,
        },
    )


def _need(code: str) -> Need:
    return next((need for need in Need if need.value == code), Need.MEDIUM)


def _proposals(text: str, selection: Selection) -> list[Hit] | None:
    """Solutions found by the words typed that are not compared yet; None when nobody can search."""
    if not text or len(selection.slugs) == MOST:
        return []
    try:
        with within(ENGINE_SECONDS):
            hits = services.search(Query(text=text, hits_only=True)).hits
    except EngineUnavailable:
        return None
    return [hit for hit in hits if hit.card["slug"] not in selection.slugs][:PROPOSED]


def _chosen(selection: Selection, need: Need) -> list[tuple[str, str, str]]:
    """Slugs and names chosen, each with the address of the comparison without it."""
    return [
        (slug, name, address([other for other in selection.slugs if other != slug], need))
        for slug, name in selection.names.items()
    ]


def _notices(selection: Selection) -> list[str]:
    notices = []
    if selection.left_out:
        notices.append(
            ngettext(
                "On compare cinq solutions au plus : les cinq premières sont gardées, "
                "%(count)s est laissée de côté.",
                "On compare cinq solutions au plus : les cinq premières sont gardées, "
                "%(count)s sont laissées de côté.",
                selection.left_out,
            )
            % {"count": selection.left_out}
        )
    if selection.unknown:
        notices.append(
            _("Fiches introuvables ou retirées du catalogue : %(slugs)s.")
            % {"slugs": ", ".join(selection.unknown)}
        )
    return notices


def _csv(result: Comparison) -> HttpResponse:
    """The rows as a spreadsheet opens them."""
    today = timezone.localdate()
    response = HttpResponse(csv_lines(_rows(result)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="comparaison-{today:%Y-%m-%d}.csv"'
    return response


def _rows(result: Comparison) -> Iterator[list[object]]:
    names = [column.card["name"] for column in result.columns]
    yield [_("Rubrique"), _("Critère"), _("Différent"), *names]
    for groups, differs in ((result.differing, _("oui")), (result.common, _("non"))):
        for group in groups:
            for row in group.rows:
                cells = [" | ".join(map(_line, cell)) or _("non renseigné") for cell in row.cells]
                yield [group.label, row.label, differs, *cells]
    if names:
        yield [_("Avertissement"), "", "", *(column.card["notice"] for column in result.columns)]


def _line(entry: Entry) -> str:
    said = TRUST_LABELS[entry.trust].lower() if entry.trust else entry.source
    who = f" ({said})" if said else ""
    return f"{entry.offer} : {entry.text}{who}" if entry.offer else f"{entry.text}{who}"
