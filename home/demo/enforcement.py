"""What mission LABEL decided in the demo: a sheet taken down, a vendor suspended, two sheets merged."""

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from catalogue import enforcement, merging
from catalogue.models import Listing, Reason, Takedown, Vendor
from home.demo.reports import MODERATOR
from home.demo.vendors import vendor_uid

FEWEST = 20
"""Sheets below which nothing is hidden: a very small demo would miss them."""
_PUBLIC = Q(listings__page__live=True, listings__archived_at__isnull=True)


@transaction.atomic
def load_enforcement(seed: int) -> None:
    """Take decisions on a few sheets, the last ones, unless some were taken already."""
    public = Listing.objects.public().filter(vendor__is_fictitious=True)
    others = public.exclude(vendor__uid=vendor_uid(seed, 0))
    taken = Takedown.objects.filter(listing__vendor__is_fictitious=True).exists()
    by = User.objects.filter(email=MODERATOR).first()
    if taken or by is None or others.count() < FEWEST:
        return
    small = (
        Vendor.objects.filter(is_fictitious=True)
        .exclude(uid=vendor_uid(seed, 0))
        .annotate(shown=Count("listings", filter=_PUBLIC))
        .filter(shown__gte=1)
        .order_by("shown", "-uid")[0]
    )
    enforcement.suspend(
        vendor=small,
        reason=_reason("manquements"),
        comment="Trois fiches annonçaient des certifications sans preuve, malgré deux relances.",
        by=by,
    )
    first, kept, duplicate = others.order_by("-uid")[:3]
    enforcement.take_down(
        listing=first,
        reason=_reason("trompeur"),
        comment="La fiche cite une commune fictive qui dit ne pas être cliente. Retirez-la.",
        by=by,
    )
    merging.merge(
        duplicate=duplicate,
        kept=kept,
        by=by,
        take=("tagged_items",),
        comment="Deux fiches de démonstration, regroupées pour montrer l'écran.",
    )


def _reason(code: str) -> Reason:
    return Reason.objects.get(purpose=Reason.Purpose.TAKEDOWN, code=code)
