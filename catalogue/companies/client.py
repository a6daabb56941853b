"""Lookups in the register: bounded in time and size, tried twice, remembered for a day.

Limits of the public service: seven requests a second an address, then 429 with `Retry-After`.
"""

import hashlib
import logging
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from catalogue import wire
from catalogue.companies.records import Company, CompanySummary, MalformedAnswer, read_companies

logger = logging.getLogger(__name__)

BUDGET = 3.0
"""Seconds that a lookup may take, pause and second try included."""
FIRST_TRY = 2.0
PAUSE = 0.2
MAX_BYTES = 500_000
KEEP_FOUND = 24 * 3600
KEEP_UNKNOWN = 3600  # a company just created appears within days
KEEP_DOWN = 15
KEEP_THROTTLED_AT_MOST = 60
MIN_QUERY_LENGTH = 3
# The number is that of the shape of `Company`: what is remembered outlives a new release.
_CACHE = "companies:1:"
# Words that the service refuses, or a company that it does not show: nobody else is concerned.
_NOTHING = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
NO_RESULT = b'{"results": []}'


class CompanyServiceUnavailable(Exception):
    """The register did not answer usefully: registration goes on by hand, checked later."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "L'annuaire des entreprises ne répond pas. Saisissez les informations vous-même : "
                "elles seront vérifiées plus tard."
            )
        )


def find(siren: str) -> Company | None:
    """Return the company of a SIREN (nine digits), None if the register does not show it.

    It does not show those that asked not to be (non diffusibles), nor those just created: nothing
    found does not mean that the company does not exist.

    :raises CompanyServiceUnavailable: no useful answer in time; at once, for some seconds, after
        a lookup that had none.
    """
    return next((c for c in _companies({"q": siren}) if c.siren == siren), None)


def search(name: str) -> list[CompanySummary]:
    """Return at most ten active companies whose name looks like this, the best first.

    Sole traders are left out: their name is a person's, and they know their SIREN. Fewer than three
    characters find nothing.

    :raises CompanyServiceUnavailable: as `find`.
    """
    query = " ".join(name.split())[:100]
    if len(query) < MIN_QUERY_LENGTH:
        return []
    return [
        CompanySummary(company.siren, company.legal_name, company.commune)
        for company in _companies({"q": query, "etat_administratif": "A"})
        if company.legal_name and company.active
    ]


def _companies(parameters: Mapping[str, str]) -> list[Company]:
    # `minimal` leaves out managers, finances and other offices: they do not even travel.
    asked = {**parameters, "minimal": "true", "include": "siege,complements", "per_page": "10"}
    query = urlencode(asked)
    key = _CACHE + hashlib.sha256(query.encode()).hexdigest()
    companies: list[Company] | None = cache.get(key)
    if companies is None:
        if cache.get(_CACHE + "down"):
            raise CompanyServiceUnavailable
        companies = _read(_ask(f"{settings.COMPANY_API_URL.rstrip('/')}/search?{query}"))
        cache.set(key, companies, KEEP_FOUND if companies else KEEP_UNKNOWN)
    return companies


def _read(body: bytes) -> list[Company]:
    try:
        return read_companies(body)
    except MalformedAnswer as error:
        logger.warning("The company register gave an answer of another shape (%s).", error)
        raise CompanyServiceUnavailable from error


def _ask(url: str) -> bytes:
    """Return the body of a success, at the first or the second try.

    :raises CompanyServiceUnavailable: neither was one; nobody asks again for some seconds.
    """
    end = time.monotonic() + BUDGET
    answer = _try(url, min(end, time.monotonic() + FIRST_TRY))
    pause = _pause(answer)
    if pause is not None and time.monotonic() + pause < end - PAUSE:
        time.sleep(pause)
        answer, pause = (again := _try(url, end)), _pause(again)
    if answer is not None and answer.status == HTTPStatus.OK:
        return answer.body
    if answer is not None and answer.status in _NOTHING:
        return NO_RESULT
    logger.warning("The company register is unavailable (%s).", answer and answer.status)
    silence = max(KEEP_DOWN, min(pause or 0, KEEP_THROTTLED_AT_MOST))
    cache.set(_CACHE + "down", True, silence)
    raise CompanyServiceUnavailable


def _try(url: str, deadline: float) -> wire.Answer | None:
    """One exchange; None when there was no answer."""
    headers = {
        "Accept": "application/json",
        "User-Agent": wire.USER_AGENT.format(site=settings.SITE_URL),
    }
    try:
        return wire.get(
            url,
            deadline=deadline,
            max_bytes=MAX_BYTES,
            headers=headers,
        )
    except wire.ExchangeFailed as error:
        logger.warning("The company register did not answer (%s).", type(error).__name__)
        return None


def _pause(answer: wire.Answer | None) -> float | None:
    """Seconds to wait before another try, None when there is no point in one."""
    if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PAUSE
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    return max(_retry_after(answer.headers.get("retry-after", "")), PAUSE)


def _retry_after(text: str) -> float:
    """Seconds that a `Retry-After` asks for: a number of them, or a date. One when unreadable."""
    if text.isascii() and text.isdigit():
        return float(text[:6])
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 1.0
