"""Results as anyone reads them, on the sheet and answer by answer."""

import csv
import io
import json

import jsonschema
import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.models import Claim, Verification
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.factories import make_claim, make_evidence, make_result, make_version
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.django_db

SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-11-01")
ENDING = HEAD.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2026-12-31")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-22 12:00", tick=False):
        yield


@pytest.fixture
def version():
    return make_version(
        criterion("SE-01", text="Chiffrez-vous les données ?", weight=3),
        criterion("SE-02", blocking=True, text="Avez-vous un plan de reprise ?"),
        criterion("SE-03", text="Surveillez-vous les accès ?"),
        criterion(
            "DO-01", "donnees", text="Combien de données ?", kind="number", unit="%",
            minimum=0, maximum=100, zero_at=0, full_at=100,
            confidence="memory", editor_note="À confirmer par un juriste.",
        ),
        criterion("DO-02", "donnees", text="Où est la documentation ?", kind="url"),
    )  # fmt: skip


@pytest.fixture
def result(site, version):
    """A sheet that answered all, one verified, one justified, one contested."""
    listing = make_sheet("Orvalis").listing
    result = make_result(
        listing,
        version,
        {
            "SE-01": "oui",
            "SE-02": "partiel",
            "SE-03": "sans-objet",
            "DO-01": "87.5",
            "DO-02": "https://example.org/doc",
        },
        justifications={"SE-03": "Rien à surveiller."},
    )
    make_claim(result, "SE-01", verified_on="2026-06-01", verified_by="Mission LABEL",
               expires_on="2027-06-01")  # fmt: skip
    justified = make_claim(result, "SE-02")
    make_evidence(justified, "Plan public")
    make_evidence(
        justified, "Plan secret", is_public=False, restriction_reason="Détaille nos sites."
    )
    make_evidence(justified, "Pas encore remise", is_draft=True)
    make_claim(result, "DO-01", contested_on="2026-11-01", contest_reason="Chiffre invraisemblable")
    return result


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").main.get_text(" ").split())


class TestTheSheet:
    def test_says_a_score_a_theme_what_they_are_worth_and_what_is_not_met(self, client, result):
        page = text(client, "/solutions/orvalis/")
        for said in (
            "Auto-évaluée Deuxième étape",
            "Sécurité 87 %",
            "3 réponses, dont 1 sans objet",
            "Données 93 %",
            "Vérifié 1 vérifiée",
            "1 justifiée par une pièce",
            "2 déclarées seulement",
            "1 contestée",
            "1 critère bloquant pour un label n'est pas rempli",
            "publiées telles quelles",
        ):
            assert said in page

    def test_says_nothing_without_a_result(self, client, site):
        make_sheet("Brumeval")
        page = text(client, "/solutions/brumeval/")
        assert "Auto-évaluation" not in page
        assert "Auto-référencée" in page

    def test_says_that_a_newer_version_is_in_force(self, client, result):
        make_version(criterion("SE-01"), head=SECOND)
        page = text(client, "/solutions/orvalis/")
        assert "La version 2 de ce référentiel est en vigueur depuis le 1er novembre 2026" in page
        assert "Auto-évaluée" in page

    def test_falls_back_a_stage_the_day_after_the_version_ended(self, client, site):
        version = make_version(criterion("SE-01"), head=ENDING)
        make_result(make_sheet("Orvalis").listing, version, {"SE-01": "oui"})
        with time_machine.travel("2026-12-31 12:00"):
            assert "Auto-évaluée" in text(client, "/solutions/orvalis/")
        with time_machine.travel("2027-01-01 12:00"):
            page = text(client, "/solutions/orvalis/")
        assert "Auto-évaluée" not in page
        assert "valait jusqu'au 31 décembre 2026" in page

    def test_costs_five_queries_more_whatever_the_number_of_answers(self, client, result):
        make_sheet("Brumeval")
        client.get("/solutions/brumeval/")  # what a process remembers is read once
        with CaptureQueriesContext(connection) as without:
            client.get("/solutions/brumeval/")
        with CaptureQueriesContext(connection) as answered:
            client.get("/solutions/orvalis/")
        # The result, claims, evidence, versions in force; the stage is asked of both.
        assert len(answered) <= len(without) + 5


