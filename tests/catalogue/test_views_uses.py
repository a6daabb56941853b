"""Pages of « Notre organisme l'utilise », what the sheet shows of it, where agents land."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from accounts.landing import landing
from catalogue import uses
from catalogue.choices import Consent
from catalogue.models import BodyUse, BuyerCategory, Claim, Reference, Role
from tests.catalogue.agents import COMMUNE, OTHER_SIRET, SIRET, agent, exchange_of, reached
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, reviewer

pytestmark = pytest.mark.django_db

OK, DONE, LOGIN, NO, GONE = 200, 302, "login", 403, 404
ROLES = ("anonymous", "other owner", "editor", "owner", "agent", "colleague", "moderator")
AGENTS = ("agent", "colleague")


@pytest.fixture
def listing(site):
    return make_sheet("Orvalis", slug="orvalis").listing


@pytest.fixture
def there(listing):
    return reverse("body_use", args=["orvalis"])


@pytest.fixture
def people(listing):
    return {
        "other owner": reached(VendorFactory()),
        "editor": member(listing.vendor, Role.EDITOR),
        "owner": reached(listing.vendor),
        "agent": agent(),
        "colleague": agent(),
        "moderator": moderator(),
        "reviewer": reviewer(),
    }


def reference(listing, client=COMMUNE):
    return Reference.objects.create(
        page=listing.page,
        client=client,
        year=2024,
        buyer_category=BuyerCategory.objects.get(slug="commune"),
        consent=Consent.FILE,
        consented_on=dt.date(2025, 1, 1),
    )


def outcome(response):
    if response.status_code == DONE and response.url.startswith(reverse("account_login")):
        return LOGIN
    return response.status_code


class TestRights:
    @pytest.mark.parametrize("role", [*ROLES, "reviewer"])
    def test_every_address(self, client, people, there, listing, role):
        said = uses.say_use(listing=listing, by=agent(siret=OTHER_SIRET))
        if role != "anonymous":
            client.force_login(people[role])
        is_agent = role in AGENTS
        home = {"anonymous": LOGIN}.get(role, OK if is_agent else NO)
        assert outcome(client.get(there)) == OK
        assert outcome(client.post(there, {"reference": ""})) == (DONE if is_agent else NO)
        assert outcome(client.get(reverse("agent_home"))) == home
        withdraw = reverse("body_use_withdraw", args=[said.uid])
        assert outcome(client.post(withdraw)) == (LOGIN if role == "anonymous" else NO)
        assert BodyUse.objects.in_force().filter(siret=OTHER_SIRET).exists()

    def test_a_colleague_takes_back_what_the_body_said(self, client, people, listing):
        said = uses.say_use(listing=listing, by=people["agent"])
        client.force_login(people["colleague"])
        withdraw = reverse("body_use_withdraw", args=[said.uid])
        assert client.get(withdraw).status_code == 405
        assert client.post(withdraw).url == reverse("agent_home")
        assert not BodyUse.objects.in_force().exists()
        assert client.post(reverse("body_use_withdraw", args=[uuid.uuid4()])).status_code == GONE


class TestSaying:
    def test_a_visitor_learns_why_and_is_led_to_proconnect(self, client, there, settings):
        settings.PROCONNECT = {**settings.PROCONNECT, "ISSUER": "https://proconnect.example"}
        page = client.get(there).content.decode()
        assert f"{reverse('proconnect')}?next={there}" in page

    def test_the_form_shows_the_body_and_offers_the_references_of_the_sheet(
        self, client, there, listing
    ):
        shown, contested = reference(listing), reference(listing, "Commune de Dissens")
        Claim.objects.create(
            listing=listing,
            subject=contested.uid,
            kind=Claim.Kind.REFERENCE,
            contested_on=dt.date(2026, 1, 5),
            contest_reason="La commune dément.",
        )
        client.force_login(agent())
        page = client.get(there).content.decode()
        assert COMMUNE in page
        assert SIRET in page
        assert f'value="{shown.uid}"' in page
        assert f'value="{contested.uid}"' not in page
        assert "« Commune de Dissens » est contestée" in page

    def test_the_sheet_names_the_body_and_no_person_and_keeps_its_notice(
        self, client, there, listing
    ):
        by = agent()
        client.force_login(by)
        row = reference(listing)
        assert client.post(there, {"reference": str(row.uid)}).url == there
        client.logout()
        sheet = client.get("/solutions/orvalis/").content.decode()
        assert "Utilisée par 1 organisme public" in sheet
        assert f"Vérifié par un agent de {COMMUNE}, par ProConnect" in sheet
        assert "Fiche déposée par l&#x27;éditeur" in sheet
        for hidden in (by.email, "Zélie", "Quidam", SIRET):
            assert hidden not in sheet

    def test_whose_name_is_not_that_of_the_reference_learns_that_it_waits(
        self, client, there, listing
    ):
        row = reference(listing, "Ministère fictif des Marées")
        client.force_login(agent())
        answer = client.post(there, {"reference": str(row.uid)}, follow=True).content.decode()
        assert "la mission LABEL vérifie qu'elle désigne votre organisme" in answer
        assert "Référence confirmée" not in answer
        assert "Vérifié par" not in client.get("/solutions/orvalis/").content.decode()
        Claim.objects.update(verified_on=dt.date(2026, 1, 5), verified_by="Mission LABEL")
        assert "Référence confirmée" in client.get(there).content.decode()

    def test_a_body_that_nobody_names_is_told_why_it_confirms_nothing(
        self, client, there, listing, settings
    ):
        settings.COMPANY_API_URL = "http://127.0.0.1:9"
        row = reference(listing)
        client.force_login(agent(organisation=""))
        page = client.get(there).content.decode()
        assert "aucune référence ne peut donc être confirmée" in page
        client.post(there, {"body": COMMUNE, "reference": str(row.uid)})
        assert BodyUse.objects.get().reference is None
        assert not Claim.objects.exists()

    def test_the_second_agent_of_a_body_is_told_it_is_said(self, client, there, listing):
        uses.say_use(listing=listing, by=agent())
        client.force_login(agent())
        page = client.get(there).content.decode()
        assert f"{COMMUNE} l'a dit le" in page
        answer = client.post(there, {"reference": ""})
        assert "déjà dit" in answer.content.decode()
        assert BodyUse.objects.count() == 1

    @pytest.mark.parametrize("value", ["rien", "5b0d3a4e-7a57-4d5c-9c58-2f1e7b9f0c11"])
    def test_a_reference_that_is_not_offered_is_refused_in_words(
        self, client, there, listing, value
    ):
        reference(listing)
        client.force_login(agent())
        page = client.post(there, {"reference": value}).content.decode()
        assert "Choisissez une référence de la liste" in page
        assert not BodyUse.objects.exists()

    def test_the_name_of_the_body_is_asked_when_nobody_knows_it(
        self, client, there, listing, settings
    ):
        settings.COMPANY_API_URL = "http://127.0.0.1:9"
        client.force_login(agent(organisation=""))
        assert "Écrivez le nom de votre organisme" in client.post(there).content.decode()
        client.post(there, {"body": "Syndicat des eaux"})
        assert BodyUse.objects.get().body == "Syndicat des eaux"

    def test_an_agent_without_siret_learns_what_is_missing(self, client, there, listing):
        client.force_login(agent(siret=""))
        assert "ne donne pas le SIRET" in client.get(there).content.decode()

    def test_many_bodies_cost_a_sheet_one_query_and_fifty_names(
        self, client, listing, django_assert_max_num_queries
    ):
        BodyUse.objects.bulk_create(
            BodyUse(listing=listing, siret=f"{number:014}", body=f"Commune {number}")
            for number in range(60)
        )
        client.get("/solutions/orvalis/")
        with django_assert_max_num_queries(26):
            sheet = client.get("/solutions/orvalis/").content.decode()
        assert "Utilisée par 60 organismes publics" in sheet
        assert sheet.count("identifié par ProConnect") == 50
        assert "Les 50 derniers" in sheet


class TestLanding:
    def test_an_agent_lands_before_what_the_body_uses_and_the_exchanges(self, client, people):
        listing = people["owner"].memberships.get().vendor.listings.get()
        user = people["agent"]
        assert landing(user) == reverse("agent_home")
        uses.say_use(listing=listing, by=people["colleague"])
        exchange_of(user, listing)
        client.force_login(user)
        page = client.get(reverse("agent_home")).content.decode()
        assert COMMUNE in page
        assert "Nos données" in page
        assert "data-suggestions" in page.split("<main")[1]
        assert f'href="/solutions/{listing.page.slug}/"' in page
        assert reverse("account_landing") in client.get(reverse("account_home")).content.decode()
