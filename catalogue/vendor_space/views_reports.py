"""What visitors reported about a company's sheets, once mission LABEL has taken it up."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import reporting
from catalogue.forms_reports import ReplyForm
from catalogue.models import AnomalyReport, Vendor
from catalogue.vendor_space.access import FORM, READ, company_context, own_vendor, private

REPORTS_PER_PAGE = 20


@private(*READ)
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """Reports on the company's sheets, the latest taken up first."""
    vendor = own_vendor(request, slug)
    paginator = Paginator(_taken_up(vendor).order_by("-acknowledged_at"), REPORTS_PER_PAGE)
    context = company_context(request, vendor, "reports")
    context["page"] = paginator.get_page(request.GET.get("page"))
    return render(request, "catalogue/vendor_space/company_reports.html", context)


@private(*FORM)
def one(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """One report, and the company's reply."""
    vendor = own_vendor(request, slug)
    report = get_object_or_404(_taken_up(vendor), uid=uid)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    form.fields["text"].initial = report.vendor_reply
    if form.is_bound and form.is_valid():
        try:
            reporting.reply(report=report, by=request.user, text=form.cleaned_data["text"])
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Votre réponse est envoyée à la mission LABEL."))
            return redirect("company_report", vendor.slug, report.uid)
    is_open = report.state == AnomalyReport.State.ACKNOWLEDGED
    context = {**company_context(request, vendor, "reports"), "form": form}
    context |= {"report": report, "is_open": is_open}
    return render(request, "catalogue/vendor_space/company_report.html", context)


def _taken_up(vendor: Vendor) -> QuerySet[AnomalyReport]:
    """Reports that its members read; without the address of who wrote, which no page of theirs needs."""
    rows = AnomalyReport.objects.filter(listing__vendor=vendor, acknowledged_at__isnull=False)
    return rows.select_related("listing__page").defer("email")
