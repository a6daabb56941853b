"""Results as anyone reads them: a sheet's answers one by one, and everybody's on a version."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.cloud import Trust
from catalogue.models import Listing
from catalogue.spreadsheets import csv_lines
from labelling.exports import (
    assessment_as_json,
    assessment_rows,
    responses_json,
    responses_rows,
)
from labelling.models import ReferentialVersion, Result
from labelling.presentation import Assessment, assessments, only

KEPT = 3600
"""Seconds that an export of all answers may be a shared cache's."""


@require_safe
def latest_assessment(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the self-assessment that a sheet handed in last; 404 when there is none."""
    results = Result.objects.filter(listing__in=Listing.objects.public(), listing__page__slug=slug)
    rows = results.select_related("listing__page", "referential")
    found = rows.order_by("-handover__handed_at", "-pk").first()
    if found is None:
        raise Http404
    return redirect(found)


@require_safe
def assessment(request: HttpRequest, slug: str, referential: str) -> HttpResponseBase:
    """A sheet's answers on a referential with what each is worth; `format=json` or `csv` too.

    `preuve` keeps the answers of one state; a state that does not exist is ignored.
    """
    shown = _shown(slug, referential)
    match request.GET.get("format"):
        case "json":
            return _json(assessment_as_json(shown))
        case "csv":
            name = f"auto-evaluation-{slug}-{timezone.localdate():%Y-%m-%d}.csv"
            return _download(HttpResponse(csv_lines(assessment_rows(shown))), name, "text/csv")
    state = next((one for one in Trust if one == request.GET.get("preuve")), None)
    themes = only(shown.themes, state) if state else list(shown.themes)
    page = shown.result.listing.page
    return render(
        request,
        "labelling/assessment.html",
        {
            "shown": shown,
            "sheet": page,
            "themes": themes,
            "state": state,
            "summary": [(theme.id, theme.title) for theme in themes],
            "parents": [(_("Solutions"), "/solutions/"), (page.title, f"/solutions/{page.slug}/")],
        },
    )


@require_safe
def responses(request: HttpRequest, slug: str, version: str, kind: str) -> HttpResponseBase:
    """All public results on a version of a referential, as CSV or JSON, sent as they are read."""
    published = ReferentialVersion.objects.published().select_related("referential")
    found = get_object_or_404(published, referential__slug=slug, version=version)
    today = timezone.localdate()
    name = f"{slug}-{version}-reponses-{today:%Y-%m-%d}.{kind}"
    csv = kind == "csv"
    pieces = csv_lines(responses_rows(found, today)) if csv else responses_json(found, today)
    response = StreamingHttpResponse(pieces)
    # Everything on a version: shared caches keep whoever asks often from reading it all again.
    patch_cache_control(response, public=True, max_age=KEPT)
    return _download(response, name, "text/csv" if csv else "application/json")


def _shown(slug: str, referential: str) -> Assessment:
    results = Result.objects.filter(
        listing__in=Listing.objects.public(),
        listing__page__slug=slug,
        referential__slug=referential,
    )
    found = assessments(results, timezone.localdate())
    if not found:
        raise Http404
    return found[0]


def _json(data: dict[str, object]) -> JsonResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _download(response: HttpResponseBase, name: str, kind: str) -> HttpResponseBase:
    response["Content-Type"] = f"{kind}; charset=utf-8"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
