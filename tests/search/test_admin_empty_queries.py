"""The searches that found nothing, as staff read them."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from home.services import EDITORS, MODERATORS
from search.models import EmptyQuery
from tests.accounts.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[EDITORS, MODERATORS])
def staff(request, client, site):
    user = User.objects.create_user("equipe@exemple.fr", "x", is_staff=True)
    user.groups.add(Group.objects.get(name=request.param))
    sign_in_staff(client, user)
    return client


@pytest.fixture
def counted() -> dt.date:
    today = timezone.localdate()
    for text, days, count in (
        ("oenotheque", 0, 2),
        ("oenotheque", 10, 5),
        ("drone", 3, 6),
        ("=1+1", 1, 1),
    ):
        EmptyQuery.objects.create(text=text, day=today - dt.timedelta(days=days), count=count)
    return today


def rows(client, **parameters) -> list[list[str]]:
    page = BeautifulSoup(client.get(reverse("empty_queries"), parameters).content, "html.parser")
    return [
        [" ".join(cell.get_text().split()) for cell in row.select("td")]
        for row in page.select("table.listing tbody tr")
    ]


def test_are_one_line_a_text_most_frequent_first(staff, counted):
    found = rows(staff)
    assert [row[:2] for row in found] == [["oenotheque", "7"], ["drone", "6"], ["=1+1", "1"]]
    assert [row[0] for row in rows(staff, ordering="text")] == ["=1+1", "drone", "oenotheque"]


def test_lead_to_the_search_and_to_a_synonym_already_begun(staff, counted):
    page = BeautifulSoup(staff.get(reverse("empty_queries")).content, "html.parser")
    links = {link.get_text(strip=True): link["href"] for link in page.select("td a")}
    assert links["drone"] == "/solutions/?q=drone"
    proposed = page.find("a", href=lambda href: href and href.endswith("?expression=drone"))
    form = BeautifulSoup(staff.get(proposed["href"]).content, "html.parser")
    assert form.select_one("textarea[name=expressions]").get_text().strip() == "drone"


def test_the_form_of_synonyms_is_empty_without_a_proposal(staff):
    form = BeautifulSoup(staff.get(reverse("synonymes:add")).content, "html.parser")
    assert form.select_one("textarea[name=expressions]").get_text().strip() == ""


def test_cost_the_same_queries_however_many(staff, counted, django_assert_max_num_queries):
    staff.get(reverse("empty_queries"))
    EmptyQuery.objects.bulk_create(
        EmptyQuery(text=f"texte {number}", day=counted, count=1) for number in range(200)
    )
    with django_assert_max_num_queries(20):
        assert len(rows(staff)) == 50


def test_stand_in_the_menu(staff):
    home = staff.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("empty_queries").replace("/", "\\/") in home or reverse("empty_queries") in home


def test_without_any_say_so(staff):
    page = staff.get(reverse("empty_queries")).content.decode()
    assert "Toutes les recherches ont trouvé quelque chose." in page
    assert "90 jours" in page


def test_a_spreadsheet_runs_none_of_them(staff, counted):
    answer = staff.get(reverse("empty_queries"), {"export": "csv"})
    table = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert table[0][:2] == ["Recherche", "Fois"]
    assert table[1][:2] == ["oenotheque", "7"]
    assert table[3][0] == "'=1+1"
    answer = staff.get(reverse("empty_queries"), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet["A4"].value == "'=1+1"
    assert sheet["B2"].value == 7


@pytest.mark.parametrize("address", ["empty_queries", "empty_queries_results"])
def test_nobody_else_reads_them(client, site, address):
    assert client.get(reverse(address)).url.startswith(reverse("wagtailadmin_login"))
    group = Group.objects.create(name="Lecture")
    group.permissions.add(
        *Group.objects.get(name=EDITORS).permissions.filter(codename="access_admin")
    )
    user = User.objects.create_user("lecture@exemple.fr", "x", is_staff=True)
    user.groups.add(group)
    sign_in_staff(client, user)
    assert client.get(reverse(address)).url == reverse("wagtailadmin_home")
