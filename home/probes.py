"""What machines ask of the site: does it live, can it serve, how does it fare."""

import datetime as dt
import ipaddress
import secrets

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from home.metrics import exposition, index_age
from search.deadline import within
from search.monitoring import IndexState, index_states
from search.services import health

HEALTH_SECONDS = 2.0
"""Whoever probes gives up soon after, and takes no answer for a bad one."""
STALE_INDEX = dt.timedelta(hours=36)
"""The index is rebuilt every night: older than this, nobody rebuilt it."""
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve pages, and how well: database, index, changes that wait.

    503 without the database, and before an index was ever built. An engine that does not answer
    only makes it `degraded` (docs/decisions/0011).
    """
    states = _states()
    with within(HEALTH_SECONDS):
        index = health()
    used = next((state for state in states or () if state.in_use), None)
    known = states is not None
    age = index_age(index)
    body = {
        "ready": used is not None,
        "degraded": not index.ok,
        "database": {"ok": known},
        "index": {
            "ok": index.ok,
            "documents": index.documents,
            "rebuilt_at": index.rebuilt_at,
            "age_seconds": None if age is None else int(age.total_seconds()),
            "stale": age is not None and age > STALE_INDEX,
        },
        "pending": used.pending if used else (0 if known else None),
        "lag_seconds": int(used.lag.total_seconds()) if used else (0 if known else None),
    }
    return JsonResponse(body, status=200 if used else 503)


def _states() -> list[IndexState] | None:
    try:
        return index_states()
    except Error:
        return None


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: with the token of the settings, or else on this very machine only."""
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            refusal = HttpResponse("Unauthorized\n", status=401, content_type="text/plain")
            refusal["WWW-Authenticate"] = "Bearer"
            return refusal
    elif not _comes_from_here(request):
        raise Http404
    try:
        with within(HEALTH_SECONDS):
            figures = exposition(now=timezone.now())
    except Error:
        return HttpResponse("No database\n", status=503, content_type="text/plain")
    return HttpResponse(figures, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return secrets.compare_digest(given.encode(), wanted.encode())


def _comes_from_here(request: HttpRequest) -> bool:
    """Whether a program of this machine asks, and does not ask for somebody else.

    A proxy on this machine would make visitors look local: what it forwards is not.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
