"""Solutions side by side: rows come from the facets and the offers' totals, differences first.

Everything shown is read from the same documents as the search, built afresh: a comparison never
says anything else than the results page.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue import pricing
from catalogue.choices import SizeSource, Source
from catalogue.cloud import Trust
from catalogue.licences import OPENNESS_LABELS, OpennessVerdict
from catalogue.merging import survivors
from catalogue.models import Category, Claim, Listing
from catalogue.presentation import claim_trust, find_claim, french_date
from search import documents
from search.contract import Document, Facet, Need, OfferDocument, PriceKind, Scope
from search.facets import FACETS, FACETS_BY_NAME
from search.forms import Labels
from sourcing.comparison_assessments import assessment_groups
from sourcing.comparison_rows import Entry, Group, Row

MOST = 5
"""Solutions that fit side by side."""
READ = 50
"""Values of `s` that are read at most."""
SLUG = re.compile(r"[-\w]{1,255}")

DECLARED_FREE = OpennessVerdict.DECLARED_FREE
# Said by a mark in the cells, or by the totals: not by a row of its own.
WITHOUT_ROW = frozenset({"preuve", "prix"})
# Whom a solution is for, whether its offers or the sheet say so.
AUDIENCE = ("public", "population")
CLAIMS = {
    "cloud": Claim.Kind.CLOUD,
    "niveau": Claim.Kind.CLOUD,
    "hds": Claim.Kind.HDS,
    "distribution": Claim.Kind.FREE,
    "licence": Claim.Kind.FREE,
    "rgaa": Claim.Kind.RGAA,
}
"""Facets that a claim vouches for; all others are worth the word of whoever wrote the sheet."""
# What the catalogue itself knows: nobody declares it.
KNOWN_BY_US = frozenset({"etape", "source"})


@dataclass(frozen=True)
class Column:
    """A solution compared: its card, and the address of the comparison without it."""

    card: Mapping[str, object]
    without: str


@dataclass(frozen=True)
class Selection:
    """What the address asks for: names by slug in their order, how many left out, not found."""

    names: Mapping[str, str]
    left_out: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """The sheets to compare, in the order of the address."""
        return tuple(self.names)


@dataclass(frozen=True)
class Comparison:
    """Columns, rows that differ by group, and rows that all solutions share."""

    columns: Sequence[Column]
    differing: Sequence[Group]
    common: Sequence[Group]
    need: Need


def read_selection(values: Iterable[str]) -> Selection:
    """Keep the first five different slugs of sheets that visitors see; say what is dropped."""
    asked = list(dict.fromkeys(value.strip() for value in list(values)[:READ]))
    slugs = [slug for slug in asked if SLUG.fullmatch(slug)]
    shown = _shown(slugs)
    if len(shown) < len(slugs):  # a sheet that was merged is compared as the one that was kept
        kept = survivors(slug for slug in slugs if slug not in shown)
        asked = list(dict.fromkeys(kept.get(slug, slug) for slug in asked))
        slugs = [slug for slug in asked if SLUG.fullmatch(slug)]
        shown = _shown(slugs) if kept else shown
    kept = [slug for slug in slugs if slug in shown]
    unknown = [slug.replace("\0", "")[:60] for slug in asked if slug and slug not in shown]
    names = {slug: shown[slug] for slug in kept[:MOST]}
    return Selection(names, max(0, len(kept) - MOST), tuple(unknown[:MOST]))


def _shown(slugs: Iterable[str]) -> dict[str, str]:
    listings = Listing.objects.public().filter(page__slug__in=list(slugs))
    return dict(listings.values_list("page__slug", "page__title"))


def address(slugs: Sequence[str], need: Need, **extra: str) -> str:
    """Address of a comparison; the default need is left out."""
    pairs = [("s", slug) for slug in slugs]
    if need is not Need.MEDIUM:
        pairs.append(("besoin", need.value))
    return f"/comparer/?{urlencode([*pairs, *extra.items()])}"


def compare(slugs: Sequence[str], need: Need, labels: Labels) -> Comparison:
    """Compare the sheets of these slugs for a need, in this order; a fixed number of queries.

    `labels`: facet → value → French label.
    """
    listings = Listing.objects.filter(page__slug__in=slugs)
    built = {document.card["slug"]: document for document in documents.build(listings, seed="")}
    sheets = [built[slug] for slug in slugs if slug in built]
    if not sheets:
        return Comparison((), (), (), need)
    others = [facet for facet in FACETS if not facet.price and facet.name not in AUDIENCE]
    reader = _Reader(need, labels, _claims(listings), timezone.localdate())
    groups = [
        Group(
            _("Prix"),
            [
                Row(_("Coût total hors taxes"), [reader.totals(sheet) for sheet in sheets]),
                *_rows(sheets, reader, (facet for facet in FACETS if facet.price)),
            ],
        ),
        Group(
            _("Offres et hébergement"),
            _rows(sheets, reader, (f for f in others if f.scope is Scope.OFFER)),
        ),
        Group(
            _("Publics"),
            _rows(sheets, reader, (FACETS_BY_NAME[name] for name in AUDIENCE)),
        ),
        Group(
            _("Solution et offreur"),
            _rows(sheets, reader, (f for f in others if f.scope is Scope.SHEET)),
        ),
        *assessment_groups([sheet.id for sheet in sheets], reader.on),
    ]
    remaining = [sheet.card["slug"] for sheet in sheets]
    return Comparison(
        columns=[
            Column(sheet.card, address([slug for slug in remaining if slug != own], need))
            for sheet in sheets
            if (own := sheet.card["slug"])
        ],
        differing=_only(groups, differs=True),
        common=_only(groups, differs=False),
        need=need,
    )


def _rows(sheets: Sequence[Document], reader: "_Reader", facets: Iterable[Facet]) -> list[Row]:
    rows = (
        Row(str(facet.label), [reader.cell(sheet, facet) for sheet in sheets])
        for facet in facets
        if facet.name not in WITHOUT_ROW
    )
    return [row for row in rows if row.known]


def _only(groups: Iterable[Group], *, differs: bool) -> list[Group]:
    kept = (
        Group(group.label, [row for row in group.rows if row.differs is differs])
        for group in groups
    )
    return [group for group in kept if group.rows]


def _claims(listings: Iterable[Listing]) -> dict[str, Listing]:
    rows = Listing.objects.filter(pk__in=listings).select_related("vendor")
    claims = Prefetch("claims", Claim.objects.of_sheet().prefetch_related("evidence"))
    return {str(row.uid): row for row in rows.prefetch_related(claims)}


class _Reader:
    """Reads the cells of documents for one need, at one date."""

    def __init__(
        self, need: Need, labels: Labels, listings: Mapping[str, Listing], on: dt.date
    ) -> None:
        self.need = need
        self.labels = labels
        self.listings = listings
        self.on = on
        self.mothers = frozenset(Category.objects.roots().values_list("slug", flat=True))

    def totals(self, sheet: Document) -> list[Entry]:
        """What each offer to run in production costs in all for the need, or why nobody knows."""
        if sheet.card["source"] == Source.SILL:
            return [Entry(_("Prestations non chiffrées"))]
        return [
            Entry(self._total(offer), str(offer.card["name"]), Trust.DECLARED)
            for offer in _offers(sheet)
        ]

    def cell(self, sheet: Document, facet: Facet) -> list[Entry]:
        """What a sheet says of a facet: once, or offer by offer where offers differ."""
        if facet.scope is Scope.SHEET:
            text = self._text(facet, sheet.facets.get(facet.name, ()))
            if facet.name == "distribution" and sheet.card["openness"] == DECLARED_FREE:
                text = OPENNESS_LABELS[DECLARED_FREE]
            if facet.name == "etape" and sheet.card["source"] == Source.SILL:
                text = _("Logiciel communautaire")
            source = self._source(sheet, facet)
            return [Entry(text, trust=self._trust(sheet, facet), source=source)] if text else []
        offers = sheet.offers if facet.name == "pilote" else _offers(sheet)
        entries = [
            Entry(
                text,
                str(offer.card["name"]),
                self._trust(sheet, facet, offer),
                self._source(sheet, facet),
            )
            for offer in offers
            if (text := self._text(facet, self._values(offer, facet)))
        ]
        if facet.name == "pilote":
            return [Entry(_("Oui"), trust=Trust.DECLARED)] if entries else []
        same = {(entry.text, entry.trust) for entry in entries}
        if len(same) == 1 and len(entries) == len(offers):
            return [replace(entries[0], offer="")]
        return entries

    def _values(self, offer: OfferDocument, facet: Facet) -> Sequence[str]:
        if facet.per_need:
            return offer.needs[self.need].facets.get(facet.name, ())
        return offer.facets.get(facet.name, ())

    def _text(self, facet: Facet, values: Sequence[str]) -> str:
        if facet.choices is not None and [choice.value for choice in facet.choices] == ["1"]:
            return _("Oui") if values else ""
        # A TPE is also a PME, a sub-category also its mother: the most precise is enough.
        broad = self.mothers | {"pme"}
        precise = [value for value in values if value not in broad] or values
        names = self.labels.get(facet.name, {})
        return ", ".join(str(names.get(value, value)) for value in precise)

    def _total(self, offer: OfferDocument) -> str:
        price = offer.needs[self.need]
        label = str(offer.card["needs"][self.need.value]["label"])
        if price.kind is PriceKind.PRICED and price.total is not None:
            return f"{pricing.money_fr(Decimal(price.total) / 100)} {label}".strip()
        until = offer.card["valid_until"]
        if price.kind is PriceKind.UNPRICED and until and dt.date.fromisoformat(until) < self.on:
            return _("Tarif expiré le %s") % french_date(dt.date.fromisoformat(until))
        return str(pricing.PRICE_KIND_LABELS[pricing.PriceKind(price.kind.value)])

    def _source(self, sheet: Document, facet: Facet) -> str:
        """From where we have what nobody declared to us."""
        community = sheet.card["source"] == Source.SILL and facet.name not in KNOWN_BY_US
        return _("selon le SILL") if community else ""

    def _trust(
        self, sheet: Document, facet: Facet, offer: OfferDocument | None = None
    ) -> Trust | None:
        if facet.name in KNOWN_BY_US or sheet.card["source"] == Source.SILL:
            return None
        listing = self.listings[sheet.id]
        if facet.name == "taille" and listing.vendor:
            return {
                SizeSource.SIRENE: Trust.VERIFIED,
                SizeSource.JUSTIFIED: Trust.JUSTIFIED,
            }.get(SizeSource(listing.vendor.size_source), Trust.DECLARED)
        kind = CLAIMS.get(facet.name)
        if kind is None:
            return Trust.DECLARED
        subject = UUID(offer.uid) if offer else None
        return claim_trust(find_claim(listing.claims.all(), kind, subject), self.on)


def _offers(sheet: Document) -> list[OfferDocument]:
    """Offers to run in production; what stands for "no offer" has no name."""
    return [offer for offer in sheet.offers if not offer.trial and offer.card["name"]]
