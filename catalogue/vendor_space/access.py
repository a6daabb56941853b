"""Whose company a page of the vendor space is about, and who may open it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalogue.exchanges import unread_by
from catalogue.models import Vendor
from catalogue.permissions import role_of, user_can_manage

View = Callable[..., HttpResponse]
READ = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "vu", "action"})


class HandedOver(Exception):
    """Somebody opens, or writes to, a sheet that their company has handed over to another."""


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
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except HandedOver:
                return _handed_over(request)

        return never_cache(login_required(require_http_methods(methods)(guarded)))

    return decorate


def _handed_over(request: HttpRequest) -> HttpResponse:
    """Say so, with what was typed meanwhile: it can be saved no more, but copied."""
    typed = [
        value
        for name, values in request.POST.lists()
        for value in values
        if value.strip()
        and not value.isdigit()
        and name not in _NOT_TYPED
        # What a form keeps of what was read before (`show_hidden_initial`) was not typed.
        and not name.startswith("initial-")
    ]
    context = {"typed": "\n\n".join(typed)}
    return render(request, "catalogue/vendor_space/handed_over.html", context, status=403)


def company_context(request: HttpRequest, vendor: Vendor, current: str) -> dict[str, Any]:
    """What every page of a company shows: its name, its tabs, those of its owners, unread messages."""
    return {
        "vendor": vendor,
        "current": current,
        "manages": user_can_manage(request.user, vendor),
        "unread": unread_by(vendor),
    }
