"""Entering a company in the catalogue, and what it says of itself, each value with its source.

By SIREN, with what the public register says proposed to a person who accepts or corrects it; by
country and national number from abroad. The register down never blocks: what was typed by hand is
checked later. No personal data of anybody is read or kept.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import companies, tasks
from catalogue.choices import Origin, Size, SizeSource
from catalogue.companies import Company
from catalogue.models import Membership, RecordedValue, Role, Vendor
from catalogue.permissions import user_can_edit
from catalogue.proposals import Proposal, accepted
from catalogue.proving import employer_siret, lock_company, prove_by_proconnect, too_often
from catalogue.quotas import DAY, spend

REGISTRATIONS_PER_DAY = 10
FIELDS = (
    "name", "legal_name", "region", "size", "origin", "origin_proof", "ess", "mission_company",
    "website", "contact_email", "description",
)  # fmt: skip
"""What members write of their company; `group_size` beside, for those controlled from abroad."""
# Last parts of addresses of the vendor space that no company may take.
RESERVED_SLUGS = frozenset(
    "inscription invitation demandes demandes-de-label fiches entreprises rappels cessions".split()
)
_SLUG_TRIES = 20
_RECORDED = frozenset(FIELDS) - {"contact_email", "description"}
_CHECKED = "register"
"""Field of the recorded value that says whether the register has confirmed a registration."""


class AlreadyRegistered(Exception):
    """The company is in the catalogue: one asks to join it, or disputes who acts for it."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__(_("Cette entreprise est déjà inscrite."))
        self.vendor = vendor


