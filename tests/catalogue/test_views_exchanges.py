"""Pages on which public agents write to vendors, on both sides: who opens them, what they show."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue import exchanges
from catalogue.models import Inquiry, Listing, Membership, Role
from catalogue.vendor_space.urls_exchanges import exchanges_urls
from tests.catalogue.agents import COMMUNE, agent, exchange_of, reached
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, reviewer

pytestmark = pytest.mark.django_db

OK, DONE, LOGIN, NO, GONE = 200, 302, "login", 403, 404
ROLES = ("anonymous", "other owner", "editor", "owner", "buyer", "agent", "moderator", "reviewer")


def row(default, **others):
    return {**dict.fromkeys(ROLES, default), **others}


VENDOR = row(GONE, anonymous=LOGIN, editor=OK, owner=OK)
VENDOR_DOES = row(GONE, anonymous=LOGIN, editor=DONE, owner=DONE)
BUYER = row(GONE, anonymous=LOGIN, buyer=OK)
READING = {
    "contact_vendor": row(OK),  # a page that says why, for those who may not
    "buyer_exchanges": row(OK, anonymous=LOGIN),
    "buyer_exchange": BUYER,
    "vendor_exchanges": VENDOR,
    "vendor_exchange": VENDOR,
}
WRITING = {
    "contact_vendor": row(NO, buyer=DONE, agent=DONE),
    "buyer_exchange": {**BUYER, "buyer": DONE},
    "buyer_exchange_close": {**BUYER, "buyer": DONE},
    "vendor_exchange": VENDOR_DOES,
    "vendor_exchange_close": VENDOR_DOES,
    "vendor_exchange_reopen": VENDOR_DOES,
}
TYPED = {"subject": "Nos données", "text": "Reprenez-vous nos données ?"}


@pytest.fixture
def listing(site):
    vendor = VendorFactory(slug="fictilog", name="Fictilog", website="https://fictilog.example")
    return make_sheet("Orvalis", vendor=vendor, website="https://orvalis.example").listing


@pytest.fixture
def owner(listing):
    return reached(listing.vendor)


@pytest.fixture
def buyer(owner):
    return agent()


@pytest.fixture
def exchange(listing, buyer):
    return exchange_of(buyer, listing)


@pytest.fixture
def people(listing, owner, buyer):
    return {
        "other owner": reached(VendorFactory()),
        "editor": member(listing.vendor, Role.EDITOR),
        "owner": owner,
        "buyer": buyer,
        "agent": agent(),
        "moderator": moderator(),
        "reviewer": reviewer(),
    }


def address(name, listing, exchange):
    if name == "contact_vendor":
        return reverse(name, args=[listing.page.slug])
    if name == "vendor_exchanges":
        return reverse(name, args=["fictilog"])
    if name.startswith("vendor_"):
        return reverse(name, args=["fictilog", exchange.uid])
    return reverse(name, args=[exchange.uid] if name != "buyer_exchanges" else [])


def outcome(response):
    if response.status_code == DONE and response.url.startswith(reverse("account_login")):
        return LOGIN
    return response.status_code


def sign_in(client, people, role):
    if role != "anonymous":
        client.force_login(people[role])


class TestRights:
    def test_every_address_of_the_vendor_space_is_in_this_matrix(self):
        assert {route.name for route in exchanges_urls} <= {*READING, *WRITING}

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("name", READING)
    def test_reading(self, client, listing, exchange, people, name, role):
        sign_in(client, people, role)
        answer = client.get(address(name, listing, exchange))
        assert outcome(answer) == READING[name][role]
        if answer.status_code == OK:
            assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("name", WRITING)
    def test_writing(self, client, listing, exchange, people, name, role):
        sign_in(client, people, role)
        answer = client.post(address(name, listing, exchange), TYPED)
        assert outcome(answer) == WRITING[name][role]

    def test_an_exchange_is_reached_by_its_own_company_only(self, client, exchange, people):
        other = people["other owner"].memberships.get().vendor
        client.force_login(people["other owner"])
        there = reverse("vendor_exchange", args=[other.slug, exchange.uid])
        assert client.get(there).status_code == GONE
        there = reverse("vendor_exchange", args=[other.slug, uuid.uuid4()])
        assert client.get(there).status_code == GONE

    def test_what_only_writes_is_not_read(self, client, listing, exchange, people):
        for role, name in (
            ("buyer", "buyer_exchange_close"),
            ("owner", "vendor_exchange_close"),
            ("owner", "vendor_exchange_reopen"),
        ):
            client.force_login(people[role])
            assert client.get(address(name, listing, exchange)).status_code == 405


class TestTheDoor:
    def test_a_visitor_is_led_to_proconnect_and_back(self, client, listing, owner, settings):
        settings.PROCONNECT = {**settings.PROCONNECT, "ISSUER": "https://proconnect.example"}
        there = reverse("contact_vendor", args=[listing.page.slug])
        page = client.get(there).content.decode()
        assert f"{reverse('proconnect')}?next={there}" in page
        assert f"{reverse('account_login')}?next={there}" in page
        assert "https://orvalis.example" in page
        assert "<form" not in page.split("<main")[1].split("</main>")[0]

    def test_whoever_was_signed_out_meanwhile_gets_their_text_back(self, client, listing, owner):
        answer = client.post(reverse("contact_vendor", args=[listing.page.slug]), TYPED)
        assert answer.status_code == NO
        assert TYPED["text"] in answer.content.decode()
        assert not Inquiry.objects.exists()

    def test_a_member_is_led_to_the_messages_received(self, client, listing, owner):
        client.force_login(owner)
        page = client.get(reverse("contact_vendor", args=[listing.page.slug])).content.decode()
        assert reverse("vendor_exchanges", args=["fictilog"]) in page

    def test_where_nobody_reads_the_page_says_so_and_shows_the_website(self, client, listing):
        client.force_login(agent())
        there = reverse("contact_vendor", args=[listing.page.slug])
        for answer in (client.get(there), client.post(there, TYPED)):
            page = answer.content.decode()
            assert "Personne ne lit de messages ici" in page
            assert "https://orvalis.example" in page
        assert TYPED["text"] in page
        Listing.objects.update(
            vendor=None, source="sill", external_id="1", source_licence="x", source_url="https://x"
        )
        assert "logiciel communautaire" in client.get(there).content.decode()

    def test_a_sheet_that_the_public_does_not_see_has_no_door(self, client, site):
        make_sheet("Brouillon", slug="brouillon", live=False)
        for name in ("contact_vendor", "body_use"):
            assert client.get(reverse(name, args=["brouillon"])).status_code == GONE

    def test_the_sheet_itself_is_still_served_and_leads_there(self, client, listing):
        page = client.get(f"/solutions/{listing.page.slug}/").content.decode()
        assert reverse("contact_vendor", args=[listing.page.slug]) in page
        assert reverse("body_use", args=[listing.page.slug]) in page


class TestWriting:
    def test_a_message_arrives_and_is_answered_and_no_side_sees_the_other(
        self, client, listing, owner, buyer
    ):
        client.force_login(buyer)
        there = reverse("contact_vendor", args=[listing.page.slug])
        assert COMMUNE in client.get(there).content.decode()
        answer = client.post(there, TYPED)
        exchange = Inquiry.objects.get()
        assert answer.url == reverse("buyer_exchange", args=[exchange.uid])

        client.force_login(owner)
        inbox = reverse("vendor_exchanges", args=["fictilog"])
        home = client.get(reverse("vendor_space")).content.decode()
        assert "1 échange avec un acheteur attend Fictilog" in home
        assert "1 message non lu" in client.get(inbox).content.decode()
        thread = reverse("vendor_exchange", args=["fictilog", exchange.uid])
        seen = client.get(thread).content.decode()
        assert TYPED["text"] in seen
        assert COMMUNE in seen
        for hidden in (buyer.email, "Zélie", "Quidam"):
            assert hidden not in seen
        assert "non lu" not in client.get(inbox).content.decode()
        assert client.post(thread, {"text": "Oui, <b>en CSV</b>"}).status_code == DONE

        client.force_login(buyer)
        assert "1 message non lu" in client.get(reverse("buyer_exchanges")).content.decode()
        seen = client.get(reverse("buyer_exchange", args=[exchange.uid])).content.decode()
        assert "Oui, &lt;b&gt;en CSV&lt;/b&gt;" in seen
        assert "Fictilog" in seen
        assert owner.email not in seen
        assert "non lu" not in client.get(reverse("buyer_exchanges")).content.decode()

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"subject": "", "text": "Gardé"}, "Dites en quelques mots"),
            ({"subject": "Gardé", "text": " "}, "Écrivez votre message"),
            ({"subject": "Gardé" + "x" * 130, "text": "Bonjour"}, "120 caractères"),
            ({"subject": "Gardé", "text": "x" * 4001}, "4000 caractères"),
        ],
    )
    def test_an_error_keeps_what_was_typed(self, client, listing, buyer, typed, told):
        client.force_login(buyer)
        answer = client.post(reverse("contact_vendor", args=[listing.page.slug]), typed)
        page = answer.content.decode()
        assert told in page
        assert "Gardé" in page or typed["text"] in page
        assert not Inquiry.objects.exists()

    def test_a_quota_is_told_and_keeps_what_was_typed(self, client, listing, buyer):
        client.force_login(buyer)
        there = reverse("contact_vendor", args=[listing.page.slug])
        for _ in range(3):
            assert client.post(there, TYPED).status_code == DONE
        page = client.post(there, TYPED).content.decode()
        assert "trois échanges ouverts" in page
        assert TYPED["text"] in page

    @pytest.mark.parametrize("side", ["buyer", "owner"])
    def test_an_answer_to_an_exchange_closed_meanwhile_is_kept(
        self, client, listing, exchange, people, side
    ):
        exchanges.close(exchange=exchange, by=people["owner"], from_vendor=True)
        client.force_login(people[side])
        name = "buyer_exchange" if side == "buyer" else "vendor_exchange"
        answer = client.post(address(name, listing, exchange), {"text": "Ma longue réponse"})
        page = answer.content.decode()
        assert "est clos" in page
        assert "Ma longue réponse" in page

    def test_a_body_is_named_by_the_register_when_proconnect_is_silent(
        self, client, listing, owner, company_api
    ):
        client.force_login(agent(organisation=""))
        there = reverse("contact_vendor", args=[listing.page.slug])
        page = client.get(there).content.decode()
        assert "LOGICIELS FICTIFS" in page
        assert 'name="body"' not in page
        client.post(there, TYPED)
        assert Inquiry.objects.get().body == "LOGICIELS FICTIFS"

    def test_the_register_down_asks_for_the_name_and_blocks_nobody(
        self, client, listing, owner, settings
    ):
        settings.COMPANY_API_URL = "http://127.0.0.1:9"
        client.force_login(agent(organisation=""))
        there = reverse("contact_vendor", args=[listing.page.slug])
        assert "Écrivez le nom de votre organisme" in client.post(there, TYPED).content.decode()
        client.post(there, {**TYPED, "body": "Commune d'Ailleurs"})
        assert Inquiry.objects.get().body == "Commune d'Ailleurs"


class TestQueries:
    def cost(self, client, there):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(there).status_code == OK
        return len(queries)

    def test_lists_and_threads_cost_the_same_however_long(self, client, listing, owner, exchange):
        buyer = exchange.buyer
        pages = (
            (owner, reverse("vendor_exchanges", args=["fictilog"])),
            (owner, reverse("vendor_exchange", args=["fictilog", exchange.uid])),
            (owner, reverse("vendor_space")),
            (buyer, reverse("buyer_exchanges")),
            (buyer, reverse("agent_home")),
        )
        first = {}
        for user, there in pages:
            client.force_login(user)
            client.get(there)
            first[there] = self.cost(client, there)
        for number in range(8):
            other = agent()
            Membership.objects.filter(user=other).delete()
            exchange_of(other, listing, f"Message {number}")
            exchanges.answer(exchange=exchange, by=buyer, text="Bis", from_vendor=False)
        Inquiry.objects.update(buyer=buyer)
        for user, there in pages:
            client.force_login(user)
            client.get(there)
            assert self.cost(client, there) <= first[there]
            assert first[there] < 40
