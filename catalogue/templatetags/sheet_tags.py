"""What the template of a sheet asks for: everything is computed at the moment of reading.

A tag rather than the page's own `get_context`: models know nothing of what is built upon them, and
the preview of a draft goes the same way.
"""

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from catalogue import pricing
from catalogue.linked_data import software_application
from catalogue.models import SolutionPage
from catalogue.offer_sheet import OfferSheet, price_words
from catalogue.presentation import OfferQuote
from catalogue.purchase import Advice, PurchaseForm, advise
from catalogue.sections import SheetSection, sheet_sections
from catalogue.sheet import Sheet, build_sheet

register = template.Library()


@register.simple_tag(takes_context=True)
def read_sheet(context: dict[str, Any], page: SolutionPage) -> Sheet:
    """The sheet of a page today, for the need that the address asks for."""
    # Blocks of a page don't share variables: kept where they can all find it.
    memory = context.render_context
    if "sheet" not in memory:
        form = PurchaseForm.read(context["request"].GET)
        memory["sheet"] = build_sheet(page, need=form.need, on=timezone.localdate())
    return memory["sheet"]


@register.simple_tag(takes_context=True)
def purchase_advice(context: dict[str, Any], sheet: Sheet) -> Advice:
    """Which procedure the amount in the address, or the sheet's own total, leads to."""
    return advise(sheet, PurchaseForm.read(context["request"].GET))


@register.simple_tag(takes_context=True)
def registered_sections(context: dict[str, Any], page: SolutionPage) -> list[SheetSection]:
    """Sections that higher apps bring."""
    return sheet_sections(page, context["request"])


@register.simple_tag
def linked_data(sheet: Sheet) -> dict[str, Any]:
    """The sheet as schema.org describes it, for `components/jsonld.html`."""
    return software_application(sheet, site_url=settings.SITE_URL)


@register.filter
def money(amount: Any) -> str:
    """An amount in euros HT: « 84 000 € HT »."""
    return "" if amount is None else pricing.money_fr(amount)


@register.filter
def no_price(shown: OfferSheet, quote: OfferQuote) -> str:
    """Why an offer has no total for a need."""
    return price_words(shown.offer, quote)


@register.filter
def monogram(name: str) -> str:
    """Up to two initials, in place of a logo."""
    return "".join(word[0] for word in name.split()[:2] if word).upper()
