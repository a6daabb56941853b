"""Asking mission LABEL what to look at, and reading its answer."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.models import BuyerCategory, Category
from search.indexing import rebuild
from sourcing import services
from sourcing.models import RecommendationRequest
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

NEED = "Signer les arrêtés à distance : douze signataires, quatre cents actes par an."
REQUEST = {"body": "Ville d'Essai", "need": NEED, "email": "achats@ville.invalid"}


def text(answer) -> str:
    return answer.content.decode()


def asked(**columns) -> RecommendationRequest:
    return services.ask(**{**REQUEST, **columns})


class TestForm:
    def test_it_says_what_it_is_and_is_not(self, client: Client, site):
        page = text(client.get("/demander/"))
        assert "ne recommande aucun achat" in page
        assert "dix jours ouvrés" in page

    @pytest.mark.parametrize("address", ["/", "/contact/", "/plan-du-site/", "/classement/"])
    def test_pages_lead_to_it(self, client: Client, site, address):
        assert 'href="/demander/"' in text(client.get(address))

    def test_a_search_without_result_leads_to_it(self, client: Client, site, engine):
        make_sheet()
        rebuild()
        page = text(client.get("/solutions/?q=introuvable"))
        assert 'class="fr-btn fr-btn--secondary" href="/demander/"' in page

    def test_an_agent_need_not_say_who_they_are(self, client: Client, site):
        agent = person("ana@ville.example", agent=True)
        agent.identities.update(organisation="Ville d'Essai")
        client.force_login(agent)
        initial = client.get("/demander/").context["form"].initial
        assert initial == {"email": "ana@ville.example", "body": "Ville d'Essai"}

    def test_somebody_else_who_is_signed_in_says_it(self, client: Client, site):
        client.force_login(member(VendorFactory()))
        assert client.get("/demander/").context["form"].initial == {}


class TestSending:
    def test_a_request_is_kept_and_followed(self, client: Client, site):
        domain, kind = Category.objects.first(), BuyerCategory.objects.first()
        later = timezone.localdate() + dt.timedelta(days=40)
        more = {"category": domain.pk, "buyer_category": kind.pk, "wanted_by": later.isoformat()}
        answer = client.post("/demander/", {**REQUEST, **more})
        row = RecommendationRequest.objects.get()
        assert answer.url == f"/demander/{row.uid}/"
        assert (row.category, row.buyer_category, row.wanted_by) == (domain, kind, later)
        assert row.asked_by is None

    @pytest.mark.parametrize("agent", [True, False])
    def test_it_is_linked_to_the_account_of_an_agent_only(self, client: Client, site, agent):
        user = person(agent=agent)
        client.force_login(user)
        client.post("/demander/", REQUEST)
        assert RecommendationRequest.objects.get().asked_by == (user if agent else None)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"body": ""}, "Donnez le nom de votre organisme."),
            ({"need": ""}, "Décrivez votre besoin."),
            ({"need": "Un logiciel"}, "trente caractères au moins"),
            ({"need": "x" * 4001}, "4000"),
            ({"need": NEED + "\x00"}, "caractère nul"),
            ({"email": ""}, "Donnez votre adresse"),
            ({"email": "ana@"}, "Écrivez une adresse complète"),
            ({"wanted_by": "2020-01-01"}, "Cette date est passée."),
            ({"wanted_by": "demain"}, "Écrivez une date"),
            ({"category": "999999"}, "choix"),
            ({"buyer_category": "x"}, "choix"),
        ],
    )
    def test_an_error_says_what_to_do_and_loses_nothing(self, client: Client, site, change, words):
        page = text(client.post("/demander/", {**REQUEST, **change}))
        assert words in page
        assert "data-error-summary" in page
        assert not RecommendationRequest.objects.exists()
        for name, typed in {**REQUEST, **change}.items():
            if name in REQUEST:
                assert typed.replace("\x00", "").replace("'", "&#x27;") in page.replace("\x00", "")

    def test_a_robot_is_thanked_and_not_heard(self, client: Client, site):
        answer = client.post("/demander/", {**REQUEST, "site": "http://spam.invalid"})
        assert answer.url == "/contact/merci/"
        assert not RecommendationRequest.objects.exists()

    def test_the_sixth_request_of_an_hour_waits_and_is_not_lost(self, client: Client, site):
        for _ in range(5):
            assert client.post("/demander/", REQUEST).status_code == 302
        answer = client.post("/demander/", {**REQUEST, "body": "La sixième ville"})
        assert answer.status_code == 429
        assert "La sixième ville" in text(answer)
        assert RecommendationRequest.objects.count() == 5


class TestFollowing:
    def test_it_shows_the_answer_and_links_public_sheets_only(self, client: Client, site):
        row, judge = asked(), moderator()
        there = f"/demander/{row.uid}/"
        assert "Votre demande est arrivée" in text(client.get(there))
        services.take(request=row, by=judge)
        assert "à l'étude" in text(client.get(there))
        public, gone = (
            make_sheet("Parapheur", slug="parapheur"),
            make_sheet("Partie", slug="partie"),
        )
        sheets = [public.listing, gone.listing]
        services.answer(request=row, by=judge, text="Regardez ces fiches.", listings=sheets)
        gone.live = False
        gone.save()
        page = text(client.get(there))
        assert "Regardez ces fiches." in page
        assert 'href="/solutions/parapheur/"' in page
        assert 'href="/solutions/partie/"' not in page
        assert "plus au catalogue" in page
        assert judge.email not in page

    def test_nobody_guesses_it_and_no_engine_or_cache_keeps_it(self, client: Client, site):
        assert client.get(f"/demander/{uuid.uuid4()}/").status_code == 404
        answer = client.get(f"/demander/{asked().uid}/")
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in text(answer)
        assert "achats@ville.invalid" not in text(answer)

    @pytest.mark.parametrize(
        "role", ["anonymous", "other", "editor", "owner", "agent", "moderator", "reviewer"]
    )
    def test_both_pages_are_open_to_everybody(self, client: Client, site, role):
        vendor = VendorFactory()
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
        assert client.get("/demander/").status_code == 200
        answer = client.post("/demander/", REQUEST)
        assert answer.status_code == 302
        assert client.get(answer.url).status_code == 200

    def test_they_cost_little_however_many_sheets(self, client: Client, site):
        row = asked()
        sheets = [make_sheet().listing for _ in range(6)]
        services.answer(request=row, by=moderator(), text="Voici.", listings=sheets)
        for address, most in (("/demander/", 6), (f"/demander/{row.uid}/", 6)):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            assert len(queries) <= most, address
