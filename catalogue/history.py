"""The public log of a sheet: what happened, when, and on which side; never who."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from catalogue.changes import Content, changed
from catalogue.models import Listing, SheetEvent, SolutionPage
from catalogue.permissions import user_can_edit


def side_of(listing: Listing, by: User | None) -> SheetEvent.Side:
    """On whose side somebody acts: their company's, mission LABEL's, or nobody's (an import)."""
    if by is None:
        return SheetEvent.Side.IMPORT
    if listing.vendor is not None and user_can_edit(by, listing.vendor):
        return SheetEvent.Side.VENDOR
    return SheetEvent.Side.STAFF


@transaction.atomic
def record(
    *,
    listing: Listing,
    kind: str,
    side: str,
    changes: Iterable[str] = (),
    detail: str = "",
) -> SheetEvent:
    """Write one line in the public log of a sheet.

    :param kind: a `SheetEvent.Kind`.
    :param side: a `SheetEvent.Side`, as `side_of` says.
    :param changes: names of the fields that changed, as the database calls them.
    :param detail: a short French precision without any name of a person.
    """
    return SheetEvent.objects.create(
        listing=listing, kind=kind, side=side, changes=sorted(changes), detail=detail
    )


def author_side(listing: Listing, author: User | None) -> SheetEvent.Side:
    """On whose side a published version was written, whoever approved it.

    A member who left since, or whose account is closed, wrote for the company all the same.
    """
    if listing.vendor is None:
        return side_of(listing, author)
    if author is None or not author.has_perm("wagtailadmin.access_admin"):
        return SheetEvent.Side.VENDOR
    return side_of(listing, author)


def record_publication(*, page: SolutionPage, before: Mapping[str, Any] | None) -> None:
    """Write that a sheet was published: for the first time, or with what changed, if anything did.

    :param before: what the public read until now as JSON data, None the first time.
    """
    listing = Listing.objects.select_related("vendor").filter(page_id=page.pk).first()
    if listing is None:
        return
    side = author_side(listing, page.live_revision.user if page.live_revision else None)
    if before is None:
        record(listing=listing, kind=SheetEvent.Kind.PUBLISHED, side=side)
        return
    changes = changed(before, published_content(page.pk))
    if changes:
        record(listing=listing, kind=SheetEvent.Kind.CHANGED, side=side, changes=changes)


def published_content(pk: int) -> Content:
    """What the public reads of a sheet, as the database gives it back (a draft's numbers differ)."""
    content: Content = json.loads(SolutionPage.objects.get(pk=pk).to_json())
    return content


@transaction.atomic
def record_confirmation(*, listing: Listing, side: str, on: dt.date) -> None:
    """Write that a sheet was said to be accurate, unless it was published that day or since."""
    kinds = (SheetEvent.Kind.PUBLISHED, SheetEvent.Kind.CHANGED, SheetEvent.Kind.PUT_BACK)
    if not listing.events.filter(kind__in=kinds, at__date__gte=on).exists():
        record(listing=listing, kind=SheetEvent.Kind.CONFIRMED, side=side)
