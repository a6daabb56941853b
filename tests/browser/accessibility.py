"""What an accessible page is, as far as a machine can tell."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def assert_accessible(page: Page) -> None:
    """Fail on any axe violation, and on a page without its style: axe finds nothing to say there."""
    page.wait_for_load_state()  # a click on a link returns before the scripts of the next page ran
    assert page.evaluate("typeof window.dsfr") == "function", "the DSFR script did not start"
    font = page.evaluate("getComputedStyle(document.body).fontFamily")
    assert "Marianne" in font, f"the DSFR stylesheet is not applied (font: {font})"
    results = Axe().run(page, options={"runOnly": RULES})
    assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"
