"""What other sites embed and programs check of an award: image, certificate, credential, keys.

Answers are kept a short while by whoever asks (`views_register.KEPT`), and never longer.
"""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labelling import attesting, registry
from labelling.credentials import Purpose, enveloped
from labelling.signing import public_keys
from labelling.views_register import find, for_anybody

JWT = "application/vc+jwt"


@require_safe
def badge(request: HttpRequest, number: str) -> HttpResponseBase:
    """The image of an award in whatever state it is; nothing is sent to who has it already."""
    _found, told = find(number)
    svg = attesting.badge_of(told).encode()
    etag = quote_etag(hashlib.sha256(svg).hexdigest())
    changed = int(registry.changed_at(told).timestamp())
    full = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    answer = get_conditional_response(request, etag, changed, full)
    answer["ETag"], answer["Last-Modified"] = etag, http_date(changed)
    return for_anybody(answer)


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponseBase:
    """The certificate of an award in force; says why there is none any more for another (410)."""
    found, told = find(number)
    today = timezone.localdate()
    if not told.in_force:
        context = {"told": told, "award": found, "parents": _parents(told)}
        return render(request, "labelling/register/no_certificate.html", context, status=410)
    response = HttpResponse(attesting.certificate_of(told, today), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="certificat-{number}.pdf"'
    return for_anybody(response)


@require_safe
def credential(request: HttpRequest, number: str) -> HttpResponseBase:
    """The credential of an award as a JSON document that envelops its signature."""
    found, _told = find(number)
    return _document(enveloped(attesting.credential_of(found)))


@require_safe
def credential_jwt(request: HttpRequest, number: str) -> HttpResponseBase:
    """The signed credential of an award itself."""
    found, _told = find(number)
    return for_anybody(HttpResponse(attesting.credential_of(found), content_type=JWT))


@require_safe
def status_list(request: HttpRequest, purpose: str) -> HttpResponseBase:
    """A status list as a JSON document that envelops its signature."""
    return _document(enveloped(attesting.status_list_of(_purpose(purpose))))


@require_safe
def status_list_jwt(request: HttpRequest, purpose: str) -> HttpResponseBase:
    """The signed list itself, to which credentials point."""
    content = attesting.status_list_of(_purpose(purpose))
    return for_anybody(HttpResponse(content, content_type=JWT))


@require_safe
def signing_keys(request: HttpRequest) -> HttpResponseBase:
    """The keys by which anybody checks what mission LABEL signed."""
    return for_anybody(JsonResponse(public_keys(), content_type="application/jwk-set+json"))


@require_safe
def label_issuer(request: HttpRequest) -> HttpResponseBase:
    """Who signs."""
    return _document(attesting.issuer_profile(), "application/ld+json")


def _document(data: dict[str, object], kind: str = "application/json") -> HttpResponseBase:
    return for_anybody(
        JsonResponse(data, content_type=kind, json_dumps_params={"ensure_ascii": False})
    )


def _purpose(name: str) -> Purpose:
    try:
        return Purpose(name)
    except ValueError as error:
        raise Http404 from error


def _parents(told: registry.PublicAward) -> list[tuple[str, str]]:
    return [(_("Registre des labels"), reverse("register")), (told.award.number, told.path)]
