"""What the generator makes: plain records, without a database. Codes are those of catalogue."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class VendorRecord:
    """A fictitious company; fields are named as those of `catalogue.models.Vendor`."""

    uid: UUID
    slug: str
    name: str
    legal_name: str
    country: str
    siren: str | None
    national_id: str
    size: str
    size_source: str
    size_year: int | None
    region: str
    origin: str
    origin_proof: str
    ess: bool
    mission_company: bool
    website: str
    contact_email: str
    description: str


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """A fictitious contract of a central purchasing body, known by `number`."""

    body: str
    number: str
    lot: str
    title: str
    holder: str
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """Something the vendor says; `subject` is an offer or a reference, None the whole sheet."""

    uid: UUID
    kind: str
    subject: UUID | None
    declared_on: dt.date
    verified_on: dt.date | None = None
    verified_by: str = ""
    source_url: str = ""
    expires_on: dt.date | None = None
    contested_on: dt.date | None = None
    contest_reason: str = ""
    evidence: tuple[tuple[str, str], ...] = ()
    """Title and address of each public proof."""


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """One way to buy; fields are named as those of `catalogue.models.Offer`."""

    uid: UUID
    name: str
    kind: str
    deployment: str
    pricing: str
    trial_days: int | None = None
    trial_quantity: str = ""
    trial_next: str = ""
    host: str = ""
    hosting_countries: tuple[str, ...] = ()
    support_countries: tuple[str, ...] = ()
    state_cloud: str = ""
    secnumcloud: str = "none"
    host_outside_eu_control: bool | None = None
    gdpr_contract: bool | None = None
    multi_zone: bool | None = None
    reversibility_documented: bool | None = None
    exit_cost: str = ""
    hds: bool = False
    hds_until: dt.date | None = None
    iso27001_holder: str = ""
    iso27001_scope: str = ""
    iso27001_number: str = ""
    iso27001_until: dt.date | None = None
    metric: str = ""
    period: str = ""
    setup_price: Decimal | None = None
    unit_price: Decimal | None = None
    flat_price: Decimal | None = None
    price_valid_until: dt.date | None = None
    tiers: tuple[tuple[int, Decimal], ...] = ()
    contracts: tuple[str, ...] = ()
    """Numbers of the contracts it can be bought through."""


@dataclass(frozen=True, slots=True)
class ReferenceRecord:
    """A client that does not exist."""

    uid: UUID
    client: str
    buyer_category: str
    year: int
    consent: str
    consented_on: dt.date | None


@dataclass(frozen=True, slots=True)
class SheetRecord:
    """A sheet with all that hangs on it; `state` is live, draft, unpublished or archived."""

    uid: UUID
    index: int
    archetype: str
    slug: str
    vendor: VendorRecord
    name: str
    summary: str
    description: str
    features: tuple[str, ...]
    benefits: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    version: str
    version_date: dt.date
    distribution: str
    licence: str
    repository_url: str
    repository_reachable_on: dt.date | None
    website: str
    documentation_url: str
    buyer_categories: tuple[str, ...]
    populations: tuple[str, ...]
    languages: tuple[str, ...]
    support_hours: str
    uses_ai: bool
    ai_note: str
    innovation_claimed: bool
    innovation_grounds: str
    delay: str
    rgaa: str
    rgaa_url: str
    rgesn_score: int | None
    reversibility: str
    state: str
    created_on: dt.date
    updated_on: dt.date
    confirmed_on: dt.date | None
    archived_on: dt.date | None
    offers: tuple[OfferRecord, ...] = ()
    claims: tuple[ClaimRecord, ...] = ()
    references: tuple[ReferenceRecord, ...] = ()
    integrations: tuple[tuple[str, str, dt.date | None], ...] = field(default=())
    """Service, state of the connection, since when."""
