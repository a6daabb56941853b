"""The site's figures, in the text format of Prometheus.

All are read from the database and the engine when asked for, none counted in memory: whichever of
several processes answers says the same.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from catalogue.models import Listing
from search.contract import Health
from search.models import EmptyQuery
from search.monitoring import index_states
from search.services import health

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def exposition(*, now: dt.datetime) -> bytes:
    """All figures as they are now. Raises `django.db.Error` without the database."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SiteCollector(now))
    return generate_latest(registry)


def index_age(index: Health, now: dt.datetime | None = None) -> dt.timedelta | None:
    """Time since the index was last rebuilt; None when nobody knows."""
    if not index.rebuilt_at:
        return None
    moment = dt.datetime.fromisoformat(index.rebuilt_at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (now or timezone.now()) - moment


class SiteCollector(Collector):
    """Reads the figures, in four queries and one question to the engine."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        """The families of figures; each is explained in its own help line."""
        yield InfoMetricFamily(
            "catalogue_build",
            "What runs.",
            {"version": _version(), "engine": settings.SEARCH["ENGINE"]},
        )
        yield from self._indexes()
        yield from self._engine()
        yield self._sheets()
        day = timezone.localdate(self._now)
        empty = EmptyQuery.objects.filter(day=day).aggregate(sum=Sum("count"))["sum"]
        yield GaugeMetricFamily(
            "catalogue_empty_searches_today",
            "Searches of today that found nothing, those that may be personal left out.",
            empty or 0,
        )

    def _indexes(self) -> Iterator[GaugeMetricFamily]:
        pending = GaugeMetricFamily(
            "catalogue_index_pending", "Changes that an index has not yet.", labels=["target"]
        )
        lag = GaugeMetricFamily(
            "catalogue_index_lag_seconds",
            "Age of the oldest change that an index should have and has not.",
            labels=["target"],
        )
        for state in index_states():
            pending.add_metric([state.target], state.pending)
            lag.add_metric([state.target], state.lag.total_seconds())
        yield pending
        yield lag

    def _engine(self) -> Iterator[GaugeMetricFamily]:
        index = health()
        yield GaugeMetricFamily(
            "catalogue_search_engine_up", "Whether the search engine answers.", int(index.ok)
        )
        yield GaugeMetricFamily(
            "catalogue_degraded", "Whether pages do without the search engine.", int(not index.ok)
        )
        if not index.ok:
            return  # nothing is known of its documents: that is not zero
        yield GaugeMetricFamily(
            "catalogue_index_documents", "Sheets in the index.", index.documents
        )
        age = index_age(index, self._now)
        if age is not None:
            yield GaugeMetricFamily(
                "catalogue_index_age_seconds",
                "Time since the index was rebuilt.",
                age.total_seconds(),
            )

    def _sheets(self) -> GaugeMetricFamily:
        live = Q(page__live=True, archived_at__isnull=True)
        archived = Q(archived_at__isnull=False)
        counts = Listing.objects.aggregate(
            live=Count("pk", filter=live),
            archived=Count("pk", filter=archived),
            draft=Count("pk", filter=~live & ~archived),
        )
        family = GaugeMetricFamily("catalogue_sheets", "Sheets by state.", labels=["state"])
        for state, count in counts.items():
            family.add_metric([state], count)
        return family


@cache
def _version() -> str:
    version: str = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return version
