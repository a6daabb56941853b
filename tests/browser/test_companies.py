"""A company in the vendor space, in a real browser: accessible, narrow, without script."""

import hashlib
import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalogue.models import Proof, Request, Vendor
from tests.browser.accessibility import assert_accessible
from tests.catalogue.company_api import SARL, CompanyApi
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, person

pytestmark = pytest.mark.django_db(transaction=True)

SPACE = "/espace-editeur/"
PAGES = {
    "home": SPACE,
    "start": f"{SPACE}inscription/?nom=logiciels",
    "check": f"{SPACE}inscription/verifier/?siren=000000059",
    "abroad": f"{SPACE}inscription/etranger/",
    "company": f"{SPACE}fictilog/",
    "compare": f"{SPACE}fictilog/repertoire/",
    "proofs": f"{SPACE}fictilog/rattachement/",
    "members": f"{SPACE}fictilog/membres/",
    "leave": f"{SPACE}fictilog/membres/quitter/",
    "requests": f"{SPACE}fictilog/demandes/",
    "ask": f"{SPACE}autre/rejoindre/",
    "invitation": f"{SPACE}invitation/clef/",
}


@pytest.fixture
def company_api(settings):
    api = CompanyApi()
    settings.COMPANY_API_URL = api.url
    api.start()
    yield api
    api.stop()


@pytest.fixture
def owner(site, company_api) -> User:
    """An owner of a company about which everything waits: a code, an invitation, a request."""
    vendor = VendorFactory(siren=SARL, slug="fictilog", name="Fictilog")
    user = member(vendor)
    member(vendor, "editor")
    Proof.objects.create(
        vendor=vendor, by=user, kind="email", state="code", email="ana@fictilog.example"
    )
    vendor.invitations.create(email="zoe@fictilog.example", token_hash="0" * 64)
    Request.objects.create(
        vendor=vendor, user=person(), kind="join", message="Je travaille au support."
    )
    other = VendorFactory(slug="autre", name="Autre atelier")
    member(other)
    Request.objects.create(vendor=other, user=user, kind="join", message="Bonjour à tous.")
    other.invitations.create(email=user.email, token_hash=hashlib.sha256(b"clef").hexdigest())
    return user


def sign_in(page: Page, user: User, live_server: LiveServer) -> Page:
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible(page: Page, owner: User, live_server: LiveServer, width: int):
    sign_in(page, owner, live_server)
    page.set_viewport_size({"width": width, "height": 800})
    for address in PAGES.values():
        page.goto(live_server.url + address)
        expect(page).to_have_url(live_server.url + address)
        assert_accessible(page)


def test_nothing_overflows_at_320_pixels(page: Page, owner: User, live_server: LiveServer):
    sign_in(page, owner, live_server)
    page.set_viewport_size({"width": 320, "height": 700})
    for address in PAGES.values():
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_errors_are_announced_and_lead_to_their_fields(
    page: Page, owner: User, live_server: LiveServer
):
    sign_in(page, owner, live_server)
    page.goto(live_server.url + PAGES["check"])
    page.get_by_label("Qui contrôle l'entreprise").select_option("hors-ue")
    page.get_by_role("button", name="Inscrire l'entreprise").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert_accessible(page)
    summary.get_by_role("link", name="Ce qui le prouve").click()
    expect(page.get_by_label("Ce qui le prouve")).to_be_focused()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_company_is_registered_without_script_and_with_the_register_down(
    page: Page, site, company_api: CompanyApi, live_server: LiveServer
):
    company_api.script = ["broken"] * 9
    sign_in(page, person(), live_server)
    page.goto(live_server.url + SPACE)
    page.get_by_role("link", name="Inscrire mon entreprise").click()
    page.get_by_label("SIREN", exact=False).first.fill("000 000 018")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("ne répond pas")).to_be_visible()
    page.get_by_label("Nom d'usage").fill("Fictilog")
    page.get_by_label("Taille de l'entreprise").select_option("pe")
    page.get_by_role("button", name="Inscrire l'entreprise").click()
    expect(page).to_have_url(re.compile("/espace-editeur/fictilog/rattachement/$"))
    vendor = Vendor.objects.get()
    assert (vendor.siren, vendor.size_source) == (SARL, "declare")
    page.get_by_label("Adresse électronique au nom de domaine").fill("ana@fictilog.example")
    page.get_by_role("button", name="Proposer cette adresse").click()
    expect(page.get_by_text("à examiner")).to_be_visible()
    page.get_by_role("link", name="Membres", exact=True).click()
    page.get_by_label("Adresse électronique").fill("zoe@fictilog.example")
    page.get_by_role("button", name="Envoyer l'invitation").click()
    expect(page.get_by_text("L'invitation est partie")).to_be_visible()
