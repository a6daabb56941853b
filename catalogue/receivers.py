"""Wagtail's and the admin's writes lead to one call: `document_changed`, and to the public log.

Services send it themselves when they write in bulk, which no signal sees.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from catalogue import contesting, history
from catalogue.models import (
    BuyerCategory,
    CatalogueImage,
    Category,
    Claim,
    Evidence,
    Integration,
    Listing,
    PriceBand,
    PurchaseVehicle,
    PurchasingBody,
    ReferenceConfiguration,
    SolutionPage,
    Vendor,
)
from catalogue.signals import document_changed

SHOWN_ON: dict[type[Model], Callable[[Any], Q]] = {
    BuyerCategory: lambda row: (
        Q(page__buyer_categories=row) | Q(page__references__buyer_category=row)
    ),
    CatalogueImage: lambda row: Q(page__logo=row),
    Category: lambda row: Q(page__categories=row) | Q(page__categories__parent=row),
    Integration: lambda row: Q(page__integrations__integration=row),
    PurchaseVehicle: lambda row: Q(page__offers__vehicles=row),
    PurchasingBody: lambda row: Q(page__offers__vehicles__body=row),
}
"""Which listings a row is shown on."""
DATED = (PriceBand, ReferenceConfiguration)


def _tell(*uids: Any) -> None:
    if uids:
        document_changed.send(sender=Listing, uids=list(uids))


def sheet_changed(sender: type, instance: Any, **kwargs: Any) -> None:
    """A sheet was published, unpublished, moved or renamed."""
    page = instance.specific_deferred
    if isinstance(page, SolutionPage):
        _tell(*Listing.objects.filter(page_id=page.pk).values_list("uid", flat=True))


for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
    signal.connect(sheet_changed, dispatch_uid=f"catalogue.sheet_changed.{id(signal)}")


@receiver(pre_save, sender=SolutionPage)
def version_about_to_go_live(
    instance: SolutionPage, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Keep what the public read before a revision overwrites it: nothing else tells afterwards."""
    if raw or update_fields or not instance.pk or not instance.live_revision_id:
        return
    rows = SolutionPage.objects.filter(pk=instance.pk).values(
        "live_revision_id", "live", "first_published_at"
    )
    stored = rows.first()
    if stored and stored["live_revision_id"] != instance.live_revision_id:
        was_public = stored["live"] or stored["first_published_at"]
        instance._published = history.published_content(instance.pk) if was_public else None


@receiver(page_published, sender=SolutionPage)
def version_published(instance: SolutionPage, **kwargs: Any) -> None:
    """What changed for the public is written once; the same revision again says nothing.

    What was verified or contested of the sheet ends with the words that it was about.
    """
    if hasattr(instance, "_published"):
        published = instance._published
        del instance._published
        history.record_publication(page=instance, before=published)
        for listing in Listing.objects.filter(page_id=instance.pk):
            contesting.facts_changed(listing=listing, before=_as_it_was(listing, published))


def _as_it_was(listing: Listing, content: Mapping[str, Any] | None) -> Listing | None:
    """The listing beside the version that the public read before, if it may have to be compared."""
    verified = listing.claims.filter(verified_on__isnull=False)
    if content is None or not verified.exists():
        return None
    page = SolutionPage.from_serializable_data(content)
    if page is None:
        return None
    before = copy.copy(listing)
    before.page = page
    return before


@receiver(pre_save, sender=Listing)
def listing_about_to_change(instance: Listing, raw: bool = False, **kwargs: Any) -> None:
    """Keep whose the sheet was, when that changes."""
    if raw or not instance.pk:
        return
    rows = Listing.objects.select_related("vendor").exclude(vendor=instance.vendor_id)
    instance._before = rows.filter(pk=instance.pk).first()


@receiver([post_save, pre_delete], sender=Listing)
def listing_changed(instance: Listing, raw: bool = False, **kwargs: Any) -> None:
    """The row beside a sheet changed, or goes with it.

    Of another company, who controls the offers may be another: what was verified is compared.
    """
    if not raw:
        _tell(instance.uid)
        if before := instance.__dict__.pop("_before", None):
            fresh = Listing.objects.select_related("page", "vendor").get(pk=instance.pk)
            contesting.facts_changed(listing=fresh, before=before)


@receiver([post_save, post_delete], sender=Claim)
def claim_changed(instance: Claim, raw: bool = False, **kwargs: Any) -> None:
    """What a claim is worth is on cards, but that of an answer."""
    if not raw and instance.kind != Claim.Kind.ANSWER:
        _tell(*Listing.objects.filter(pk=instance.listing_id).values_list("uid", flat=True))


@receiver([post_save, post_delete], sender=Evidence)
def evidence_changed(instance: Evidence, raw: bool = False, **kwargs: Any) -> None:
    """A proof makes a claim justified."""
    if not raw:
        claims = Claim.objects.of_sheet().filter(pk=instance.claim_id)
        _tell(*claims.values_list("listing__uid", flat=True))


@receiver(pre_save, sender=Vendor)
def vendor_about_to_change(instance: Vendor, raw: bool = False, **kwargs: Any) -> None:
    """Keep the vendor as it was, when its origin changes."""
    if not raw and instance.pk:
        rows = Vendor.objects.filter(pk=instance.pk)
        instance._before = rows.exclude(origin=instance.origin).first()


@receiver(post_save, sender=Vendor)
def vendor_changed(
    instance: Vendor, raw: bool = False, created: bool = False, **kwargs: Any
) -> None:
    """A vendor's name, size or origin is on all its cards; what was verified hangs on its origin."""
    if raw or created:
        return
    _tell(*instance.listings.values_list("uid", flat=True))
    if before := instance.__dict__.pop("_before", None):
        for listing in instance.listings.select_related("page"):
            was = copy.copy(listing)
            was.vendor = before
            contesting.facts_changed(listing=listing, before=was)


def shared_row_changed(
    sender: type[Model], instance: Any, raw: bool = False, created: bool = False, **kwargs: Any
) -> None:
    """A word, a contract or a logo is on some sheets; on none yet when it was just created."""
    if not raw and not created:
        concerned = Listing.objects.filter(SHOWN_ON[sender](instance)).order_by()
        _tell(*concerned.values_list("uid", flat=True).distinct())


def dated_value_changed(sender: type[Model], raw: bool = False, **kwargs: Any) -> None:
    """A dated value may count on any sheet."""
    if not raw:
        document_changed.send(sender=Listing, uids=None)


for model in SHOWN_ON:
    post_save.connect(shared_row_changed, sender=model, dispatch_uid=f"saved.{model.__name__}")
    # Before: once it is deleted nobody knows where it was shown.
    pre_delete.connect(shared_row_changed, sender=model, dispatch_uid=f"deleted.{model.__name__}")
for model in DATED:
    post_save.connect(dated_value_changed, sender=model, dispatch_uid=f"saved.{model.__name__}")
    post_delete.connect(dated_value_changed, sender=model, dispatch_uid=f"deleted.{model.__name__}")
