"""Self-assessments side by side."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.test import Client

from search import services
from search.contract import Need
from search.forms import closed_labels
from sourcing.comparison import compare
from sourcing.comparison_assessments import assessment_groups
from tests.catalogue.factories import TODAY, make_sheet
from tests.labelling.factories import make_claim, make_result, make_version
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.django_db

SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-11-01")
ENDED = HEAD.replace("2026-01-01", "2026-01-01\nvalid_to = 2026-10-31")
QUESTION = "Faites-vous ce qui est demandé ici ?"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-22 12:00", tick=False):
        yield


@pytest.fixture
def sheets(site):
    return make_sheet("Orvalis"), make_sheet("Brumeval")


def said(*pages, on=TODAY):
    """Row → what each solution says, with what it is worth."""
    groups = assessment_groups([str(page.listing.uid) for page in pages], on)
    return {
        row.label: [(entry.text.replace("\xa0", " "), entry.trust) for [entry] in row.cells]
        for group in groups
        for row in group.rows
    }


def test_scores_and_answers_stand_side_by_side_with_what_they_are_worth(sheets):
    version = make_version(criterion("SE-01"), criterion("DO-01", "donnees"))
    first = make_result(sheets[0].listing, version, {"SE-01": "oui", "DO-01": "sans-objet"})
    second = make_result(sheets[1].listing, version, {"SE-01": "partiel", "DO-01": "non"})
    make_claim(first, "SE-01", verified_on="2026-06-01", verified_by="Mission LABEL",
               expires_on="2026-11-22")  # fmt: skip
    make_claim(second, "SE-01", contested_on="2026-11-02", contest_reason="Rien ne le montre")
    assert said(*sheets) == {
        "Score : Sécurité": [("100 %", None), ("50 %", None)],
        f"SE-01 {QUESTION}": [("Oui", "verifie"), ("Partiellement", "conteste")],
        "Score : Données": [("Sans objet", None), ("0 %", None)],
        f"DO-01 {QUESTION}": [("Sans objet", "declare"), ("Non", "declare")],
    }
    tomorrow = said(*sheets, on=TODAY + dt.timedelta(days=1))
    assert tomorrow[f"SE-01 {QUESTION}"][0] == ("Oui", "expire")


def test_who_answered_nothing_is_said(sheets):
    version = make_version(criterion("SE-01"))
    make_result(sheets[0].listing, version, {"SE-01": "oui"})
    rows = said(*sheets)
    assert rows[f"SE-01 {QUESTION}"][1] == ("Pas d'auto-évaluation", None)
    assert rows["Score : Sécurité"][1] == ("Pas d'auto-évaluation", None)


def test_nobody_who_answered_makes_no_row(sheets):
    make_version(criterion("SE-01"))
    assert said(*sheets) == {}


def test_rows_are_those_of_the_version_in_force(sheets):
    first = make_version(criterion("SE-01"), criterion("SE-02"), head=ENDED)
    make_result(sheets[0].listing, first, {"SE-01": "oui", "SE-02": "oui"})
    second = make_version(criterion("SE-01"), criterion("SE-03"), head=SECOND)
    make_result(sheets[1].listing, second, {"SE-01": "non", "SE-03": "oui"})
    rows = said(*sheets)
    assert rows["Score : Sécurité"][0] == ("Auto-évaluation expirée", None)
    assert rows[f"SE-01 {QUESTION}"][0] == ("Oui", "declare")
    assert (
        rows[f"SE-03 {QUESTION}"][0][0] == "Question absente de la version à laquelle elle répond"
    )
    assert f"SE-02 {QUESTION}" not in rows


def test_they_are_on_the_page_and_in_the_csv(sheets):
    version = make_version(criterion("SE-01"))
    make_result(sheets[0].listing, version, {"SE-01": "oui"})
    html = Client().get("/comparer/?s=orvalis&s=brumeval").content.decode()
    assert "Score : Sécurité" in html
    answer = Client().get("/comparer/?s=orvalis&s=brumeval&format=csv")
    lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    rows = {line[1]: line for line in lines}
    assert rows[f"SE-01 {QUESTION}"] == [
        "Auto-évaluation", f"SE-01 {QUESTION}", "oui", "Oui (déclaré)", "Pas d'auto-évaluation",
    ]  # fmt: skip


def test_five_cost_what_two_cost(site, django_assert_max_num_queries):
    version = make_version(*(criterion(f"SE-{number:02}") for number in range(1, 9)))
    pages = [make_sheet(f"Solution {number}") for number in range(5)]
    for page in pages:
        result = make_result(page.listing, version, {f"SE-{n:02}": "oui" for n in range(1, 9)})
        make_claim(result, "SE-01")
    with django_assert_max_num_queries(4):
        assert len(said(*pages)) == 10


def test_the_differing_rows_are_apart_from_the_common_ones(sheets):
    version = make_version(criterion("SE-01"), criterion("SE-02"))
    for page, answer in zip(sheets, ("oui", "non"), strict=True):
        make_result(page.listing, version, {"SE-01": answer, "SE-02": "oui"})
    labels = {**closed_labels(), **services.facet_labels()}
    result = compare([page.slug for page in sheets], Need.MEDIUM, labels)
    differing = {row.label for group in result.differing for row in group.rows}
    common = {row.label for group in result.common for row in group.rows}
    assert f"SE-01 {QUESTION}" in differing - common
    assert f"SE-02 {QUESTION}" in common - differing
