"""Accounts in a real browser: accessible, narrow, without script, and passkeys with it."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.accounts.signing_in import sign_in_staff, totp_code
from tests.browser.accessibility import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "une phrase assez longue"
PUBLIC = {
    "sign in": "/compte/connexion/",
    "sign up": "/compte/inscription/",
    "to confirm": "/compte/adresse/a-confirmer/",
    "bad link": "/compte/adresse/rien/",
    "forgotten": "/compte/mot-de-passe/oubli/",
    "sent": "/compte/mot-de-passe/oubli/envoye/",
    "closed": "/compte/ferme/",
}
OWN = {
    "account": "/compte/",
    "address": "/compte/adresse/",
    "password": "/compte/mot-de-passe/",
    "sessions": "/compte/sessions/",
    "second factor": "/compte/second-facteur/",
    "recovery codes": "/compte/second-facteur/secours/",
    "new codes": "/compte/second-facteur/secours/nouveaux/",
    "keys": "/compte/second-facteur/cles/",
    "new key": "/compte/second-facteur/cles/ajouter/",
    "drop the application": "/compte/second-facteur/application/retirer/",
    "close": "/compte/fermer/",
    "sign out": "/deconnexion/",
}


@pytest.fixture
def person(site) -> User:
    user = User.objects.create_user("ana@exemple.fr", PASSWORD, first_name="Ana")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture(autouse=True)
def _proconnect(settings):
    settings.PROCONNECT = {**settings.PROCONNECT, "ISSUER": "http://127.0.0.1:9"}


@pytest.fixture
def own_page(page: Page, person: User, live_server: LiveServer) -> Page:
    """A page of whoever has just signed in, second factor passed."""
    client = sign_in_staff(Client(), person)
    RecoveryCodes.activate(person)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_for_all_are_accessible(page: Page, site, live_server: LiveServer, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    for address in PUBLIC.values():
        page.goto(live_server.url + address)
        assert_accessible(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_an_account_are_accessible(own_page: Page, live_server: LiveServer, width: int):
    own_page.set_viewport_size({"width": width, "height": 800})
    for address in OWN.values():
        own_page.goto(live_server.url + address)
        expect(own_page).to_have_url(live_server.url + address)
        assert_accessible(own_page)


def test_setting_an_application_up_is_accessible(
    own_page: Page, person: User, live_server: LiveServer
):
    Authenticator.objects.all().delete()
    own_page.goto(live_server.url + "/compte/second-facteur/application/")
    assert_accessible(own_page)
    picture = own_page.locator("main img")
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_nothing_overflows_at_320_pixels(own_page: Page, live_server: LiveServer):
    own_page.set_viewport_size({"width": 320, "height": 700})
    for address in {**PUBLIC, **OWN}.values():
        own_page.goto(live_server.url + address)
        assert own_page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_provider_that_is_down_is_told_accessibly(
    page: Page, site, live_server: LiveServer, console_errors: list[str]
):
    page.goto(live_server.url + "/connexion/proconnect/")
    expect(page.get_by_role("heading", level=1)).to_have_text("La connexion n'a pas abouti")
    assert_accessible(page)
    console_errors.clear()  # the 503 itself


def test_errors_are_announced_and_lead_to_their_fields(page: Page, site, live_server: LiveServer):
    page.goto(live_server.url + "/compte/inscription/")
    page.get_by_label("Adresse électronique").fill("neuf@exemple.fr")
    page.get_by_label(re.compile("^Mot de passe"), exact=False).first.fill("court")
    page.get_by_role("button", name="Créer mon compte").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert_accessible(page)
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.tagName") == "INPUT"


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_signing_up_and_a_second_factor_need_no_script(page: Page, site, live_server: LiveServer):
    page.goto(live_server.url)
    page.get_by_role("link", name="Se connecter").first.click()
    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Adresse électronique").fill("neuf@exemple.fr")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")
    page.goto(re.search(r"^(http\S+)$", mail.outbox[0].body, re.MULTILINE)[1])
    page.get_by_role("button", name="Confirmer mon adresse").click()
    expect(page).to_have_url(f"{live_server.url}/compte/")
    page.get_by_role("link", name="Régler le second facteur").click()
    page.get_by_role("link", name="Activer une application").click()
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    secret = page.locator(".gt-secret").inner_text()
    page.locator("input[name=code]").fill(totp_code(secret))
    page.get_by_role("button", name="Activer").click()
    expect(page.locator("main .gt-secret")).to_have_count(10)
    assert Authenticator.objects.filter(user__email="neuf@exemple.fr", type="totp").exists()


def test_a_passkey_opens_the_account(
    page: Page, person: User, live_server: LiveServer, settings, console_errors: list[str]
):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.ALLOWED_HOSTS = ["localhost"]
    origin = live_server.url.replace("127.0.0.1", "localhost")  # passkeys know names, not numbers
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    ready = {
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, **ready}})
    page.goto(origin + "/compte/connexion/?next=/compte/second-facteur/cles/ajouter/")
    page.locator("input[name=login]").fill(person.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.locator("label[for=id_passwordless]").click()
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Votre clé d'accès est ajoutée.")).to_be_visible()
    assert mail.outbox[-1].subject.endswith("Clé d'accès ajoutée")
    page.goto(origin + "/deconnexion/")
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(origin + "/compte/connexion/")
    page.get_by_role("button", name="Se connecter avec une clé d'accès").click()
    expect(page).to_have_url(f"{origin}/compte/")
    console_errors[:] = [error for error in console_errors if origin not in error]
