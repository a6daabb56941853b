"""Words and figures of the catalogue, as French readers write them."""

import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.db.models import Choices
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe

from catalogue.choices import Deployment, Distribution, Origin, Size
from catalogue.countries import country_names
from catalogue.pricing import NBSP, number_fr

register = template.Library()

SHORT_DISTRIBUTION = {
    Distribution.FREE: "Logiciel libre",
    Distribution.HYBRID: "Hybride",
    Distribution.PROPRIETARY: "Propriétaire",
    Distribution.FREE_BRICKS: "Propriétaire à briques libres",
    Distribution.SOURCE_AVAILABLE: "Code accessible, non libre",
}


def _euros(amount: Decimal) -> str:
    return f"{number_fr(amount)}{NBSP}€"


@register.filter
def cents(value: int | None) -> str:
    """Cents → « 84 000 € », with decimals only when there are some; None → empty."""
    return "" if value is None else _euros(Decimal(value) / 100)


@register.filter
def euros(value: Decimal | str | int | None) -> str:
    """An amount in euros, as a number or as the text of one → « 84 000 € »; else empty."""
    if value is None:
        return ""
    try:
        return _euros(Decimal(value))
    except InvalidOperation:
        return ""


@register.filter
def thousands(value: int | None) -> str:
    """A count with French thousands separators."""
    return "" if value is None else number_fr(Decimal(value))


@register.filter
def iso_date(value: str | None) -> dt.date | None:
    """The date written in a card (ISO 8601), for the `date` filter; None when there is none."""
    return dt.date.fromisoformat(value[:10]) if value else None


@register.filter(expects_localtime=True)
def french_date(value: dt.date | None) -> str:
    """A day as French readers write it: « 1er novembre 2026 », « 2 novembre 2026 »; None → empty."""
    if value is None:
        return ""
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first} {date_format(value, 'F Y')}"


def _label(choices: type[Choices], code: str) -> str:
    """The label of a code; a code since removed shows as itself."""
    return str(dict(choices.choices).get(code, code))


@register.filter
def size_label(code: str) -> str:
    return _label(Size, code)


@register.filter
def origin_label(code: str) -> str:
    return _label(Origin, code)


@register.filter
def distribution_short(code: str) -> str:
    """The distribution in few words, for a tag."""
    return SHORT_DISTRIBUTION.get(code, code)


@register.filter
def deployment_label(code: str) -> str:
    return _label(Deployment, code)


@register.filter
def country_name(code: str) -> str:
    """French name of a country by its ISO 3166-1 alpha-2 code."""
    return country_names().get(code, code)


@register.filter
def country_list(codes: list[str]) -> str:
    """French names of several countries, separated by commas."""
    return ", ".join(country_name(code) for code in codes)


def page_window(page: int, pages: int) -> list[int | None]:
    """Page numbers worth a link: first, last, two on each side; None stands for a gap."""
    near = {1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)}
    window: list[int | None] = []
    for number in sorted(near):
        if window and number - (window[-1] or 0) > 1:
            window.append(None)
        window.append(number)
    return window


@register.inclusion_tag("components/pagination.html")
def pagination(page: int, pages: int, prefix: str) -> dict[str, Any]:
    """Links to the other pages. `prefix` is the address up to the page number (« ?q=x&page= »)."""
    return {
        "page": page,
        "pages": pages,
        "prefix": prefix,
        "previous": page - 1,
        "following": page + 1,
        "window": page_window(page, pages),
    }


@register.filter
def jsonld(value: Any) -> SafeString:
    """A structure as JSON that may stand inside a script element, whatever its texts hold."""
    text = json.dumps(value, ensure_ascii=False)
    escaped = text.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return mark_safe(escaped)  # noqa: S308  (nothing left in it can close the element)


@register.filter
def siren(value: str) -> str:
    """A SIREN in groups of three digits."""
    return NBSP.join((value[:3], value[3:6], value[6:]))
