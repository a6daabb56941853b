"""Self-assessments in the admin: read answer by answer, and any of them examined."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from catalogue.models import Claim
from home.services import EDITORS, MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db


@pytest.fixture
def result(site):
    version = make_version(criterion("SE-01", blocking=True), criterion("SE-02"))
    sheet = make_sheet("Ardoise", vendor=VendorFactory(name="Fictilog")).listing
    return make_result(sheet, version, {"SE-01": "non", "SE-02": "oui"})


def screen(result):
    return reverse("auto-evaluations:inspect", args=[result.pk])


def test_staff_read_what_was_handed_in_and_open_any_answer(client, result):
    sign_in_staff(client, staff(MODERATORS))
    listed = client.get(reverse("auto-evaluations:index")).content.decode()
    assert "Ardoise" in listed
    assert "Fictilog" in listed
    page = BeautifulSoup(client.get(screen(result)).content, "html.parser")
    row = page.select_one("#SE-02")
    assert "Oui" in row.get_text()
    assert not Claim.objects.exists()
    answer = client.post(row.select_one("form")["action"])
    claim = Claim.objects.get()
    assert (claim.kind, claim.key) == ("answer", "essai/SE-02")
    assert answer.url == reverse("allegations:inspect", args=[claim.pk])
    assert client.get(answer.url).status_code == 200
    again = BeautifulSoup(client.get(screen(result)).content, "html.parser")
    assert again.select_one("#SE-02 a")["href"] == answer.url


def test_what_was_not_answered_is_not_examined(client, result):
    sign_in_staff(client, staff(MODERATORS))
    there = reverse("assessment_examine", args=[result.pk, "SE-99"])
    assert client.post(there).status_code == 404
    assert not Claim.objects.exists()


def test_who_may_not_verify_neither_reads_nor_examines(client, result):
    sign_in_staff(client, staff(EDITORS))
    there = reverse("assessment_examine", args=[result.pk, "SE-01"])
    assert client.get(screen(result)).status_code == 302
    assert client.post(there).status_code in (302, 403)
    assert not Claim.objects.exists()
