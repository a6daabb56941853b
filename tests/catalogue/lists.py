"""Official lists as CSV texts, and claims verified on them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from catalogue.list_imports import Report, import_list
from catalogue.models import Claim, Offer, OfficialEntry, OfficialList, Verification
from tests.catalogue.factories import make_offer, make_sheet

HEADER = "code;label;valid_from;valid_to;provider;service_type"
CLOUD = "NUAGE;Nuage fictif;2025-01-01;;Fictilog;saas"
HOST = "SOCLE;Socle fictif;2025-01-01;2028-12-31;Fictilog;iaas"


def today() -> dt.date:
    return timezone.localdate()


def days(count: int) -> dt.date:
    """That many days from now."""
    return today() + dt.timedelta(days=count)


def services(*lines: str) -> str:
    """The list of qualified services."""
    return "\n".join((HEADER, *lines))


def load(*lines: str, dated_on: dt.date | None = None, **about: Any) -> Report:
    """Import qualified services, today's list unless told."""
    about = {"list": OfficialList.SECNUMCLOUD, **about}
    return import_list(source=services(*lines), dated_on=dated_on or today(), **about)


def load_list(name: str, text: str, dated_on: dt.date | None = None) -> Report:
    """Import another list."""
    return import_list(list=name, source=text, dated_on=dated_on or today())


def verified_on_list(code: str = "NUAGE", *, until: dt.date, offer: Offer | None = None) -> Claim:
    """A cloud claim that was verified on a line of the list three months ago."""
    offer = offer or make_offer(make_sheet("Orvalis"), secnumcloud="service")
    entry = OfficialEntry.objects.get(code=code)
    claim = Claim.objects.create(
        listing=offer.page.listing,
        subject=offer.uid,
        kind=Claim.Kind.CLOUD,
        declared_on=days(-100),
        verified_on=days(-90),
        verified_by="ANSSI",
        expires_on=until,
        official=entry,
    )
    Verification.objects.create(
        claim=claim,
        ground=Verification.Ground.OFFICIAL,
        state=Verification.State.CONFIRMED,
        finding="Sur la liste.",
        official=entry,
        expires_on=until,
        decided_at=timezone.now(),
    )
    return claim
