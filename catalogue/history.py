"""The public log of a sheet: what happened, when, and on which side; never who."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from catalogue.models import Listing, SheetEvent
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
