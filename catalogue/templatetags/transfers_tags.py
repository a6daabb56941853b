"""Sheets that wait for an answer between two companies, for the pages of both."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.db.models import Q

from accounts.models import User
from catalogue.models import Listing, Membership, Transfer
from catalogue.permissions import user_can_manage

register = template.Library()


@register.simple_tag
def waiting_transfers(memberships: Iterable[Membership]) -> dict[str, list[Transfer]]:
    """Proposals made to the companies of these memberships, and by them: one query."""
    vendors = {membership.vendor_id for membership in memberships}
    rows = (
        Transfer.objects.waiting()
        .filter(Q(source__in=vendors) | Q(target__in=vendors))
        .select_related("listing__page", "source", "target")
    )
    managed = {row.vendor_id for row in memberships if row.role == "owner"}
    found: dict[str, list[Transfer]] = {"received": [], "made": []}
    for transfer in rows if vendors else ():
        transfer.to_answer = transfer.target_id in managed
        transfer.to_cancel = transfer.source_id in managed
        if transfer.target_id in vendors:
            found["received"].append(transfer)
        if transfer.source_id in vendors:
            found["made"].append(transfer)
    return found


@register.simple_tag
def transfer_of(listing: Listing, user: User) -> dict[str, Any]:
    """The proposal of a sheet that waits, if any, and whether somebody may make or take it back."""
    waiting = listing.transfers.waiting().select_related("target").first()
    return {"waiting": waiting, "manages": user_can_manage(user, listing.vendor)}
