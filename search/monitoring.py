"""How far the indexes are behind the database: for probes and figures."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from search.models import IndexTarget, PendingDocument


@dataclass(frozen=True)
class IndexState:
    """An index that hears of changes. `lag` is the age of the oldest change that it should have,
    `oldest` when the first change that it has not was made, due or not.
    """

    target: str
    in_use: bool
    pending: int
    lag: dt.timedelta
    oldest: dt.datetime | None


def index_states() -> list[IndexState]:
    """The indexes ever built, that of the engine in use among them if it is; two queries.

    A sheet that could not be indexed is pending, but makes no lag until it is to be tried again.
    """
    now = timezone.now()
    rows = (
        PendingDocument.objects.order_by()
        .values("target")
        .annotate(
            count=Count("id"),
            oldest=Min("created_at"),
            due=Min("created_at", filter=Q(not_before__lte=now)),
        )
    )
    waiting = {row["target"]: row for row in rows}
    nothing: dict[str, Any] = {"count": 0, "oldest": None, "due": None}
    return [
        IndexState(
            name,
            in_use=name == settings.SEARCH["ENGINE"],
            pending=(row := waiting.get(name, nothing))["count"],
            lag=max(dt.timedelta(), now - (row["due"] or now)),
            oldest=row["oldest"],
        )
        for name in IndexTarget.objects.order_by("name").values_list("name", flat=True)
    ]
