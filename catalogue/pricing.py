"""What an offer costs over a reference configuration, and how a total is ranged and written.

Amounts are euros excluding tax (HT), always ``Decimal``. Bands and reference configurations are
dated data (``data/price_bands.toml``, ``data/reference_configurations.toml``).
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

CENT = Decimal("0.01")
NBSP = "\N{NO-BREAK SPACE}"


class Metric(StrEnum):
    """What a tariff counts."""

    AGENT = "agent"
    INHABITANT = "habitant"
    LOT = "lot"
    FLAT = "forfait"


class Need(StrEnum):
    """Size of a reference configuration; values are those of the ``besoin`` parameter."""

    SMALL = "petit"
    MEDIUM = "moyen"
    LARGE = "grand"


class Period(StrEnum):
    """How often the recurring part of a tariff is due."""

    MONTH = "month"
    YEAR = "year"
    ONCE = "once"


class PriceKind(StrEnum):
    """What is known of the price; values are those of ``price_kind`` in the API."""

    PRICED = "priced"
    QUOTE = "quote"
    FREE = "free"
    UNPRICED = "unpriced"


PRICE_KIND_LABELS: dict[PriceKind, str] = {
    PriceKind.PRICED: "Prix public",
    PriceKind.QUOTE: "Sur devis",
    PriceKind.FREE: "Gratuit, hébergement et services compris",
    PriceKind.UNPRICED: "Prix non renseigné",
}

# Stable codes of what has no total.
ON_QUOTE_BAND = "sur-devis"
UNPRICED_BAND = "non-renseigne"


@dataclass(frozen=True)
class Tier:
    """From this quantity on, every unit costs this price (euros HT per unit per period)."""

    from_quantity: int
    unit_price: Decimal

    def __post_init__(self) -> None:
        if self.from_quantity < 1:
            raise ValueError("Un palier commence à une quantité d'au moins 1.")
        _check_amount(self.unit_price)


@dataclass(frozen=True)
class Tariff:
    """A public tariff, euros HT.

    ``setup`` is paid once; ``recurring`` per unit and ``flat`` whatever the quantity, each
    ``period``; ``tiers`` replace ``recurring`` from their quantity on.
    """

    metric: Metric
    setup: Decimal = Decimal(0)
    recurring: Decimal = Decimal(0)
    period: Period = Period.MONTH
    flat: Decimal = Decimal(0)
    tiers: tuple[Tier, ...] = ()

    def __post_init__(self) -> None:
        for amount in (self.setup, self.recurring, self.flat):
            _check_amount(amount)
        starts = [tier.from_quantity for tier in self.tiers]
        if len(set(starts)) != len(starts):
            raise ValueError("Deux paliers commencent à la même quantité.")

    def unit_price(self, quantity: int) -> Decimal:
        """Return the price of each unit, per period, for that quantity."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity]
        if not reached:
            return self.recurring
        return max(reached, key=lambda tier: tier.from_quantity).unit_price


@dataclass(frozen=True)
class PriceBand:
    """A half-open interval ``[lower, upper[`` in euros HT, over a period.

    Without ``lower`` it is a band for what has no total; without ``upper`` it has no end.
    """

    code: str
    label: str
    lower: Decimal | None
    upper: Decimal | None
    valid_from: date
    valid_to: date | None

    def contains(self, total: Decimal) -> bool:
        """Tell whether a total (euros HT) lies in the band, upper bound excluded."""
        if self.lower is None or total < self.lower:
            return False
        return self.upper is None or total < self.upper


@dataclass(frozen=True)
class ReferenceConfiguration:
    """The quantity and the duration (months, renewals included) that totals are given for."""

    metric: Metric
    size: Need
    quantity: int
    months: int
    valid_from: date
    valid_to: date | None

    @property
    def label(self) -> str:
        """French words for a card, such as « pour 100 agents sur 48 mois »."""
        duration = f"sur {self.months}{NBSP}mois"
        if self.metric is Metric.FLAT:
            return f"au forfait {duration}"
        plural = "s" if self.quantity > 1 else ""
        return f"pour {number_fr(Decimal(self.quantity))}{NBSP}{self.metric}{plural} {duration}"