class Outdated(Exception):
    """Somebody else saved meanwhile; `vendor` is the company as they left it."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__(_("Une autre personne a enregistré entre-temps."))
        self.vendor = vendor


@dataclass(frozen=True)
class LookUp:
    """What the register said of a SIREN: `company` is None when it does not show it, or is down."""

    company: Company | None
    available: bool


def look_up(siren: str) -> LookUp:
    """Ask the register about a SIREN; never fails, whatever becomes of the register.

    Raises `Refused` for a company that has ceased.
    """
    try:
        company = companies.find(siren)
    except companies.CompanyServiceUnavailable:
        return LookUp(None, available=False)
    if company and not company.active:
        raise Refused(
            _(
                "Selon le répertoire public, cette entreprise a cessé son activité : elle ne "
                "s'inscrit pas. Vérifiez le SIREN."
            )
        )
    return LookUp(company, available=True)


def registered(
    *, siren: str | None = None, country: str = "FR", national_id: str = ""
) -> Vendor | None:
    """The company that the catalogue already has, if any."""
    if siren:
        return Vendor.objects.filter(siren=siren).first()
    return Vendor.objects.filter(country=country, national_id=national_id).first()


def register_company(
    *,
    by: User,
    values: Mapping[str, Any],
    siren: str | None = None,
    country: str = "FR",
    national_id: str = "",
) -> Vendor:
    """Enter a company, its author as first owner, attached at once if ProConnect proves it.

    :param values: what the person accepted or typed, by field (`FIELDS` and `group_size`).
    Raises `AlreadyRegistered`, `Refused` for a company that has ceased or after ten registrations
    in a day, `ValidationError` for values that break a rule of `Vendor`.
    """
    if not spend("register", by.pk, most=REGISTRATIONS_PER_DAY, seconds=DAY):
        raise too_often()
    # Before the transaction: nobody waits for the register under the database's lock.
    found = look_up(siren) if siren else LookUp(None, available=True)
    vendor = Vendor(siren=siren, country=country, national_id=national_id)
    _fill(vendor, values, found.company)
    vendor.slug = _free_slug(vendor.name)
    vendor.full_clean(validate_unique=False, validate_constraints=False)
    _enter_company(vendor, found.company, by)
    return vendor


@transaction.atomic
def _enter_company(vendor: Vendor, company: Company | None, by: User) -> None:
    _insert(vendor)
    for field in _RECORDED:
        _record(vendor, field, company)
    if vendor.siren:
        source = RecordedValue.Source.REGISTER if company else RecordedValue.Source.VENDOR
        vendor.recorded_values.create(field=_CHECKED, value=vendor.siren, source=source)
    Membership.objects.create(vendor=vendor, user=by, role=Role.OWNER)
    log(vendor, "catalogue.company.register", user=by, data={"checked": bool(company)})
    if employer_siret(by, vendor):
        prove_by_proconnect(vendor=vendor, by=by)


def _insert(vendor: Vendor) -> None:
    """Insert with an address that is free, and only if the company is new, whoever else inserts."""
    for attempt in range(_SLUG_TRIES):
        _refuse_known(vendor)
        try:
            with transaction.atomic():
                vendor.validate_constraints()
                vendor.save(force_insert=True)
        except ValidationError:
            _refuse_known(vendor)  # entered by somebody else since the line above
            raise
        except IntegrityError:
            vendor.pk = None
            ending = f"-{secrets.token_hex(3)}" if attempt > _SLUG_TRIES // 4 else ""
            vendor.slug = _free_slug(vendor.name) + ending
        else:
            return
    raise Refused(_("L'inscription n'a pas abouti. Réessayez dans un instant."))


def _refuse_known(vendor: Vendor) -> None:
    known = registered(siren=vendor.siren, country=vendor.country, national_id=vendor.national_id)
    if known and (vendor.siren or vendor.national_id):
        raise AlreadyRegistered(known)


@transaction.atomic
def change_company(*, vendor: Vendor, by: User, seen: str, values: Mapping[str, Any]) -> Vendor:
    """Change what a company says of itself.

    :param seen: `version` of the company as its author read it before writing.
    Raises `PermissionDenied` for somebody else than a member, `Outdated` when another saved since,
    `Refused` for a company whose sheets are public though nothing proves who acts for it,
    `ValidationError` for values that break a rule of `Vendor`.
    """
    vendor = lock_company(vendor)
    if not user_can_edit(by, vendor):
        raise PermissionDenied
    if seen != version(vendor):
        raise Outdated(vendor)
    if vendor.listings.public().exists() and not vendor.is_attached:
        raise Refused(
            _(
                "Des fiches de cette entreprise sont publiques : prouvez d'abord que vous pouvez "
                "agir pour elle."
            )
        )
    before = {field: getattr(vendor, field) for field in FIELDS}
    _fill(vendor, values, None)
    changed = [field for field in FIELDS if getattr(vendor, field) != before[field]]
    if changed:
        vendor.full_clean()
        vendor.save()
        for field in _RECORDED.intersection(changed):
            _record(vendor, field, None)
        log(vendor, "catalogue.company.change", user=by, data={"fields": changed})
    return vendor


def version(vendor: Vendor) -> str:
    """What tells a company as it is now from what it was before it was last saved."""
    return vendor.updated_at.isoformat()


@transaction.atomic
def accept_register_values(*, vendor: Vendor, by: User, fields: list[str]) -> list[str]:
    """Take from the register the values that a member ticked; returns the fields that changed.

    Raises `PermissionDenied` for somebody else than a member, `Refused` when the register does not
    answer or shows nothing. What the register may not say (`catalogue.companies.merge`) stays.
    """
    if not user_can_edit(by, vendor):
        raise PermissionDenied
    proposals = register_proposals(vendor)
    vendor = lock_company(vendor)
    # A size and where it is from go together.
    more = ["size_source", "size_year"] if "size" in fields else []
    taken = accepted(proposals, [*fields, *more])
    changed = [field for field, value in taken.items() if getattr(vendor, field) != value]
    for field in changed:
        setattr(vendor, field, taken[field])
    if changed:
        vendor.full_clean()
        vendor.save()
        for field in changed:
            vendor.recorded_values.create(
                field=field, value=taken[field], source=RecordedValue.Source.REGISTER
            )
        log(vendor, "catalogue.company.change", user=by, data={"fields": changed, "register": True})
    return changed


def register_proposals(vendor: Vendor) -> list[Proposal]:
    """What the register says otherwise than the company; raises `Refused` when it says nothing."""
    found = look_up(vendor.siren) if vendor.siren else LookUp(None, available=True)
    if not found.available:
        raise Refused(str(companies.CompanyServiceUnavailable()))
    if found.company is None:
        raise Refused(_("Le répertoire public ne montre pas cette entreprise."))
    current = {field.name: getattr(vendor, field.name) for field in Vendor._meta.concrete_fields}
    return [p for p in companies.merge(current, found.company) if p.is_new]


@transaction.atomic
def record_moderated(*, vendor: Vendor, fields: Sequence[str]) -> None:
    """Note that mission LABEL wrote these values."""
    for field in _RECORDED.intersection(fields):
        vendor.recorded_values.create(
            field=field, value=getattr(vendor, field), source=RecordedValue.Source.MODERATOR
        )


def check_registrations(*, most: int = 100, dry_run: bool = False) -> int:
    """Check what was typed by hand while the register was down; returns how many were confirmed.

    Nothing that people see is altered: what the register says is recorded beside, for moderators,
    and proposed to the members on their company's page. Stops as soon as the register is down.
    """
    source = RecordedValue.Source
    rows = RecordedValue.objects.filter(field=_CHECKED)
    confirmed = rows.filter(source=source.REGISTER)
    # In any order: those that the register never shows do not keep the others waiting.
    waiting = (
        Vendor.objects.filter(pk__in=rows.values("vendor"))
        .exclude(pk__in=confirmed.values("vendor"))
        .order_by("?")
    )
    if dry_run:
        return waiting.count()
    done = 0
    for vendor in waiting[:most]:
        try:
            company = companies.find(vendor.siren or "")
        except companies.CompanyServiceUnavailable:
            break
        if company:
            _confirm(vendor, company)
            done += 1
    return done


@transaction.atomic
def _confirm(vendor: Vendor, company: Company) -> None:
    source = RecordedValue.Source.REGISTER
    vendor.recorded_values.create(field=_CHECKED, value=vendor.siren, source=source)
    found = {"legal_name": company.legal_name, "region": company.region, "active": company.active}
    for field, value in found.items():
        if value not in ("", None):
            vendor.recorded_values.create(field=field, value=value, source=source)
    log(vendor, "catalogue.company.check", data={"active": company.active})
    if not company.active:
        tasks.tell(
            "company/to_examine",
            settings.CONTACT_EMAIL,
            reverse("offreurs:edit", args=[vendor.pk]),
            company=vendor.name,
            what=_("entreprise qui a cessé, selon le répertoire public"),
        )


def _fill(vendor: Vendor, values: Mapping[str, Any], company: Company | None) -> None:
    """Write the values; whatever its SIREN says, a group led from abroad declares its own size."""
    for field in FIELDS:
        if field != "size" and field in values:
            value = values[field]
            setattr(vendor, field, value.strip() if isinstance(value, str) else value)
    abroad = vendor.origin in (Origin.EU, Origin.OUTSIDE)
    chosen = values.get("group_size" if abroad else "size") or Size.UNKNOWN
    kept = SizeSource.SIRENE if not abroad else None
    if chosen == vendor.size and vendor.size_source in (
        SizeSource.DECLARED, SizeSource.JUSTIFIED, kept,
    ):  # fmt: skip
        return
    vendor.size, vendor.size_source, vendor.size_year = chosen, SizeSource.NONE, None
    if chosen == Size.UNKNOWN:
        return
    if company and not abroad and chosen == company.size.category.value:
        vendor.size_source, vendor.size_year = SizeSource.SIRENE, company.size_year
    else:
        vendor.size_source, vendor.size_year = SizeSource.DECLARED, timezone.localdate().year


def _record(vendor: Vendor, field: str, company: Company | None) -> None:
    value = getattr(vendor, field)
    proposed = {p.field: p.value for p in companies.merge({}, company)} if company else {}
    source = RecordedValue.Source
    same = proposed.get(field) == value and (
        field != "size" or vendor.size_source == SizeSource.SIRENE
    )
    origin = source.REGISTER if same else source.VENDOR
    vendor.recorded_values.create(field=field, value=value, source=origin)


def _free_slug(name: str) -> str:
    base = slugify(name)[:80].strip("-") or "entreprise"
    taken = set(Vendor.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | set(
        RESERVED_SLUGS
    )
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
