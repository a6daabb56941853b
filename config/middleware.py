"""Middleware of the whole site."""

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

ADMIN_PREFIX = "/gestion/"


class ContentSecurityPolicy(CSPMiddleware):
    """One strict policy for the public site, a looser one for Wagtail's editor and nothing else."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(ADMIN_PREFIX):
            response._csp_config = settings.CONTENT_SECURITY_POLICY_ADMIN
        return super().process_response(request, response)
