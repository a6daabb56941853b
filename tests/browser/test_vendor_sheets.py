"""A vendor's sheets in a real browser: accessible, narrow, with and without script."""

import os

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalogue.models import Listing, Vendor
from tests.browser.accessibility import assert_accessible
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "sheet",
    "sheet_preview",
    "sheet_publiccode",
    "sheet_offers",
    "sheet_offer_add",
    "sheet_references",
    "sheet_reference_add",
    "sheet_submit",
    *(("sheet_step", step) for step in ("essentiel", "description", "images", "technique")),
)


@pytest.fixture
def vendor(site) -> Vendor:
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor) -> User:
    return sheets.member(vendor)


@pytest.fixture
def listing(vendor, owner) -> Listing:
    return sheets.draft(vendor, owner)


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [
            {
                "name": django_settings.SESSION_COOKIE_NAME,
                "value": cookie,
                "url": live_server.url,
            }
        ]
    )


def addresses(listing: Listing) -> list[str]:
    pairs = [name if isinstance(name, tuple) else (name,) for name in PAGES]
    return [
        reverse("vendor_space"),
        reverse("sheet_create", args=[listing.vendor.slug]),
        *(reverse(name, args=[listing.uid, *rest]) for name, *rest in pairs),
    ]


def test_pages_are_accessible_and_nothing_overflows(
    page: Page, live_server: LiveServer, owner: User, listing: Listing
):
    sign_in(page, live_server, owner)
    for address in addresses(listing):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            if folder := os.environ.get("LOOK"):
                name = address.strip("/").replace("/", "_").replace(str(listing.uid), "x")
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
            assert_accessible(page)


def test_similar_sheets_are_told_while_the_name_is_typed(
    page: Page, live_server: LiveServer, vendor: Vendor, owner: User
):
    make_sheet("Orvalis")
    sign_in(page, live_server, owner)
    page.goto(live_server.url + reverse("sheet_create", args=[vendor.slug]))
    page.get_by_label("Nom de la solution").press_sequentially("Orvalis", delay=20)
    expect(page.get_by_text("Cette solution est peut-être déjà au catalogue")).to_be_visible()
    assert_accessible(page)


def test_an_error_and_a_conflict_are_accessible(
    page: Page,
    live_server: LiveServer,
    owner: User,
    listing: Listing,
    console_errors: list[str],
):
    sign_in(page, live_server, owner)
    address = live_server.url + reverse("sheet_step", args=[listing.uid, "essentiel"])
    page.goto(address)
    page.get_by_label("Site de la solution").fill("nulle part")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert_accessible(page)
    page.goto(address)
    page.get_by_label("Description courte").fill("Ce que j'écris")
    sheets.write(listing, owner, summary="Ce que l'autre écrit")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_text("Ce que l'autre écrit")).to_be_visible()
    expect(page.get_by_label("Description courte")).to_have_value("Ce que j'écris")
    assert_accessible(page)
    console_errors.clear()  # the 409 itself


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_sheet_is_written_without_script(
    page: Page, live_server: LiveServer, vendor: Vendor, owner: User
):
    sign_in(page, live_server, owner)
    page.goto(live_server.url + reverse("sheet_create", args=[vendor.slug]))
    page.get_by_label("Nom de la solution").fill("Plume")
    page.get_by_role("button", name="Créer le brouillon").click()
    page.get_by_label("Description courte").fill("Écrit à la plume.")
    page.get_by_text("Collaboration et bureautique", exact=True).click()
    page.get_by_text("Visioconférence et webinaire").click()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.locator("#id_description").fill("Un long texte.")
    for _ in range(2):
        page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Ajouter une offre").click()
    page.get_by_label("Nom de l'offre").fill("Abonnement")
    page.get_by_role("button", name="Enregistrer l'offre").click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Continuer").click()
    for label in ("conditions d'utilisation", "exacte et à jour", "Licence Ouverte"):
        page.locator("label", has_text=label).click()
    page.get_by_role("button", name="Remettre la fiche").click()
    expect(page.get_by_text("La fiche est remise.")).to_be_visible()
