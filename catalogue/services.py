"""Every write of the catalogue that is not Wagtail's own editing of a page."""

import tomllib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from accounts.models import User
from catalogue import history
from catalogue.choices import Source
from catalogue.models import (
    BasePage,
    BuyerCategory,
    Category,
    Integration,
    Listing,
    Offer,
    PriceBand,
    PurchasingBody,
    Reason,
    Reference,
    ReferenceConfiguration,
    SheetEvent,
    SolutionPage,
    Suspension,
    Threshold,
    Vendor,
)
from catalogue.permissions import is_suspended, user_can_edit

Kind = SheetEvent.Kind
DATA = Path(__file__).parent / "data"
SUSPENDED = gettext_lazy(
    "La mission LABEL a suspendu l'offreur : aucune fiche ne peut être remise ni rétablie avant la "
    "levée de la suspension."
)


def lock_sheet(listing: Listing) -> Listing:
    """Lock a sheet for the time of the transaction, and return its row as it is stored.

    The page's row is what everybody who changes a sheet, its claims or its answers locks first.
    Raises `Listing.DoesNotExist` when it is gone.
    """
    list(BasePage.objects.select_for_update().filter(pk=listing.page_id))
    return Listing.objects.select_related("page", "vendor").get(pk=listing.pk)


@transaction.atomic
def create_listing(
    *,
    page: SolutionPage,
    vendor: Vendor | None = None,
    source: str = Source.VENDOR,
    by: User | None = None,
    **origin: Any,
) -> Listing:
    """Enter a sheet in the catalogue: from now on it has a public id and somebody it belongs to.

    `origin` are the columns that name the source of community software. Raises `ValidationError`
    when a vendor's sheet has no vendor, or a community one does not name its source and licence.
    """
    listing = Listing(page=page, vendor=vendor, source=source, **origin)
    listing.full_clean()
    listing.save()
    log(page, "catalogue.listing.create", user=by, data={"vendor": vendor.name if vendor else ""})
    return listing


@transaction.atomic
def change_listing(
    *, listing: Listing, by: User | None, archived: bool | None = None, **columns: Any
) -> Listing:
    """Set what no revision holds of a sheet; write in its history, and its public log, what changed.

    :param archived: withdraw the sheet from the catalogue, or bring it back; None leaves it.
    :param columns: whose it is, when it was confirmed, its ids in other catalogues…
    Raises `ValidationError` when the result breaks a rule of `Listing`, or would bring back a sheet
    of a suspended vendor.
    """
    if archived is not None and archived != bool(listing.archived_at):
        columns["archived_at"] = timezone.now() if archived else None
        # What mission LABEL archives, the company does not bring back.
        vendor = listing.vendor
        member = by is not None and vendor is not None and user_can_edit(by, vendor)
        columns["archived_by_staff"] = archived and not member
        if not archived:
            _bring_back(listing, columns)
    stored = Listing.objects.get(pk=listing.pk)
    changes = {
        name: [str(getattr(stored, name) or ""), str(value or "")]
        for name, value in columns.items()
        if getattr(stored, name) != value
    }
    for name, value in columns.items():
        setattr(listing, name, value)
    if changes:
        listing.full_clean()
        # Only these: whoever read the row before may hold older values of the others.
        listing.save(update_fields=[*columns])
        if "vendor" in changes:
            # What a suspension hides, it hides as the vendor's: the next one's, or none's.
            tied = listing.takedowns.open().filter(suspension__isnull=False)
            tied.update(suspension=Suspension.objects.open().filter(vendor=listing.vendor).first())
        log(listing.page, "catalogue.listing.change", user=by, data={"changes": changes})
        _record(listing, stored, changes, by)
    return listing


def _record(listing: Listing, stored: Listing, changes: Mapping[str, Any], by: User | None) -> None:
    """Write in the public log what the public may know of a change; of a mere draft, nothing."""
    if not (listing.page.live or listing.page.first_published_at):
        return
    side = history.side_of(listing, by)
    if "vendor" in changes:
        source, target = (
            (row.name if row else _("personne"))[:140] for row in (stored.vendor, listing.vendor)
        )
        detail = _("de %(source)s à %(target)s") % {"source": source, "target": target}
        history.record(listing=listing, kind=Kind.TRANSFERRED, side=side, detail=detail)
    # Who merges two sheets writes so: that one of them is archived too goes without saying.
    if "archived_at" in changes and not listing.merged_into_id:
        kind = Kind.ARCHIVED if listing.archived_at else Kind.RESTORED
        history.record(listing=listing, kind=kind, side=side)
    if "confirmed_on" in changes and listing.confirmed_on:
        history.record_confirmation(listing=listing, side=side, on=listing.confirmed_on)


