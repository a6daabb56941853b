"""The first stage from end to end, in browsers: from the home page to the published sheet."""

import io
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalogue.models import RecordedValue
from catalogue.models import Vendor as Company
from search.indexing import rebuild
from tests.accounts.signing_in import add_totp
from tests.browser.listing_journey import Moderator, Vendor, index_worker
from tests.catalogue.company_api import SARL, CompanyApi
from tests.catalogue.people import moderator
from tests.smtp import MailServer
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "ana@fictilog.example"
BY_HAND = {"Nom d'usage": "Fictilog", "Taille de l'entreprise": "pe"}
FIRST, CORRECTED, LATER = (
    "Un logiciel de courrier parmi d'autres.",
    "Suit le courrier entrant, du scan à la réponse.",
    "Suit le courrier entrant et sortant.",
)
UNREAD = "Le meilleur logiciel, recommandé par tous."
NOTICE = "Fiche déposée par l'éditeur"
FOUND_WITHIN = 10.0
"""Seconds from the approval that the product promises."""
WITHOUT_SCRIPT = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def company_api(settings):
    api = CompanyApi()
    settings.COMPANY_API_URL = api.url
    api.start()
    yield api
    api.stop()


@pytest.fixture
def mails(settings):
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    server.start()
    yield server
    server.stop()


@pytest.fixture
def home(site, engine, settings, live_server: LiveServer, tmp_path):
    """The site with its index and the index's worker; its address."""
    settings.SITE_URL = live_server.url
    rebuild()
    with index_worker(settings.SEARCH["INDEX_DIR"], tmp_path):
        yield live_server.url


@pytest.fixture
def staff_page(browser: Browser, browser_context_args) -> Iterator[Page]:
    """Another browser, for Wagtail's admin: it needs script."""
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": True})
    yield context.new_page()
    context.close()


def read(page: Page, address: str) -> str:
    """What a page says."""
    page.goto(address)
    return page.locator("main").inner_text()


@pytest.mark.parametrize(
    "register",
    [
        pytest.param("answers", id="with script"),
        pytest.param("is down", id="without script nor register", marks=WITHOUT_SCRIPT),
    ],
)
def test_a_vendor_lists_a_solution_alone_and_moderators_publish_it(
    page: Page, staff_page: Page, new_context, home, mails, company_api, register: str
):
    # The home page, an account, the address confirmed by the mail received.
    vendor = Vendor(page, home)
    vendor.sign_up(ADDRESS)
    vendor.confirm(mails.wait_for(ADDRESS, "onfirm"))

    # The company by its SIREN, the proof.
    if register == "is down":
        company_api.script = ["broken"] * 9
    vendor.register(SARL, **(BY_HAND if register == "is down" else {}))
    vendor.prove()
    user = moderator()
    desk = Moderator(staff_page, home)
    desk.sign_in(user, add_totp(user))
    desk.accept_mandate()

    # A sheet, handed in, sent back, corrected, handed in again.
    sheet = vendor.write("Ardoise Courrier", FIRST, "Range et suit le courrier de la mairie.")
    vendor.hand_in(sheet)
    desk.open_from_queue("Ardoise Courrier")
    desk.send_back("Dites ce qui la distingue.")
    mail = mails.wait_for(ADDRESS, "Dites ce qui la distingue.")
    assert sheet in mail
    page.goto(sheet)
    expect(page.get_by_text("Dites ce qui la distingue.").first).to_be_visible()
    vendor.change(sheet, CORRECTED)
    vendor.hand_in(sheet)
    visitor = new_context().new_page()
    search, public = f"{home}/solutions/?q=courrier", f"{home}/solutions/ardoise-courrier/"
    assert "Ardoise Courrier" not in read(visitor, search)
    desk.open_from_queue("Ardoise Courrier")
    desk.approve()

    # Published: found by search, with the notice.
    approved = time.monotonic()
    until(lambda: CORRECTED in read(visitor, search))
    assert time.monotonic() - approved < FOUND_WITHIN
    assert "ni vérifiées ni recommandées par l'administration" in read(visitor, search)
    published = read(visitor, public)
    assert CORRECTED in published
    assert NOTICE in published
    assert public in mails.wait_for(ADDRESS, "est en ligne")

    # Edited live: the public reads the approved version until the next approval.
    vendor.change(sheet, LATER)
    assert CORRECTED in read(visitor, public)
    late = page.context.new_page()
    late.goto(f"{sheet}etape/essentiel/")
    vendor.hand_in(sheet)
    assert CORRECTED in read(visitor, public)
    # What is published is what was reviewed: nothing slips in once it is handed in.
    late.get_by_label("Description courte").fill(UNREAD)
    late.get_by_role("button", name="Enregistrer et quitter").click()
    expect(late.get_by_text("ne se modifie pas en l'état").first).to_be_visible()
    expect(late.get_by_label("Description courte")).to_have_value(UNREAD)
    desk.open_from_queue("Ardoise Courrier")
    desk.approve()
    until(lambda: LATER in read(visitor, search))
    assert LATER in read(visitor, public)
    assert UNREAD not in read(visitor, public)

    # What was typed by hand is checked once the register answers again.
    company = Company.objects.get(siren=SARL)
    checked = company.recorded_values.filter(field="register", source=RecordedValue.Source.REGISTER)
    assert checked.exists() is (register == "answers")
    company_api.script = []
    cache.clear()  # the register is left alone for some seconds after a failure
    call_command("expire", stdout=io.StringIO())
    assert checked.exists()
