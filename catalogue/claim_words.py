"""What a claim is about, in words: offers and sheets here, questionnaires by who registers them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.choices import Rgaa
from catalogue.models import Claim, Offer, Reference

DEFAULT_MONTHS = 12
"""How long a verification holds at most where nothing says otherwise."""
_PATHS = {
    Claim.Kind.CLOUD: "offres/",
    Claim.Kind.HDS: "offres/",
    Claim.Kind.ISO27001: "offres/",
    Claim.Kind.REFERENCE: "references/",
}


@dataclass(frozen=True)
class About:
    """What a claim says, for people who check it.

    `said` is the vendor's word as it stands; `path` the page of the vendor space where it is
    changed, `max_age_months` the longest that a verification holds, `expected` what proves it.
    """

    title: str
    said: str
    path: str
    max_age_months: int = DEFAULT_MONTHS
    expected: str = ""


Provider = Callable[[Sequence[Claim]], Mapping[uuid.UUID, About]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Say how the claims of a higher app are worded, by their uid; others are left out."""
    if provider not in _providers:
        _providers.append(provider)


def about(claim: Claim) -> About:
    """What a claim is about; reads the page of its listing, the live one unless told otherwise."""
    return abouts([claim])[claim.uid]


def abouts(claims: Sequence[Claim]) -> dict[uuid.UUID, About]:
    """The same of many claims, by their uid: what answers share is read once a sheet."""
    found: dict[uuid.UUID, About] = {}
    for provider in _providers:
        found |= provider([claim for claim in claims if claim.uid not in found])
    return {claim.uid: found.get(claim.uid) or _about(claim) for claim in claims}


def _about(claim: Claim) -> About:
    page = claim.listing.page
    steps = f"/espace-editeur/fiches/{claim.listing.uid}/etape/"
    path = f"{steps}{_PATHS.get(Claim.Kind(claim.kind), 'technique/')}"
    kind = str(claim.get_kind_display())
    on_reference = claim.kind == Claim.Kind.REFERENCE
    # Of the page itself: a draft has them in memory.
    rows = page.references if on_reference else page.offers
    row = claim.subject and rows.filter(uid=claim.subject).first()
    title = kind
    if claim.subject is not None and not on_reference:
        name = row.name if row else _("offre retirée")
        title = _("%(kind)s, offre « %(name)s »") % {"kind": kind, "name": name}
    return About(title, said(claim, row or None), path)


def said(claim: Claim, row: Offer | Reference | None) -> str:
    """What a claim that is no answer says, as it stands.

    :param row: the offer or the reference that it is on; None for one that is gone, or the sheet.
    """
    match claim.kind:
        case Claim.Kind.RGAA:
            return str(
                Rgaa(
                    claim.listing.assessed_rgaa(timezone.localdate()) or claim.listing.page.rgaa
                ).label
            )
        case Claim.Kind.FREE:
            return claim.listing.page.licence
        case Claim.Kind.REFERENCE:
            return row.client if isinstance(row, Reference) else ""
        case _:
            return _said_of_offer(claim, row) if isinstance(row, Offer) else ""


def _said_of_offer(claim: Claim, offer: Offer) -> str:
    match claim.kind:
        case Claim.Kind.CLOUD:
            return _joined(*_hosting(offer), _control(claim, offer), *_guarantees(offer))
        case Claim.Kind.HDS:
            held = _("Certifié HDS") if offer.hds else _("Sans certification HDS")
            return _joined(held, offer.host, offer.hds_until)
        case _:
            holder = f"{offer.iso27001_holder} {offer.iso27001_number}".strip()
            return _joined(holder, offer.iso27001_scope, offer.iso27001_until)


def _hosting(offer: Offer) -> tuple[str, ...]:
    # Sorted: the same countries in another order are the same words.
    countries = ", ".join(sorted(offer.hosting_countries or ())) or _("pays non renseigné")
    return (
        offer.get_deployment_display(),
        offer.host,
        offer.get_state_cloud_display() if offer.state_cloud else "",
        _("SecNumCloud : %s") % offer.get_secnumcloud_display(),
        countries,
    )


def _guarantees(offer: Offer) -> list[str]:
    """What the level of an offer also hangs on; what nobody stated is left out."""
    stated = {
        _("réversibilité documentée"): offer.reversibility_documented,
        _("plusieurs zones géographiques"): offer.multi_zone,
        _("contrat conforme au RGPD"): offer.gdpr_contract,
    }
    answers = {True: _("oui"), False: _("non")}
    return [
        _("%(what)s : %(answer)s") % {"what": what, "answer": answers[value]}
        for what, value in stated.items()
        if value is not None
    ]


def _control(claim: Claim, offer: Offer) -> str:
    """Who controls host and vendor, as far as anybody said so: the level of hosting hangs on it."""
    vendor = claim.listing.vendor
    hosted: dict[bool | None, str] = {
        True: _("sous contrôle extra-européen"),
        False: _("hors de tout contrôle extra-européen"),
    }
    told = {
        _("éditeur"): vendor.get_origin_display() if vendor else "",
        _("hébergeur"): hosted.get(offer.host_outside_eu_control, ""),
    }
    return ", ".join(f"{who} {words}" for who, words in told.items() if words)


def _joined(*parts: Any) -> str:
    return " ; ".join(str(part) for part in parts if part)
