"""The frame and the simple pages in a browser: accessible, narrow, light, usable without script."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalogue.models import AnomalyReport
from labelling.services import load_referential
from labelling.states import ApplicationState, AwardState
from search.indexing import rebuild
from sourcing.models import RecommendationRequest
from tests.browser.accessibility import assert_accessible
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.labelling.factories import make_result
from tests.labelling.labels import make_application, make_award, make_label
from tests.labelling.referentials import criterion, referential

pytestmark = pytest.mark.django_db(transaction=True)

REPORT, REQUEST = uuid.uuid4(), uuid.uuid4()
PAGES = {
    "home": "/",
    "vendor": "/editeurs/atelier/",
    "history": "/solutions/parapheur-clair/historique/",
    "ranking": "/classement/",
    "contact": "/contact/?fiche=parapheur-clair",
    "contact sent": "/contact/merci/",
    "terms": "/cgu/",
    "accessibility": "/accessibilite/",
    "site map": "/plan-du-site/",
    "report": "/signaler/?fiche=parapheur-clair",
    "report followed": f"/signaler/{REPORT}/",
    "recommendation": "/demander/",
    "recommendation followed": f"/demander/{REQUEST}/",
    "nobody to write to": "/solutions/parapheur-clair/contact/",
    "referentials": "/referentiels/",
    "questions": "/referentiels/essai/1/",
    "register": "/label/?etat=tous",
    "award": "/label/LG-2026-9001/",
    "labelled sheet": "/solutions/parapheur-clair/",
    "use, for agents": "/solutions/parapheur-clair/utilisation/",
}


@pytest.fixture(autouse=True)
def _catalogue(site, engine):
    vendor = VendorFactory(slug="atelier", name="Atelier fictif", ess=True, region="53")
    sheet = make_sheet("Parapheur clair", vendor=vendor, slug="parapheur-clair", summary="Signer.")
    closed = {"answer": "Corrigé, merci.", "decided_at": timezone.now()}
    AnomalyReport.objects.create(
        uid=REPORT,
        listing=sheet.listing,
        path="/solutions/parapheur-clair/",
        reason="faux",
        message="Le prix est faux.",
        state="handled",
        **closed,
    )
    asked = RecommendationRequest.objects.create(
        uid=REQUEST,
        body="Ville d'Essai",
        need="Signer les arrêtés à distance, douze signataires.",
        due_on=dt.date(2026, 12, 4),
        state="answered",
        **closed,
    )
    asked.sheets.add(sheet.listing)
    asked = referential(criterion(), criterion("SE-02", blocking=True))
    version, _is_new = load_referential(source=asked, file="x")
    make_result(sheet.listing, version, {"SE-01": "oui"})
    label, state = make_label(version), ApplicationState.GRANTED_WITH_RESERVATIONS
    granted = make_application(state, label=label, listing=sheet.listing)
    make_award(AwardState.RESERVED, application=granted, number="LG-2026-9001")
    for number in range(22):
        make_sheet(f"Visio {number}", vendor=vendor, summary="Réunir élus et habitants.")
    rebuild()


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible(page: Page, live_server: LiveServer, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    for address in PAGES.values():  # in one test: the catalogue is made once
        page.goto(live_server.url + address)
        assert_accessible(page)


def test_nothing_overflows_at_320_pixels(page: Page, live_server: LiveServer):
    page.set_viewport_size({"width": 320, "height": 700})
    for address in PAGES.values():
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_missing_page_is_accessible(
    page: Page, live_server: LiveServer, console_errors: list[str]
):
    page.goto(live_server.url + "/n-existe-pas/")
    assert_accessible(page)
    console_errors.clear()  # the 404 itself


def test_a_page_costs_little(page: Page, live_server: LiveServer):
    fetched: dict[str, int] = {}
    page.on(
        "response",
        lambda answer: (
            fetched.update({answer.url: answer.request.sizes()["responseBodySize"]})
            if answer.url.startswith("http")
            else None
        ),
    )
    page.goto(live_server.url + PAGES["vendor"], wait_until="networkidle")
    assert len(fetched) <= 14, sorted(fetched)
    assert sum(fetched.values()) <= 250_000, fetched
    assert sum("Marianne" in url for url in fetched) == 2


def test_an_error_in_the_form_is_announced_and_leads_to_its_field(
    page: Page, live_server: LiveServer
):
    page.goto(live_server.url + "/contact/")
    page.get_by_label("Votre adresse électronique").fill("agent@exemple.invalid")
    page.get_by_role("button", name="Envoyer le message").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert_accessible(page)
    summary.get_by_role("link", name="Votre message").press("Enter")
    expect(page.get_by_label("Votre message")).to_be_focused()
    expect(page.get_by_label("Votre adresse électronique")).to_have_value("agent@exemple.invalid")


def test_the_keyboard_goes_first_to_the_content(page: Page, live_server: LiveServer):
    page.goto(live_server.url + "/")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Contenu", exact=True)
    expect(link).to_be_focused()
    link.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_of_a_phone_opens_and_closes(page: Page, live_server: LiveServer):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(live_server.url + "/")
    menu = page.get_by_role("navigation", name="Menu principal")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(menu).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_dark_theme_is_accessible_too(page: Page, live_server: LiveServer):
    page.emulate_media(color_scheme="dark")
    for address in (PAGES["home"], PAGES["vendor"], PAGES["ranking"]):
        page.goto(live_server.url + address)
        expect(page.locator("html")).to_have_attribute("data-fr-theme", "dark")
        assert_accessible(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_without_script_the_menu_and_the_search_are_there(
    page: Page, browser: Browser, live_server: LiveServer, width: int
):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 800}
    )
    plain = context.new_page()
    plain.goto(live_server.url + PAGES["vendor"])
    expect(plain.get_by_role("link", name="Solutions", exact=True).first).to_be_visible()
    expect(plain.get_by_role("searchbox")).to_be_visible()
    expect(plain.get_by_role("button", name="Paramètres d'affichage")).to_be_hidden()
    plain.get_by_role("searchbox").fill("visio")
    plain.get_by_role("button", name="Rechercher").last.click()
    assert "/solutions/?q=visio" in plain.url
    context.close()


def test_a_report_is_sent_by_keyboard_and_its_errors_lead_to_their_fields(
    page: Page, live_server: LiveServer
):
    page.goto(live_server.url + "/signaler/?fiche=parapheur-clair")
    page.get_by_label("Votre adresse électronique").fill("agent@exemple.invalid")
    page.get_by_role("button", name="Envoyer le signalement").press("Enter")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert_accessible(page)
    summary.get_by_role("link", name="Ce qui ne va pas").press("Enter")
    expect(page.get_by_role("group", name="Ce qui ne va pas")).to_be_focused()
    page.get_by_label("La fiche fait double emploi avec une autre").press("Space")
    page.get_by_label("Vos explications").fill("La même solution est décrite deux fois.")
    page.get_by_role("button", name="Envoyer le signalement").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre signalement est arrivé")
