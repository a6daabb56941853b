"""The statistics of a company: figures, drawing, table, file."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.models import SheetCount
from catalogue.statistics import months_until
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def seen(vendor, today):
    """A sheet that was seen today, 29 and 30 days ago, and long before."""
    listing = make_sheet("=Ardoise", vendor=vendor).listing
    for days, views in ((0, 5), (29, 7), (30, 11), (400, 13)):
        SheetCount.objects.create(
            listing=listing,
            day=today - dt.timedelta(days=days),
            views=views,
            appearances=views * 10,
        )
    return listing


@pytest.fixture
def there(vendor):
    return reverse("company_statistics", args=[vendor.slug])


def test_thirty_days_are_today_and_the_twenty_nine_before(as_owner, seen, there):
    page = as_owner.get(there)
    assert [cells for _listing, cells in page.context["rows"]] == [[12, 120, 0]]


def test_twelve_months_leave_out_what_is_older(as_owner, seen, there):
    months = as_owner.get(there).context["months"]
    assert len(months) == 12
    assert sum(cells[0] for _month, cells in months) == 23


def test_one_sheet_or_all_of_them(as_owner, vendor, seen, there, today):
    other = make_sheet("Buvard", vendor=vendor).listing
    SheetCount.objects.create(listing=other, day=today, views=1)
    this_month = as_owner.get(there).context["months"][0][1]
    alone = as_owner.get(there, {"fiche": other.uid})
    assert alone.context["months"][0][1] == [1, 0, 0]
    assert this_month[0] >= 6
    assert "Douze mois de « Buvard »" in alone.text


@pytest.mark.parametrize("value", ["x", "0" * 32, "\0"])
def test_a_sheet_of_nobody_is_not_found(as_owner, seen, there, value):
    assert as_owner.get(there, {"fiche": value}).status_code == 404


def test_a_sheet_of_another_company_is_not_found(as_owner, there, site):
    other = make_sheet("Buvard").listing
    assert as_owner.get(there, {"fiche": other.uid}).status_code == 404


def test_each_drawing_has_its_words_and_the_table_its_numbers(as_owner, seen, there):
    page = as_owner.get(there).text
    assert page.count("<svg") >= 3
    assert page.count('role="img" aria-label="') >= 3
    assert "style=" not in page.split("<main")[1].split("</main")[0]
    assert "Personne n&#x27;est suivi" in page or "Personne n'est suivi" in page
    assert "ne sont que pour votre entreprise" in page


def test_bars_stay_within_the_drawing(as_owner, seen, there):
    for _label, bars in as_owner.get(there).context["drawings"]:
        assert {bar.y + bar.height for bar in bars} == {140}
        assert min(bar.y for bar in bars) >= 20


def test_the_file_has_a_line_a_month_and_no_formula(as_owner, seen, there, today):
    answer = as_owner.get(there, {"format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Fiche;Mois;Lectures;Apparitions dans une recherche;Comparaisons"
    assert len(lines) == 13
    assert all(line.startswith("'=Ardoise;") for line in lines[1:])
    assert lines[-1].split(";")[1] == f"{months_until(today)[-1]:%Y-%m}"


def test_a_company_without_sheets(client, site):
    vendor = sheets.attached_vendor()
    client.force_login(sheets.member(vendor))
    page = client.get(reverse("company_statistics", args=[vendor.slug]))
    assert "pas encore de fiche" in page.text


def test_it_costs_the_same_for_many_sheets(as_owner, vendor, seen, there, today):
    costs = []
    for _times in range(2):
        with CaptureQueriesContext(connection) as queries:
            as_owner.get(there)
        costs.append(len(queries))
        for number in range(30):
            listing = make_sheet(f"Fiche {number}", vendor=vendor).listing
            SheetCount.objects.create(listing=listing, day=today, views=number)
    assert costs[1] <= costs[0]
    assert costs[0] < 25
