"""Requests about a company: to join it, to dispute who acts for it; and the owners' answers."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import joining
from catalogue.models import Request, Role, Vendor
from catalogue.permissions import role_of
from catalogue.proving import employer_siret
from catalogue.vendor_space.access import FORM, READ, company_context, managed_vendor, private
from catalogue.vendor_space.forms_company import AskForm, DecisionForm


@private(*FORM)
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """What somebody may do about a company that is registered: join it, dispute, or claim it."""
    vendor = get_object_or_404(Vendor, slug=slug)
    role = role_of(request.user, vendor)
    if role == Role.OWNER:
        return redirect("company", vendor.slug)
    has_owner = vendor.memberships.owners().exists()
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AskForm(*posted, can_join=has_owner and role is None)
    if posted and form.is_valid():
        try:
            joining.ask(vendor=vendor, user=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Votre demande est envoyée."))
            return redirect("vendor_space")
    claimable = employer_siret(request.user, vendor) and not (has_owner and vendor.is_attached)
    context = {"vendor": vendor, "form": form, "has_owner": has_owner, "role": role}
    context["claimable"] = claimable
    return render(request, "catalogue/vendor_space/company_ask.html", context)


@private("POST")
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Become owner at once of a company that nobody proved, by ProConnect."""
    vendor = get_object_or_404(Vendor, slug=slug)
    try:
        joining.claim_by_proconnect(vendor=vendor, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("company_ask", vendor.slug)
    messages.success(request, _("Vous êtes propriétaire de %s, qui est rattachée.") % vendor.name)
    return redirect("company", vendor.slug)


@private("POST")
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Give up one's own request."""
    mine = get_object_or_404(request.user.company_requests, uid=uid)
    try:
        joining.withdraw_request(request=mine, by=request.user)
        messages.success(request, _("Votre demande est abandonnée."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("vendor_space")


@private(*READ)
def received(request: HttpRequest, slug: str) -> HttpResponse:
    """Those who ask to join, for the owners."""
    vendor = managed_vendor(request, slug)
    joins = vendor.requests.filter(kind=Request.Kind.JOIN).select_related("user")
    context = {
        **company_context(request, vendor, "requests"),
        "waiting": joins.filter(state=Request.State.WAITING).order_by("created_at"),
        "decided": joins.exclude(state=Request.State.WAITING).order_by("-decided_at")[:20],
    }
    return render(request, "catalogue/vendor_space/company_requests.html", context)


@private("POST")
def decide(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """Let somebody join, or not."""
    vendor = managed_vendor(request, slug)
    asked = get_object_or_404(vendor.requests, uid=uid, kind=Request.Kind.JOIN)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Acceptez ou refusez ; la réponse a 2 000 caractères au plus."))
        return redirect("company_requests", vendor.slug)
    try:
        joining.decide_join(
            request=asked,
            by=request.user,
            accepted=form.cleaned_data["decision"] == "accept",
            answer=form.cleaned_data["answer"],
        )
        messages.success(request, _("Votre réponse est enregistrée et envoyée."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("company_requests", vendor.slug)
