"""One definition drives everything: a question more in a file changes all that reads it."""

import json

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.urls import reverse

from labelling import assessing
from labelling.standing import standing_of
from search.indexing import rebuild
from sourcing.comparison_assessments import assessment_groups
from tests.catalogue.factories import TODAY, make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_version
from tests.labelling.questionnaires import write
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.django_db

SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-11-01")
THIRD_THEME = '\n[[theme]]\nid = "sobriete"\ntitle = "Sobriété"\n'
NEW = criterion(
    "SO-01",
    "sobriete",
    text="Quelle part de vos serveurs est éteinte la nuit ?",
    kind="number",
    unit="%",
    minimum=0,
    maximum=100,
    zero_at=0,
    full_at=50,
)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-22 12:00", tick=False):
        yield


class Everywhere:
    """A sheet whose company answers each version as its questions stand."""

    def __init__(self, client, version):
        vendor = sheets.attached_vendor()
        self.owner = sheets.member(vendor)
        self.page = make_sheet("Orvalis", vendor=vendor)
        self.client = client
        client.force_login(self.owner)
        self.version = version

    def move_to(self, version):
        self.version = version
        return self

    @property
    def assessment(self):
        return assessing.start(listing=self.page.listing, version=self.version, by=self.owner)

    def answer(self, **values):
        write(self.assessment, self.owner, **values)
        return self.assessment

    def form(self, theme):
        """Names of what the questionnaire's page lets people fill in."""
        assert self.assessment
        place = [self.page.listing.uid, "essai", self.version.version, theme]
        html = self.client.get(reverse("assessment_theme", args=place)).content
        return {field.get("name") for field in BeautifulSoup(html, "html.parser").find_all("input")}

    def rows(self):
        groups = assessment_groups([str(self.page.listing.uid)], TODAY)
        return {
            row.label: row.cells[0][0].text.replace("\xa0", " ")
            for group in groups
            for row in group.rows
        }

    def read(self, address):
        answer = self.client.get(address)
        return b"".join(answer) if answer.streaming else answer.content

    def search(self):
        rebuild()
        [hit] = json.loads(self.read("/solutions/?format=json"))["results"]
        return hit["scores"], self.read("/solutions/?format=csv").decode().splitlines()[0]


def test_a_question_more_changes_form_checks_scores_comparison_exports_and_schema(
    client, site, engine
):
    there = Everywhere(client, make_version(criterion("SE-01")))
    assert "SE-01-valeur" in there.form("securite")
    assessing.hand_over(assessment=there.answer(SE_01="oui"), by=there.owner, attested=True)
    assert not any("SO-01" in label for label in there.rows())
    assert there.search()[0] == {"essai/securite": 100}

    there.move_to(make_version(criterion("SE-01"), NEW, head=SECOND + THIRD_THEME))

    assert "SO-01-valeur" in there.form("sobriete")
    assessment = there.answer(SE_01="oui")
    assert [gap.criterion.id for gap in standing_of(assessment).gaps] == ["SO-01"]
    with pytest.raises(ValidationError):
        there.answer(SO_01="101")
    with pytest.raises(assessing.Incomplete):
        assessing.hand_over(assessment=assessment, by=there.owner, attested=True)
    assessing.hand_over(assessment=there.answer(SO_01="40"), by=there.owner, attested=True)

    rows = there.rows()
    assert rows["SO-01 Quelle part de vos serveurs est éteinte la nuit ?"] == "40 %"
    assert rows["Score : Sobriété"] == "80 %"
    scores, columns = there.search()
    assert scores == {"essai/securite": 100, "essai/sobriete": 80}
    assert "score_essai/sobriete" in columns
    table = there.read("/referentiels/essai/2/reponses.csv").decode().splitlines()
    assert "SO-01;SO-01_preuve" in table[0]
    schema = json.loads(there.read("/referentiels/essai/2/?format=schema"))
    assert schema["properties"]["SO-01"]["anyOf"][0]["maximum"] == 100
    assert (
        "SO-01" not in json.loads(there.read("/referentiels/essai/1/?format=schema"))["properties"]
    )
    own = json.loads(there.read("/solutions/orvalis/auto-evaluation/essai/?format=json"))
    assert own["version"] == "2"
    assert own["answers"][-1]["value"] == 40
