"""Regimes of public procurement: each threshold on both sides, dates, sources, warnings."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.procurement import (
    EUROPEAN_PUBLICITY,
    FREE_PUBLICITY,
    LEGAL_PUBLICITY,
    NO_PUBLICITY,
    NOT_SPLIT,
    REGIME_LABELS,
    BuyerKind,
    RegimeCode,
    load_thresholds,
    regime,
    threshold_at,
)

ON = date(2026, 11, 22)
ORDER = list(RegimeCode)[:4]
amounts = st.decimals(0, 10**9, places=2)
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
kinds = st.sampled_from(BuyerKind)


def code_of(amount, on=ON, kind="autre", **options):
    return regime(Decimal(amount), on, kind, **options).code


@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2026, 3, 31), RegimeCode.ADAPTED), (date(2026, 4, 1), RegimeCode.DIRECT)],
)
def test_50_000_euros_is_a_direct_purchase_from_1_april_2026_only(on, expected):
    assert code_of("50000", on) is expected


@pytest.mark.parametrize(
    ("innovation", "expected"), [(True, RegimeCode.INNOVATION), (False, RegimeCode.ADAPTED)]
)
def test_95_000_euros_goes_without_procedure_only_if_innovation_is_claimed(innovation, expected):
    assert code_of("95000", innovation_claimed=innovation) is expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("etat", RegimeCode.FORMALISED), ("autre", RegimeCode.ADAPTED)]
)
def test_150_000_euros_is_formalised_for_a_ministry_and_adapted_for_a_city(kind, expected):
    assert code_of("150000", kind=kind) is expected


@pytest.mark.parametrize("amount", ["1000", "95000", "150000", "5000000"])
@pytest.mark.parametrize("kind", BuyerKind)
@pytest.mark.parametrize("vehicle", [True, "UGAP, marché multi-éditeurs"])
def test_through_a_central_purchasing_body_no_procedure_of_ones_own(amount, kind, vehicle):
    found = regime(Decimal(amount), ON, kind, vehicle=vehicle)
    assert found.code is RegimeCode.CENTRAL_BODY
    assert found.sources == (
        (
            "Code de la commande publique, art. L2113-2 à L2113-4",
            "à confirmer sur Légifrance",
            date(2026, 11, 22),
        ),
    )
    assert NOT_SPLIT in found.warnings
    assert vehicle is True or vehicle in found.label


@pytest.mark.parametrize("vehicle", [None, False, "", "  "])
def test_no_vehicle_is_no_central_purchasing_body(vehicle):
    assert code_of("1000", vehicle=vehicle) is RegimeCode.DIRECT


@pytest.mark.parametrize(
    ("amount", "kind", "innovation", "on", "expected"),
    [
        ("39999.99", "autre", False, date(2026, 3, 31), RegimeCode.DIRECT),
        ("40000.00", "autre", False, date(2026, 3, 31), RegimeCode.ADAPTED),
        ("59999.99", "etat", False, ON, RegimeCode.DIRECT),
        ("60000.00", "etat", False, ON, RegimeCode.ADAPTED),
        ("99999.99", "autre", True, ON, RegimeCode.INNOVATION),
        ("100000.00", "autre", True, ON, RegimeCode.ADAPTED),
        ("139999.99", "etat", False, ON, RegimeCode.ADAPTED),
        ("140000.00", "etat", False, ON, RegimeCode.FORMALISED),
        ("215999.99", "autre", False, ON, RegimeCode.ADAPTED),
        ("216000.00", "autre", False, ON, RegimeCode.FORMALISED),
        ("142999.99", "etat", False, date(2025, 12, 31), RegimeCode.ADAPTED),
        ("143000.00", "etat", False, date(2025, 12, 31), RegimeCode.FORMALISED),
        ("142999.99", "etat", False, date(2026, 1, 1), RegimeCode.FORMALISED),
        ("220999.99", "autre", False, date(2025, 12, 31), RegimeCode.ADAPTED),
        ("221000.00", "autre", False, date(2025, 12, 31), RegimeCode.FORMALISED),
        ("220999.99", "autre", False, date(2026, 1, 1), RegimeCode.FORMALISED),
        ("0", "autre", True, ON, RegimeCode.DIRECT),
    ],
)
def test_below_a_threshold_is_strict(amount, kind, innovation, on, expected):
    assert code_of(amount, on, kind, innovation_claimed=innovation) is expected


@pytest.mark.parametrize(
    ("amount", "kind", "innovation", "expected"),
    [
        ("59999.99", "autre", False, NO_PUBLICITY),
        ("95000", "autre", True, NO_PUBLICITY),
        ("89999.99", "autre", False, FREE_PUBLICITY),
        ("90000.00", "autre", False, LEGAL_PUBLICITY),
        ("140000", "etat", False, EUROPEAN_PUBLICITY),
    ],
)
def test_publicity_in_the_bulletin_or_a_journal_is_due_from_90_000_euros(
    amount, kind, innovation, expected
):
    found = regime(Decimal(amount), ON, kind, innovation_claimed=innovation)
    assert found.publicity == expected


@given(amounts, days, kinds, st.booleans(), st.sampled_from([None, True, "UGAP"]))
def test_every_amount_has_a_regime_that_warns_against_splitting(amount, on, kind, new, vehicle):
    found = regime(amount, on, kind, new, vehicle)
    assert found.sources
    assert found.publicity
    assert found.warnings[0] == NOT_SPLIT
    assert found.label.startswith(REGIME_LABELS[found.code])


@given(amounts, amounts, days, kinds, st.booleans())
def test_a_larger_amount_never_has_a_lighter_regime(one, other, on, kind, innovation):
    small, large = sorted((one, other))
    codes = [regime(amount, on, kind, innovation).code for amount in (small, large)]
    assert ORDER.index(codes[0]) <= ORDER.index(codes[1])


@given(amounts, days, kinds)
def test_claiming_innovation_never_makes_the_regime_heavier(amount, on, kind):
    plain, claimed = (regime(amount, on, kind, claim).code for claim in (False, True))
    assert ORDER.index(claimed) <= ORDER.index(plain)


def test_an_innovative_purchase_says_that_innovation_is_only_claimed_and_what_is_uncertain():
    warnings = " ".join(regime(Decimal(95000), ON, "autre", innovation_claimed=True).warnings)
    assert "ne vaut pas qualification juridique" in warnings
    assert "Le seuil des achats innovants a pu changer" in warnings


def test_a_small_purchase_recalls_the_good_use_of_public_money():
    assert "bonne utilisation des deniers publics" in " ".join(
        regime(Decimal(1000), ON, "autre").warnings
    )


@pytest.mark.parametrize(("on", "warned"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
def test_the_doubt_on_direct_purchases_of_2027_is_said_from_2027(on, warned):
    warnings = " ".join(regime(Decimal(1000), on, "autre", today=ON).warnings)
    assert ("loi n° 2026-403" in warnings) is warned


@pytest.mark.parametrize(
    ("today", "stale"),
    [(date(2027, 4, 3), False), (date(2027, 4, 4), True), (date(2026, 11, 22), False)],
)
def test_a_threshold_verified_more_than_six_months_ago_is_warned_about(today, stale):
    warnings = regime(Decimal(50000), ON, "autre", today=today).warnings
    assert any("plus de 6 mois" in warning for warning in warnings) is stale


def test_today_is_the_day_of_the_consultation_by_default():
    warnings = regime(Decimal(50000), date(2028, 1, 1), "autre").warnings
    assert any("plus de 6 mois" in warning for warning in warnings)


@pytest.mark.parametrize(("today", "stale"), [(date(2027, 2, 28), False), (date(2027, 3, 1), True)])
def test_six_months_after_the_end_of_august_is_the_end_of_february(today, stale):
    rows = [replace(row, verified_on=date(2026, 8, 31)) for row in load_thresholds()]
    warnings = regime(Decimal(1000), ON, "autre", thresholds=rows, today=today).warnings
    assert any("plus de 6 mois" in warning for warning in warnings) is stale


def test_a_stale_central_purchasing_rule_is_warned_about_too():
    warnings = regime(Decimal(1), ON, "autre", vehicle=True, today=date(2028, 1, 1)).warnings
    assert any("L2113-2" in warning and "plus de 6 mois" in warning for warning in warnings)


def test_only_the_thresholds_that_decided_are_cited():
    references = [source.legal_reference for source in regime(Decimal(1), ON, "autre").sources]
    assert len(references) == 1
    assert "R2122-8" in references[0]
    formalised = regime(Decimal(10**6), ON, "etat").sources
    assert [source.legal_reference.split(" (")[0] for source in formalised] == [
        "Code de la commande publique, annexe 2"
    ]


def test_an_innovation_too_dear_for_its_exception_sees_that_threshold():
    sources = regime(Decimal(120000), ON, "autre", innovation_claimed=True).sources
    assert any("R2122-9-1" in source.legal_reference for source in sources)


def test_only_the_thresholds_that_decide_are_cited_and_commented():
    found = regime(Decimal(10**6), ON, "autre", innovation_claimed=True)
    assert not any("R2122-9-1" in source.legal_reference for source in found.sources)
    assert not any("innovants" in warning for warning in found.warnings)


def test_the_last_day_of_a_threshold_is_still_its_own():
    warnings = regime(Decimal(139999), date(2027, 12, 31), "etat").warnings
    assert not any("jusqu'au" in warning for warning in warnings)


def test_after_the_last_known_period_the_last_threshold_is_used_with_a_warning():
    found = regime(Decimal(139999), date(2028, 1, 1), "etat")
    assert found.code is RegimeCode.ADAPTED
    assert any("jusqu'au 31/12/2027" in warning for warning in found.warnings)


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_an_amount_that_is_no_positive_number_is_refused(amount):
    with pytest.raises(ValueError, match="positif ou nul"):
        code_of(amount)


@pytest.mark.parametrize("vehicle", [None, True])
@pytest.mark.parametrize("kind", BuyerKind)
def test_a_date_before_the_data_is_refused(kind, vehicle):
    assert code_of("1", date(2024, 1, 1), kind, vehicle=vehicle)
    with pytest.raises(ValueError, match="la date précède les données"):
        code_of("1", date(2023, 12, 31), kind, vehicle=vehicle)


def test_an_unknown_kind_of_buyer_is_refused():
    with pytest.raises(ValueError, match="Type d'acheteur inconnu"):
        code_of("1", kind="mairie")


def test_other_thresholds_can_be_given():
    rows = [replace(row, value=Decimal(10)) for row in load_thresholds()]
    assert code_of("10", thresholds=rows) is RegimeCode.FORMALISED


def test_rows_of_a_threshold_follow_each_other_without_overlap():
    for name in {row.id for row in load_thresholds()}:
        rows = sorted(
            (row for row in load_thresholds() if row.id == name), key=lambda row: row.valid_from
        )
        for row, following in pairwise(rows):
            assert row.valid_to is not None
            assert (following.valid_from - row.valid_to).days == 1
            assert threshold_at(name, row.valid_to, rows) is row


def test_every_threshold_has_a_reference_a_date_of_verification_and_a_known_confidence():
    for row in load_thresholds():
        assert row.legal_reference
        assert row.verified_on <= date(2026, 11, 22)
        assert row.confidence in {"V", "V2", "M+"}


def test_what_was_verified_on_legifrance_in_october_says_so():
    dates = {
        (row.id, row.value): row.verified_on
        for row in load_thresholds()
        if row.verified_on == date(2026, 10, 3)
    }
    assert set(dates) == {("direct_purchase", Decimal(60000)), ("innovation", Decimal(100000))}
