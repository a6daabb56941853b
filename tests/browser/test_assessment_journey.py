"""The second stage from end to end: answered, left, found again, handed in, read by everyone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalogue.models import Listing
from labelling.services import load_referential
from search.indexing import drain, rebuild
from tests.browser.accessibility import assert_accessible
from tests.browser.test_vendor_sheets import sign_in
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.referentials import criterion, referential

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = referential(
    criterion(text="Chiffrez-vous les données ?", evidence="required", evidence_expected="Audit."),
    criterion(
        "SE-02", text="Avec quelles clés ?", kind="text", when={"criterion": "SE-01", "is": ["oui"]}
    ),
    criterion("DO-01", theme="donnees", text="Où sont les sauvegardes ?"),
)
WITHOUT_SCRIPT = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def listing(site, engine) -> Listing:
    load_referential(source=TEXT, file="essai.toml")
    page = make_sheet("Ardoise Courrier", vendor=sheets.attached_vendor(), slug="ardoise")
    rebuild()
    return page.listing


def choose(page: Page, question: str, label: str) -> None:
    page.locator(f"#{question}").get_by_label(label, exact=True).check(force=True)


@pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="with script"),
        pytest.param(False, id="without script", marks=WITHOUT_SCRIPT),
    ],
)
def test_answers_are_left_found_again_handed_in_and_read_by_everyone(
    page: Page, new_context, live_server: LiveServer, listing: Listing, scripts: bool
):
    sign_in(page, live_server, sheets.member(listing.vendor))

    # From the sheet to the first question, saved while it is answered.
    page.goto(live_server.url + reverse("sheet", args=[listing.uid]))
    page.get_by_role("link", name="uto-évaluation").first.click()
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("link", name="Sécurité").first.click()
    if scripts:
        assert_accessible(page)
    expect(page.get_by_text("Avec quelles clés ?")).to_be_hidden()
    choose(page, "SE-01", "Oui")
    if scripts:
        expect(page.get_by_role("status").get_by_text("Enregistré.")).to_be_visible()
    else:
        page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.get_by_text("Avec quelles clés ?")).to_be_visible()
    theme = page.url

    # Left, and found again.
    page.goto(live_server.url)
    page.goto(theme)
    expect(page.locator("#SE-01").get_by_label("Oui", exact=True)).to_be_checked()
    page.locator("#SE-02").get_by_label("Votre réponse").fill("Des clés que nous gérons.")
    page.get_by_role("button", name="Enregistrer et thème suivant").click()
    choose(page, "DO-01", "Sans objet")
    page.get_by_role("button", name="Enregistrer et vérifier").click()

    # What lacks, each with a link to its question.
    expect(page.get_by_text("Dites pourquoi cette question est sans objet.")).to_be_visible()
    page.get_by_role("link", name="DO-01").click()
    page.locator("#DO-01").get_by_label("Justification").fill("Rien n'est gardé.")
    page.get_by_role("button", name="Enregistrer et vérifier").click()
    expect(page.get_by_text("Joignez une pièce")).to_be_visible()
    page.get_by_role("link", name="SE-01").click()
    page.get_by_role("button", name="Joindre une pièce SE-01").click()
    page.get_by_label("Intitulé").fill("Rapport d'audit")
    page.get_by_label("Adresse", exact=False).first.fill("https://editeur.exemple.fr/audit")
    page.get_by_role("button", name="Joindre").click()
    expect(page.locator("#SE-01").get_by_text("Rapport d'audit").first).to_be_visible()

    # Nobody else reads any of it before it is handed in.
    visitor = new_context().new_page()
    sheet = f"{live_server.url}/solutions/ardoise/"
    assert visitor.goto(f"{sheet}auto-evaluation/").status == 404
    page.get_by_role("link", name="Vérifier et remettre").first.click()
    expect(page.get_by_text("Rien ne manque.")).to_be_visible()
    page.get_by_label("J'accepte les conditions").check(force=True)
    page.get_by_label("J'atteste").check(force=True)
    page.get_by_role("button", name="Remettre").click()
    expect(page.get_by_text("Vos réponses sont remises.")).to_be_visible()

    # On the sheet, on a page of its own, in the facet.
    drain()
    visitor.goto(sheet)
    expect(visitor.get_by_role("heading", name="Auto-évaluation").first).to_be_visible()
    visitor.goto(f"{sheet}auto-evaluation/")
    expect(visitor.get_by_text("Des clés que nous gérons.").first).to_be_visible()
    expect(visitor.get_by_role("link", name="Rapport d'audit")).to_be_visible()
    expect(visitor.get_by_text("Rien n'est gardé.")).to_be_visible()
    if scripts:
        assert_accessible(visitor)
    visitor.goto(f"{live_server.url}/solutions/?etape=auto-evaluee")
    expect(visitor.get_by_role("link", name="Ardoise Courrier").first).to_be_visible()
