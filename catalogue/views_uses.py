"""« Notre organisme l'utilise », and where public agents land."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.services import Refused
from catalogue import exchanges, uses
from catalogue.bodies import body_of, named
from catalogue.forms_exchanges import UseForm
from catalogue.models import BodyUse
from catalogue.permissions import user_can_say_use
from catalogue.vendor_space.access import FORM, READ, private
from catalogue.views_exchanges import closed_door, public_listing, sheet_context

LATEST = 5
"""Exchanges that the landing page shows."""


@never_cache
@require_http_methods(FORM)
def use(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that one's body uses a solution, for public agents; says to others why and how."""
    listing = public_listing(slug)
    told = body_of(request.user) if request.user.is_authenticated else None
    if told is None or not user_can_say_use(request.user, listing):
        return closed_door(request, listing, "use")
    body = named(told)
    said = uses.uses_of_body(told.siret).filter(listing=listing).first()
    found = uses.candidates(listing)
    posted = request.POST if request.method == "POST" else None
    form = UseForm(posted, ask_body=not body.name, candidates=found)
    if posted is not None and form.is_valid():
        given = form.cleaned_data
        try:
            uses.say_use(
                listing=listing,
                by=request.user,
                body=body.name,
                typed=given.get("body", ""),
                reference=given.get("reference"),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("C'est enregistré : la fiche le montre désormais."))
            return redirect("body_use", slug)
    context = {
        **sheet_context(listing),
        "body": body,
        "form": form,
        "said": said,
        "confirmed": next((row for row in found if said and row.uid == said.reference), None),
        "contested": [row for row in found if not row.can_be_confirmed],
    }
    return render(request, "catalogue/exchange_use.html", context)


@private("POST")
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take back what one's body said."""
    said = get_object_or_404(BodyUse.objects.select_related("listing__page"), uid=uid)
    try:
        uses.withdraw_use(use=said, by=request.user)
        messages.success(request, _("C'est retiré : la fiche ne cite plus votre organisme."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("agent_home")


@private(*READ)
def agent_home(request: HttpRequest) -> HttpResponse:
    """Where a public agent lands: what their body uses, and their exchanges with vendors.

    Raises `PermissionDenied` for anybody else.
    """
    if not request.user.is_agent:
        raise PermissionDenied
    told = body_of(request.user)
    mine = request.user.inquiries.select_related("vendor", "listing__page")
    context = {
        "body": told,
        "uses": uses.uses_of_body(told.siret) if told else BodyUse.objects.none(),
        "exchanges": exchanges.with_unread(mine, for_vendor=False)[:LATEST],
    }
    return render(request, "catalogue/agent_home.html", context)
