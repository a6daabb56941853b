"""Writing the demo catalogue: in chunks, each all or nothing; what is there already is left alone."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Locale

from catalogue.claim_words import said
from catalogue.models import (
    BasePage,
    BuyerCategory,
    CataloguePage,
    Category,
    Claim,
    Contest,
    Evidence,
    Integration,
    Listing,
    Offer,
    PriceTier,
    PurchaseVehicle,
    PurchasingBody,
    Reference,
    SolutionIntegration,
    SolutionPage,
    SolutionTag,
    TaggedSolution,
    Vendor,
    Verification,
)
from catalogue.signals import document_changed
from home.demo import rows
from home.demo.chance import reference_date
from home.demo.contracts import contracts
from home.demo.history import record_events
from home.demo.label_files import remove_label_files
from home.demo.records import SheetRecord
from home.demo.sheets import generate_sheets
from home.demo.vendors import vendor_uid

CHUNK = 500
"""Sheets written in one transaction."""
_DELETED_AT_ONCE = 100  # the tree makes a condition of each page, and SQLite counts them
_VALUES_AT_ONCE = 900  # SQLite's limit on the values of a statement, with room


@dataclass(frozen=True)
class Loaded:
    """What a run did: sheets created, sheets that were there already, sheets of another seed removed."""

    created: int
    kept: int
    removed: int


def load_solutions(
    *,
    parent: CataloguePage,
    count: int,
    seed: int,
    today: dt.date,
    advance: Callable[[int], object] = lambda done: None,
) -> Loaded:
    """Write the first `count` demo sheets of a seed below `parent`, those that are missing.

    Demo sheets of another seed are removed first, with their vendors. Sheets that people altered
    or entered for a vendor of this seed are left. `advance` hears how many sheets more are done.
    """
    removed = _remove_other_seeds(seed)
    terms = _terms(today)
    known = set(
        Listing.objects.filter(vendor__is_fictitious=True).values_list("uid", flat=True).iterator()
    )
    created = kept = 0
    sheets = generate_sheets(count, seed, today)
    while chunk := list(islice(sheets, CHUNK)):
        new = [sheet for sheet in chunk if sheet.uid not in known]
        if new:
            _write(parent, new, terms)
        created += len(new)
        kept += len(chunk) - len(new)
        advance(len(chunk))
    return Loaded(created, kept, removed)


def _remove_other_seeds(seed: int) -> int:
    """Remove demo sheets and vendors unless they are of this seed: its first vendor says so."""
    demo = Vendor.objects.filter(is_fictitious=True)
    if not demo.exists() or demo.filter(uid=vendor_uid(seed, 0)).exists():
        return 0
    removed = 0
    remove_label_files()
    pages = Listing.objects.filter(vendor__is_fictitious=True).values_list("page_id", flat=True)
    while chunk := list(pages.order_by("page_id")[:_DELETED_AT_ONCE]):
        with transaction.atomic():
            BasePage.objects.filter(pk__in=chunk).delete()
        removed += len(chunk)
    demo.delete()
    return removed


@transaction.atomic
def _terms(today: dt.date) -> rows.Terms:
    bodies = {body.slug: body for body in PurchasingBody.objects.all()}
    records = contracts(reference_date(today))
    PurchaseVehicle.objects.bulk_create(
        (
            PurchaseVehicle(body=bodies[record.body], **rows.contract_columns(record))
            for record in records
        ),
        ignore_conflicts=True,
    )
    numbers = [record.number for record in records]
    return rows.Terms(
        categories=_by_slug(Category),
        buyers=_by_slug(BuyerCategory),
        integrations=_by_slug(Integration),
        contracts={
            contract.number: contract
            for contract in PurchaseVehicle.objects.filter(number__in=numbers)
        },
        tags=_by_slug(SolutionTag),
    )


def _by_slug(model: type[models.Model]) -> dict[str, Any]:
    return {row.slug: row for row in model._default_manager.all()}


@transaction.atomic
def _write(parent: CataloguePage, sheets: Sequence[SheetRecord], terms: rows.Terms) -> None:
    vendors = _vendors(sheets)
    pages = _pages(parent, sheets)
    listings = Listing.objects.bulk_create(
        rows.listing_row(sheet, page, vendors[sheet.vendor.uid])
        for sheet, page in zip(sheets, pages, strict=True)
    )
    _tags(sheets, pages, terms)
    _links(sheets, pages, terms)
    _offers(sheets, pages, terms)
    _claims(sheets, listings)
    record_events(sheets, listings)
    document_changed.send(sender=Listing, uids=[listing.uid for listing in listings])


def _vendors(sheets: Iterable[SheetRecord]) -> dict[Any, Vendor]:
    wanted = {sheet.vendor.uid: sheet.vendor for sheet in sheets}
    found = {vendor.uid: vendor for vendor in Vendor.objects.filter(uid__in=wanted)}
    missing = [rows.vendor_row(record) for uid, record in wanted.items() if uid not in found]
    found.update((vendor.uid, vendor) for vendor in Vendor.objects.bulk_create(missing))
    return found


def _pages(parent: CataloguePage, sheets: Sequence[SheetRecord]) -> list[SolutionPage]:
    """Insert pages: base rows first, then child rows, since Django's bulk_create refuses both at once.

    Places in the tree are reserved under a lock on the parent.
    """
    node = BasePage.objects.select_for_update().get(pk=parent.pk)
    step = _last_step(node)
    locale = Locale.objects.get(pk=node.locale_id)
    kind = ContentType.objects.get_for_model(SolutionPage)
    pages = [
        rows.page_row(sheet, content_type=kind, locale=locale, depth=node.depth + 1)
        for sheet in sheets
    ]
    taken = set(
        BasePage.objects.child_of(node)
        .filter(slug__in=[page.slug for page in pages])
        .values_list("slug", flat=True)
    )
    for number, page in enumerate(pages, step + 1):
        if page.slug in taken:
            page.slug += "-demo"
        page.path = BasePage._get_path(node.path, node.depth + 1, number)
        page.url_path = f"{node.url_path}{page.slug}/"
    _insert_inherited(pages)
    BasePage.objects.filter(pk=node.pk).update(numchild=F("numchild") + len(pages))
    return pages


def _last_step(node: BasePage) -> int:
    """Return the number of the last child in the tree, 0 without children."""
    children = BasePage.objects.filter(depth=node.depth + 1, path__startswith=node.path)
    last = children.order_by("-path").values_list("path", flat=True).first()
    return BasePage._str2int(last[-BasePage.steplen :]) if last else 0


def _insert_inherited(pages: Sequence[SolutionPage]) -> None:
    shared = [field.attname for field in BasePage._meta.concrete_fields if not field.primary_key]
    bases = BasePage.objects.bulk_create(
        BasePage(**{name: getattr(page, name) for name in shared}) for page in pages
    )
    for page, base in zip(pages, bases, strict=True):
        page.pk = page.basepage_ptr_id = base.pk
        page._state.adding = False
    own = SolutionPage._meta.local_concrete_fields
    at_once = max(1, _VALUES_AT_ONCE // len(own))
    for start in range(0, len(pages), at_once):
        SolutionPage._base_manager._insert(
            pages[start : start + at_once], fields=own, using=BasePage.objects.db
        )


def _tags(sheets: Sequence[SheetRecord], pages: Sequence[SolutionPage], terms: rows.Terms) -> None:
    words = {rows.tag_slug(word): word for sheet in sheets for word in sheet.tags}
    missing = [rows.tag_row(word) for slug, word in words.items() if slug not in terms.tags]
    # Somebody may add the same tag meanwhile: read back what there is.
    SolutionTag.objects.bulk_create(missing, ignore_conflicts=True)
    slugs = [tag.slug for tag in missing]
    terms.tags.update((tag.slug, tag) for tag in SolutionTag.objects.filter(slug__in=slugs))
    TaggedSolution.objects.bulk_create(
        TaggedSolution(tag=terms.tags[slug], content_object=page)
        for sheet, page in zip(sheets, pages, strict=True)
        for slug in dict.fromkeys(map(rows.tag_slug, sheet.tags))
    )


def _links(sheets: Sequence[SheetRecord], pages: Sequence[SolutionPage], terms: rows.Terms) -> None:
    both = list(zip(sheets, pages, strict=True))
    _join(
        SolutionPage.categories.through,
        ("solutionpage_id", "category_id"),
        ((page.pk, terms.categories[code].pk) for sheet, page in both for code in sheet.categories),
    )
    _join(
        SolutionPage.buyer_categories.through,
        ("solutionpage_id", "buyercategory_id"),
        (
            (page.pk, terms.buyers[code].pk)
            for sheet, page in both
            for code in sheet.buyer_categories
        ),
    )
    SolutionIntegration.objects.bulk_create(
        row for sheet, page in both for row in rows.integration_rows(sheet, page, terms)
    )
    Reference.objects.bulk_create(
        rows.reference_row(record, page, rank, terms)
        for sheet, page in both
        for rank, record in enumerate(sheet.references)
    )


def _offers(
    sheets: Sequence[SheetRecord], pages: Sequence[SolutionPage], terms: rows.Terms
) -> None:
    records = [record for sheet in sheets for record in sheet.offers]
    offers = Offer.objects.bulk_create(
        rows.offer_row(record, page, rank)
        for sheet, page in zip(sheets, pages, strict=True)
        for rank, record in enumerate(sheet.offers)
    )
    both = list(zip(records, offers, strict=True))
    PriceTier.objects.bulk_create(
        tier for record, offer in both for tier in rows.tier_rows(record, offer)
    )
    _join(
        Offer.vehicles.through,
        ("offer_id", "purchasevehicle_id"),
        (
            (offer.pk, terms.contracts[number].pk)
            for record, offer in both
            for number in record.contracts
        ),
    )


def _claims(sheets: Sequence[SheetRecord], listings: Sequence[Listing]) -> None:
    records = [record for sheet in sheets for record in sheet.claims]
    today = timezone.localdate()
    claims = [
        rows.claim_row(record, listing)
        for sheet, listing in zip(sheets, listings, strict=True)
        for record in sheet.claims
    ]
    for claim in claims:
        if claim.verified_on and claim.expires_on < today:
            claim.expiry_told_for = claim.expires_on  # nobody is to be told again
    Claim.objects.bulk_create(claims)
    Evidence.objects.bulk_create(
        piece
        for record, claim in zip(records, claims, strict=True)
        for piece in rows.evidence_rows(record, claim)
    )
    _judgements(claims, today)


def _judgements(claims: Sequence[Claim], today: dt.date) -> None:
    """What made these claims verified or contested."""
    judged = [claim for claim in claims if claim.verified_on or claim.contested_on]
    pages = {claim.listing.page_id for claim in judged}
    subjects = {
        row.uid: row
        for model in (Offer, Reference)
        for row in model._default_manager.filter(page__in=pages)
    }
    words = {claim.pk: said(claim, subjects.get(claim.subject)) for claim in judged}
    checks = Verification.objects.bulk_create(
        rows.verification_row(claim, words[claim.pk], today)
        for claim in judged
        if claim.verified_on
    )
    contests = Contest.objects.bulk_create(
        rows.contest_row(claim, words[claim.pk]) for claim in judged if claim.contested_on
    )
    # The day that rows say they were written is not the day of the demo.
    for model, begun, made in (
        (Verification, "proposed_at", checks),
        (Contest, "opened_at", contests),
    ):
        keys = [row.pk for row in made]
        model._default_manager.filter(pk__in=keys).update(**{begun: F("decided_at")})


def _join(through: Any, columns: tuple[str, str], pairs: Iterable[tuple[int, int]]) -> None:
    through.objects.bulk_create(through(**dict(zip(columns, pair, strict=True))) for pair in pairs)
