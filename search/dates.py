"""Which sheets a passing date changes, though nobody touched them."""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from catalogue.models import (
    Claim,
    Listing,
    Offer,
    OfficialEntry,
    PriceBand,
    ReferenceConfiguration,
)
from catalogue.official import READ_BY_ALL_SHEETS
from catalogue.presentation import STALE_AFTER
from labelling.models import Award, Result


def dated_values_changed(since: dt.date, until: dt.date) -> bool:
    """Whether a value that any sheet may be read by began or ended from `since` to `until`.

    A price band, a reference configuration, an adequate country, a licence.
    """
    began, passed = _crossed(since, until)
    moved = Q(valid_from__range=began) | Q(valid_to__range=passed)
    listed = OfficialEntry.objects.filter(list__in=READ_BY_ALL_SHEETS)
    return any(
        rows.filter(moved).exists()
        for rows in (PriceBand.objects, ReferenceConfiguration.objects, listed)
    )


def crossed_by_a_date(since: dt.date, until: dt.date) -> QuerySet[Listing, UUID]:
    """Public ids of the sheets that read otherwise on `until` than on `since`, or may.

    By a price, claim, contract, self-assessment, label or confirmation that ended, or by a claim
    verified or contested, or a label that begins, on a day that has come. Claims of answers are in no document.
    """
    began, passed = _crossed(since, until)
    stale = tuple(day - STALE_AFTER for day in passed)
    offers = Offer.objects.filter(
        Q(price_valid_until__range=passed)
        | Q(hds_until__range=passed)
        | Q(iso27001_until__range=passed)
    )
    contracts = Offer.objects.filter(vehicles__ends_on__range=passed)
    claims = Claim.objects.of_sheet()
    moved = claims.filter(
        Q(expires_on__range=passed) | Q(verified_on__range=began) | Q(contested_on__range=began)
    )
    proven = claims.filter(evidence__expires_on__range=passed)
    ended = Result.objects.filter(valid_to__range=passed)
    awards = Award.objects.filter(Q(valid_to__range=passed) | Q(granted_on__range=began))
    # A set of keys each: joined together, offers, claims and pieces would multiply rows.
    return (
        Listing.objects.public()
        .filter(
            Q(page__in=offers.values("page"))
            | Q(page__in=contracts.values("page"))
            | Q(pk__in=moved.values("listing"))
            | Q(pk__in=proven.values("listing"))
            | Q(pk__in=ended.values("listing"))
            | Q(pk__in=awards.values("listing"))
            | Q(rgaa_until__range=passed)
            | Q(confirmed_on__range=stale)
            | Q(page__last_published_at__date__range=stale)
        )
        .order_by()
        .values_list("uid", flat=True)
    )


def _crossed(since: dt.date, until: dt.date) -> tuple[tuple[dt.date, dt.date], ...]:
    """Ranges of the first days, and of the last days, that make a difference since `since`."""
    day = dt.timedelta(days=1)
    return (since + day, until), (since, until - day)