class TestTheAnswersOneByOne:
    def test_are_read_with_who_vouches_for_each(self, client, result):
        page = text(client, "/solutions/orvalis/auto-evaluation/essai/")
        for said in (
            "SE-01 Chiffrez-vous les données ? Oui Vérifié",
            "Vérifié par Mission LABEL le 1er juin 2026, valable jusqu'au 1er juin 2027.",
            "Bloquant Partiellement Justifié",
            "Plan public",
            "secret des affaires) : Détaille nos sites.",
            "Sans objet Déclaré",
            "Rien à surveiller.",
            "87,5 % Contesté",
            "Contesté le 1er novembre 2026 : Chiffre invraisemblable",
            "À confirmer par un juriste.",
        ):
            assert said in page.replace("\xa0", " ")
        assert "Plan secret" not in page
        assert "Pas encore remise" not in page

    def test_can_be_narrowed_to_a_level_of_proof(self, client, result):
        page = text(client, "/solutions/orvalis/auto-evaluation/essai/?preuve=verifie")
        assert "Chiffrez-vous" in page
        assert "Surveillez-vous" not in page
        assert "Surveillez-vous" in text(
            client, "/solutions/orvalis/auto-evaluation/essai/?preuve=rien"
        )

    def test_fall_with_the_day_of_reading(self, client, result):
        Claim.objects.filter(verified_on__isnull=False).update(expires_on="2026-11-22")
        address = "/solutions/orvalis/auto-evaluation/essai/?format=json"
        assert client.get(address).json()["answers"][0]["trust"] == "verifie"
        with time_machine.travel("2026-11-23 12:00"):
            assert client.get(address).json()["answers"][0]["trust"] == "expire"

    def test_are_data_too(self, client, result):
        data = client.get("/solutions/orvalis/auto-evaluation/essai/?format=json").json()
        assert (data["referential"], data["version"]) == ("essai", "1")
        assert data["handed_on"] == "2026-11-22"
        assert [theme["percent"] for theme in data["themes"]] == [87, 93]
        assert data["unmet"] == ["SE-02"]
        answers = {answer["criterion"]: answer for answer in data["answers"]}
        assert list(answers) == ["SE-01", "SE-02", "SE-03", "DO-01", "DO-02"]
        assert answers["DO-01"]["value"] == 87.5
        assert answers["SE-01"]["verified_by"] == "Mission LABEL"
        assert answers["SE-01"]["expires_on"] == "2027-06-01"
        assert [piece["title"] for piece in answers["SE-02"]["evidence"]] == ["Plan public"]
        assert answers["SE-02"]["restricted"] == 1
        assert "Plan secret" not in json.dumps(data)

    def test_are_a_table_that_no_spreadsheet_runs(self, client, site, version):
        sheet = make_sheet("=Orvalis", slug="orvalis")
        make_result(sheet.listing, version, {"SE-01": "oui"}, justifications={"SE-01": "=1+1"})
        answer = client.get("/solutions/orvalis/auto-evaluation/essai/?format=csv")
        rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
        [row] = list(rows)
        assert (row["solution"], row["justification"]) == ("'=Orvalis", "'=1+1")
        assert (row["reponse"], row["libelle"], row["preuve"]) == ("oui", "Oui", "declare")

    def test_are_dated_by_their_handover_whatever_is_being_prepared(self, client, result):
        claim = make_claim(result, "SE-03", declared_on="2026-11-20")
        make_evidence(claim, is_draft=True)
        [answer] = [
            one
            for one in client.get(f"{result.get_absolute_url()}?format=json").json()["answers"]
            if one["criterion"] == "SE-03"
        ]
        assert answer["trust_words"].replace("\xa0", " ") == (
            "Déclaré par l'offreur le 1er mars 2026, non vérifié"
        )
        assert (answer["trust"], answer["evidence"]) == ("declare", [])

    def test_lead_to_the_pages_of_claims_that_there_are(self, client, result):
        make_evidence(make_claim(result, "SE-03"), is_draft=True)
        Verification.objects.create(
            claim=result.listing.claims.get(key="essai/SE-01"),
            ground="official",
            state="confirmed",
            source_url="https://liste.gouv.example/",
            expires_on="2027-06-01",
            decided_at=timezone.now(),
        )
        answers = client.get(f"{result.get_absolute_url()}?format=json").json()["answers"]
        pages = {one["criterion"]: one["history"] for one in answers}
        assert [one for one in pages if pages[one]] == ["SE-01", "SE-02"]
        told = [address for address in pages.values() if address]
        assert {client.get(address).status_code for address in told} == {200}
        shown = client.get(result.get_absolute_url()).content.decode()
        assert shown.count("Historique des vérifications") == len(told)

    def test_are_found_from_the_sheet_without_naming_the_referential(self, client, result):
        answer = client.get("/solutions/orvalis/auto-evaluation/")
        assert answer.url == "/solutions/orvalis/auto-evaluation/essai/"

    @pytest.mark.parametrize("rest", ["", "essai/", "autre/", "essai/?format=json"])
    def test_are_not_found_for_a_sheet_that_nobody_sees_or_without_result(
        self, client, result, rest
    ):
        make_sheet("Brumeval")
        assert client.get(f"/solutions/brumeval/auto-evaluation/{rest}").status_code == 404
        result.listing.page.unpublish()
        assert client.get(f"/solutions/orvalis/auto-evaluation/{rest}").status_code == 404


