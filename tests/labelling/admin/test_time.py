"""The dashboard, moving deadlines and taking a file out: what they show, and to whom."""

import io
import zipfile

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from home.services import MODERATORS
from labelling import events
from labelling.models import DeadlineShift, LabelEvent
from labelling.states import ApplicationState, Role
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.labelling.labels import (
    delegate,
    make_application,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
)

pytestmark = pytest.mark.django_db
SHIFT = {"days": "3", "reason": "Panne du 3 au 5 mars."}


@pytest.fixture
def file(site):
    return make_application(ApplicationState.UNDER_REVIEW)


@pytest.fixture
def decider(file):
    return make_decider(file.label)


def soup(answer):
    return BeautifulSoup(answer.content, "html.parser")


def test_each_screen_opens_to_its_roles_and_to_no_other(client, file, decider):
    administrator = staff(MODERATORS)
    administrator.is_superuser = True
    administrator.save()
    delegate(administrator, file.label)
    conflicted = make_decider(file.label)
    conflicted.conflicts.create(vendor=file.vendor)
    people = {
        "moderator": staff(MODERATORS),
        "reviewer": make_reviewer(),
        "expert": make_expert(),
        "decider without delegation": make_decider(),
        "decider": decider,
        "decider with a conflict": conflicted,
        "administrator": administrator,
    }
    desk = {*people} - {"moderator", "expert"}
    signs = {"decider", "decider with a conflict", "administrator"}
    takes = {"decider", "decider without delegation", "administrator"}
    screens = {
        "dashboard": (reverse("tableau-label:index"), desk),
        "shift": (reverse("label_shift"), signs),
        "export": (reverse("label_export", args=[file.pk]), takes),
    }
    let_in = {name: set() for name in screens}
    for role, user in people.items():
        browser = Client()
        sign_in_staff(browser, user)
        for name, (address, _wanted) in screens.items():
            answers = [browser.get(address)]
            if name != "dashboard":
                answers.append(browser.post(address, SHIFT))
            if all(answer.status_code == 200 for answer in answers):
                let_in[name].add(role)
            for answer in answers:
                if answer.streaming:
                    list(answer.streaming_content)
    assert let_in == {name: wanted for name, (_address, wanted) in screens.items()}
    assert client.get(screens["dashboard"][0]).status_code == 302
    assert not DeadlineShift.objects.exists()  # what would move is shown first


def test_the_dashboard_shows_plots_tables_and_the_same_as_a_file(client, file):
    for name in ("submit", "refuse"):
        events.record(application=file, name=name, by=None, role=Role.CLOCK)
    sign_in_staff(client, make_reviewer())
    page = soup(client.get(reverse("tableau-label:index")))
    assert len(page.select("section svg[role=img] title")) >= 3
    for drawing in page.select("section svg[role=img]"):
        named = [page.find(id=name) for name in drawing["aria-labelledby"].split()]
        assert all(named)
    rows = {row.th.get_text(): row.td.get_text() for row in page.select("#resume ~ div tbody tr")}
    assert rows["Demandes reçues"] == "1"
    assert "Reporter les échéances" not in page.get_text()

    link = page.select_one("a[href*='format=csv']")["href"]
    answer = client.get(f"{reverse('tableau-label:index')}{link}")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Tableau;Ligne;Colonne;Valeur"
    assert "L'essentiel de la période;Demandes reçues;Valeur;1" in lines
    assert answer["Content-Disposition"].endswith('.csv"')


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ({"first": "mars"}, "Écrivez un mois ainsi"),
        ({"first": "2026-03", "last": "2026-01"}, "vient avant"),
        ({"first": "2020-01", "last": "2026-01"}, "36 mois au plus"),
        ({"first": "9999-12", "last": "9999-12"}, "Écrivez un mois ainsi"),
    ],
)
def test_a_period_that_makes_no_sense_is_said_in_words(client, file, period, words):
    sign_in_staff(client, make_reviewer())
    for extra in ({}, {"format": "csv"}):
        answer = client.get(reverse("tableau-label:index"), {**period, **extra})
        assert answer.status_code == 200
        assert words in answer.content.decode()


def test_a_shift_is_shown_then_confirmed_and_never_done_twice(client, file, decider):
    sign_in_staff(client, decider)
    due = file.due_on
    wrong = client.post(reverse("label_shift"), {"days": "0", "reason": ""})
    assert "Écrivez pourquoi" in wrong.content.decode()

    asked = soup(client.post(reverse("label_shift"), SHIFT))
    assert "1 dossier sera modifié" in asked.get_text()
    typed = {name: asked.select_one(f"[name={name}]") for name in ("days", "reason", "confirmed")}
    values = {name: field.get("value") or field.get_text().strip() for name, field in typed.items()}
    file.refresh_from_db()
    assert file.due_on == due

    changed = client.post(reverse("label_shift"), {**values, "days": "4"})
    assert "4 jours" in changed.content.decode()  # what is confirmed is what was shown
    done = client.post(reverse("label_shift"), values, follow=True)
    assert "Panne du 3 au 5 mars." in done.content.decode()
    file.refresh_from_db()
    assert (file.due_on - due).days == 3
    again = client.post(reverse("label_shift"), values)
    assert "déjà été fait" in again.content.decode()
    assert DeadlineShift.objects.get().moved == 1


def test_a_decider_takes_the_whole_file_out_and_it_is_written_down(client, file, decider):
    sign_in_staff(client, decider)
    address = reverse("label_export", args=[file.pk])
    assert "notes internes" in client.get(address).content.decode()
    assert not LabelEvent.objects.filter(name="export").exists()

    answer = client.post(address)

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert f"dossier-{file.number}/dossier.json" in archive.namelist()
    assert answer["Content-Disposition"] == f'attachment; filename="dossier-{file.number}.zip"'
    assert LabelEvent.objects.get(name="export").actor_id == decider.pk


def test_a_draft_is_not_taken_out(client, site):
    draft = make_application(ApplicationState.DRAFT)
    sign_in_staff(client, make_decider(make_label()))
    assert client.post(reverse("label_export", args=[draft.pk])).status_code == 404
