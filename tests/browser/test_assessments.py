"""The questionnaire in a real browser: saved while it is typed, by two people, and offline."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from labelling import assessing
from labelling.models import SelfAssessment
from tests.browser.accessibility import assert_accessible
from tests.browser.test_vendor_sheets import sign_in
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_version
from tests.labelling.questionnaires import SMALL, stored, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def assessment(vendor, owner) -> SelfAssessment:
    listing = make_sheet("Ardoise", vendor=vendor, slug="ardoise").listing
    return assessing.start(listing=listing, version=make_version(*SMALL), by=owner)


def addresses(assessment: SelfAssessment) -> dict[str, str]:
    uid = assessment.listing.uid
    return {
        "all": reverse("assessments", args=[uid]),
        "space": reverse("assessment_space", args=[uid, "essai", "1"]),
        "theme": reverse("assessment_theme", args=[uid, "essai", "1", "securite"]),
        "check": reverse("assessment_check", args=[uid, "essai", "1"]),
    }


def test_pages_are_accessible_and_nothing_overflows(
    page: Page, live_server: LiveServer, owner, assessment
):
    sign_in(page, live_server, owner)
    for address in addresses(assessment).values():
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert_accessible(page)


def test_answers_are_saved_while_they_are_typed_and_never_over_somebody_elses(
    page: Page,
    live_server: LiveServer,
    owner,
    vendor,
    assessment,
    console_errors: list[str],
):
    sign_in(page, live_server, owner)
    page.goto(live_server.url + addresses(assessment)["theme"])
    said = page.locator("[data-saving-status]")
    first, number = page.locator("#SE-01"), page.get_by_label("SE-03, Votre réponse")

    # A choice is saved at once, and opens the question that it is the condition of.
    expect(page.locator("#SE-02")).to_be_hidden()
    first.get_by_text("Oui", exact=True).click()
    expect(page.locator("#SE-02")).to_be_visible()
    expect(said).to_have_text("Enregistré.")
    expect(page.locator("[data-progress]")).to_have_text("1 réponse sur 3")

    # What is wrong is said beside the question, and saved once it is right.
    number.fill("beaucoup")
    number.press("Tab")
    expect(page.locator("#SE-03-messages")).to_contain_text("Écrivez un nombre en chiffres")
    assert_accessible(page)
    number.fill("42")
    number.press("Tab")
    expect(said).to_have_text("Enregistré.")
    expect(page.locator("#SE-03-messages")).to_be_empty()

    # Offline, what is typed waits on the page.
    page.context.set_offline(True)
    first.get_by_label("Justification").fill("Depuis 2024.")
    expect(said).to_contain_text("Pas de connexion")
    page.context.set_offline(False)
    expect(said).to_have_text("Enregistré.")
    assert stored(assessment) == {"SE-01": "oui", "SE-03": "42"}
    assert assessment.answers.get(criterion="SE-01").justification == "Depuis 2024."

    # Somebody else answers: nothing is overwritten before a choice is made.
    write(assessment, sheets.member(vendor, name="Dominique Autre"), SE_01="non")
    first.get_by_text("Partiellement").click()
    expect(first).to_contain_text("Dominique Autre a répondu entre-temps")
    assert stored(assessment)["SE-01"] == "non"
    assert_accessible(page)
    first.get_by_role("button", name="Garder la mienne").press("Enter")
    expect(page.get_by_text("Vos réponses sont enregistrées.")).to_be_visible()
    expect(first.get_by_label("Partiellement")).to_be_checked()
    assert stored(assessment)["SE-01"] == "partiel"

    # A button that is pressed while something is being saved is no conflict with oneself.
    first.get_by_label("Justification").fill("Depuis 2025.")
    page.get_by_role("button", name="Enregistrer et quitter").click()
    expect(page).to_have_url(live_server.url + f"{addresses(assessment)['space']}#contenu")
    assert assessment.answers.get(criterion="SE-01").justification == "Depuis 2025."
    console_errors.clear()  # the 409, the 422, and the network that was cut
