"""What buyers wrote to a company; all its members read and answer."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import exchanges
from catalogue.forms_exchanges import AnswerForm
from catalogue.models import Inquiry, Vendor
from catalogue.vendor_space.access import FORM, READ, company_context, own_vendor, private

PER_PAGE = 20


@private(*READ)
def inbox(request: HttpRequest, slug: str) -> HttpResponse:
    """The exchanges of a company with buyers."""
    vendor = own_vendor(request, slug)
    rows = vendor.inquiries.select_related("listing__page")
    ordered = exchanges.with_unread(rows, for_vendor=True)
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    context = {**company_context(request, vendor, "exchanges"), "page": page}
    return render(request, "catalogue/vendor_space/exchanges.html", context)


@private(*FORM)
def exchange(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """An exchange with a buyer: read it, answer."""
    vendor = own_vendor(request, slug)
    opened = _opened(vendor, uid)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(posted)
    if posted is not None and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            exchanges.answer(exchange=opened, by=request.user, text=text, from_vendor=True)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Votre réponse est envoyée."))
            return redirect("vendor_exchange", slug, opened.uid)
    rows = list(opened.messages.all())
    if request.method == "GET":
        exchanges.mark_read(exchange=opened, by=request.user, from_vendor=True)
    context = {
        **company_context(request, vendor, "exchanges"),
        "exchange": opened,
        "rows": rows,
        "form": form,
    }
    return render(request, "catalogue/vendor_space/exchange.html", context)


@private("POST")
def close(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """End an exchange."""
    opened = _opened(own_vendor(request, slug), uid)
    exchanges.close(exchange=opened, by=request.user, from_vendor=True)
    messages.success(request, _("L'échange est clos."))
    return redirect("vendor_exchange", slug, opened.uid)


@private("POST")
def reopen(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """Go on with an exchange that was closed."""
    opened = _opened(own_vendor(request, slug), uid)
    try:
        exchanges.reopen(exchange=opened, by=request.user)
        messages.success(request, _("L'échange est rouvert."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("vendor_exchange", slug, opened.uid)


def _opened(vendor: Vendor, uid: uuid.UUID) -> Inquiry:
    return get_object_or_404(vendor.inquiries.select_related("listing__page"), uid=uid)
