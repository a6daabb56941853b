"""Reporting an anomaly, and the private page where who reported follows it."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import reporting
from catalogue.forms_reports import ReportForm
from catalogue.models import AnomalyReport
from catalogue.quotas import DAY, HOUR, sender_of, spend

REPORTS_PER_HOUR = 5
"""That one sender may send."""
REPORTS_PER_SHEET = 20
"""That one sheet takes in a day, whoever sends them."""


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form, about the page that `?page=` or the sheet that `?fiche=` names."""
    if request.method != "POST":
        return _form_page(
            request, ReportForm(initial={"page": _page_asked(request), "message": _about(request)})
        )
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    if form.is_from_robot:
        return redirect("contact_sent")  # a robot learns nothing from the answer
    refusal = _too_many(request, form.cleaned_data["page"])
    if refusal:
        form.add_error(None, refusal)
        return _form_page(request, form, status=429)
    row = reporting.report(**form.report())
    return redirect("report_follow", row.uid)


def _page_asked(request: HttpRequest) -> str:
    listing = reporting.find_listing(request.GET.get("fiche", ""))
    if listing:
        return f"/solutions/{listing.page.slug}/"
    return reporting.own_path(request.GET.get("page", ""))


def _about(request: HttpRequest) -> str:
    """What a report begins with: the exchange that it is about, which only its two sides can open."""
    try:
        return _("Échange %s.") % uuid.UUID(request.GET.get("echange", "")) + " "
    except ValueError:
        return ""


def _form_page(request: HttpRequest, form: ReportForm, *, status: int = 200) -> HttpResponse:
    listing = reporting.find_listing(reporting.own_path(form["page"].value() or ""))
    context = {"form": form, "listing": listing}
    return render(request, "catalogue/report.html", context, status=status)


def _too_many(request: HttpRequest, path: str) -> str:
    """Why this report waits, or nothing; counts it against its sender, then against its sheet."""
    if not spend("report", sender_of(request), most=REPORTS_PER_HOUR, seconds=HOUR):
        return _(
            "Vous avez déjà envoyé plusieurs signalements. Réessayez dans une heure : votre texte "
            "reste ci-dessous."
        )
    listing = reporting.find_listing(path)
    if listing and not spend("report-sheet", listing.pk, most=REPORTS_PER_SHEET, seconds=DAY):
        return _(
            "Cette fiche a déjà reçu beaucoup de signalements aujourd'hui : la mission LABEL les lit. "
            "Réessayez demain : votre texte reste ci-dessous."
        )
    return ""


@never_cache
@require_safe
def follow(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Where a report stands, for whoever holds its address, which nobody guesses."""
    rows = AnomalyReport.objects.select_related("listing__page", "listing__vendor")
    row = get_object_or_404(rows, uid=uid)
    response = render(request, "catalogue/report_follow.html", {"report": row})
    response["X-Robots-Tag"] = "noindex"
    return response
