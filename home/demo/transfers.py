"""A sheet that waits to be taken over, one that was declined, and a year of visits."""

import datetime as dt
import math
import random

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue.models import (
    Listing,
    Membership,
    Proof,
    Role,
    SheetCount,
    Transfer,
    Vendor,
)
from home.demo.chance import Chance, demo_uid
from home.demo.companies import OWNER
from home.demo.vendors import vendor_uid

GIVER = "cedant@demo.example"
"""Owner of the company that hands a sheet over; nobody signs in as them."""
_DAYS = 365
_MOST_SHEETS = 20
"""Sheets of the demo's company that have visits."""


@transaction.atomic
def load_transfers(seed: int, *, today: dt.date) -> None:
    """Make the transfers and the counts that are missing; what is there is left alone."""
    company = Vendor.objects.get(uid=vendor_uid(seed, 0))
    _visits(company, seed, today)
    giver = Vendor.objects.filter(uid=vendor_uid(seed, 1)).first()
    if giver is None:
        return
    owner = _owner(giver)
    given = _first_live(giver)
    if given is not None:
        Transfer.objects.get_or_create(
            uid=demo_uid(seed, "transfer", 0),
            defaults={
                "listing": given,
                "source": giver,
                "target": company,
                "asked_by": owner,
                "message": "Nous cessons cette activité ; vos clients s'en servent déjà.",
            },
        )
    kept = _first_live(company)
    if kept is not None:
        Transfer.objects.get_or_create(
            uid=demo_uid(seed, "transfer", 1),
            defaults={
                "listing": kept,
                "source": company,
                "target": giver,
                "asked_by": User.objects.filter(email=OWNER).first(),
                "state": Transfer.State.REFUSED,
                "decided_at": timezone.now(),
                "decided_by": owner,
                "answer": "Nous ne vendons pas ce type de logiciel.",
            },
        )


def _owner(giver: Vendor) -> User:
    user = User.objects.filter(email=GIVER).first()
    if user is None:
        user = User.objects.create_user(
            GIVER, None, first_name="Cédant", last_name="de démonstration"
        )
    Membership.objects.get_or_create(vendor=giver, user=user, defaults={"role": Role.OWNER})
    Proof.objects.get_or_create(
        vendor=giver,
        by=user,
        kind=Proof.Kind.EMAIL,
        defaults={
            "state": Proof.State.ACCEPTED,
            "email": giver.contact_email,
            "decided_at": timezone.now(),
        },
    )
    return user


def _first_live(vendor: Vendor) -> Listing | None:
    return Listing.objects.public().filter(vendor=vendor).order_by("pk").first()


def _visits(company: Vendor, seed: int, today: dt.date) -> None:
    """More and more of them, fewer at week-ends and in August; none of sheets that have some."""
    listings = Listing.objects.public().filter(vendor=company, counts=None).order_by("pk")
    SheetCount.objects.bulk_create(
        _day(
            listing,
            today - dt.timedelta(days=ago),
            Chance(seed).rng("visits", listing.uid, ago),
            ago,
        )
        for listing in listings[:_MOST_SHEETS]
        for ago in range(_DAYS)
    )


def _day(listing: Listing, day: dt.date, rng: random.Random, ago: int) -> SheetCount:
    quiet = (0.15 if day.weekday() > 4 else 1) * (0.4 if day.month == 8 else 1)
    reach = quiet * (4 + listing.uid.int % 9) * (2 - ago / _DAYS)
    appearances = math.floor(rng.uniform(0.5, 1.5) * 9 * reach)
    return SheetCount(
        listing=listing,
        day=day,
        appearances=appearances,
        views=rng.randint(0, appearances // 3),
        comparisons=rng.randint(0, appearances // 12),
    )
