"""Totals, price bands, the filter under 100 k€, and how amounts are written."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.pricing import (
    NBSP,
    PRICE_KIND_LABELS,
    Metric,
    Need,
    Period,
    PriceKind,
    Tariff,
    Tier,
    is_under_limit,
    money_fr,
    price_band,
    price_bands,
    price_kind,
    reference_configuration,
    total_cost,
)

ON = date(2026, 11, 22)
CODES = (
    "gratuit moins-de-25k 25-60k 60-100k 100k-formalise formalise-et-plus sur-devis non-renseigne"
).split()

prices = st.decimals(0, 10**5, places=4)
periods = st.sampled_from(Period)
totals = st.decimals(0, 10**10, places=2)
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
tariffs = st.builds(
    Tariff,
    metric=st.sampled_from(Metric),
    setup=prices,
    recurring=prices,
    period=periods,
    flat=prices,
)
quantities = st.integers(1, 300_000)
durations = st.integers(1, 120)


def per_agent(**amounts):
    return Tariff(Metric.AGENT, **amounts)


@pytest.mark.parametrize(
    ("tariff", "quantity", "months", "expected"),
    [
        (per_agent(recurring=Decimal("17.50")), 100, 48, "84000.00"),
        (per_agent(setup=Decimal(5000), recurring=Decimal(10)), 100, 48, "53000.00"),
        (per_agent(recurring=Decimal(120), period=Period.YEAR), 100, 48, "48000.00"),
        (per_agent(recurring=Decimal(120), period=Period.ONCE), 100, 48, "12000.00"),
        (per_agent(flat=Decimal(1000), period=Period.YEAR), 100, 48, "4000.00"),
        (per_agent(flat=Decimal(100), recurring=Decimal(1)), 20, 12, "1440.00"),
        (per_agent(), 100, 48, "0.00"),
    ],
)
def test_total_adds_setup_flat_and_recurring_over_the_duration(tariff, quantity, months, expected):
    assert total_cost(tariff, quantity, months) == Decimal(expected)


@pytest.mark.parametrize(("months", "years"), [(1, 1), (12, 1), (13, 2), (24, 2), (25, 3), (48, 4)])
def test_a_year_that_is_begun_is_due_in_full(months, years):
    tariff = per_agent(flat=Decimal(100), period=Period.YEAR)
    assert total_cost(tariff, 1, months) == 100 * years


@pytest.mark.parametrize(
    ("unit_price", "expected"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("0.015", "0.02"), ("0.025", "0.03")],
)
def test_totals_are_rounded_half_up_to_the_cent(unit_price, expected):
    assert total_cost(per_agent(recurring=Decimal(unit_price)), 1, 1) == Decimal(expected)


@pytest.mark.parametrize(
    ("quantity", "unit_price"),
    [(1, 10), (49, 10), (50, 8), (99, 8), (100, 5), (1_000, 5)],
)
def test_the_tier_reached_prices_every_unit(quantity, unit_price):
    tiers = (Tier(100, Decimal(5)), Tier(50, Decimal(8)))
    tariff = per_agent(recurring=Decimal(10), tiers=tiers)
    assert total_cost(tariff, quantity, 1) == quantity * unit_price


@given(tariffs, quantities, quantities, durations)
def test_without_tiers_more_units_never_cost_less(tariff, one, other, months):
    small, large = sorted((one, other))
    assert total_cost(tariff, small, months) <= total_cost(tariff, large, months)


@given(tariffs, quantities, durations, durations)
def test_a_longer_duration_never_costs_less(tariff, quantity, one, other):
    short, long = sorted((one, other))
    assert total_cost(tariff, quantity, short) <= total_cost(tariff, quantity, long)


@given(tariffs, quantities, durations)
def test_a_total_is_in_cents(tariff, quantity, months):
    assert total_cost(tariff, quantity, months).as_tuple().exponent == -2


@pytest.mark.parametrize(("quantity", "months"), [(0, 48), (-1, 48), (1, 0)])
def test_a_total_needs_a_quantity_and_a_duration(quantity, months):
    with pytest.raises(ValueError, match="au moins 1"):
        total_cost(per_agent(), quantity, months)


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_a_price_that_is_no_positive_number_is_refused(amount):
    with pytest.raises(ValueError, match="positif ou nul"):
        per_agent(recurring=Decimal(amount))
    with pytest.raises(ValueError, match="positif ou nul"):
        Tier(1, Decimal(amount))


def test_two_tiers_cannot_start_at_the_same_quantity():
    with pytest.raises(ValueError, match="même quantité"):
        per_agent(tiers=(Tier(10, Decimal(1)), Tier(10, Decimal(2))))


def test_a_tier_starts_at_one_at_least():
    with pytest.raises(ValueError, match="au moins 1"):
        Tier(0, Decimal(1))


# The kind of price.


@pytest.mark.parametrize(
    ("total", "options", "expected"),
    [
        ("84000", {}, PriceKind.PRICED),
        ("0", {}, PriceKind.FREE),
        ("0", {"services_priced": False}, PriceKind.UNPRICED),
        ("84000", {"services_priced": False}, PriceKind.UNPRICED),
        ("84000", {"expired": True}, PriceKind.UNPRICED),
        (None, {}, PriceKind.UNPRICED),
        (None, {"on_quote": True}, PriceKind.QUOTE),
    ],
)
def test_a_price_is_free_only_if_everything_is_priced_at_zero(total, options, expected):
    assert price_kind(None if total is None else Decimal(total), **options) is expected


def test_kinds_of_price_are_those_of_the_api_and_have_labels():
    assert [kind.value for kind in PriceKind] == ["priced", "quote", "free", "unpriced"]
    assert set(PRICE_KIND_LABELS) == set(PriceKind)


# Bands.


@pytest.mark.parametrize(
    ("total", "on", "expected"),
    [
        ("0.00", ON, "gratuit"),
        ("0.01", ON, "moins-de-25k"),
        ("24999.99", ON, "moins-de-25k"),
        ("25000.00", ON, "25-60k"),
        ("59999.99", ON, "25-60k"),
        ("60000.00", ON, "60-100k"),
        ("99999.99", ON, "60-100k"),
        ("100000.00", ON, "100k-formalise"),
        ("139999.99", ON, "100k-formalise"),
        ("140000.00", ON, "formalise-et-plus"),
        ("142999.99", date(2025, 12, 31), "100k-formalise"),
        ("143000.00", date(2025, 12, 31), "formalise-et-plus"),
        ("142999.99", date(2026, 1, 1), "formalise-et-plus"),
    ],
)
def test_bands_hold_their_lower_bound_and_not_their_upper_one(total, on, expected):
    assert price_band(Decimal(total), price_bands(on)) == expected


@given(totals, days)
def test_bands_partition_the_line(total, on):
    assert sum(band.contains(total) for band in price_bands(on)) == 1


@given(days)
def test_bands_of_any_day_are_the_eight_codes_in_order(on):
    assert [band.code for band in price_bands(on)] == CODES


@given(days)
def test_each_band_starts_where_the_one_before_ends(on):
    bounded = [band for band in price_bands(on) if band.lower is not None]
    assert bounded[0].lower == 0
    assert bounded[-1].upper is None
    assert [band.upper for band in bounded[:-1]] == [band.lower for band in bounded[1:]]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(PriceKind.QUOTE, "sur-devis"), (PriceKind.UNPRICED, "non-renseigne")],
)
def test_what_is_on_quote_or_not_priced_has_a_band_of_its_own(kind, expected):
    assert price_band(None, price_bands(ON), kind=kind) == expected
    assert price_band(Decimal(10), price_bands(ON), kind=kind) == expected


def test_no_total_is_not_priced():
    assert price_band(None, price_bands(ON)) == "non-renseigne"


def test_a_total_that_no_band_holds_is_refused():
    with pytest.raises(ValueError, match="Aucune tranche"):
        price_band(Decimal(1), ())
    with pytest.raises(ValueError, match="positif ou nul"):
        price_band(Decimal(-1), price_bands(ON))


def test_bands_before_the_data_are_refused():
    with pytest.raises(ValueError, match="Aucune tranche de prix connue au 31/12/2023"):
        price_bands(date(2023, 12, 31))


# Under 100 k€.


@pytest.mark.parametrize(
    ("total", "expected"),
    [("0", True), ("99999.99", True), ("100000.00", False), ("100000.01", False)],
)
def test_under_100k_is_strict(total, expected):
    assert is_under_limit(Decimal(total)) is expected


def test_what_has_no_total_is_never_under_the_limit():
    assert not is_under_limit(None)


def test_another_limit_can_be_given():
    assert not is_under_limit(Decimal(60000), Decimal(60000))


# Reference configurations.


@pytest.mark.parametrize(
    ("metric", "size", "label"),
    [
        (Metric.AGENT, Need.SMALL, "pour 20 agents sur 48 mois"),
        (Metric.AGENT, Need.MEDIUM, "pour 100 agents sur 48 mois"),
        (Metric.AGENT, Need.LARGE, "pour 1 000 agents sur 48 mois"),
        (Metric.INHABITANT, Need.SMALL, "pour 3 500 habitants sur 48 mois"),
        (Metric.INHABITANT, Need.MEDIUM, "pour 20 000 habitants sur 48 mois"),
        (Metric.INHABITANT, Need.LARGE, "pour 200 000 habitants sur 48 mois"),
        (Metric.LOT, Need.SMALL, "pour 1 lot sur 48 mois"),
        (Metric.LOT, Need.MEDIUM, "pour 3 lots sur 48 mois"),
        (Metric.LOT, Need.LARGE, "pour 10 lots sur 48 mois"),
        (Metric.FLAT, Need.SMALL, "au forfait sur 48 mois"),
        (Metric.FLAT, Need.LARGE, "au forfait sur 48 mois"),
    ],
)
def test_a_reference_configuration_says_what_a_total_is_for(metric, size, label):
    assert reference_configuration(metric, size, ON).label.replace(NBSP, " ") == label


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("size", Need)
def test_every_metric_has_three_sizes(metric, size):
    assert reference_configuration(metric, size, ON).quantity >= 1


def test_a_configuration_before_the_data_is_refused():
    with pytest.raises(ValueError, match="Aucune configuration de référence agent moyen"):
        reference_configuration(Metric.AGENT, Need.MEDIUM, date(2025, 12, 31))


# Amounts in French.


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("84000", "84 000 € HT"),
        ("84000.00", "84 000 € HT"),
        ("1234567.8", "1 234 567,80 € HT"),
        ("999", "999 € HT"),
        ("0", "0 € HT"),
        ("0.005", "0,01 € HT"),
    ],
)
def test_an_amount_is_written_in_french_without_a_breaking_space(amount, expected):
    written = money_fr(Decimal(amount))
    assert " " not in written
    assert written.replace(NBSP, " ") == expected
