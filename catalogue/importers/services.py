"""Writing imported sheets: the same file twice changes nothing, a newer one updates."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from catalogue.choices import Deployment, Distribution, Pricing, Source
from catalogue.importers.records import ImportedSheet
from catalogue.models import BasePage, CataloguePage, Category, Listing, Offer, SolutionPage
from catalogue.services import create_listing

NAMESPACE = uuid.UUID("6f1c1f39-51a7-4f0e-8a84-3f1b1f6f2c11")
OFFER_NAME = "Installation par vos soins"
HELD = "dépubliée, archivée ou en cours de modification au catalogue ; son contenu n'est pas repris"
GONE = "absente de la source ; archivez sa fiche si elle n'a plus cours"


@dataclass
class ImportReport:
    """What an import did: counts, and French remarks by sheet."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    remarks: list[str] = field(default_factory=list)


def import_sheets(
    sheets: Iterable[ImportedSheet], *, source: str = Source.SILL, dry_run: bool = False
) -> ImportReport:
    """Bring community software in, each sheet in its own transaction; returns the report.

    What a moderator withdrew or is editing keeps its content: only its origin is updated.
    Needs `init_site`: raises `CataloguePage.DoesNotExist` without it. A dry run writes nothing
    but reports the same.
    """
    catalogue = CataloguePage.objects.get()
    categories = {category.slug: category for category in Category.objects.all()}
    known = {
        listing.external_id: listing
        for listing in Listing.objects.filter(source=source).select_related("page")
    }
    report = ImportReport()
    seen: set[str] = set()
    for sheet in sheets:
        report.remarks += [f"{sheet.name} : {remark}" for remark in sheet.remarks]
        listing = known.get(sheet.external_id)
        seen.add(sheet.external_id)
        if listing is not None and not _differs(listing, sheet):
            report.unchanged += 1
            continue
        with transaction.atomic():
            listing = listing and _locked(listing)
            held = listing is not None and _is_held(listing)
            if not dry_run:
                if listing is not None:
                    _write_origin(listing, sheet)
                if not held:
                    _write(listing, sheet, catalogue, categories, source)
        if listing is None:
            report.created += 1
        elif held:
            report.remarks.append(f"{sheet.name} : {HELD}")
            report.unchanged += 1
        else:
            report.updated += 1
    report.remarks += [
        f"{known[external_id].page.title} : {GONE}"
        for external_id in known.keys() - seen
        if known[external_id].archived_at is None
    ]
    return report


def _locked(listing: Listing) -> Listing | None:
    """Lock the page of a sheet, then read it again: moderators hide and merge in that order.

    None when the sheet was deleted since the import began.
    """
    list(BasePage.objects.select_for_update().filter(pk=listing.page_id))
    return Listing.objects.select_related("page").filter(pk=listing.pk).first()


def _is_held(listing: Listing) -> bool:
    """Whether moderators have a hand on the sheet: an import never goes over their heads."""
    page = listing.page
    return not page.live or page.has_unpublished_changes or listing.archived_at is not None


def _columns(sheet: ImportedSheet) -> dict[str, Any]:
    return {
        "title": sheet.name,
        "summary": sheet.summary,
        "description": sheet.description,
        "licence": sheet.licence,
        "repository_url": sheet.repository_url,
        "website": sheet.website,
        "documentation_url": sheet.documentation_url,
        "version": sheet.version,
        "distribution": Distribution.FREE.value,
    }


def _origin(sheet: ImportedSheet) -> dict[str, str]:
    return {
        "external_id": sheet.external_id,
        "source_url": sheet.source_url,
        "source_licence": sheet.source_licence,
        "sill_id": sheet.sill_id,
        "comptoir_id": sheet.comptoir_id,
    }


def _differs(listing: Listing, sheet: ImportedSheet) -> bool:
    page = listing.page
    return (
        any(getattr(page, name) != value for name, value in _columns(sheet).items())
        or any(getattr(listing, name) != value for name, value in _origin(sheet).items())
        or {category.slug for category in page.categories.all()} != set(sheet.categories)
        or {tag.name for tag in page.tags.all()} != set(sheet.tags)
    )


def _write_origin(listing: Listing, sheet: ImportedSheet) -> None:
    columns = _origin(sheet)
    for name, value in columns.items():
        setattr(listing, name, value)
    listing.save(update_fields=list(columns))


def _write(
    listing: Listing | None,
    sheet: ImportedSheet,
    catalogue: CataloguePage,
    categories: Mapping[str, Category],
    source: str,
) -> None:
    page = listing.page if listing else SolutionPage(locale=catalogue.locale)
    for name, value in _columns(sheet).items():
        setattr(page, name, value)
    if listing is None:
        page.slug = _free_slug(sheet, catalogue)
        page.live = False
        catalogue.add_child(instance=page)
        create_listing(page=page, source=source, **_origin(sheet))
        page.offers = [_offer(sheet, source)]
    page.categories.set([categories[slug] for slug in sheet.categories])
    page.tags.set(list(sheet.tags))
    page.save_revision().publish()


def _offer(sheet: ImportedSheet, source: str) -> Offer:
    """The licence is free of charge; hosting and services are not priced by anyone."""
    return Offer(
        uid=uuid.uuid5(NAMESPACE, f"{source}:{sheet.external_id}"),
        name=OFFER_NAME,
        deployment=Deployment.ON_PREMISES,
        pricing=Pricing.UNPRICED,
    )


def _free_slug(sheet: ImportedSheet, catalogue: CataloguePage) -> str:
    wanted = slugify(sheet.name) or f"logiciel-{sheet.external_id}"
    taken: Sequence[str] = (
        catalogue.get_children().filter(slug__startswith=wanted).values_list("slug", flat=True)
    )
    return wanted if wanted not in taken else f"{wanted}-{slugify(sheet.external_id)}"