def total_cost(tariff: Tariff, quantity: int, months: int) -> Decimal:
    """Return what the tariff costs in all: euros HT, rounded half-up to the cent.

    :param quantity: number of units of the tariff's metric, at least 1.
    :param months: duration in months, at least 1; a year that is begun is due in full.
    :raises ValueError: quantity or months below 1.

    Source: Code de la commande publique, R2121-1: the value of a need includes renewals.
    """
    if quantity < 1 or months < 1:
        raise ValueError("La quantité et la durée en mois sont d'au moins 1.")
    periods = {Period.MONTH: months, Period.YEAR: -(-months // 12), Period.ONCE: 1}[tariff.period]
    per_period = tariff.flat + tariff.unit_price(quantity) * quantity
    return (tariff.setup + per_period * periods).quantize(CENT, rounding=ROUND_HALF_UP)


def price_kind(
    total: Decimal | None,
    *,
    on_quote: bool = False,
    services_priced: bool = True,
    expired: bool = False,
) -> PriceKind:
    """Return what is known of the price of an offer.

    :param total: total cost, euros HT; None without a tariff.
    :param services_priced: whether hosting and services are in the total. A free licence whose
        services are not priced is not free of charge: it is ``unpriced``.
    :param expired: whether the tariff's date of validity has passed.
    :raises ValueError: the total is negative or not a number.
    """
    if total is not None:
        _check_amount(total)
    if on_quote:
        return PriceKind.QUOTE
    if total is None or expired or not services_priced:
        return PriceKind.UNPRICED
    return PriceKind.FREE if total == 0 else PriceKind.PRICED


def price_bands(on: date) -> tuple[PriceBand, ...]:
    """Return the bands at a date, in their order of display.

    :raises ValueError: the date is before the data.
    """
    bands = tuple(band for band in _bands() if _applies(band, on))
    if not bands:
        raise ValueError(f"Aucune tranche de prix connue au {on:%d/%m/%Y}.")
    return bands


def price_band(
    total: Decimal | None, bands: Iterable[PriceBand], *, kind: PriceKind = PriceKind.PRICED
) -> str:
    """Return the stable code of the band of a total.

    :param total: total cost, euros HT; None without a tariff.
    :param bands: bands of the date (:func:`price_bands`).
    :param kind: what is known of the price; on quote and unpriced have bands of their own.
    :raises ValueError: the total is negative or not a number, or no band holds it.
    """
    if kind is PriceKind.QUOTE:
        return ON_QUOTE_BAND
    if total is None or kind is PriceKind.UNPRICED:
        return UNPRICED_BAND
    _check_amount(total)
    for band in bands:
        if band.contains(total):
            return band.code
    raise ValueError(f"Aucune tranche de prix ne contient {total}.")


def is_under_limit(total: Decimal | None, limit: Decimal = Decimal("100000.00")) -> bool:
    """Tell whether a total is strictly under a limit, both in euros HT.

    No total (on quote, not priced) is never under. The default is what the catalogue calls an
    "achat de moins de 100 k€" (Code de la commande publique, R2122-9-1: "inférieur à").
    """
    return total is not None and total < limit


def reference_configuration(metric: Metric, size: Need, on: date) -> ReferenceConfiguration:
    """Return the configuration that totals are computed for at a date.

    :raises ValueError: none is set at that date.
    """
    for row in _configurations():
        if row.metric is metric and row.size is size and _applies(row, on):
            return row
    raise ValueError(f"Aucune configuration de référence {metric} {size} au {on:%d/%m/%Y}.")


def number_fr(number: Decimal) -> str:
    """Write a number in French: 84 000 or 84 000,50, with non-breaking spaces."""
    rounded = number.quantize(CENT, rounding=ROUND_HALF_UP)
    text = f"{rounded:,.0f}" if rounded == rounded.to_integral_value() else f"{rounded:,.2f}"
    return text.replace(",", NBSP).replace(".", ",")


def money_fr(amount: Decimal) -> str:
    """Write an amount, euros HT: « 84 000 € HT », cents only if there are some."""
    return f"{number_fr(amount)}{NBSP}€{NBSP}HT"


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount < 0:
        raise ValueError("Un montant est positif ou nul.")


def _applies(row: PriceBand | ReferenceConfiguration, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _load(name: str) -> dict[str, Any]:
    source = resources.files("catalogue").joinpath("data", name)
    # Decimal, not float: bounds are amounts of money.
    return tomllib.loads(source.read_text(encoding="utf-8"), parse_float=Decimal)


@cache
def _bands() -> tuple[PriceBand, ...]:
    return tuple(
        PriceBand(
            code=row["code"],
            label=row["label_fr"],
            lower=_decimal(row.get("lower")),
            upper=_decimal(row.get("upper")),
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
        )
        for row in _load("price_bands.toml")["band"]
    )


@cache
def _configurations() -> tuple[ReferenceConfiguration, ...]:
    return tuple(
        ReferenceConfiguration(
            metric=Metric(row["metric"]),
            size=Need(row["size"]),
            quantity=row["quantity"],
            months=row["months"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
        )
        for row in _load("reference_configurations.toml")["configuration"]
    )
