"""What the official lists hold on a day, kept by each process until somebody imports another."""

import datetime as dt
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.core.cache import cache as shared_cache
from django.db import transaction

from catalogue.cloud import adequacy_scopes
from catalogue.licences import LicenceLists
from catalogue.models import ListImport, OfficialEntry, OfficialList

SECONDS = 30
"""How long a process may go on with lists changed by one that does not share its cache."""
ACCEPTED, REFUSED = "accepted", "refused"
"""Statuses of the list of licences."""
READ_BY_ALL_SHEETS = (OfficialList.ADEQUACY, OfficialList.LICENCES)
"""Lists of which any line may alter any sheet; claims alone are checked against the other."""
_EDITION = "catalogue.official"


@dataclass(frozen=True)
class Lists:
    """What the lists that the rules read hold on a day.

    `adequate`: ISO code of a country → what its adequacy decision is limited to, or nothing.
    """

    adequate: Mapping[str, str]
    licences: LicenceLists | None
    """None without an import: the rules then read the file of the repository."""


def lists_on(on: dt.date) -> Lists:
    """What the lists hold on a day: asked once a page or a run, never once an offer.

    A list of which no import is as old as that day is the one that the repository ships.
    """
    edition = str(shared_cache.get_or_set(_EDITION, _new_edition, None))
    return _lists(edition, int(time.monotonic() // SECONDS), on)


def adequacy(on: dt.date) -> Mapping[str, str]:
    """ISO codes of countries with an adequacy decision on a day, with what it is limited to."""
    return lists_on(on).adequate


def forget_lists() -> None:
    """Make every process read the lists anew, once the caller's transaction is committed."""
    transaction.on_commit(lambda: shared_cache.set(_EDITION, _new_edition(), None))


def _new_edition() -> str:
    return uuid.uuid4().hex


@lru_cache(maxsize=4)
def _lists(edition: str, period: int, on: dt.date) -> Lists:
    known = ListImport.objects.filter(list__in=READ_BY_ALL_SHEETS, dated_on__lte=on).order_by()
    imported = set(known.values_list("list", flat=True).distinct())
    rows = OfficialEntry.objects.at(on).filter(list__in=imported).order_by("valid_from")
    details: dict[str, dict[str, dict[str, str]]] = {name: {} for name in imported}
    for name, code, detail in rows.values_list("list", "code", "detail"):
        details[name][code] = detail
    countries = details.get(OfficialList.ADEQUACY)
    licences = details.get(OfficialList.LICENCES)
    return Lists(
        adequacy_scopes(on)
        if countries is None
        else {code: detail.get("scope", "") for code, detail in countries.items()},
        None
        if licences is None
        else LicenceLists(_with_status(licences, ACCEPTED), _with_status(licences, REFUSED)),
    )


def _with_status(licences: Mapping[str, dict[str, str]], status: str) -> frozenset[str]:
    return frozenset(code for code, detail in licences.items() if detail.get("status") == status)
