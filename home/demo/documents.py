"""Search documents of the demo catalogue without a database: what benchmarks index."""

import datetime as dt
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalogue import pricing
from catalogue.cloud import adequacy_scopes
from catalogue.models import (
    BuyerCategory,
    Category,
    Claim,
    Evidence,
    Integration,
    Listing,
    Offer,
    PurchaseVehicle,
    PurchasingBody,
    SolutionIntegration,
    SolutionPage,
    TaggedSolution,
    Vendor,
)
from catalogue.official import Lists
from home.demo import rows
from home.demo.chance import reference_date
from home.demo.contracts import contracts
from home.demo.records import ClaimRecord, OfferRecord, SheetRecord
from home.demo.sheets import DEFAULT_SEED, generate_sheets
from search.contract import Document
from search.documents import Frame, document

NEUTRAL_SEED = "demo"
"""Seed of the neutral order, which a site would draw."""


def generate_documents(
    count: int, seed: int = DEFAULT_SEED, today: dt.date | None = None
) -> Iterator[Document]:
    """Yield the documents of the public sheets among the first of a seed, until there are `count`.

    They are what `search.documents.build` makes of the same sheets once loaded, apart from the
    neutral order.
    """
    today = today or timezone.localdate()
    reader, frame = _Reader(today), _frame(today)
    sheets = generate_sheets(count * 2 + 100, seed, today)
    public = (sheet for sheet in sheets if sheet.state == "live")
    for _, sheet in zip(range(count), public, strict=False):
        yield document(reader.listing(sheet), frame)


class _Reader:
    """Hands sheets out as if they had been read with all that hangs on them.

    Rows of which a document only reads what many sheets share are made once.
    """

    def __init__(self, today: dt.date) -> None:
        self._terms = _terms(today)
        self._vendors: dict[UUID, Vendor] = {}
        self._tags: dict[str, TaggedSolution] = {}
        self._connections: dict[tuple[str, str], SolutionIntegration] = {}
        self._proof = Evidence(url="https://demo.example/")

    def listing(self, sheet: SheetRecord) -> Listing:
        number = sheet.index + 1
        page = rows.page_row(sheet, id=number, basepage_ptr_id=number)
        if sheet.vendor.uid not in self._vendors:
            self._vendors = {sheet.vendor.uid: rows.vendor_row(sheet.vendor)}
        listing = rows.listing_row(sheet, page, self._vendors[sheet.vendor.uid])
        claims = [self._claim(record, listing) for record in sheet.claims]
        _hold(listing, awards=[], claims=claims, results=[])
        page._cluster_related_objects = {
            "categories": [self._terms.categories[code] for code in sheet.categories],
            "buyer_categories": [self._terms.buyers[code] for code in sheet.buyer_categories],
            "tagged_items": [self._tag(word) for word in sheet.tags],
            "integrations": [
                self._connection(code, state) for code, state, _ in sheet.integrations
            ],
            "references": [
                rows.reference_row(record, page, rank, self._terms)
                for rank, record in enumerate(sheet.references)
            ],
            "offers": [self._offer(record, page, rank) for rank, record in enumerate(sheet.offers)],
        }
        return listing

    def _tag(self, word: str) -> TaggedSolution:
        if word not in self._tags:
            self._tags[word] = TaggedSolution(tag=rows.tag_row(word))
        return self._tags[word]

    def _connection(self, code: str, state: str) -> SolutionIntegration:
        if (code, state) not in self._connections:
            service = self._terms.integrations[code]
            self._connections[code, state] = SolutionIntegration(integration=service, state=state)
        return self._connections[code, state]

    def _offer(self, record: OfferRecord, page: SolutionPage, rank: int) -> Offer:
        offer = rows.offer_row(record, page, rank)
        offer._cluster_related_objects = {
            "tiers": rows.tier_rows(record, offer),
            "vehicles": [self._terms.contracts[number] for number in record.contracts],
        }
        return offer

    def _claim(self, record: ClaimRecord, listing: Listing) -> Claim:
        claim = rows.claim_row(record, listing)
        _hold(claim, evidence=[self._proof for _ in record.evidence])
        return claim


def _hold(instance: Any, **related: list[Any]) -> None:
    """Give an instance its related rows, as prefetching does."""
    instance.pk = 1  # Django refuses to follow relations from a row without a key
    instance._prefetched_objects_cache = related


def _frame(today: dt.date) -> Frame:
    return Frame(
        on=today,
        seed=NEUTRAL_SEED,
        configurations={
            (metric, need): pricing.reference_configuration(metric, need, today)
            for metric in pricing.Metric
            for need in pricing.Need
        },
        bands=tuple(band for band in pricing.price_bands(today) if band.lower is not None),
        local_buyers=frozenset(
            row["slug"] for row in _data("buyer_categories", "buyer_category") if row.get("local")
        ),
        lists=Lists(adequacy_scopes(today), licences=None),
    )


def _terms(today: dt.date) -> rows.Terms:
    bodies = {
        row["slug"]: PurchasingBody(slug=row["slug"], name=row["name"])
        for row in _data("purchasing_bodies", "purchasing_body")
    }
    return rows.Terms(
        categories=_categories(),
        buyers={
            row["slug"]: BuyerCategory(pk=rank, slug=row["slug"], name=row["name"])
            for rank, row in enumerate(_data("buyer_categories", "buyer_category"), 1)
        },
        integrations={
            row["slug"]: Integration(pk=rank, slug=row["slug"], name=row["name"])
            for rank, row in enumerate(_data("integrations", "integration"), 1)
        },
        contracts={
            record.number: PurchaseVehicle(
                body=bodies[record.body], **rows.contract_columns(record)
            )
            for record in contracts(reference_date(today))
        },
    )


def _categories() -> dict[str, Category]:
    found: dict[str, Category] = {}
    for row in _data("categories", "category"):
        mother = Category(pk=len(found) + 1, slug=row["slug"], name=row["name"])
        found[mother.slug] = mother
        for child in row["children"]:
            found[child["slug"]] = Category(
                pk=len(found) + 1, slug=child["slug"], name=child["name"], parent=mother
            )
    return found


def _data(file: str, key: str) -> list[dict[str, Any]]:
    source = resources.files("catalogue").joinpath("data", f"{file}.toml")
    return list(tomllib.loads(source.read_text(encoding="utf-8"))[key])
