"""Words and figures as French readers write them."""

import datetime as dt
from decimal import Decimal

import pytest

from catalogue.pricing import NBSP
from catalogue.templatetags import catalogue_tags as tags


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (8_400_000, f"84{NBSP}000{NBSP}€"),
        (9_999_999, f"99{NBSP}999,99{NBSP}€"),
        (0, f"0{NBSP}€"),
        (None, ""),
    ],
)
def test_cents_read_as_euros(amount, text):
    assert tags.cents(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("84000.00", f"84{NBSP}000{NBSP}€"),
        (Decimal("1.50"), f"1,50{NBSP}€"),
        (None, ""),
        ("x", ""),
    ],
)
def test_euros_accept_what_a_card_holds(amount, text):
    assert tags.euros(amount) == text


def test_a_code_since_removed_shows_as_itself():
    assert tags.size_label("tpe") == "Très petite entreprise (TPE)"
    assert tags.size_label("disparue") == "disparue"


@pytest.mark.parametrize(
    ("page", "pages", "window"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (5, 10, [1, None, 3, 4, 5, 6, 7, None, 10]),
        (10, 10, [1, None, 8, 9, 10]),
    ],
)
def test_far_pages_are_folded(page, pages, window):
    assert tags.page_window(page, pages) == window


def test_json_cannot_close_its_element():
    assert "</script>" not in tags.jsonld({"name": "</script>&<!--"})


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (dt.date(2026, 11, 1), "1er novembre 2026"),
        (dt.date(2026, 11, 21), "21 novembre 2026"),
        (None, ""),
    ],
)
def test_the_first_of_a_month_is_an_ordinal(day, text):
    assert tags.french_date(day) == text
