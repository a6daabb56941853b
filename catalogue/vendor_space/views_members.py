"""Members of a company, and those invited."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import membership
from catalogue.models import Membership, Vendor
from catalogue.permissions import role_of
from catalogue.vendor_space.access import (
    FORM,
    company_context,
    managed_vendor,
    own_vendor,
    private,
)
from catalogue.vendor_space.forms_company import InvitationForm, RoleForm


@private(*FORM)
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who acts for the company; owners invite there."""
    vendor = (managed_vendor if request.method == "POST" else own_vendor)(request, slug)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            membership.invite(vendor=vendor, by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("L'invitation est partie à %s.") % form.cleaned_data["email"]
            )
            return redirect("company_members", vendor.slug)
    context = {
        **company_context(request, vendor, "members"),
        "form": form,
        "members": vendor.memberships.select_related("user").order_by("since", "pk"),
        "invitations": vendor.invitations.open().order_by("created_at"),
    }
    return render(request, "catalogue/vendor_space/company_members.html", context)


@private("POST")
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make a member owner or editor."""
    vendor = managed_vendor(request, slug)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choisissez un rôle dans la liste."))
        return redirect("company_members", vendor.slug)
    return _do(
        request,
        vendor,
        _("Le rôle est changé."),
        membership.change_role,
        membership=_member(vendor, pk),
        by=request.user,
        role=form.cleaned_data["role"],
    )


@private("POST")
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a member out."""
    vendor = managed_vendor(request, slug)
    return _do(
        request,
        vendor,
        _("Cette personne n'est plus membre."),
        membership.remove_member,
        membership=_member(vendor, pk),
        by=request.user,
    )


@private("POST")
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make an invitation void."""
    vendor = managed_vendor(request, slug)
    return _do(
        request,
        vendor,
        _("L'invitation est annulée."),
        membership.cancel_invitation,
        invitation=get_object_or_404(vendor.invitations, pk=pk),
        by=request.user,
    )


@private(*FORM)
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a company, after a page that says what it entails."""
    vendor = own_vendor(request, slug)
    context = {"vendor": vendor, "erases": membership.erased_without(vendor, request.user)}
    if request.method == "POST":
        try:
            membership.leave(vendor=vendor, user=request.user)
        except Refused as error:
            context["refusal"] = str(error)
        else:
            messages.success(request, _("Vous n'agissez plus pour %s.") % vendor.name)
            return redirect("vendor_space")
    return render(request, "catalogue/vendor_space/company_leave.html", context)


@private(*FORM)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of an invitation opens: for the invited address only."""
    found = membership.find_invitation(token)
    invited = found is not None and membership.user_is_invited(request.user, found)
    if request.method == "POST" and invited:
        try:
            member = membership.accept_invitation(token=token, user=request.user)
        except Refused as error:
            messages.error(request, str(error))
            return redirect("vendor_space")
        messages.success(request, _("Vous agissez désormais pour %s.") % member.vendor.name)
        return redirect("company", member.vendor.slug)
    # Whoever is not invited does not learn which company invites whom.
    context = {"invitation": found if invited else None, "holds": found is not None}
    status = 200 if invited else 403 if found else 404
    return render(request, "catalogue/vendor_space/company_invitation.html", context, status=status)


def _member(vendor: Vendor, pk: int) -> Membership:
    return get_object_or_404(vendor.memberships, pk=pk)


def _do(
    request: HttpRequest, vendor: Vendor, done: str, service: Any, **arguments: Any
) -> HttpResponse:
    """Call a service and say what came of it on the page of members."""
    try:
        service(**arguments)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    if role_of(request.user, vendor) is None:
        return redirect("vendor_space")
    return redirect("company_members", vendor.slug)
