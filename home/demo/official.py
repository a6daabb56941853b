"""Official lists of the demo: fictitious services qualified SecNumCloud, real countries and licences."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from catalogue.choices import SecNumCloud
from catalogue.list_files import columns_of, shipped
from catalogue.list_imports import import_list
from catalogue.models import Claim, ListImport, Offer, OfficialEntry, OfficialList, Verification
from home.demo.archetypes import words

MOST = 40
"""Services on the list, whatever the size of the demo."""
FIRST, SECOND = dt.timedelta(days=120), dt.timedelta(days=12)
"""How old the two lists are: the second shows what a list changes."""
_FROM, _TO, _LONGER = dt.timedelta(days=800), dt.timedelta(days=900), dt.timedelta(days=1400)
_REFERENCE = "Liste fictive de démonstration"

Line = dict[str, Any]


@transaction.atomic
def load_official_lists(*, today: dt.date) -> None:
    """Import each list of which there is no import yet; days count from `today`."""
    there = set(ListImport.objects.order_by().values_list("list", flat=True).distinct())
    for name in (OfficialList.ADEQUACY, OfficialList.LICENCES):
        if name not in there:
            text, read_on = shipped(name, today)
            import_list(list=name, source=text, dated_on=read_on)
    if OfficialList.SECNUMCLOUD not in there:
        _qualified(today)


def _qualified(today: dt.date) -> None:
    """Two lists: the second leaves a service out, prolongs another and adds a third."""
    services = list(_offers(SecNumCloud.SERVICE).select_related("page__listing__vendor")[:MOST])
    hosts = [row["name"] for row in words("offers")["host"] if row["secnumcloud"] == "hosting"]
    lines = {offer.uid: _service(offer, today) for offer in services}
    lines |= {host: _host(host, f"DEMO-H{rank}", today) for rank, host in enumerate(hosts, 1)}
    _import(lines.values(), today - FIRST)
    entries = {row.code: row for row in OfficialEntry.objects.filter(code__startswith="DEMO-")}
    for host in hosts:
        uids = _offers(SecNumCloud.HOSTING).filter(host=host).values("uid")
        _rest(Claim.objects.filter(subject__in=uids), entries[lines[host]["code"]])
    for offer in services:
        _rest(Claim.objects.filter(subject=offer.uid), entries[lines[offer.uid]["code"]])
    left_out = _left_out(today)
    if left_out is not None:
        lines.pop(left_out)
    lines[hosts[0]]["valid_to"] = today + _LONGER
    lines["new"] = _host("Hébergeur fictif Schiste Calcul", "DEMO-H9", today - SECOND + _FROM)
    _import(lines.values(), today - SECOND)


def _offers(qualified: SecNumCloud) -> QuerySet[Offer]:
    rows = Offer.objects.filter(page__listing__vendor__is_fictitious=True, page__live=True)
    return rows.filter(secnumcloud=qualified).order_by("uid")


def _service(offer: Offer, today: dt.date) -> Line:
    vendor = offer.page.listing.vendor.name
    label = f"{offer.page.title}, {offer.name}"[:190]
    return _line(f"DEMO-{offer.uid.hex[:8]}", label, vendor, "saas", today)


def _host(name: str, code: str, today: dt.date) -> Line:
    return _line(code, f"{name}, socle d'hébergement", name, "iaas", today)


def _line(code: str, label: str, provider: str, kind: str, today: dt.date) -> Line:
    return {
        "code": code,
        "label": label,
        "provider": provider,
        "service_type": kind,
        "version": "3.2",
        "valid_from": today - _FROM,
        "valid_to": today + _TO,
        "legal_reference": _REFERENCE,
    }


def _import(lines: Iterable[Line], dated_on: dt.date) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns_of(OfficialList.SECNUMCLOUD), delimiter=";")
    writer.writeheader()
    writer.writerows(lines)
    about = {"list": OfficialList.SECNUMCLOUD, "dated_on": dated_on, "is_fictitious": True}
    import_list(source=text.getvalue(), **about)


def _rest(claims: QuerySet[Claim], entry: OfficialEntry) -> None:
    """Let what was verified rest on a line of the list."""
    verified = claims.filter(kind=Claim.Kind.CLOUD, verified_on__isnull=False)
    made = Verification.objects.filter(claim__in=verified.values("pk"))
    made.update(ground=Verification.Ground.OFFICIAL, official=entry)
    verified.update(official=entry)


def _left_out(today: dt.date) -> Any:
    """The offer whose qualification ends: verified long ago, for a time to come."""
    claims = Claim.objects.filter(
        official__detail__service_type="saas",
        verified_on__lt=today - FIRST,
        expires_on__gt=today,
        contested_on__isnull=True,
    )
    return claims.order_by("subject").values_list("subject", flat=True).first()
