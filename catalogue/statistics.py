"""How often sheets are read, compared and shown in a search: counts by day, of nobody.

No cookie, no address, no account is kept or even looked at for it, except that members of the
company and staff do not count when they read a sheet. Counts gather in the process and are written
together once an answer is sent: a page neither waits for them nor fails with them. A process that
is killed loses half a minute of them.
"""

import atexit
import datetime as dt
import logging
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest
from django.utils import timezone

from catalogue.models import Listing, SheetCount, SolutionPage
from catalogue.patience import hurried_transaction
from catalogue.permissions import role_of

logger = logging.getLogger(__name__)

WRITTEN_EVERY = 30.0
"""Seconds that counts may wait in the process."""
WRITTEN_FROM = 2_000
"""Different counts that are written without waiting any longer."""
MOST_KEPT = 20_000
"""Different counts that a process holds when the database takes none; others are lost."""
AT_ONCE = 400  # SQLite limits the values of a statement
KEPT_MONTHS = 25
"""How long daily counts are kept: two years to compare, and the month under way."""
_ROBOTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scrap|fetcher|monitor|uptime|archiver|facebookexternalhit|"
    r"preview|lighthouse|^curl|^wget|^python|^go-http|^java/|^okhttp|^libwww|^httpx|^axios",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What is counted, by its column."""

    VIEWS = "views"
    COMPARISONS = "comparisons"
    APPEARANCES = "appearances"


_SUMS = {kind.value: Sum(kind.value) for kind in Kind}
Counts = Counter[tuple[dt.date, str, str]]
_lock = threading.Lock()
_counts: Counts = Counter()
_since: float | None = None


def count(kind: Kind, uids: Iterable[object]) -> None:
    """Count sheets, by their public ids, once more today. Takes no time and never raises."""
    global _since
    today = timezone.localdate()
    with _lock:
        for uid in uids:
            key = (today, str(uid), kind.value)
            if key in _counts or len(_counts) < MOST_KEPT:
                _counts[key] += 1
        if _counts and _since is None:
            _since = time.monotonic()


def count_shown(request: HttpRequest, kind: Kind, uids: Iterable[object]) -> None:
    """Count sheets that a page shows, unless it was a robot that asked for it."""
    if request.method == "GET" and not is_robot(request):
        count(kind, uids)


def count_read(request: HttpRequest, page: SolutionPage) -> None:
    """Count a sheet that somebody reads: neither a robot, nor its own company, nor staff."""
    listing = getattr(page, "listing", None)
    if listing is None or request.method != "GET" or is_robot(request):
        return
    user = request.user
    if user.is_authenticated and (
        user.is_staff or (listing.vendor and role_of(user, listing.vendor))
    ):
        return
    count(Kind.VIEWS, [listing.uid])


def is_robot(request: HttpRequest) -> bool:
    """Whether who asks says that it is a well-known kind of robot."""
    return bool(_ROBOTS.search(request.headers.get("User-Agent", "")))


def write_when_due(**kwargs: Any) -> None:
    """Write the counts once they waited long enough or are many; called when an answer is sent."""
    since = _since
    if since is None:
        return
    if time.monotonic() - since >= WRITTEN_EVERY or len(_counts) >= WRITTEN_FROM:
        write()
        if not connection.in_atomic_block:
            # Django tidied up before, at the same signal.
            connection.close_if_unusable_or_obsolete()


def write(*, last: bool = False) -> None:
    """Add what was counted to the database; what a busy one cannot take now is tried again later.

    :param last: whether there is no later: wait as long as any other writer does.
    """
    batch = forget()
    if not batch:
        return
    try:
        with transaction.atomic() if last else hurried_transaction():
            _add(batch)
    except Error as error:
        logger.warning("%d counts of sheets wait: %s", len(batch), error)
        _take_back(batch)


def forget() -> Counts:
    """Take what was counted and not written yet out of the process."""
    global _counts, _since
    with _lock:
        batch, _counts, _since = _counts, Counter(), None
    return batch


def erase_old_counts(*, today: dt.date, dry_run: bool = False) -> int:
    """Erase daily counts older than twenty-five months; return how many."""
    months = today.year * 12 + today.month - 1 - KEPT_MONTHS
    old = SheetCount.objects.filter(day__lt=dt.date(months // 12, months % 12 + 1, 1))
    return old.count() if dry_run else old.delete()[0]


def totals(listings: Iterable[Listing], *, since: dt.date) -> dict[int, dict[str, int]]:
    """Counts of each sheet from a day on, by its key; a sheet that nobody saw is absent."""
    rows = _from(listings, since).values("listing").annotate(**_SUMS)
    return {row.pop("listing"): row for row in rows}


def by_month(
    listings: Iterable[Listing], *, since: dt.date
) -> dict[tuple[int, dt.date], dict[str, int]]:
    """Counts from a day on by (key of the sheet, first day of the month)."""
    months = _from(listings, since).annotate(month=TruncMonth("day"))
    rows = months.values("listing", "month").annotate(**_SUMS)
    return {(row.pop("listing"), row.pop("month")): row for row in rows}


def _from(listings: Iterable[Listing], since: dt.date) -> Any:
    return SheetCount.objects.filter(listing__in=listings, day__gte=since).order_by()


def months_until(today: dt.date, count: int = 12) -> list[dt.date]:
    """First days of the last months, the one under way included, oldest first."""
    last = today.year * 12 + today.month - 1
    return [dt.date(at // 12, at % 12 + 1, 1) for at in range(last - count + 1, last + 1)]


def _take_back(batch: Counts) -> None:
    global _since
    with _lock:
        for key, number in batch.items():
            if key in _counts or len(_counts) < MOST_KEPT:
                _counts[key] += number
        _since = time.monotonic()


def _add(batch: Counts) -> None:
    """One row a sheet and day; those of as many views, comparisons and appearances at once."""
    by_sheet: dict[tuple[dt.date, str], Counter[str]] = defaultdict(Counter)
    for (day, uid, kind), number in batch.items():
        by_sheet[day, uid][kind] += number
    keys = sorted(by_sheet)
    for start in range(0, len(keys), AT_ONCE):
        _add_some({key: by_sheet[key] for key in keys[start : start + AT_ONCE]})


def _add_some(by_sheet: Mapping[tuple[dt.date, str], Counter[str]]) -> None:
    known = Listing.objects.filter(uid__in={uid for _day, uid in by_sheet})
    pks = {str(uid): pk for uid, pk in known.values_list("uid", "pk")}
    alike: dict[tuple[dt.date, tuple[int, ...]], list[int]] = defaultdict(list)
    for (day, uid), counts in by_sheet.items():
        if uid in pks:
            alike[day, tuple(counts[kind] for kind in Kind)].append(pks[uid])
    SheetCount.objects.bulk_create(
        (SheetCount(listing_id=pk, day=day) for (day, _), found in alike.items() for pk in found),
        ignore_conflicts=True,
    )
    days = {day for day, _numbers in alike}
    rows = SheetCount.objects.filter(day__in=days, listing__in=list(pks.values()))
    # In one order: two processes that write the same rows do not wait for one another.
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    for (day, numbers), found in alike.items():
        more = {kind: F(kind) + number for kind, number in zip(Kind, numbers, strict=True)}
        SheetCount.objects.filter(day=day, listing__in=found).update(**more)


# Counts that wait when a process ends in order; nothing at all where none were made.
atexit.register(write, last=True)
