"""Builders of catalogue rows, with just what a test needs to say."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from catalogue.choices import (
    Deployment,
    Metric,
    OfferKind,
    Origin,
    Period,
    Pricing,
    Size,
    SizeSource,
)
from catalogue.models import CataloguePage, Category, Claim, Listing, Offer, SolutionPage, Vendor

TODAY = dt.date(2026, 11, 22)


class VendorFactory(factory.django.DjangoModelFactory):
    """A small French company that said where its size and control are known from."""

    class Meta:
        model = Vendor

    name = factory.Sequence(lambda n: f"Atelier fictif {n}")
    slug = factory.Sequence(lambda n: f"atelier-fictif-{n}")
    size = Size.PE
    size_source = SizeSource.SIRENE
    size_year = 2024
    origin = Origin.FRANCE
    origin_proof = "Statuts déposés"
    is_fictitious = True


def make_sheet(
    title: str = "Orvalis",
    *,
    vendor: Vendor | None = None,
    categories: tuple[str, ...] = ("visioconference",),
    live: bool = True,
    confirmed_on: dt.date | None = None,
    **content: Any,
) -> SolutionPage:
    """A sheet with its listing, published or not. Needs the `site` fixture."""
    catalogue = CataloguePage.objects.get()
    page = SolutionPage(title=title, locale=catalogue.locale, live=live, **content)
    page.last_published_at = timezone.now() if live else None
    catalogue.add_child(instance=page)
    page.categories.set(Category.objects.filter(slug__in=categories))
    page.save()
    Listing.objects.create(page=page, vendor=vendor or VendorFactory(), confirmed_on=confirmed_on)
    return page


def make_offer(page: SolutionPage, name: str = "En ligne", **columns: Any) -> Offer:
    """An offer in the cloud, without a price unless told."""
    defaults: dict[str, Any] = {
        "deployment": Deployment.SAAS,
        "kind": OfferKind.PRODUCTION,
        "pricing": Pricing.UNPRICED,
    }
    return Offer.objects.create(page=page, name=name, **{**defaults, **columns})


def per_agent(monthly: str, setup: str = "0", **columns: Any) -> dict[str, Any]:
    """Columns of an offer priced by agent and month, euros before tax."""
    return {
        "pricing": Pricing.PRICED,
        "metric": Metric.AGENT,
        "period": Period.MONTH,
        "unit_price": Decimal(monthly),
        "setup_price": Decimal(setup),
        **columns,
    }


def lump_sum(total: str, **columns: Any) -> dict[str, Any]:
    """Columns of an offer that costs this in all, whatever the need (euros before tax)."""
    return {
        "pricing": Pricing.PRICED,
        "metric": Metric.FLAT,
        "period": Period.ONCE,
        "flat_price": Decimal(total),
        **columns,
    }


def verify(offer: Offer, kind: str = Claim.Kind.CLOUD, **columns: Any) -> Claim:
    """A claim on an offer that mission LABEL verified."""
    return Claim.objects.create(
        listing=offer.page.listing,
        subject=offer.uid,
        kind=kind,
        **{"verified_on": TODAY, "verified_by": "Mission LABEL", **columns},
    )
