"""Contact, ranking, and what machines ask of the site."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalogue.models import ReferenceConfiguration
from home.models import ContactMessage
from home.services import CONTENT
from search.indexing import neutral_seed
from tests.catalogue.factories import make_sheet

pytestmark = pytest.mark.django_db

QUESTION = {"objet": "question", "message": "Bonjour", "email": "agent@exemple.invalid"}


def text(answer) -> str:
    return answer.content.decode()


class TestContact:
    def test_a_message_is_kept_and_mailed(
        self, client: Client, site, settings, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/contact/", QUESTION)
        assert answer.headers["Location"] == "/contact/merci/"
        row = ContactMessage.objects.get()
        assert (row.subject, row.message, row.email) == ("question", "Bonjour", QUESTION["email"])
        [sent] = mail.outbox
        assert sent.to == [settings.CONTACT_EMAIL]
        assert sent.reply_to == [QUESTION["email"]]
        assert "Bonjour" in sent.body

    def test_a_message_may_name_a_sheet(
        self, client: Client, site, django_capture_on_commit_callbacks
    ):
        sheet = make_sheet("GED & sobre", slug="ged-sobre")
        about = {**QUESTION, "fiche": "https://x/solutions/ged-sobre/?a=1"}
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/contact/", about)
        assert ContactMessage.objects.get().listing == sheet.listing
        assert "GED & sobre" in mail.outbox[0].body

    def test_the_link_of_a_sheet_fills_the_form(self, client: Client, site):
        make_sheet("GED sobre", slug="ged-sobre")
        page = text(client.get("/contact/?objet=inscription&fiche=ged-sobre"))
        assert "la fiche « GED sobre »" in page
        assert '<option value="inscription" selected>' in page
        assert 'value="/solutions/ged-sobre/"' in page

    @pytest.mark.parametrize("fiche", ["inconnue", "\x00", "../..", "é" * 900, "\ud800", ""])
    def test_an_unknown_sheet_in_the_address_is_ignored(self, client: Client, site, fiche):
        fiche = fiche.encode("utf-8", "surrogatepass")
        assert client.get("/contact/", {"objet": "x", "fiche": fiche}).status_code == 200

    def test_a_draft_cannot_be_named(self, client: Client, site):
        make_sheet("Titre secret", slug="secret", live=False)
        assert "Titre secret" not in text(client.get("/contact/?fiche=secret"))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"message": ""}, "Écrivez votre message."),
            ({"email": ""}, "sans elle, nous ne pouvons pas vous répondre"),
            ({"objet": "inscription", "email": ""}, "sans elle, nous ne pouvons pas"),
            ({"objet": "donnees", "email": ""}, "sans elle, nous ne pouvons pas"),
            ({"email": "agent@"}, "Écrivez une adresse complète"),
            ({"objet": "autre"}, "Choisissez un objet dans la liste."),
            ({"objet": "signalement"}, "Choisissez un objet dans la liste."),
            ({"fiche": "inconnue"}, "Cette fiche est introuvable"),
            ({"message": "x" * 4001}, "4000"),
            ({"message": "nul\x00"}, "caractère nul"),
        ],
    )
    def test_an_error_says_what_to_do_and_loses_nothing(
        self, client: Client, site, change, message
    ):
        answer = client.post("/contact/", {**QUESTION, "message": "Mon long texte", **change})
        page = text(answer)
        assert answer.status_code == 200
        assert message in page
        assert "data-error-summary" in page
        assert not ContactMessage.objects.exists()
        assert change.get("message", "Mon long texte").replace("\x00", "") in page.replace(
            "\x00", ""
        )

    def test_a_defect_of_accessibility_is_told_without_an_address(self, client: Client, site):
        client.post("/contact/", {"objet": "accessibilite", "message": "Contraste insuffisant."})
        assert ContactMessage.objects.count() == 1

    def test_anomalies_are_no_longer_reported_here(self, client: Client, site):
        page = text(client.get("/contact/"))
        assert 'value="signalement"' not in page
        assert 'href="/signaler/"' in page

    def test_a_robot_is_thanked_and_not_heard(self, client: Client, site):
        answer = client.post("/contact/", {**QUESTION, "site": "http://spam.invalid"})
        assert answer.headers["Location"] == "/contact/merci/"
        assert not ContactMessage.objects.exists()

    def test_the_sixth_message_of_an_hour_waits_and_is_not_lost(self, client: Client, site):
        for _ in range(5):
            assert client.post("/contact/", QUESTION).status_code == 302
        answer = client.post("/contact/", {**QUESTION, "message": "Le sixième"})
        assert answer.status_code == 429
        assert "Réessayez dans une heure" in text(answer)
        assert "Le sixième" in text(answer)
        assert ContactMessage.objects.count() == 5

    def test_the_count_of_an_hour_lasts_in_the_cache_of_production(
        self, client: Client, site, settings
    ):
        backend = "django.core.cache.backends.db.DatabaseCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "test_cache"}}
        call_command("createcachetable")
        client.post("/contact/", QUESTION)
        with connection.cursor() as cursor:
            cursor.execute("SELECT expires FROM test_cache WHERE cache_key LIKE '%contact.%'")
            [(expires,)] = cursor.fetchall()
        expires = dt.datetime.fromisoformat(str(expires)).replace(tzinfo=dt.UTC)
        assert expires - timezone.now() > dt.timedelta(minutes=55)

    def test_senders_behind_our_proxy_are_told_apart(self, client: Client, site, settings):
        settings.TRUSTED_PROXIES = 1
        for _ in range(5):
            client.post("/contact/", QUESTION, headers={"X-Forwarded-For": "203.0.113.1"})
        other = client.post("/contact/", QUESTION, headers={"X-Forwarded-For": "203.0.113.2"})
        assert other.status_code == 302

    def test_nobody_escapes_the_limit_by_inventing_an_address(self, client: Client, site):
        for number in range(5):
            client.post("/contact/", QUESTION, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        sixth = client.post("/contact/", QUESTION, headers={"X-Forwarded-For": "203.0.113.9"})
        assert sixth.status_code == 429

    def test_a_form_without_its_token_says_what_to_do(self, site):
        answer = Client(enforce_csrf_checks=True).post("/contact/", QUESTION)
        assert answer.status_code == 403
        assert "Ce formulaire a expiré" in text(answer)


class TestRanking:
    def test_it_shows_the_draw_and_the_needs_of_the_day(self, client: Client, site):
        page = text(client.get("/classement/"))
        assert neutral_seed() in page
        assert "par agent" in page
        assert "48 mois" in page

    def test_needs_that_have_ended_are_not_shown(self, client: Client, site):
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        ReferenceConfiguration.objects.update(valid_from=yesterday, valid_to=yesterday)
        assert "par agent" not in text(client.get("/classement/"))


class TestForMachines:
    def test_robots_may_read_sheets_but_not_every_filter(self, client: Client, settings):
        page = text(client.get("/robots.txt"))
        assert "Disallow: /solutions/?" in page
        assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in page

    def test_the_security_contact_does_not_expire_soon(self, client: Client):
        page = text(client.get("/.well-known/security.txt"))
        expires = dt.datetime.fromisoformat(re.search(r"Expires: (\S+)", page)[1])
        left = expires - timezone.now()
        assert dt.timedelta(days=170) < left < dt.timedelta(days=365)

    def test_the_sitemap_leads_to_every_public_page(self, client: Client, site):
        sheet = make_sheet(slug="visible")
        make_sheet(slug="cachee", live=False)
        index = text(client.get("/sitemap.xml"))
        files = re.findall(r"<loc>http://testserver(.*?)</loc>", index)
        told = "".join(text(client.get(file)) for file in files)
        assert "/solutions/visible/" in told
        assert f"/editeurs/{sheet.listing.vendor.slug}/" in told
        assert "/cgu/" in told
        assert "cachee" not in told

    def test_the_sitemap_of_many_sheets_is_cut_in_files(self, client: Client, site, monkeypatch):
        monkeypatch.setattr("home.sitemaps.SolutionSitemap.limit", 2)
        for _ in range(3):
            make_sheet()
        assert "sitemap-solutions.xml?p=2" in text(client.get("/sitemap.xml"))
        assert text(client.get("/sitemap-solutions.xml?p=2")).count("<loc>") == 1

    @pytest.mark.parametrize("number", ["0", "99", "x"])
    def test_a_file_that_does_not_exist_is_404(self, client: Client, site, number):
        assert client.get("/sitemap-solutions.xml", {"p": number}).status_code == 404


class TestEditorialPages:
    @pytest.mark.parametrize("file", sorted(CONTENT.glob("*.toml")), ids=lambda file: file.stem)
    def test_the_pages_that_a_state_site_owes_are_there(self, client: Client, site, file: Path):
        row = tomllib.loads(file.read_text())
        page = text(client.get(f"/{file.stem}/"))
        assert row["title"] in page.replace("&#x27;", "'")
        headings = [block["value"] for block in row["blocks"] if block["type"] == "heading"]
        assert all(heading in page.replace("&#x27;", "'") for heading in headings)

    def test_the_terms_carry_their_version_and_date(self, client: Client, site):
        page = text(client.get("/cgu/"))
        assert "Version 1.0, applicable à partir du" in page
        assert "recommandé par la DINUM" in page

    def test_the_site_map_names_the_categories(self, client: Client, site):
        assert "/solutions/?categorie=documents" in text(client.get("/plan-du-site/"))


class TestErrors:
    def test_a_missing_page_offers_a_search(self, client: Client, site):
        answer = client.get("/n-existe-pas/")
        assert answer.status_code == 404
        assert 'action="/solutions/"' in text(answer)
        assert "Page introuvable" in text(answer)

    def test_a_failure_is_said_in_french_without_the_database(
        self, client: Client, monkeypatch, django_assert_num_queries
    ):
        def broken(*_args):
            raise RuntimeError("on purpose")

        monkeypatch.setattr("home.probes.health", broken)
        client.raise_request_exception = False
        with django_assert_num_queries(2):  # the view's own, none for the page
            answer = client.get("/readyz")
        assert answer.status_code == 500
        assert "Erreur inattendue" in text(answer)

    def test_a_request_too_large_is_said_in_french(self, client: Client, site, settings):
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
        answer = client.post("/contact/", {f"champ{number}": "1" for number in range(20)})
        assert answer.status_code == 400
        assert "Demande incomprise" in text(answer)

    def test_no_page_holds_inline_style_or_script(self, client: Client, site):
        for address in ("/contact/", "/cgu/", "/classement/", "/plan-du-site/", "/n-existe-pas/"):
            page = text(client.get(address))
            assert " style=" not in page
            assert not re.search(r"\son[a-z]+=", page)
            assert not re.search(r"<script(?![^>]*(?:src=|ld\+json))", page)
            assert "Content-Security-Policy" in client.get(address).headers
