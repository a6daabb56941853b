"""The search page in Chromium: with script, without, by keyboard alone, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalogue.choices import Distribution, Size
from search.indexing import rebuild
from tests.browser.accessibility import assert_accessible
from tests.catalogue.factories import VendorFactory, lump_sum, make_offer, make_sheet, per_agent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer, site, engine) -> str:
    """A catalogue of 25 small sheets and one of a large company; the address of its search page."""
    small, large = VendorFactory(size=Size.TPE), VendorFactory(size=Size.GE)
    free = make_sheet(
        "Orvalis", vendor=small, summary="Visioconférence", distribution=Distribution.FREE
    )
    make_offer(free, hosting_countries=["FR"], **per_agent("5"))
    make_offer(make_sheet("Megavisio", vendor=large, summary="Visioconférence"), pricing="quote")
    for number in range(24):
        make_offer(
            make_sheet(f"Fiche {number:02}", vendor=small), **lump_sum(str(1000 * number + 500))
        )
    rebuild()
    return f"{live_server.url}/solutions/"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "query", ["", "?q=visio&taille=pme&moins-de-100k=1", "?q=zzzzqqq&taille=ge"]
)
def test_the_page_is_accessible(page: Page, address: str, width: int, query: str):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + query)
    assert_accessible(page)
    if width == 360:
        page.get_by_role("link", name=re.compile("^Filtrer")).click()
        assert_accessible(page)


def test_nothing_overflows_at_320_px(page: Page, address: str):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{address}?taille=pme&moins-de-100k=1")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name=re.compile("^Filtrer")).click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_page_stays_within_its_budget(page: Page, address: str):
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 20
    assert sum(sizes) <= 250_000


def test_a_filter_applies_in_place_and_the_back_button_undoes_it(page: Page, address: str):
    page.goto(address)
    page.evaluate("window.stayed = true")
    box = page.locator("#f-taille-ge")
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#compte")).to_have_text("1 solution")
    expect(page).to_have_url(f"{address}?taille=ge")
    expect(page.locator("#annonce")).to_have_text("1 solution")
    expect(box).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#compte")).to_have_text("26 solutions")
    page.go_back()
    expect(page.locator("#compte")).to_have_text("1 solution")
    expect(box).to_be_checked()
    page.get_by_role("link", name=re.compile("^Retirer le filtre")).click()
    expect(page.locator("#compte")).to_have_text("26 solutions")
    assert page.evaluate("window.stayed") is True


def test_every_filter_is_reached_and_applied_by_the_keyboard_alone(page: Page, address: str):
    page.goto(address)
    folded = page.locator("#filtres details:not([open]) > summary")
    while folded.count():
        folded.first.focus()
        page.keyboard.press("Enter")
    page.locator("#q").focus()
    reached = set()
    for _ in range(600):
        page.keyboard.press("Tab")
        focused = page.evaluate("[document.activeElement.id, document.activeElement.className]")
        reached.add(focused[0])
        if "gs-apply" in focused[1]:
            break
    boxes = page.eval_on_selector_all(
        "#filtres input, #filtres select", "all => all.map(e => e.id)"
    )
    assert set(boxes) <= reached
    page.keyboard.press("Enter")
    expect(page.locator("#resultats")).to_be_visible()


def test_suggestions_are_a_combobox(page: Page, address: str):
    page.goto(address)
    box = page.get_by_role("combobox", name="Rechercher une solution")
    box.press_sequentially("orv")
    expect(page.get_by_role("option", name="Orvalis")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(page.get_by_role("option", name="Orvalis")).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press_sequentially("a")
    expect(page.get_by_role("option", name="Orvalis")).to_be_visible()
    box.press("ArrowDown")
    with page.expect_navigation(url=re.compile("/solutions/orvalis/")):
        box.press("Enter")


def test_a_failed_refresh_becomes_an_ordinary_navigation(
    page: Page, address: str, console_errors: list[str]
):
    page.goto(address)
    page.route("**/solutions/?taille=ge", lambda route: route.abort(), times=1)
    page.locator("label[for=f-taille-ge]").click()
    expect(page.locator("#compte")).to_have_text("1 solution")
    console_errors.clear()  # the request that failed on purpose


def test_five_sheets_at_most_are_compared(page: Page, address: str):
    page.goto(address)
    boxes = page.locator("input[name=s]")
    for rank in range(5):
        boxes.nth(rank).focus()
        page.keyboard.press("Space")
    expect(boxes.nth(5)).to_be_disabled()


@pytest.mark.browser_context_args(java_script_enabled=False, viewport={"width": 360, "height": 800})
def test_everything_works_without_script(page: Page, address: str):
    page.goto(address)
    expect(page.locator("#filtres")).to_be_hidden()
    page.get_by_role("link", name=re.compile("^Filtrer")).click()
    page.locator("label[for=f-taille-ge]").click()
    page.locator(".gs-apply").click()
    expect(page).to_have_url(re.compile(r"taille=ge"))
    expect(page.locator("#compte")).to_have_text("1 solution")
    page.locator("#q").fill("visio")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"q=visio.*taille=ge|taille=ge.*q=visio"))
    page.locator("#tri").select_option("nom")
    page.get_by_role("button", name="Trier").click()
    expect(page).to_have_url(re.compile("tri=nom"))
    page.locator("label[for=s-megavisio]").click()
    expect(page.locator("#s-megavisio")).to_be_checked()


def test_escape_closes_the_filters_of_a_phone(page: Page, address: str):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(address)
    opener = page.get_by_role("link", name=re.compile("^Filtrer"))
    opener.click()
    expect(page.locator("#filtres")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#filtres")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_keyboard_skips_the_filters(page: Page, address: str):
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Aller aux résultats")
    expect(link).to_be_focused()
    link.press("Enter")
    expect(page.locator("#resultats")).to_be_focused()


def test_results_fill_the_width_of_a_landscape_page(page: Page, address: str):
    page.set_viewport_size({"width": 1123, "height": 794})
    page.emulate_media(media="print")
    page.goto(address)
    assert page.locator("#resultats").bounding_box()["width"] > 900


@pytest.mark.parametrize(("path", "label"), [("/", "hero"), ("/contact/", "header")])
def test_every_search_box_suggests(page: Page, address: str, path: str, label: str):
    page.goto(address.removesuffix("/solutions/") + path)
    page.get_by_role("combobox", name="Rechercher une solution").fill("orv")
    option = page.get_by_role("option", name="Orvalis")
    expect(option).to_be_visible()
    option.click()
    page.wait_for_url("**/solutions/orvalis/")
