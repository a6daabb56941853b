"""Size of a company: both sides of every limit, and what SIRENE says."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.size import (
    SIRENE_BRACKETS,
    SIRENE_BRACKETS_ABOVE_PME,
    SIZE_LABELS,
    SizeCategory,
    pme_family,
    size_from_figures,
    size_from_sirene,
    size_limits,
)

MILLION = 1_000_000
figures = st.none() | st.integers(0, 10**11)


def test_codes_are_those_of_the_search_parameter_and_all_have_a_label():
    codes = {"tpe", "pe", "me", "eti", "ge", "pme", "non-renseignee"}
    assert {category.value for category in SizeCategory} == codes
    assert set(SIZE_LABELS) == set(SizeCategory)


@pytest.mark.parametrize(
    ("headcount", "expected"),
    [
        (0, "tpe"),
        (9, "tpe"),
        (Decimal("9.99"), "tpe"),
        (10, "pe"),
        (49, "pe"),
        (50, "me"),
        (249, "me"),
        (250, "eti"),
        (4_999, "eti"),
        (5_000, "ge"),
    ],
)
def test_headcount_must_be_strictly_below_the_limit(headcount, expected):
    assert size_from_figures(headcount, 0, 0).category == expected


@pytest.mark.parametrize(
    ("headcount", "turnover", "expected"),
    [
        (5, 2 * MILLION, "tpe"),
        (5, 2 * MILLION + 1, "pe"),
        (5, 10 * MILLION, "pe"),
        (5, 10 * MILLION + 1, "me"),
        (5, 50 * MILLION, "me"),
        (5, 50 * MILLION + 1, "eti"),
        (5, 1_500 * MILLION, "eti"),
        (5, 1_500 * MILLION + 1, "ge"),
    ],
)
def test_turnover_may_reach_the_limit_when_the_balance_sheet_is_too_large(
    headcount, turnover, expected
):
    assert size_from_figures(headcount, turnover, 10**12).category == expected


@pytest.mark.parametrize(
    ("headcount", "balance_sheet", "expected"),
    [
        (5, 2 * MILLION, "tpe"),
        (5, 2 * MILLION + 1, "pe"),
        (5, 10 * MILLION, "pe"),
        (5, 10 * MILLION + 1, "me"),
        (5, 43 * MILLION, "me"),
        (5, 43 * MILLION + 1, "eti"),
        (5, 2_000 * MILLION, "eti"),
        (5, 2_000 * MILLION + 1, "ge"),
    ],
)
def test_balance_sheet_may_reach_the_limit_when_the_turnover_is_too_large(
    headcount, balance_sheet, expected
):
    assert size_from_figures(headcount, 10**12, balance_sheet).category == expected


def test_a_subsidiary_of_eight_people_is_not_a_tpe_on_its_own_figures():
    alone = size_from_figures(8, MILLION, MILLION, part_of_group=True, group_figures=False)
    assert alone.category is SizeCategory.UNKNOWN
    assert "groupe" in alone.reason


def test_figures_of_the_group_decide_for_its_subsidiary():
    group = size_from_figures(60_000, 10**10, 10**10, part_of_group=True)
    assert group.category is SizeCategory.GE


def test_an_unknown_group_is_said_in_the_reason():
    assert "groupe n'est pas renseignée" in size_from_figures(8, 0, 0, part_of_group=None).reason


@pytest.mark.parametrize(
    ("figures_known", "expected"),
    [
        ((None, None, None), "non-renseignee"),
        ((8, None, None), "non-renseignee"),
        ((8, MILLION, None), "tpe"),
        # A small enough balance sheet would make it a TPE, any other one a PE: a PME for sure.
        ((8, 3 * MILLION, None), "pme"),
        ((8, 60 * MILLION, None), "non-renseignee"),
        ((None, MILLION, MILLION), "non-renseignee"),
        ((5_000, None, None), "ge"),
        ((100, 20 * MILLION, None), "me"),
    ],
)
def test_missing_figures_conclude_only_if_they_could_not_change_the_answer(figures_known, expected):
    assert size_from_figures(*figures_known).category == expected


@given(figures, figures, figures)
def test_filling_in_a_missing_figure_never_contradicts_what_was_said(headcount, turnover, total):
    before = size_from_figures(headcount, turnover, total).category
    for known in (0, 10**12):
        filled = [known if figure is None else figure for figure in (headcount, turnover, total)]
        after = size_from_figures(*filled).category
        family = pme_family() if before is SizeCategory.PME else {before}
        assert before is SizeCategory.UNKNOWN or after in family


@pytest.mark.parametrize("figure", [-1, Decimal("-0.01"), Decimal("NaN"), Decimal("Infinity")])
def test_a_figure_that_is_no_positive_number_is_refused(figure):
    with pytest.raises(ValueError, match="positifs"):
        size_from_figures(figure, 0, 0)


def test_a_date_before_the_decree_is_refused():
    assert size_limits(date(2008, 12, 21))
    with pytest.raises(ValueError, match="Aucune limite"):
        size_limits(date(2008, 12, 20))


def test_every_limit_cites_its_source():
    assert all(limit.legal_reference for limit in size_limits())


@pytest.mark.parametrize(
    ("brackets", "expected"),
    [
        (("NN", "00", "01", "02", "03"), "tpe"),
        (("11", "12"), "pe"),
        (("21", "22", "31"), "me"),
    ],
)
def test_sirene_divides_the_pme_by_headcount_bracket(brackets, expected):
    for bracket in brackets:
        found = size_from_sirene("PME", bracket)
        assert found.category == expected
        assert not found.inconsistent


@pytest.mark.parametrize("bracket", ["32", "41", "42", "51", "52", "53"])
def test_sirene_pme_of_250_employees_or_more_is_inconsistent(bracket):
    found = size_from_sirene("PME", bracket)
    assert found.category is SizeCategory.PME
    assert found.inconsistent


@pytest.mark.parametrize("category", ["ETI", "GE"])
@pytest.mark.parametrize("bracket", [None, "NN", "12", "53"])
def test_sirene_eti_and_ge_are_taken_as_they_are(category, bracket):
    found = size_from_sirene(category, bracket)
    assert (found.category, found.inconsistent) == (category.lower(), False)


def test_sirene_pme_without_bracket_is_a_pme_of_unknown_subdivision():
    found = size_from_sirene("PME", None)
    assert (found.category, found.inconsistent) == (SizeCategory.PME, False)


def test_sirene_without_category_says_nothing():
    assert size_from_sirene(None, "12").category is SizeCategory.UNKNOWN


@given(st.none() | st.text(max_size=5), st.none() | st.text(max_size=5))
def test_no_answer_of_sirene_raises(category, bracket):
    assert size_from_sirene(category, bracket).label


@pytest.mark.parametrize(("category", "bracket"), [("MIC", "01"), ("PME", "99")])
def test_an_unknown_code_of_sirene_is_reported(category, bracket):
    assert size_from_sirene(category, bracket).inconsistent


def test_the_insee_brackets_are_all_known_once():
    assert len(SIRENE_BRACKETS) + len(SIRENE_BRACKETS_ABOVE_PME) == 16
    assert not set(SIRENE_BRACKETS) & SIRENE_BRACKETS_ABOVE_PME


def test_the_pme_facet_gathers_tpe_pe_me_and_unknown_subdivisions():
    assert {category.value for category in pme_family()} == {"tpe", "pe", "me", "pme"}
