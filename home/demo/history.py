"""The public log of the demo's sheets: what their own dates tell, and a few changes."""

from collections.abc import Sequence

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast

from catalogue.models import Listing, SheetEvent
from home.demo.records import SheetRecord

Kind, Side = SheetEvent.Kind, SheetEvent.Side
_CHANGES = (
    ["offers.unit_price"],
    ["description", "version", "version_date"],
    ["references+1"],
    ["features", "offers+1", "screenshots+2"],
    ["offers.hosting_countries", "rgaa"],
)
_DATED_BY = {
    Kind.PUBLISHED: F("page__first_published_at"),
    Kind.CHANGED: F("page__last_published_at"),
    Kind.CONFIRMED: Cast(F("confirmed_on"), DateTimeField()),
    Kind.ARCHIVED: F("archived_at"),
}
"""Where the moment of each kind of line stands."""


def record_events(sheets: Sequence[SheetRecord], listings: Sequence[Listing]) -> None:
    """Write the log of sheets that were just inserted: a statement for all, then one a kind."""
    events = SheetEvent.objects.bulk_create(
        event
        for sheet, listing in zip(sheets, listings, strict=True)
        if sheet.state != "draft"
        for event in _events(sheet, listing)
    )
    # The moment of a line is that of its insertion: these happened before.
    written = SheetEvent.objects.filter(pk__gte=events[0].pk) if events else None
    for kind, moment in _DATED_BY.items() if written is not None else ():
        _date(written.filter(kind=kind, listing__in=listings), moment)


def _events(sheet: SheetRecord, listing: Listing) -> list[SheetEvent]:
    def event(kind: str, changes: Sequence[str] = ()) -> SheetEvent:
        return SheetEvent(listing=listing, kind=kind, side=Side.VENDOR, changes=list(changes))

    events = [event(Kind.PUBLISHED)]
    if sheet.updated_on > sheet.created_on:
        events.append(event(Kind.CHANGED, _CHANGES[sheet.uid.int % len(_CHANGES)]))
    if sheet.confirmed_on and sheet.confirmed_on > sheet.updated_on:
        events.append(event(Kind.CONFIRMED))
    if sheet.archived_on:
        events.append(event(Kind.ARCHIVED))
    return events


def _date(events: QuerySet[SheetEvent], moment: F | Cast) -> None:
    listing = Listing.objects.filter(pk=OuterRef("listing"))
    events.update(at=Subquery(listing.annotate(moment=moment).values("moment")[:1]))
