"""The form by which anybody reports an anomaly, and the private page that follows it."""

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue import reporting
from catalogue.models import AnomalyReport
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

REPORT = {
    "page": "/solutions/ged-sobre/",
    "motif": "faux",
    "message": "Le prix affiché est faux.",
    "email": "visiteur@exemple.invalid",
}


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def sheet(site):
    return make_sheet("GED sobre", slug="ged-sobre")


class TestForm:
    def test_every_page_leads_to_it_with_its_own_address(self, client: Client, sheet):
        page = text(client.get("/classement/"))
        assert 'href="/signaler/?page=/classement/"' in page
        assert "/signaler/?page=/cgu/%22%3E/" in text(client.get('/cgu/">/'))

    def test_a_sheet_and_its_vendor_lead_to_it(self, client: Client, sheet):
        assert 'href="/signaler/?fiche=ged-sobre"' in text(client.get("/solutions/ged-sobre/"))
        vendor = sheet.listing.vendor
        page = text(client.get(f"/editeurs/{vendor.slug}/"))
        assert page.count(f"/signaler/?page=/editeurs/{vendor.slug}/") == 2

    @pytest.mark.parametrize("query", ["fiche=ged-sobre", "page=/solutions/ged-sobre/"])
    def test_it_knows_the_sheet_that_it_is_about(self, client: Client, sheet, query):
        page = text(client.get(f"/signaler/?{query}"))
        assert "la fiche « GED sobre »" in page
        assert 'value="/solutions/ged-sobre/"' in page

    def test_it_begins_with_the_exchange_that_it_is_about(self, client: Client, sheet):
        uid = uuid.uuid4()
        assert f"Échange {uid}. " in text(client.get(f"/signaler/?fiche=ged-sobre&echange={uid}"))
        assert "Échange" not in text(client.get("/signaler/?echange=%22%3E"))

    @pytest.mark.parametrize("asked", ["https://ailleurs.example/", "//x", "\x00", "\ud800", "é"])
    def test_junk_in_the_address_is_left_out(self, client: Client, site, asked):
        asked = asked.encode("utf-8", "surrogatepass")
        for name in ("page", "fiche"):
            answer = client.get("/signaler/", {name: asked})
            assert answer.status_code == 200
            assert 'value="/"' in text(answer)

    def test_a_sheet_that_is_not_public_is_not_named(self, client: Client, site):
        make_sheet("Titre secret", slug="secret", live=False)
        assert "Titre secret" not in text(client.get("/signaler/?fiche=secret"))

    @pytest.mark.parametrize("query", ["", "&fiche=ged-sobre"])
    def test_the_old_address_leads_here(self, client: Client, sheet, query):
        answer = client.get(f"/contact/?objet=signalement{query}")
        assert answer.status_code == 301
        assert answer.url == f"/signaler/?fiche={query.removeprefix('&fiche=')}"


