"""Which sheets a passing date changes, though nobody touched them."""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from catalogue.models import Listing, PriceBand, ReferenceConfiguration
from catalogue.presentation import STALE_AFTER


def dated_values_changed(since: dt.date, until: dt.date) -> bool:
    """Whether a price band or a reference configuration began or ended from `since` to `until`."""
    began, passed = _crossed(since, until)
    moved = Q(valid_from__range=began) | Q(valid_to__range=passed)
    return any(
        model.objects.filter(moved).exists() for model in (PriceBand, ReferenceConfiguration)
    )


def crossed_by_a_date(since: dt.date, until: dt.date) -> QuerySet[Listing, UUID]:
    """Public ids of the sheets that read otherwise on `until` than on `since`, or may.

    By a price, claim, contract or confirmation that ended, or by a claim verified or contested on
    a day that has come.
    """
    began, passed = _crossed(since, until)
    stale = tuple(day - STALE_AFTER for day in passed)
    return (
        Listing.objects.public()
        .filter(
            Q(page__offers__price_valid_until__range=passed)
            | Q(page__offers__hds_until__range=passed)
            | Q(page__offers__iso27001_until__range=passed)
            | Q(page__offers__vehicles__ends_on__range=passed)
            | Q(claims__expires_on__range=passed)
            | Q(claims__evidence__expires_on__range=passed)
            | Q(claims__verified_on__range=began)
            | Q(claims__contested_on__range=began)
            | Q(confirmed_on__range=stale)
            | Q(page__last_published_at__date__range=stale)
        )
        .order_by()
        .values_list("uid", flat=True)
        .distinct()
    )


def _crossed(since: dt.date, until: dt.date) -> tuple[tuple[dt.date, dt.date], ...]:
    """Ranges of the first days, and of the last days, that make a difference since `since`."""
    day = dt.timedelta(days=1)
    return (since + day, until), (since, until - day)
