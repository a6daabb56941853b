"""Registering a company: its SIREN (or country and number), then the values to accept."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import companies
from catalogue.models import Vendor
from catalogue.permissions import role_of
from catalogue.proving import too_often
from catalogue.quotas import HOUR, spend
from catalogue.registration import (
    AlreadyRegistered,
    LookUp,
    look_up,
    register_company,
    registered,
)
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.forms_company import AbroadForm, CheckForm, CompanyForm, SirenForm

LOOKUPS_PER_HOUR = 60


@private(*FORM)
def start(request: HttpRequest) -> HttpResponse:
    """Which company: by its SIREN, found by name if it is not at hand."""
    if request.method == "POST":
        form = SirenForm(request.POST)
        if form.is_valid():
            siren = form.cleaned_data["siren"]
            return redirect(f"{reverse('company_check')}?{urlencode({'siren': siren})}")
    else:
        employer = next(iter(request.user.sirets), "")[:9]
        form = SirenForm(initial={"siren": request.GET.get("siren") or employer})
    context = {"form": form, **_found(request)}
    return render(request, "catalogue/vendor_space/company_start.html", context)


def _found(request: HttpRequest) -> dict[str, Any]:
    """Companies of the name that is searched in the register, and whether it answered."""
    name = request.GET.get("nom", "")
    if name and not _may_look_up(request):
        return {"searched": name, "found": (), "unavailable": str(too_often())}
    try:
        return {"searched": name, "found": companies.search(name) if name else ()}
    except companies.CompanyServiceUnavailable as error:
        return {"searched": name, "found": (), "unavailable": str(error)}


def _may_look_up(request: HttpRequest) -> bool:
    """The register is asked on behalf of everybody: nobody uses its rate up."""
    return spend("lookup", request.user.pk, most=LOOKUPS_PER_HOUR, seconds=HOUR)


@private(*FORM)
def check(request: HttpRequest) -> HttpResponse:
    """The values that the register proposes, to accept or correct, and the registration itself."""
    chosen = SirenForm(request.GET)
    if not chosen.is_valid():
        return _start_again(request, chosen)
    siren = chosen.cleaned_data["siren"]
    known = registered(siren=siren)
    if known:
        return _lead_to(request, known)
    try:
        found = look_up(siren) if _may_look_up(request) else LookUp(None, available=False)
    except Refused as error:
        chosen.add_error("siren", str(error))
        return _start_again(request, chosen)
    form = CheckForm(request.POST if request.method == "POST" else None, company=found.company)
    context = {"siren": siren, "lookup": found}
    return _register(
        request, form, "catalogue/vendor_space/company_check.html", context, siren=siren
    )


@private(*FORM)
def abroad(request: HttpRequest) -> HttpResponse:
    """A company without a SIREN: its country and its number there."""
    form = AbroadForm(request.POST if request.method == "POST" else None)
    return _register(request, form, "catalogue/vendor_space/company_abroad.html", {})


def _register(
    request: HttpRequest,
    form: CompanyForm,
    template: str,
    context: dict[str, Any],
    **identity: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        identity |= {
            name: values.pop(name) for name in ("country", "national_id") if name in values
        }
        try:
            vendor = register_company(by=request.user, values=values, **identity)
        except AlreadyRegistered as error:
            return _lead_to(request, error.vendor)
        except Refused as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("%s est inscrite.") % vendor.name)
            return redirect("company_proofs", vendor.slug)
    return render(request, template, {"form": form, **context})


def add_errors(form: CompanyForm, error: ValidationError) -> None:
    """Show what the model refused beside its field, or above the form."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for field, errors in by_field.items():
        form.add_error(field if field in form.fields else None, errors)


def _start_again(request: HttpRequest, form: SirenForm) -> HttpResponse:
    context = {"form": form, "searched": "", "found": ()}
    return render(request, "catalogue/vendor_space/company_start.html", context)


def _lead_to(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """A company that is in the catalogue: its page for a member, a request for anybody else."""
    if role_of(request.user, vendor):
        messages.info(request, _("%s est déjà inscrite, et vous en êtes membre.") % vendor.name)
        return redirect("company", vendor.slug)
    return redirect("company_ask", vendor.slug)
