"""Members read what was reported about their sheets, and reply."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue import reporting
from catalogue.vendor_space.urls_reports import reports_urls
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

AUTHOR = "visiteur@exemple.invalid"
OK, GONE, DONE = 200, 404, 302
ROLES = {
    "owner": OK,
    "editor": OK,
    "other": GONE,
    "agent": GONE,
    "moderator": GONE,
    "reviewer": GONE,
}


@pytest.fixture
def vendor(site):
    return VendorFactory(slug="fictilog")


@pytest.fixture
def people(vendor):
    return {
        "owner": member(vendor),
        "editor": member(vendor, "editor"),
        "other": member(VendorFactory()),
        "agent": person(agent=True),
        "moderator": moderator(),
        "reviewer": reviewer(),
    }


@pytest.fixture
def judge(site):
    return moderator()


@pytest.fixture
def taken_up(vendor, judge):
    make_sheet("GED sobre", vendor=vendor, slug="ged-sobre")
    row = write()
    return reporting.acknowledge(report=row, by=judge)


def write(slug="ged-sobre"):
    words = {"reason": "faux", "message": "Le prix est faux.", "email": AUTHOR}
    return reporting.report(path=f"/solutions/{slug}/", **words)


def address(row, name="company_report"):
    return reverse(name, args=["fictilog", row.uid] if name == "company_report" else ["fictilog"])


def text(answer):
    return answer.content.decode()


def test_a_report_is_read_once_it_is_taken_up_without_its_author(client, people, taken_up):
    waiting = write()
    client.force_login(people["editor"])
    listed = text(client.get(address(taken_up, "company_reports")))
    assert str(taken_up.uid) in listed
    assert str(waiting.uid) not in listed
    assert client.get(address(waiting)).status_code == GONE
    page = text(client.get(address(taken_up)))
    assert "Le prix est faux." in page
    assert AUTHOR not in page + listed


def test_the_dashboard_says_that_a_report_waits_for_the_company(client, people, taken_up):
    client.force_login(people["editor"])
    dashboard = reverse("vendor_space")
    assert "1 signalement attend la réponse" in text(client.get(dashboard))
    client.post(address(taken_up), {"text": "C'est corrigé."})
    assert "attend la réponse" not in text(client.get(dashboard))


def test_a_reply_is_written_then_corrected(client, people, taken_up):
    client.force_login(people["owner"])
    assert client.post(address(taken_up), {"text": "C'est corrigé."}).status_code == DONE
    page = client.get(address(taken_up))
    assert page.context["form"]["text"].value() == "C'est corrigé."
    client.post(address(taken_up), {"text": "C'est corrigé depuis hier."})
    taken_up.refresh_from_db()
    assert taken_up.vendor_reply == "C'est corrigé depuis hier."


@pytest.mark.parametrize(("typed", "words"), [("", "Écrivez votre réponse."), ("x" * 4001, "4000")])
def test_an_error_loses_nothing(client, people, taken_up, typed, words):
    client.force_login(people["owner"])
    page = text(client.post(address(taken_up), {"text": typed}))
    assert words in page
    assert typed in page


def test_a_closed_report_is_read_and_no_longer_replied_to(client, people, taken_up, judge):
    reporting.handle(report=taken_up, by=judge, answer="Corrigé, merci.")
    client.force_login(people["owner"])
    assert "Corrigé, merci." in text(client.get(address(taken_up)))
    page = text(client.post(address(taken_up), {"text": "Trop tard"}))
    assert "ne change plus" in page
    taken_up.refresh_from_db()
    assert taken_up.vendor_reply == ""


def test_reports_of_another_company_are_out_of_reach(client, people, taken_up, judge):
    make_sheet("Ailleurs", slug="ailleurs")
    other = reporting.acknowledge(report=write("ailleurs"), by=judge)
    client.force_login(people["owner"])
    assert client.get(address(other)).status_code == GONE
    assert str(other.uid) not in text(client.get(address(other, "company_reports")))
    assert client.get(reverse("company_report", args=["fictilog", uuid.uuid4()])).status_code == 404


def test_a_list_costs_the_same_however_long(client, people, taken_up, judge):
    client.force_login(people["owner"])
    costs = []
    for more in (1, 8):
        for _ in range(more):
            reporting.acknowledge(report=write(), by=judge)
        with CaptureQueriesContext(connection) as queries:
            client.get(address(taken_up, "company_reports"))
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


def test_every_route_of_this_part_is_in_the_matrix():
    assert {route.name for route in reports_urls} == {"company_reports", "company_report"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["company_reports", "company_report"])
def test_reading(client, people, taken_up, name, role):
    client.force_login(people[role])
    assert client.get(address(taken_up, name)).status_code == ROLES[role]


@pytest.mark.parametrize("role", ROLES)
def test_writing(client, people, taken_up, role):
    client.force_login(people[role])
    done = client.post(address(taken_up), {"text": "C'est corrigé."})
    assert done.status_code == (DONE if ROLES[role] == OK else ROLES[role])


@pytest.mark.parametrize("name", ["company_reports", "company_report"])
def test_nobody_enters_without_signing_in(client, taken_up, name):
    answer = client.get(address(taken_up, name))
    assert answer.url.startswith(f"{reverse('account_login')}?next=/espace-editeur/")
