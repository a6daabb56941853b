"""Ways to buy a sheet: where it runs and what it costs, with the claims on them."""

import datetime as dt
import random
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from catalogue.choices import Deployment, Metric, OfferKind, Period, Pricing, SecNumCloud
from home.demo.archetypes import Archetype, words
from home.demo.chance import Chance, days_before, demo_uid
from home.demo.claims import ClaimFactory, Declarant
from home.demo.contracts import contracts
from home.demo.records import ClaimRecord, OfferRecord, VendorRecord

# Situation of a hosted offer, by who controls the vendor, and how many of each in a deck.
SITUATIONS: dict[str, dict[str, int]] = {
    "fr": {"qualified-service": 3, "qualified-host": 12, "immune": 50, "exposed": 17, "unknown": 9,
           "adequate": 3, "elsewhere": 3, "state": 6},
    "ue": {"qualified-host": 1, "immune": 11, "exposed": 4, "adequate": 2, "unknown": 2},
    "hors-ue": {"exposed": 14, "adequate": 3, "elsewhere": 2, "unknown": 1},
    "non-renseignee": {"exposed": 2, "immune": 3, "unknown": 5},
}  # fmt: skip
PRICINGS = {
    "libre": {Pricing.PRICED: 60, Pricing.QUOTE: 22, Pricing.UNPRICED: 18},
    "other": {Pricing.PRICED: 66, Pricing.QUOTE: 27, Pricing.UNPRICED: 7},
}
FREE_HOSTED = {True: 1, False: 2}
COUNTS = {0: 3, 1: 45, 2: 38, 3: 14}
SIZE_FACTORS = {"tpe": 0.8, "pe": 0.95, "eti": 1.35, "ge": 2.0}
TIER_STEPS = {
    Metric.AGENT: ((50, 0.9), (250, 0.75), (1000, 0.6)),
    Metric.INHABITANT: ((5000, 0.85), (20000, 0.7), (100000, 0.5)),
    Metric.LOT: ((3, 0.9), (10, 0.75)),
}
_PAID_MONTHS = {Period.MONTH: 1, Period.YEAR: 11, Period.ONCE: 30}
_QUALIFIED = {"qualified-service": SecNumCloud.SERVICE, "qualified-host": SecNumCloud.HOSTING}


@dataclass(frozen=True)
class Sheet:
    """What offers need to know of the sheet that they sell."""

    index: int
    archetype: Archetype
    vendor: VendorRecord
    free: bool
    created_on: dt.date
    price_level: float = 0.5
    """From the lowest (0) to the highest (1) of the archetype's prices."""
    premium: float = 1.0


