"""One's own account; allauth's views keep the pages of passwords, addresses and second factors."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.export import export_account
from accounts.forms import ClosingForm, NameForm
from accounts.landing import landing
from accounts.permissions import must_have_second_factor


@login_required
@require_safe
def land(request: HttpRequest) -> HttpResponse:
    """Leads whoever has just signed in to what they came for."""
    return redirect(landing(request.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The account at a glance; its owner may change the name."""
    user = request.user
    names = {"first_name": user.first_name, "last_name": user.last_name}
    form = NameForm(request.POST if request.method == "POST" else None, initial=names)
    if request.method == "POST" and form.is_valid():
        services.rename(user=user, **form.cleaned_data)
        messages.success(request, _("Votre nom est enregistré."))
        return redirect("account_home")
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "form": form,
        "has_password": user.has_usable_password(),
        "has_second_factor": bool(kinds - {Authenticator.Type.RECOVERY_CODES}),
        "must_have_second_factor": must_have_second_factor(user),
    }
    return render(request, "accounts/home.html", context)


@login_required
@require_safe
@reauthentication_required
def data(request: HttpRequest) -> HttpResponse:
    """A copy of one's data, to keep."""
    response = JsonResponse(
        export_account(request.user),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = 'attachment; filename="mon-compte.json"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def close(request: HttpRequest) -> HttpResponse:
    """Close one's account for ever, or read what must be done first."""
    form = ClosingForm(request.POST if request.method == "POST" else None)
    refusals: Any = ()
    if request.method == "POST" and form.is_valid():
        try:
            services.close_account(user=request.user)
        except services.Refused as error:
            refusals = error.reasons
        else:
            logout(request)
            return redirect("account_closed")
    context = {"form": form, "refusals": refusals}
    return render(request, "accounts/close.html", context, status=409 if refusals else 200)


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Says that the account is gone."""
    return render(request, "accounts/closed.html")


@login_required
@require_POST
@reauthentication_required
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Detach one of one's own identities."""
    identity = get_object_or_404(request.user.identities, pk=pk)
    try:
        services.unlink_identity(user=request.user, identity=identity)
        messages.success(request, _("Cette identité n'ouvre plus votre compte."))
    except services.Refused as error:
        messages.error(request, str(error))
    return redirect("account_home")