class TestEverybodysAnswers:
    def test_follow_the_schema_that_the_version_publishes(self, client, result, version):
        schema = client.get(f"{version.get_absolute_url()}?format=schema").json()
        jsonschema.Draft202012Validator.check_schema(schema)
        answer = client.get("/referentiels/essai/1/reponses.json")
        data = json.loads(b"".join(answer.streaming_content))
        [one] = data["results"]
        jsonschema.validate(one["answers"], schema)
        assert data["licence"] == "Licence Ouverte 2.0"
        assert answer["Cache-Control"] == "public, max-age=3600"
        assert one["themes"] == {"securite": 87, "donnees": 93}
        assert one["trust"] == {
            "SE-01": "verifie",
            "SE-02": "justifie",
            "SE-03": "declare",
            "DO-01": "conteste",
            "DO-02": "declare",
        }
        for wrong in ({"DO-01": 101}, {"SE-01": "peut-être"}, {"XX-99": "oui"}):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({**one["answers"], **wrong}, schema)

    def test_are_a_table_with_two_columns_a_criterion(self, client, result):
        hidden = make_sheet("Cachée", live=False, vendor=VendorFactory())
        make_result(hidden.listing, result.handover.assessment.version, {"SE-01": "oui"})
        answer = client.get("/referentiels/essai/1/reponses.csv")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig")
        [row] = list(csv.DictReader(io.StringIO(lines), delimiter=";"))
        assert row["solution"] == "Orvalis"
        assert (row["SE-02"], row["SE-02_preuve"]) == ("partiel", "justifie")
        assert (row["score_securite"], row["exporte_le"]) == ("87", "2026-11-22")

    def test_cost_the_same_queries_for_many_as_for_one(
        self, client, result, django_assert_max_num_queries
    ):
        for number in range(5):
            sheet = make_sheet(f"Solution {number}")
            make_result(sheet.listing, result.handover.assessment.version, {"SE-01": "oui"})
        with django_assert_max_num_queries(6):
            answer = client.get("/referentiels/essai/1/reponses.json")
            assert len(json.loads(b"".join(answer.streaming_content))["results"]) == 6

    @pytest.mark.parametrize("kind", ["csv", "json"])
    def test_are_not_found_for_a_version_that_nobody_published(self, client, site, kind):
        assert client.get(f"/referentiels/essai/9/reponses.{kind}").status_code == 404
