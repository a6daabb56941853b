"""The public register of labels: its pages, and what programs read of it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.spreadsheets import csv_lines
from labelling import attesting, lookup, registry
from labelling.credentials import Purpose
from labelling.models import Award
from labelling.registry import Filters, PublicAward

PER_PAGE = 25
KEPT = 300
"""Seconds that anybody may keep an answer: what is suspended shows within the hour everywhere."""
LONGEST_TEXT = 100


@require_safe
def register(request: HttpRequest) -> HttpResponseBase:
    """Awards with filters (`etat`, `label`, `q`); `format=csv` or `json` for all that match."""
    filters, today = _filters(request), timezone.localdate()
    rows = registry.registered(filters, today)
    match request.GET.get("format"):
        case "csv":
            lines = (registry.as_row(told) for told in registry.exported(rows, today))
            response = StreamingHttpResponse(
                csv_lines((registry.COLUMNS, *lines)), content_type="text/csv; charset=utf-8"
            )
            name = f"registre-des-labels-{today:%Y-%m-%d}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return for_anybody(response)
        case "json":
            results = [registry.as_json(told) for told in registry.exported(rows, today)]
            return _json({"count": len(results), "on": today.isoformat(), "results": results})
    # Keys first: sorting thousands of whole rows to show a few would cost ten times as much.
    page = Paginator(rows.values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("page"))
    awards = registry.with_everything(Award.objects.filter(pk__in=list(page)))
    asked = {name: value for name in ("etat", "label", "q") if (value := request.GET.get(name))}
    return render(
        request,
        "labelling/register/register.html",
        {
            "filters": filters,
            "chosen": f"{filters.label}:{filters.level}" if filters.level else filters.label,
            "awards": [registry.shown(one, today) for one in awards],
            "page": page,
            "count": page.paginator.count,
            "prefix": f"?{urlencode({**asked, 'page': ''})}",
            "export": f"?{urlencode({**asked, 'format': ''})}",
            "is_filtered": bool(asked),
            "labels": [
                (label, [(one, attesting.criteria_of(one)) for one in label.levels.all()])
                for label in registry.labels_told()
            ],
            "lists": [attesting.status_list_address(one) for one in Purpose],
        },
    )


@require_safe
def award(request: HttpRequest, number: str) -> HttpResponse:
    """One award: what it covers, its state and why, its history, and how to check it."""
    found, told = find(number)
    today = timezone.localdate()
    others = [registry.shown(one, today) for one in registry.chain(found)]
    return render(
        request,
        "labelling/register/award.html",
        {
            "told": told,
            "award": found,
            "version": found.application.handover.assessment.version,
            "judged_on": attesting.judged_on(found),
            "history": registry.history(found, today),
            "others": others,
            "replaced_by": next(
                (one for one in others if one.award.pk == found.replaced_by_id), None
            ),
            "parents": [(_("Registre des labels"), reverse("register"))],
            "linked_data": _certification(told),
            "lists": [attesting.status_list_address(one) for one in Purpose],
        },
    )


@require_safe
def award_status(request: HttpRequest) -> HttpResponse:
    """What is known of the label of a product, by an address of it (`url`), for programs.

    404 when there is none, 409 when the address is that of several products or of several labels.
    """
    address = _asked(request, "url")
    if not address or len(address) > lookup.LONGEST:
        text = _(
            "Donnez dans « url » l'adresse d'une fiche, ou celle du site du produit "
            "(%d caractères au plus)."
        )
        return _json({"error": text % lookup.LONGEST}, status=400)
    today = timezone.localdate()
    found = lookup.find(address, today, hosts=[request.get_host()])
    if len(found) > 1:
        text = _(
            "Plusieurs produits ou labels ont cette adresse : redemandez avec l'adresse "
            "« register » ou « url » de l'un d'eux."
        )
        candidates = [registry.candidate(listing, one, today) for listing, one in found]
        return _json({"error": text, "candidates": candidates}, status=409)
    if not found or found[0][1] is None:
        text = _("Aucun label n'a été attribué à un produit de cette adresse.")
        return _json({"error": text}, status=404)
    return _json(registry.status_of(registry.shown(found[0][1], today)))


def for_anybody(response: HttpResponseBase) -> HttpResponseBase:
    """Let other sites show or read an answer, and keep it a short while."""
    patch_cache_control(response, public=True, max_age=KEPT)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def find(number: str) -> tuple[Award, PublicAward]:
    """An award by its number as the public reads it today; raises 404 for any other."""
    rows = registry.with_everything(Award.objects.all()).select_related(
        "label__referential", "application__handover__assessment__version__referential"
    )
    today = timezone.localdate()
    found = get_object_or_404(rows.filter(granted_on__lte=today), number=number)
    return found, registry.shown(found, today)


def _filters(request: HttpRequest) -> Filters:
    label, _colon, level = _asked(request, "label").partition(":")
    return Filters(
        every=request.GET.get("etat") == "tous",
        label=label,
        level=level,
        text=_asked(request, "q")[:LONGEST_TEXT],
    )


def _asked(request: HttpRequest, name: str) -> str:
    """A parameter without what no database takes for a text."""
    return request.GET.get(name, "").replace("\0", "").strip()


def _json(data: dict[str, Any], status: int = 200) -> HttpResponseBase:
    return for_anybody(JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False}))


def _certification(told: PublicAward) -> dict[str, Any]:
    """An award as schema.org describes a certification."""
    status, award = registry.status_of(told), told.award
    return {
        "@context": "https://schema.org",
        "@type": "Certification",
        "name": f"{award.label.name}, {award.level.name}",
        "certificationIdentification": award.number,
        "certificationStatus": "https://schema.org/CertificationActive"
        if told.in_force
        else "https://schema.org/CertificationInactive",
        "issuedBy": {"@type": "GovernmentOrganization", "name": _("Mission LABEL")},
        "validFrom": status["valid_from"],
        "expires": status["valid_to"],
        "about": {
            "@type": "SoftwareApplication",
            "name": award.title,
            "url": status["url"],
            "provider": {"@type": "Organization", "name": award.vendor.name},
        },
        "url": status["register"],
    }
