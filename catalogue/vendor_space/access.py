"""Whose company a page of the vendor space is about, and who may open it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalogue.models import Vendor
from catalogue.permissions import role_of, user_can_manage

View = Callable[..., HttpResponse]
READ = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")


def own_vendor(request: HttpRequest, slug: str) -> Vendor:
    """The company of that slug, for its members.

    Raises 404 for anybody else: a company that publishes nothing yet is nobody's business.
    """
    vendor = get_object_or_404(Vendor, slug=slug)
    if role_of(request.user, vendor) is None:
        raise Http404
    return vendor


def managed_vendor(request: HttpRequest, slug: str) -> Vendor:
    """The company of that slug, for its owners; raises `PermissionDenied` for other members."""
    vendor = own_vendor(request, slug)
    if not user_can_manage(request.user, vendor):
        raise PermissionDenied
    return vendor


def private(*methods: str) -> Callable[[View], View]:
    """A page of somebody who is signed in, which no shared computer or proxy keeps."""

    def decorate(view: View) -> View:
        return never_cache(login_required(require_http_methods(methods)(view)))

    return decorate


def company_context(request: HttpRequest, vendor: Vendor, current: str) -> dict[str, Any]:
    """What every page of a company shows: its name, its tabs, those of its owners if one is."""
    manages = user_can_manage(request.user, vendor)
    return {"vendor": vendor, "current": current, "manages": manages}
