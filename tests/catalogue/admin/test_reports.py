"""Moderators work through the queue of reported anomalies."""

import pytest
from django.urls import reverse

from catalogue import reporting
from catalogue.models import AnomalyReport, Membership, Reason
from home.services import EDITORS, MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, person, reviewer

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def write(slug="ged-sobre", reason="faux", message="Le prix est faux."):
    path = f"/solutions/{slug}/"
    return reporting.report(path=path, reason=reason, message=message, email="v@exemple.invalid")


def there(row):
    return reverse("signalements:inspect", args=[row.pk])


@pytest.fixture
def sheet(site):
    return make_sheet("GED sobre", slug="ged-sobre", vendor=VendorFactory(name="Fictilog"))


def test_open_reports_come_first_the_oldest_on_top(moderator, sheet):
    rows = [write(message=f"Numéro {number} du jour") for number in range(3)]
    AnomalyReport.objects.filter(pk=rows[0].pk).update(
        state="dismissed", answer="Non.", decided_at=rows[0].received_at
    )
    answer = moderator.get(reverse("signalements:index"))
    assert list(answer.context["object_list"]) == [rows[1], rows[2], rows[0]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=open", 2),
        ("state=received", 2),
        ("state=handled", 0),
        ("reason=doublon", 1),
        ("reason=doublon&reason=faux", 2),
        ("q=tarif", 1),
        ("q=GED", 1),
        ("listing={}", 1),
    ],
)
def test_the_queue_is_filtered_and_searched(moderator, sheet, query, count):
    write(message="Le tarif est faux.")
    reporting.report(path="/cgu/", reason="doublon", message="Deux fois le même texte.")
    query = query.format(sheet.listing.pk)
    answer = moderator.get(f"{reverse('signalements:index')}?{query}")
    assert len(answer.context["object_list"]) == count


def test_a_report_shows_its_sheet_and_what_else_was_reported(moderator, sheet):
    row, other = write(), write(reason="doublon")
    page = text(moderator.get(there(row)))
    assert "En ligne" in page
    assert "Fictilog" in page
    assert 'href="/solutions/ged-sobre/"' in page
    assert there(other) in page
    assert reverse("wagtailadmin_pages:edit", args=[sheet.pk]) in page
    assert reverse("sheet_take_down", args=[sheet.pk]) in page
    merge = reverse("sheet_merge", args=[sheet.pk])
    assert merge not in page
    assert merge in text(moderator.get(there(other)))


def test_it_is_taken_up_then_closed_with_an_answer(moderator, sheet):
    row = write()
    moderator.post(there(row), {"decision": "acknowledge"})
    row.refresh_from_db()
    assert row.state == "acknowledged"
    moderator.post(there(row), {"decision": "handle", "answer": "Corrigé."})
    row.refresh_from_db()
    assert (row.state, row.answer) == ("handled", "Corrigé.")
    assert "<form" not in text(moderator.get(there(row))).split("</dl>")[1].split("<footer")[0]


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"decision": "handle", "answer": ""}, "Écrivez une réponse"),
        ({"decision": "dismiss", "answer": "x" * 4001}, "4 000 caractères"),
        ({"decision": "autre", "answer": "Mon texte"}, "Choisissez"),
        ({}, "Choisissez"),
    ],
)
def test_a_refusal_says_why_and_keeps_the_answer(moderator, sheet, posted, words):
    row = write()
    page = text(moderator.post(there(row), posted))
    assert words in page
    assert posted.get("answer", "") in page
    row.refresh_from_db()
    assert row.state == "received"


def test_an_answer_starts_from_a_canned_text(moderator, sheet):
    Reason.objects.filter(purpose="report").delete()
    row = write()
    assert "texte type" not in text(moderator.get(there(row)))
    Reason.objects.create(purpose="report", code="merci", label="Merci", text="Merci, corrigé.")
    Reason.objects.create(purpose="return", code="non", label="Autre usage", text="Autre texte.")
    page = text(moderator.get(there(row)))
    assert "?texte=merci" in page
    assert "Autre usage" not in page
    assert "Merci, corrigé.</textarea>" in text(moderator.get(f"{there(row)}?texte=merci"))
    assert moderator.get(f"{there(row)}?texte=%00inconnu").status_code == 200


def test_who_acts_for_the_vendor_reads_and_does_not_decide(client, sheet):
    both = staff(MODERATORS)
    Membership.objects.create(vendor=sheet.listing.vendor, user=both, role="editor")
    sign_in_staff(client, both)
    row = write()
    page = text(client.get(there(row)))
    assert "Vous ne pouvez pas décider" in page
    assert 'value="handle"' not in page
    answer = client.post(there(row), {"decision": "handle", "answer": "Corrigé."})
    assert answer.status_code in (302, 403)
    row.refresh_from_db()
    assert row.state == "received"


@pytest.mark.parametrize("role", ["owner", "other", "agent", "reviewer", "editorial"])
def test_nobody_else_enters(client, sheet, role):
    who = {
        "owner": lambda: member(sheet.listing.vendor),
        "other": lambda: member(VendorFactory()),
        "agent": lambda: person(agent=True),
        "reviewer": reviewer,
        "editorial": lambda: staff(EDITORS),
    }[role]()
    row = write()
    if who.is_staff:
        sign_in_staff(client, who)
    else:
        client.force_login(who)
    for address in (reverse("signalements:index"), there(row)):
        answer = client.get(address)
        assert answer.status_code in (302, 403)
        assert "prix est faux" not in text(answer)
    client.post(there(row), {"decision": "handle", "answer": "Corrigé."})
    row.refresh_from_db()
    assert row.state == "received"


def test_reports_are_neither_written_nor_deleted_in_the_admin(moderator, sheet):
    row = write()
    for name, arguments in (("add", []), ("edit", [row.pk]), ("delete", [row.pk])):
        answer = moderator.post(reverse(f"signalements:{name}", args=arguments), {"reason": "faux"})
        assert answer.status_code in (302, 403)
    assert AnomalyReport.objects.get() == row
