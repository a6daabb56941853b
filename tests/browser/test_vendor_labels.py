"""Labels in the vendor space, in a real browser: accessible, narrow, with and without script."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from labelling.states import ApplicationState, AwardState
from tests.browser.accessibility import assert_accessible
from tests.browser.test_vendor_sheets import sign_in
from tests.catalogue.people import member
from tests.labelling.labels import (
    make_application,
    make_award,
    make_label,
    make_letter,
    owner_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_are_accessible_and_nothing_overflows(page: Page, live_server: LiveServer, site):
    award = make_award(AwardState.RESERVED)
    make_letter(award.application)
    other = make_label(award.application.handover.assessment.version, name="Label bis")
    waiting = make_application(ApplicationState.AWAITING_VENDOR, listing=award.listing, label=other)
    third = make_label(award.application.handover.assessment.version, name="Label ter")
    sign_in(page, live_server, owner_of(award.listing))
    for address in (
        reverse("labels", args=[award.listing.uid]),
        reverse("label_apply", args=[award.listing.uid, third.slug]),
        award.application.get_absolute_url(),
        reverse("label_appeal", args=[award.application.uid]),
        reverse("label_answer", args=[waiting.uid]),
    ):
        page.set_viewport_size({"width": 320, "height": 900})
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        assert_accessible(page)


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_a_question_is_answered_from_the_keyboard(
    browser, browser_context_args, live_server: LiveServer, site, scripted
):
    waiting = make_application(ApplicationState.AWAITING_VENDOR)
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": scripted})
    page = context.new_page()
    sign_in(page, live_server, member(waiting.vendor))
    page.goto(live_server.url + waiting.get_absolute_url())
    page.get_by_role("link", name="Répondre").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Votre réponse").focus()
    page.keyboard.type("Chaque nuit, et nous gardons trente jours.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # nothing of the questionnaire is handed in with it
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("l'instruction reprend")).to_be_visible()
    context.close()