class OfferFactory:
    """Makes the offers of sheets and the claims on them."""

    def __init__(self, seed: int, today: dt.date, chance: Chance, claims: ClaimFactory) -> None:
        self._seed = seed
        self._today = today
        self._chance = chance
        self._contracts = tuple(contract.number for contract in contracts(today))
        self._claims = claims
        self._words = words("offers")

    def make(self, sheet: Sheet) -> tuple[tuple[OfferRecord, ...], tuple[ClaimRecord, ...]]:
        """Return the offers of a sheet (perhaps none) and the claims on them."""
        rng = self._chance.rng("offers", sheet.index)
        count = self._chance.deal("offers", COUNTS)
        offers: list[OfferRecord] = []
        for rank in range(count):
            offers.append(self._production(rng, sheet, rank, tuple(offers)))
        to_try = offers and offers[0].pricing != Pricing.FREE
        if to_try and self._chance.deal("trial", {True: 18, False: 82}):
            offers.append(self._trial(rng, sheet, offers[0]))
        declarant = Declarant(sheet.index, sheet.vendor.website, sheet.created_on)
        claims = [
            claim
            for offer in offers
            for claim in self._claims.on_offer(rng, declarant, offer, sheet.vendor.origin)
        ]
        return tuple(offers), tuple(claims)

    def _production(
        self, rng: random.Random, sheet: Sheet, rank: int, earlier: tuple[OfferRecord, ...]
    ) -> OfferRecord:
        situation = self._situation(rng, sheet, earlier)
        facts: dict[str, Any] = {
            "deployment": _deployment(situation).value,
            "pricing": self._pricing(sheet, situation, first=not earlier).value,
            **self._place(rng, sheet, situation),
        }
        if "host" in facts:
            facts |= self._certificates(rng, sheet, facts["host"])
        if facts["pricing"] == Pricing.PRICED:
            facts |= self._price(rng, sheet, facts)
        if facts["pricing"] == Pricing.FREE and "exit_cost" in facts:
            facts["exit_cost"] = self._words["texts"]["free_exit_cost"]
        return OfferRecord(
            uid=demo_uid(self._seed, "sheet", sheet.index, "offer", rank),
            name=self._name(rng, facts, {other.name for other in earlier}),
            kind=OfferKind.PRODUCTION.value,
            contracts=self._vehicles(rng),
            **facts,
        )

    def _pricing(self, sheet: Sheet, situation: str, *, first: bool) -> Pricing:
        """Return what an offer says of its price.

        Only those who live by something else host for nothing: the social economy, and small
        companies with a free software.
        """
        vendor = sheet.vendor
        small = vendor.origin == "fr" and vendor.size in ("tpe", "pe")
        may_give = small and (vendor.ess or sheet.free) and first and situation == "immune"
        if may_give and self._chance.deal("free-hosted", FREE_HOSTED):
            return Pricing.FREE
        deck = "libre" if sheet.free else "other"
        return self._chance.deal(f"pricing-{deck}", PRICINGS[deck])

    def _situation(self, rng: random.Random, sheet: Sheet, earlier: tuple[OfferRecord, ...]) -> str:
        """Most first offers are hosted; another is often on the buyer's own servers, once."""
        possible = "sur-site" in sheet.archetype.deployments and all(
            offer.deployment != Deployment.ON_PREMISES for offer in earlier
        )
        deck, cards = (
            ("on-site-too", {True: 5, False: 6}) if earlier else ("on-site", {True: 1, False: 4})
        )
        if possible and self._chance.deal(deck, cards):
            return "on-site"
        situation = self._chance.deal(
            "situation-" + sheet.vendor.origin, SITUATIONS[sheet.vendor.origin]
        )
        if situation == "state" and "cloud-etat" not in sheet.archetype.deployments:
            return rng.choice(("immune", "qualified-host"))
        return situation

    def _place(self, rng: random.Random, sheet: Sheet, situation: str) -> dict[str, Any]:
        if situation == "on-site":
            return {
                "gdpr_contract": rng.choice((True, True, None)),
                "support_countries": self._support(rng, sheet.vendor),
                "reversibility_documented": rng.choice((True, True, None)),
            }
        if situation == "state":
            return {
                "state_cloud": self._chance.deal("state-cloud", {"nubo": 3, "pi": 2}),
                "hosting_countries": ("FR",),
                "support_countries": ("FR",),
                "host_outside_eu_control": False,
                "gdpr_contract": True,
                "multi_zone": True,
                "reversibility_documented": True,
            }
        if situation == "unknown":
            return {"gdpr_contract": rng.choice((True, None))}
        return self._host(rng, sheet, situation)

    def _host(self, rng: random.Random, sheet: Sheet, situation: str) -> dict[str, Any]:
        host = rng.choice(self._hosts(sheet, situation))
        solid = situation in _QUALIFIED or rng.random() < 0.7
        # A host without a documented way out is not compliant, whatever else it has.
        no_way_out = situation in ("exposed", "immune") and self._chance.deal(
            "no-way-out", {True: 1, False: 19}
        )
        secnumcloud = _QUALIFIED.get(situation, SecNumCloud.NONE)
        if secnumcloud is SecNumCloud.NONE and host["secnumcloud"] == "in-progress":
            secnumcloud = SecNumCloud.IN_PROGRESS
        return {
            "host": host["name"],
            "hosting_countries": tuple(host["countries"]),
            "support_countries": self._support(rng, sheet.vendor),
            "secnumcloud": secnumcloud.value,
            "host_outside_eu_control": situation in ("exposed", "adequate", "elsewhere"),
            "gdpr_contract": True if solid else rng.choice((True, None)),
            "multi_zone": True if solid else rng.choice((True, False, None)),
            "reversibility_documented": False if no_way_out else (solid or None),
            "exit_cost": rng.choice(self._words["texts"]["exit_cost"]),
        }

    def _hosts(self, sheet: Sheet, situation: str) -> list[dict[str, Any]]:
        hosts = self._words["host"]
        if situation in _QUALIFIED:
            return [host for host in hosts if host["secnumcloud"] == "hosting"]
        if situation == "immune":
            home = "ue" if sheet.vendor.origin == "ue" else "fr"
            found = [host for host in hosts if host["control"] == home]
            return [host for host in found if host["secnumcloud"] != "hosting"]
        control = {"exposed": "hors-ue"}.get(situation, situation)
        return [host for host in hosts if host["control"] == control]

    def _support(self, rng: random.Random, vendor: VendorRecord) -> tuple[str, ...]:
        countries = [vendor.country]
        if rng.random() < 0.12:
            countries.append(rng.choice(("TN", "MA", "PT", "RO", "BE", "CA")))
        if vendor.country != "FR" and rng.random() < 0.7:
            countries.insert(0, "FR")
        return tuple(dict.fromkeys(countries))

    def _certificates(self, rng: random.Random, sheet: Sheet, host: str) -> dict[str, Any]:
        if not sheet.archetype.health_data and rng.random() > 0.3:
            return {}
        facts: dict[str, Any] = {
            "iso27001_holder": rng.choice((host, sheet.vendor.name)),
            "iso27001_scope": rng.choice(self._words["claims"]["iso_scopes"]),
            "iso27001_number": f"DEMO-27001-{rng.randint(1, 9999):04d}",
            "iso27001_until": self._until(rng),
        }
        if sheet.archetype.health_data or self._chance.deal("hds", {True: 1, False: 7}):
            facts |= {"hds": True, "hds_until": self._until(rng)}
        return facts

    def _until(self, rng: random.Random) -> dt.date:
        """Return the end of a certificate; one in ten has passed."""
        if self._chance.deal("until", {True: 1, False: 9}):
            return days_before(rng, self._today, 200, 5)
        return self._today + dt.timedelta(days=rng.randint(60, 1000))

    def _price(self, rng: random.Random, sheet: Sheet, facts: dict[str, Any]) -> dict[str, Any]:
        metric = Metric(sheet.archetype.metric)
        low, high = sheet.archetype.unit_price
        factor = SIZE_FACTORS.get(sheet.vendor.size, 1.0) * rng.uniform(0.9, 1.15)
        factor *= sheet.premium
        factor *= 1.4 if facts.get("secnumcloud") in ("hosting", "service") else 1.0
        price = low * (high / low) ** sheet.price_level * factor
        period = self._period(metric, facts["deployment"])
        if metric is not Metric.INHABITANT:
            price *= _PAID_MONTHS[period]
        unit = _rounded(price)
        flat = metric is Metric.FLAT
        tiered = not flat and self._chance.deal("tiers", {True: 45, False: 55})
        steps = TIER_STEPS[metric] if tiered else ()
        return {
            "metric": metric.value,
            "period": period.value,
            "setup_price": self._setup(rng, sheet, factor),
            "unit_price": None if flat else unit,
            "flat_price": unit if flat else self._base_fee(rng, period),
            "tiers": tuple((quantity, _rounded(price * share)) for quantity, share in steps),
            "price_valid_until": self._valid_until(rng),
        }

    def _period(self, metric: Metric, deployment: str) -> Period:
        if metric is Metric.INHABITANT:
            return Period.YEAR
        if deployment == Deployment.ON_PREMISES:
            return self._chance.deal("period-on-site", {Period.YEAR: 7, Period.ONCE: 3})
        return self._chance.deal("period", {Period.MONTH: 3, Period.YEAR: 1})

    def _setup(self, rng: random.Random, sheet: Sheet, factor: float) -> Decimal | None:
        low, high = sheet.archetype.setup_price
        amount = rng.triangular(low, high, low + (high - low) * 0.2) * factor
        step = 500 if amount > 5000 else 100 if amount > 1000 else 50
        return Decimal(round(amount / step) * step) or None

    def _base_fee(self, rng: random.Random, period: Period) -> Decimal | None:
        if period is Period.ONCE or rng.random() > 0.15:
            return None
        return Decimal(rng.choice((20, 35, 50, 90)) * (1 if period is Period.MONTH else 10))

    def _valid_until(self, rng: random.Random) -> dt.date | None:
        kind = self._chance.deal("price-validity", {"none": 3, "future": 14, "past": 1})
        if kind == "none":
            return None
        if kind == "past":
            return days_before(rng, self._today, 300, 3)
        return dt.date(self._today.year + rng.choice((1, 1, 2)), rng.choice((3, 6, 9, 12)), 28)

    def _name(self, rng: random.Random, facts: dict[str, Any], taken: set[str]) -> str:
        names = self._words["names"]
        if facts["pricing"] == Pricing.FREE:
            options = names["free"]
        elif facts["pricing"] == Pricing.QUOTE and rng.random() < 0.25:
            options = names["quote"]
        elif facts.get("secnumcloud") in ("hosting", "service"):
            options = names["saas-snc"]
        else:
            options = names[facts["deployment"]]
        cloud = facts.get("state_cloud", "").capitalize()
        ready = [option.format(cloud=cloud) for option in options]
        free = [name for name in ready if name not in taken]
        return rng.choice(free) if free else f"{rng.choice(ready)} ({len(taken) + 1})"

    def _vehicles(self, rng: random.Random) -> tuple[str, ...]:
        if not self._chance.deal("vehicle", {True: 1, False: 4}):
            return ()
        first = self._chance.deal("contract", dict.fromkeys(self._contracts, 1))
        others = [rng.choice(self._contracts)] if rng.random() < 0.2 else []
        return tuple(dict.fromkeys([first, *others]))

    def _trial(self, rng: random.Random, sheet: Sheet, model: OfferRecord) -> OfferRecord:
        texts = self._words["texts"]
        paid = self._chance.deal("trial-paid", {True: 1, False: 4})
        metric = sheet.archetype.metric
        return replace(
            model,
            uid=demo_uid(self._seed, "sheet", sheet.index, "offer", "trial"),
            name=rng.choice(self._words["names"]["pilote"]),
            kind=OfferKind.TRIAL.value,
            trial_days=rng.choice(texts["trial_days"]),
            trial_quantity=rng.choice(texts["trial_quantity"][metric]),
            trial_next=rng.choice(texts["trial_next"]),
            pricing=(Pricing.PRICED if paid else Pricing.FREE).value,
            metric=Metric.FLAT.value if paid else "",
            period=Period.ONCE.value if paid else "",
            setup_price=Decimal(rng.choice((500, 900, 1500, 2500))) if paid else None,
            unit_price=None,
            flat_price=None,
            tiers=(),
            price_valid_until=None,
            contracts=(),
        )


def _deployment(situation: str) -> Deployment:
    return {"on-site": Deployment.ON_PREMISES, "state": Deployment.STATE_CLOUD}.get(
        situation, Deployment.SAAS
    )


def _rounded(price: float) -> Decimal:
    """Round a price as people write prices: cents under 10 euros, whole euros above 100."""
    if price < 1:
        return Decimal(f"{price:.2f}")
    if price < 10:
        return Decimal(f"{round(price * 20) / 20:.2f}")
    if price < 100:
        return Decimal(f"{round(price * 2) / 2:.2f}")
    return Decimal(round(price))
