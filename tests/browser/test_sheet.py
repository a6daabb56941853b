"""The sheet and the comparison in a real browser, on a phone and on a desk."""

import pytest

from tests.browser.accessibility import assert_accessible
from tests.catalogue.factories import make_offer, make_sheet, per_agent, verify

SIZES = [(360, 780), (1280, 900)]
COMPARISON = "/comparer/?s=orvalis&s=brumeval"


@pytest.fixture
def sheets(site):
    first = make_sheet("Orvalis", summary="Réunir les agents.", website="https://exemple.fr/")
    second = make_sheet("Brumeval", description="Un texte.", uses_ai=True)
    verify(make_offer(first, "Abonnement", **per_agent("15"), hosting_countries=["FR"]))
    make_offer(second, "Sur site", deployment="sur-site", pricing="quote")
    return first, second


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("address", ["/solutions/orvalis/", COMPARISON, "/comparer/"])
def test_pages_are_accessible(sheets, page, live_server, address, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(live_server.url + address)
    assert_accessible(page)


@pytest.mark.parametrize("address", ["/solutions/orvalis/", COMPARISON, "/comparer/"])
def test_nothing_is_lost_at_320_pixels(sheets, page, live_server, address):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + address)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_phone_keeps_the_actions_in_reach_without_hiding_the_end(sheets, page, live_server):
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(live_server.url + "/solutions/orvalis/")
    bar = page.get_by_role("navigation", name="Actions sur la fiche")
    assert bar.bounding_box()["y"] + bar.bounding_box()["height"] <= 780
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    end = page.get_by_text("Identifiant stable").bounding_box()
    assert end["y"] + end["height"] <= bar.bounding_box()["y"]


def test_the_keyboard_opens_the_details_of_an_offer(sheets, page, live_server):
    page.goto(live_server.url + "/solutions/orvalis/")
    details = page.locator("details.gt-details").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert details.evaluate("element => element.open")
    assert page.get_by_text("Pays de l'assistance").first.is_visible()


def test_the_printable_version_works_without_script(sheets, page, live_server):
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(live_server.url + "/solutions/orvalis/")
    plain.get_by_role("link", name="Version imprimable").click()
    assert "imprimer=1" in plain.url
    assert plain.get_by_text("Pays de l'assistance").first.is_visible()
    assert plain.get_by_role("main").get_by_role("link", name="Signaler").count() == 0
    context.close()


def test_the_points_in_common_open_by_the_keyboard(sheets, page, live_server):
    page.goto(live_server.url + COMPARISON)
    page.get_by_text("Points communs").focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Ce qui est identique").is_visible()
