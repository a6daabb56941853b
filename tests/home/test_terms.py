"""The terms that vendors accept are those of the published page."""

import datetime as dt

import pytest

from catalogue import terms
from home.models import ContentPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(site):
    return ContentPage.objects.get(slug="cgu")


def test_the_terms_in_force_are_the_pages(page):
    page.version, page.effective_on = "2.3", dt.date(2027, 1, 1)
    page.save()
    assert terms.current() == terms.Terms("2.3", dt.date(2027, 1, 1), "/cgu/")


@pytest.mark.parametrize("change", [{"live": False}, {"version": ""}, {"effective_on": None}])
def test_without_a_dated_page_there_are_none(page, change):
    for name, value in change.items():
        setattr(page, name, value)
    page.save()
    assert terms.current() is None