class TestSending:
    def test_a_report_is_kept_and_followed(
        self, client: Client, sheet, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/signaler/", REPORT)
        row = AnomalyReport.objects.get()
        assert answer.url == f"/signaler/{row.uid}/"
        assert (row.listing, row.reason, row.message) == (sheet.listing, "faux", REPORT["message"])
        assert len(mail.outbox) == 2

    def test_neither_address_nor_sheet_is_needed(self, client: Client, site):
        client.post("/signaler/", {**REPORT, "email": "", "page": "https://ailleurs.example/"})
        row = AnomalyReport.objects.get()
        assert (row.path, row.listing, row.email) == ("/", None, "")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"motif": ""}, "Choisissez ce qui ne va pas."),
            ({"motif": "inconnu"}, "Choisissez un motif dans la liste."),
            ({"message": ""}, "Expliquez ce qui ne va pas."),
            ({"message": "Faux"}, "dix caractères au moins"),
            ({"message": "x" * 2001}, "2000"),
            ({"message": "Texte avec nul\x00"}, "caractère nul"),
            ({"email": "agent@"}, "Écrivez une adresse complète"),
            ({"page": "/" + "a" * 600}, "500"),
        ],
    )
    def test_an_error_says_what_to_do_and_loses_nothing(self, client: Client, sheet, change, words):
        page = text(client.post("/signaler/", {**REPORT, **change}))
        assert words in page
        assert "data-error-summary" in page
        assert not AnomalyReport.objects.exists()
        kept = {**REPORT, **change}
        assert kept["message"].replace("\x00", "") in page.replace("\x00", "")
        assert kept["email"] in page
        if kept["motif"] == "faux":
            assert (
                'value="faux" class' in page or 'value="faux" required' in page or "checked" in page
            )

    def test_a_reason_that_is_missing_is_reached_from_the_summary(self, client: Client, sheet):
        page = text(client.post("/signaler/", {**REPORT, "motif": ""}))
        assert 'href="#id_motif"' in page
        assert 'id="id_motif"' in page

    def test_what_is_typed_is_only_text(self, client: Client, sheet):
        nasty = '<script>alert(1)</script>"{{ x }}'
        client.post("/signaler/", {**REPORT, "message": nasty})
        row = AnomalyReport.objects.get()
        assert "<script>alert" not in text(client.get(f"/signaler/{row.uid}/"))

    def test_a_robot_is_thanked_and_not_heard(self, client: Client, site):
        answer = client.post("/signaler/", {**REPORT, "site": "http://spam.invalid"})
        assert answer.url == "/contact/merci/"
        assert not AnomalyReport.objects.exists()

    def test_the_sixth_report_of_an_hour_waits_and_is_not_lost(self, client: Client, sheet):
        for _ in range(5):
            assert client.post("/signaler/", REPORT).status_code == 302
        answer = client.post("/signaler/", {**REPORT, "message": "Le sixième du jour"})
        assert answer.status_code == 429
        assert "Réessayez dans une heure" in text(answer)
        assert "Le sixième du jour" in text(answer)
        assert AnomalyReport.objects.count() == 5

    def test_a_sheet_takes_so_many_reports_a_day_whoever_sends_them(
        self, client: Client, sheet, settings, monkeypatch
    ):
        settings.TRUSTED_PROXIES = 1
        monkeypatch.setattr("catalogue.views_reports.REPORTS_PER_SHEET", 2)
        answers = [
            client.post("/signaler/", REPORT, headers={"X-Forwarded-For": f"203.0.113.{number}"})
            for number in range(3)
        ]
        assert [answer.status_code for answer in answers] == [302, 302, 429]
        assert "Réessayez demain" in text(answers[2])
        elsewhere = client.post("/signaler/", {**REPORT, "page": "/cgu/"})
        assert elsewhere.status_code == 302


class TestFollowing:
    def test_it_says_where_the_report_stands(self, client: Client, sheet):
        row = reporting.report(path="/solutions/ged-sobre/", reason="faux", message="Prix faux !")
        there = f"/signaler/{row.uid}/"
        assert "Votre signalement est arrivé" in text(client.get(there))
        judge, owner = moderator(), member(sheet.listing.vendor)
        reporting.acknowledge(report=row, by=judge)
        reporting.reply(report=row, by=owner, text="C'est corrigé, merci.")
        page = text(client.get(there))
        assert "à l&#x27;examen" in page or "à l'examen" in page
        assert "est corrigé, merci." in page
        reporting.handle(report=row, by=judge, answer="Nous avons corrigé la fiche.")
        page = text(client.get(there))
        assert "Nous avons corrigé la fiche." in page
        assert owner.email not in page
        assert judge.email not in page

    def test_nobody_guesses_it_and_no_engine_or_cache_keeps_it(self, client: Client, sheet):
        assert client.get(f"/signaler/{uuid.uuid4()}/").status_code == 404
        row = reporting.report(path="/cgu/", reason="page", message="Elle déborde.")
        answer = client.get(f"/signaler/{row.uid}/")
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in text(answer)
        assert "Disallow: /signaler/" in text(client.get("/robots.txt"))
        # Its address is not repeated by the link to report this very page.
        assert "email" not in text(answer)

    @pytest.mark.parametrize(
        "role", ["anonymous", "other", "editor", "owner", "agent", "moderator", "reviewer"]
    )
    def test_both_pages_are_the_same_for_everybody(self, client: Client, sheet, role):
        vendor = sheet.listing.vendor
        who = {
            "other": lambda: member(VendorFactory()),
            "editor": lambda: member(vendor, "editor"),
            "owner": lambda: member(vendor),
            "agent": lambda: person(agent=True),
            "moderator": moderator,
            "reviewer": reviewer,
        }
        if role != "anonymous":
            client.force_login(who[role]())
        assert client.get(reverse("report")).status_code == 200
        answer = client.post(reverse("report"), REPORT)
        assert answer.status_code == 302
        assert client.get(answer.url).status_code == 200

    def test_they_cost_little(self, client: Client, sheet):
        row = reporting.report(path="/solutions/ged-sobre/", reason="faux", message="Prix faux !")
        row.state, row.acknowledged_at = "acknowledged", timezone.now()
        row.save()
        for address in ("/signaler/?fiche=ged-sobre", f"/signaler/{row.uid}/"):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            assert len(queries) <= 4, address
