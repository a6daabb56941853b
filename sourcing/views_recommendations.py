"""Asking mission LABEL what to look at, and the private page where who asked reads the answer."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import Listing
from catalogue.quotas import HOUR, sender_of, spend
from sourcing import services
from sourcing.forms import RecommendationForm
from sourcing.models import RecommendationRequest

REQUESTS_PER_HOUR = 5


@require_http_methods(["GET", "HEAD", "POST"])
def recommendation(request: HttpRequest) -> HttpResponse:
    """What mission LABEL answers and does not, and the form."""
    if request.method != "POST":
        return _form_page(request, RecommendationForm(initial=_about(request)))
    form = RecommendationForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    if form.is_from_robot:
        return redirect("contact_sent")  # a robot learns nothing from the answer
    if not spend("recommendation", sender_of(request), most=REQUESTS_PER_HOUR, seconds=HOUR):
        form.add_error(
            None,
            _(
                "Vous avez déjà envoyé plusieurs demandes. Réessayez dans une heure : votre texte "
                "reste ci-dessous."
            ),
        )
        return _form_page(request, form, status=429)
    columns = {name: form.cleaned_data[name] for name in form.Meta.fields}
    row = services.ask(**columns, asked_by=request.user if _is_agent(request) else None)
    return redirect("recommendation_follow", row.uid)


def _is_agent(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_agent


def _about(request: HttpRequest) -> dict[str, Any]:
    """What ProConnect says of an agent, so that they need not type it."""
    if not _is_agent(request):
        return {}
    bodies = (identity.organisation for identity in request.user.known_identities)
    return {"email": request.user.email, "body": next(filter(None, bodies), "")}


def _form_page(
    request: HttpRequest, form: RecommendationForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "sourcing/recommendation.html", {"form": form}, status=status)


@never_cache
@require_safe
def follow(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Where a request stands, for whoever holds its address, which nobody guesses."""
    row = get_object_or_404(RecommendationRequest.objects.select_related("category"), uid=uid)
    public = set(
        Listing.objects.public().filter(pk__in=row.sheets.all()).values_list("pk", flat=True)
    )
    sheets = row.sheets.select_related("page", "vendor").order_by("page__title")
    context = {"asked": row, "sheets": [(sheet, sheet.pk in public) for sheet in sheets]}
    response = render(request, "sourcing/recommendation_follow.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