def _bring_back(listing: Listing, columns: dict[str, Any]) -> None:
    """What was merged is a sheet of its own again, unless its vendor is hidden as a whole."""
    if is_suspended(columns.get("vendor", listing.vendor)):
        raise ValidationError(SUSPENDED, code="suspended")
    columns["merged_into"] = None


@transaction.atomic
def copy_listing(*, original: SolutionPage, copy: SolutionPage, by: User | None = None) -> Listing:
    """Enter the copy of a vendor's sheet as a sheet of its own.

    The same vendor, but a new public id, and new ids of offers and references in the rows and in
    every revision: claims and evidence of the original say nothing of the copy.
    Raises `ValidationError` when the original is community software, `Listing.DoesNotExist` when
    it is not in the catalogue itself.
    """
    listing = create_listing(
        page=copy, vendor=original.listing.vendor, source=original.listing.source, by=by
    )
    renewed: dict[str, str] = {}
    for children in (Offer.objects.filter(page=copy), Reference.objects.filter(page=copy)):
        for child in children:
            old, child.uid = child.uid, uuid.uuid4()
            renewed[str(old)] = str(child.uid)
            child.save(update_fields=["uid"])
    for revision in copy.revisions.all():
        for child in (*revision.content["offers"], *revision.content["references"]):
            child["uid"] = renewed.setdefault(child["uid"], str(uuid.uuid4()))
        revision.save(update_fields=["content"])
    return listing


@transaction.atomic
def load_vocabularies() -> None:
    """Create the words and dated values that the repository ships; what exists is left as edited."""
    _load_categories()
    for file, key, model, columns in (
        ("buyer_categories", "buyer_category", BuyerCategory, _buyer_columns),
        ("integrations", "integration", Integration, _url_column),
        ("purchasing_bodies", "purchasing_body", PurchasingBody, _url_column),
    ):
        for position, row in enumerate(_read(file)[key]):
            _keep(model, {"slug": row["slug"]}, name=row["name"], position=position, **columns(row))
    for position, row in enumerate(_read("reasons")["reason"]):
        known = {"purpose": row["purpose"], "code": row["code"]}
        _keep(Reason, known, label=row["label"], text=row["text"].strip(), position=position)
    _load_dated_values()


def _load_categories() -> None:
    for position, row in enumerate(_read("categories")["category"]):
        mother = _keep(
            Category,
            {"slug": row["slug"]},
            name=row["name"],
            position=position,
            cpv=row["cpv"],
            publiccode=row["publiccode"],
        )
        for rank, child in enumerate(row["children"]):
            _keep(
                Category,
                {"slug": child["slug"]},
                name=child["name"],
                position=rank,
                parent=mother,
                cpv=row["cpv"],
                publiccode=child.get("publiccode", []),
            )


def _load_dated_values() -> None:
    for row in _read("thresholds")["threshold"]:
        _keep(
            Threshold,
            {"code": row["id"], "valid_from": row["valid_from"]},
            label=row["label_fr"],
            value=row["value"],
            **_period(row),
        )
    for position, row in enumerate(_read("price_bands")["band"]):
        if "lower" in row:
            _keep(
                PriceBand,
                {"code": row["code"], "valid_from": row["valid_from"]},
                label=row["label_fr"],
                lower=row["lower"],
                upper=row.get("upper"),
                position=position,
                **_period(row),
            )
    for row in _read("reference_configurations")["configuration"]:
        _keep(
            ReferenceConfiguration,
            {"metric": row["metric"], "size": row["size"], "valid_from": row["valid_from"]},
            quantity=row["quantity"],
            months=row["months"],
            **_period(row),
        )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _keep(model: type[models.Model], key: Mapping[str, Any], **columns: Any) -> Any:
    return model._default_manager.get_or_create(**key, defaults=columns)[0]


def _period(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "valid_to": row.get("valid_to"),
        "legal_reference": row.get("legal_reference", ""),
        "source_url": row.get("source_url", ""),
        "verified_on": row.get("verified_on"),
        "confidence": row.get("confidence", ""),
    }


def _buyer_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    codes: Sequence[str] = row["legal_codes"]
    return {
        "legal_codes": list(codes),
        "is_state": row.get("state", False),
        "is_local": row.get("local", False),
    }


def _url_column(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"url": row["url"]}
