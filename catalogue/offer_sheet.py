"""What a sheet shows of one offer: facts with who says so, tariff lines, totals, contracts."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue import cloud, pricing
from catalogue.choices import Pricing
from catalogue.countries import country_names
from catalogue.models import Claim, Offer, PurchaseVehicle, ReferenceConfiguration, Vendor
from catalogue.official import Lists
from catalogue.presentation import (
    Configurations,
    OfferQuote,
    Proof,
    assess_offer,
    french_date,
    offer_price,
    offer_tariff,
    proof_of,
)

# Best first: which offer speaks for the sheet in its summary.
SYNTHESIS_ORDER = (
    "conforme",
    "conforme-hors-sensibles",
    "declare-conforme",
    "sans-objet",
    "a-justifier",
    "indetermine",
    "non-conforme",
)


@dataclass(frozen=True)
class Fact:
    """A line of a sheet: a label, what is known (nothing: « non renseigné »), and who says so."""

    label: str
    value: str = ""
    detail: str = ""
    proof: Proof | None = None
    url: str = ""
    url_label: str = ""
    items: Sequence[str] = ()

    @property
    def known(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.value or self.url or self.items)


@dataclass(frozen=True)
class OfferSheet:
    """An offer as the sheet shows it, at a date and for a need."""

    offer: Offer
    cloud: cloud.CloudAssessment
    proof: Proof
    quote: OfferQuote
    totals: Sequence[tuple[pricing.Need, OfferQuote]]
    hosting: Sequence[Fact]
    security: Sequence[Fact]
    tariff: Sequence[Fact]
    vehicles: Sequence[PurchaseVehicle]
    price_expired: bool

    @property
    def level(self) -> str:
        """How the offer is hosted: code of the level and French label."""
        return f"{self.cloud.level.upper()} – {cloud.LEVEL_TEXTS[self.cloud.level].label}"

    @property
    def rows(self) -> list[tuple[pricing.Need, str, OfferQuote]]:
        """Totals by need, with the French name of the need."""
        names = dict(ReferenceConfiguration.Size.choices)
        return [(need, names[need], quote) for need, quote in self.totals]

    @property
    def cloud_rank(self) -> int:
        """Place of the synthesis, best first."""
        return SYNTHESIS_ORDER.index(str(self.cloud.synthesis))


def offer_sheet(
    offer: Offer,
    vendor: Vendor | None,
    claims: Sequence[Claim],
    configurations: Configurations,
    *,
    need: pricing.Need,
    on: dt.date,
    lists: Lists,
) -> OfferSheet:
    """Gather what is shown of an offer. Reads `offer.tiers` and `offer.vehicles`: prefetch them."""
    assessment, _trust = assess_offer(offer, vendor, claims, on, lists)
    totals = [(size, offer_price(offer, size, configurations, on)) for size in pricing.Need]
    return OfferSheet(
        offer=offer,
        cloud=assessment,
        proof=proof_of(claims, Claim.Kind.CLOUD, offer.uid, on),
        quote=dict(totals)[need],
        totals=totals,
        hosting=_hosting(offer),
        security=_security(offer, claims, on),
        tariff=_tariff(offer),
        vehicles=[vehicle for vehicle in offer.vehicles.all() if not vehicle.is_over(on)],
        price_expired=offer.is_price_expired(on),
    )


def yes_no(value: bool | None) -> str:
    """« Oui », « Non », or nothing when nobody said."""
    return {True: _("Oui"), False: _("Non")}.get(value, "")


def countries(codes: Iterable[str]) -> str:
    """French names of countries by their ISO codes."""
    names = country_names()
    return ", ".join(names.get(code, code) for code in codes or [])


def _hosting(offer: Offer) -> list[Fact]:
    if offer.deployment == "sur-site":
        where = [Fact(_("Hébergement"), _("Chez l'acheteur, ou chez l'hébergeur de son choix"))]
    else:
        where = [
            Fact(_("Hébergeur"), offer.host or offer.get_state_cloud_display()),
            Fact(_("Pays d'hébergement"), countries(offer.hosting_countries)),
            Fact(_("Plusieurs zones géographiques"), yes_no(offer.multi_zone)),
        ]
    return [
        Fact(_("Déploiement"), offer.get_deployment_display() if offer.deployment else ""),
        *where,
        Fact(_("Pays de l'assistance"), countries(offer.support_countries)),
        Fact(_("Réversibilité documentée"), yes_no(offer.reversibility_documented)),
        Fact(_("Coût de sortie"), offer.exit_cost),
    ]


def _security(offer: Offer, claims: Sequence[Claim], on: dt.date) -> list[Fact]:
    facts = [Fact(_("Contrat conforme au RGPD (article 28)"), yes_no(offer.gdpr_contract))]
    if offer.deployment != "sur-site":
        control = {True: _("Oui"), False: _("Non, selon l'offreur")}.get(
            offer.host_outside_eu_control, ""
        )
        facts += [
            Fact(_("Hébergeur ou sous-traitant sous contrôle extra-européen"), control),
            Fact(_("SecNumCloud"), offer.get_secnumcloud_display()),
            _hds(offer, claims, on),
        ]
    return [*facts, _iso27001(offer, claims, on)]


def _hds(offer: Offer, claims: Sequence[Claim], on: dt.date) -> Fact:
    label = _("Hébergement de données de santé (HDS)")
    if not offer.hds:
        return Fact(label, _("Non"))
    proof = proof_of(claims, Claim.Kind.HDS, offer.uid, on)
    return Fact(label, _("Oui"), _until(offer.hds_until, on), proof=proof)


def _iso27001(offer: Offer, claims: Sequence[Claim], on: dt.date) -> Fact:
    label = _("Certification ISO 27001")
    if not offer.iso27001_holder:
        return Fact(label)
    details = [offer.iso27001_scope and _("Périmètre : %s.") % offer.iso27001_scope]
    details.append(offer.iso27001_number and _("Certificat n° %s.") % offer.iso27001_number)
    details.append(_until(offer.iso27001_until, on))
    proof = proof_of(claims, Claim.Kind.ISO27001, offer.uid, on)
    value = _("Titulaire : %s") % offer.iso27001_holder
    return Fact(label, value, " ".join(filter(None, details)), proof=proof)


def _until(day: dt.date | None, on: dt.date) -> str:
    if day is None:
        return _("Échéance non renseignée.")
    if day < on:
        return _("Échue depuis le %s.") % french_date(day)
    return _("Jusqu'au %s.") % french_date(day)


def _tariff(offer: Offer) -> list[Fact]:
    tariff = offer_tariff(offer)
    if tariff is None:
        return []
    lines = []
    if tariff.setup:
        lines.append(Fact(_("Mise en œuvre"), _join(pricing.money_fr(tariff.setup), _("une fois"))))
    period = str(offer.get_period_display())
    unit = str(offer.get_metric_display())
    if tariff.flat:
        lines.append(Fact(_("Part fixe"), _join(pricing.money_fr(tariff.flat), period)))
    if offer.unit_price is not None:
        lines.append(Fact(_("Par %s") % unit, _join(_unit_money(offer.unit_price), period)))
    for tier in sorted(tariff.tiers, key=lambda tier: tier.from_quantity):
        label = ngettext(
            "Par %(unit)s, dès %(count)s unité",
            "Par %(unit)s, dès %(count)s unités",
            tier.from_quantity,
        ) % {"unit": unit, "count": pricing.number_fr(Decimal(tier.from_quantity))}
        lines.append(Fact(label, _join(_unit_money(tier.unit_price), period)))
    return lines


def _join(amount: str, period: str) -> str:
    return f"{amount} {period}"


def _unit_money(amount: Decimal) -> str:
    """A unit price keeps up to four decimals: a habitant may cost 0,0850 €."""
    if amount == amount.quantize(pricing.CENT):
        return pricing.money_fr(amount)
    text = f"{amount.normalize():f}".replace(".", ",")
    return f"{text}{pricing.NBSP}€{pricing.NBSP}HT"


def price_words(offer: Offer, quote: OfferQuote) -> str:
    """Why an offer has no total for a need, in a few words; empty when it has one."""
    if quote.expired:
        return _("Tarif expiré le %s") % french_date(offer.price_valid_until)
    if quote.kind is pricing.PriceKind.QUOTE:
        return _("Sur devis")
    if quote.kind is pricing.PriceKind.UNPRICED:
        priced = offer.pricing == Pricing.PRICED
        return _("Quantité non tarifée") if priced else _("Prestations non chiffrées")
    return ""
