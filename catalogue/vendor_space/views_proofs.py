"""Attaching a company: the proofs that one may act for it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import proving
from catalogue.models import Proof, Vendor
from catalogue.vendor_space.access import READ, company_context, managed_vendor, own_vendor, private
from catalogue.vendor_space.forms_company import AddressProofForm, CodeForm, MandateForm


@private(*READ)
def proofs(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether the company is attached, what waits, and the three ways to prove."""
    return _page(request, own_vendor(request, slug))


@private("POST")
def proconnect(request: HttpRequest, slug: str) -> HttpResponse:
    """Attach at once by the employer that ProConnect names."""
    vendor = managed_vendor(request, slug)
    try:
        proving.prove_by_proconnect(vendor=vendor, by=request.user)
        messages.success(request, _("%s est rattachée.") % vendor.name)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("company_proofs", vendor.slug)


@private("POST")
def address(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for an address to be approved."""
    vendor = managed_vendor(request, slug)
    form = AddressProofForm(request.POST)
    if form.is_valid():
        try:
            proving.ask_address_proof(vendor=vendor, by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("La mission LABEL va examiner cette adresse."))
            return redirect("company_proofs", vendor.slug)
    return _page(request, vendor, address_form=form)


@private("POST")
def mandate(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand in a signed mandate."""
    vendor = managed_vendor(request, slug)
    form = MandateForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            proving.ask_mandate_proof(
                vendor=vendor, by=request.user, file=form.cleaned_data["mandate"]
            )
        except Refused as error:
            form.add_error("mandate", str(error))
        else:
            messages.success(request, _("La mission LABEL va examiner ce mandat."))
            return redirect("company_proofs", vendor.slug)
    return _page(request, vendor, mandate_form=form)


@private("POST")
def code(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """Type the code that was mailed."""
    vendor = managed_vendor(request, slug)
    proof = get_object_or_404(vendor.proofs, uid=uid)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            if proving.confirm_code(proof=proof, by=request.user, **form.cleaned_data):
                messages.success(request, _("%s est rattachée.") % vendor.name)
                return redirect("company_proofs", vendor.slug)
            form.add_error("code", _("Ce code n'est pas le bon. Relisez le courriel."))
        except Refused as error:
            form.add_error("code", str(error))
    return _page(request, vendor, code_form=form)


@private("POST")
def again(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """Have another code sent."""
    vendor = managed_vendor(request, slug)
    proof = get_object_or_404(vendor.proofs, uid=uid)
    try:
        proving.send_code_again(proof=proof, by=request.user)
        messages.success(request, _("Un nouveau code est parti à %s.") % proof.email)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("company_proofs", vendor.slug)


@private(*READ)
def model_text(request: HttpRequest, slug: str) -> HttpResponse:
    """A mandate to complete, sign and send back."""
    vendor = managed_vendor(request, slug)
    text = render_to_string("catalogue/vendor_space/mandate.txt", {"vendor": vendor})
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="mandat.txt"'
    return response


def _page(request: HttpRequest, vendor: Vendor, **forms: Any) -> HttpResponse:
    mine = vendor.proofs.filter(by=request.user)
    context = {
        **company_context(request, vendor, "proofs"),
        "proofs": vendor.proofs.order_by("-asked_at"),
        "in_force": vendor.proofs.in_force().exists(),
        "awaiting_code": mine.filter(state=Proof.State.CODE_SENT).first(),
        "employer_siret": proving.employer_siret(request.user, vendor),
        "members": vendor.memberships.select_related("user").exclude(user=request.user),
        "address_form": AddressProofForm(auto_id="adresse_%s"),
        "mandate_form": MandateForm(auto_id="mandat_%s"),
        "code_form": CodeForm(auto_id="code_%s"),
        **forms,
        "faulty": next(iter(forms.values()), None),
    }
    return render(request, "catalogue/vendor_space/company_proofs.html", context)
