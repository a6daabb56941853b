"""Public agents write to vendors; their exchanges, on their side."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.services import Refused
from catalogue import exchanges
from catalogue.bodies import body_of, named
from catalogue.forms_exchanges import AnswerForm, ExchangeForm
from catalogue.models import Inquiry, Listing
from catalogue.permissions import role_of, user_can_contact
from catalogue.vendor_space.access import FORM, READ, private

PER_PAGE = 20


def public_listing(slug: str) -> Listing:
    """The sheet of that address, if the public sees it; raises 404 otherwise."""
    return get_object_or_404(
        Listing.objects.public().select_related("page", "vendor"), page__slug=slug
    )


def sheet_context(listing: Listing) -> dict[str, Any]:
    """What every page beside a sheet shows of it."""
    return {
        "listing": listing,
        "vendor": listing.vendor,
        "sheet_url": f"/solutions/{listing.page.slug}/",
    }


def closed_door(request: HttpRequest, listing: Listing, purpose: str) -> HttpResponse:
    """Says why somebody may not do this, and how one may; what they had typed is given back.

    :param purpose: `contact` or `use`.
    """
    vendor = listing.vendor
    context = {
        **sheet_context(listing),
        "purpose": purpose,
        "member": vendor is not None and role_of(request.user, vendor) is not None,
        "agent": request.user.is_authenticated and request.user.is_agent,
        "typed": request.POST.get("text", ""),
    }
    status = 403 if request.method == "POST" else 200
    return render(request, "catalogue/exchange_door.html", context, status=status)


@never_cache
@require_http_methods(FORM)
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to the vendor of a sheet, for public agents; says to others why and how."""
    listing = public_listing(slug)
    context = sheet_context(listing)
    if listing.vendor is None or not exchanges.has_readers(listing.vendor):
        context["typed"] = request.POST.get("text", "")
        return render(request, "catalogue/exchange_nobody.html", context)
    if not user_can_contact(request.user, listing.vendor):
        return closed_door(request, listing, "contact")
    told = body_of(request.user)
    body = named(told) if told else None
    posted = request.POST if request.method == "POST" else None
    form = ExchangeForm(posted, ask_body=not (body and body.name))
    if posted is not None and form.is_valid():
        given = {"body": body.name if body else "", **form.cleaned_data}
        try:
            exchange = exchanges.open_exchange(listing=listing, by=request.user, **given)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Votre message est envoyé à %s.") % listing.vendor.name)
            return redirect("buyer_exchange", exchange.uid)
    context |= {"form": form, "body": body}
    return render(request, "catalogue/exchange_contact.html", context)


@private(*READ)
def written(request: HttpRequest) -> HttpResponse:
    """The exchanges that one opened with vendors."""
    rows = request.user.inquiries.select_related("vendor", "listing__page")
    ordered = exchanges.with_unread(rows, for_vendor=False)
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "catalogue/exchanges.html", {"page": page})


@private(*FORM)
def exchange(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """An exchange that one opened: read it, answer."""
    opened = _own(request, uid)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(posted)
    if posted is not None and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            exchanges.answer(exchange=opened, by=request.user, text=text, from_vendor=False)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Votre réponse est envoyée."))
            return redirect("buyer_exchange", opened.uid)
    rows = list(opened.messages.all())
    if request.method == "GET":
        exchanges.mark_read(exchange=opened, by=request.user, from_vendor=False)
    context = {"exchange": opened, "rows": rows, "form": form}
    return render(request, "catalogue/exchange.html", context)


@private("POST")
def close(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """End an exchange that one opened."""
    opened = _own(request, uid)
    exchanges.close(exchange=opened, by=request.user, from_vendor=False)
    messages.success(request, _("L'échange est clos."))
    return redirect("buyer_exchange", opened.uid)


def _own(request: HttpRequest, uid: uuid.UUID) -> Inquiry:
    rows = request.user.inquiries.select_related("vendor", "listing__page")
    return get_object_or_404(rows, uid=uid)
