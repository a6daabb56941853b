"""Middleware of the whole site."""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

ADMIN_PREFIX = "/gestion/"


class ContentSecurityPolicy(CSPMiddleware):
    """One strict policy for the public site, a looser one for Wagtail's editor and nothing else."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(ADMIN_PREFIX):
            response._csp_config = settings.CONTENT_SECURITY_POLICY_ADMIN
        elif getattr(request, "is_preview", False):
            # Wagtail's editor shows the public page in a frame of its own.
            response._csp_replace = {"frame-ancestors": ["'self'"]}
        return super().process_response(request, response)


class AtomicWrites:
    """One transaction for each request of Wagtail's admin that may write: all is kept, or nothing.

    Elsewhere services are atomic by themselves, and what is slow (mail) is not held in a
    transaction. Reads stay outside: on SQLite every transaction takes the write lock (IMMEDIATE).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        is_read = request.method in ("GET", "HEAD", "OPTIONS", "TRACE")
        if is_read or not request.path.startswith(ADMIN_PREFIX):
            return None
        with transaction.atomic():
            response: HttpResponseBase = view(request, *args, **kwargs)
            if hasattr(response, "render") and callable(response.render):
                response.render()  # templates may still write (messages, sessions)
        return response
