"""A public agent and a vendor write to one another in a real browser: accessible, narrow, no script."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalogue import uses
from catalogue.models import Inquiry, Reference
from tests.browser.accessibility import assert_accessible
from tests.catalogue.agents import COMMUNE, agent, exchange_of, reached
from tests.catalogue.factories import TODAY, VendorFactory, make_sheet

pytestmark = pytest.mark.django_db(transaction=True)

SHEET = "/solutions/parapheur-clair/"


@pytest.fixture
def people(site, engine) -> tuple[User, User]:
    """An agent and the owner of a vendor, between whom an exchange is open."""
    vendor = VendorFactory(slug="fictilog", name="Fictilog")
    page = make_sheet("Parapheur clair", vendor=vendor, slug="parapheur-clair", summary="Signer.")
    Reference.objects.create(
        page=page,
        client=COMMUNE,
        year=2024,
        buyer_category_id=1,
        consent="file",
        consented_on=TODAY,
    )
    owner, buyer = reached(vendor), agent()
    exchange_of(buyer, page.listing)
    uses.say_use(listing=make_sheet("Visio claire", slug="visio").listing, by=buyer)
    return buyer, owner


def sign_in(page: Page, user: User, live_server: LiveServer) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
    )


def test_pages_of_both_sides_are_accessible_and_fit_a_phone(
    page: Page, live_server: LiveServer, people
):
    buyer, owner = people
    exchange = Inquiry.objects.get()
    visits = (
        (buyer, ("/mon-organisme/", "/messages/", f"/messages/{exchange.uid}/")),
        (buyer, (f"{SHEET}contact/", f"{SHEET}utilisation/", "/solutions/visio/utilisation/")),
        (owner, ("/espace-editeur/fictilog/messages/", f"{SHEET}contact/")),
        (owner, (f"/espace-editeur/fictilog/messages/{exchange.uid}/",)),
    )
    for user, addresses in visits:
        sign_in(page, user, live_server)
        for address in addresses:
            page.set_viewport_size({"width": 320, "height": 800})
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
            assert_accessible(page)


def test_without_script_a_message_is_sent_and_answered_and_a_use_is_said(
    browser: Browser, live_server: LiveServer, people
):
    buyer, owner = people
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, buyer, live_server)
    page.goto(live_server.url + SHEET)
    page.get_by_role("link", name="Écrire à l'offreur").click()
    page.get_by_label("Objet").fill("Une démonstration")
    page.get_by_label("Votre message").fill("Quand pouvez-vous venir ?")
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.get_by_text("Votre message est envoyé à Fictilog.")).to_be_visible()
    page.goto(f"{live_server.url}{SHEET}utilisation/")
    page.get_by_label(f"{COMMUNE} (2024)").check()
    page.get_by_role("button", name="Notre organisme l'utilise").click()
    page.get_by_role("link", name="Revenir à la fiche").click()
    expect(page.get_by_text("Utilisée par 1 organisme public")).to_be_visible()

    sign_in(page, owner, live_server)
    page.goto(live_server.url + "/espace-editeur/")
    page.get_by_role("link", name="2 échanges avec des acheteurs attendent Fictilog").click()
    page.get_by_role("link", name="Une démonstration").click()
    page.get_by_label("Votre message").fill("Jeudi.")
    page.get_by_role("button", name="Envoyer la réponse").click()
    page.get_by_role("button", name="Clore l'échange").click()
    expect(page.get_by_role("button", name="Rouvrir l'échange")).to_be_visible()
    context.close()
