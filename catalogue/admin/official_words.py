"""What an import of an official list changed, in French."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from catalogue.models import SolutionPage

FIELDS = {
    "label": _("libellé"),
    "valid_to": _("jusqu'au"),
    "legal_reference": _("référence"),
    "source_url": _("source"),
    "provider": _("prestataire"),
    "service_type": _("type de service"),
    "version": _("version du référentiel"),
    "scope": _("portée"),
    "status": _("statut"),
    "detail": _("précisions"),
}
"""Columns of a list, and what its lines hold besides."""


def change_words(changes: Mapping[str, Any]) -> str:
    """What an import changed, in a few words."""
    counts = (
        (now("%d ajoutée(s)"), "added"),
        (now("%d terminée(s)"), "ended"),
        (now("%d modifiée(s)"), "changed"),
        (now("%d allégation(s) dont la fin change"), "claims"),
    )
    said = [words % len(changes[kind]) for words, kind in counts if changes.get(kind)]
    return ", ".join(said) or now("Rien")


Line = tuple[str, str]
"""What happened to a line of a list, or to a claim, and the address of its sheet if any."""


def change_sections(changes: Mapping[str, Any]) -> list[tuple[Any, list[Line]]]:
    """What an import changed, line by line, under its French titles; empty ones left out."""
    pages = {line["page"] for line in changes.get("claims", ())}
    there = set(SolutionPage.objects.filter(pk__in=pages).values_list("pk", flat=True))
    sections = [
        (_("Lignes ajoutées"), [(_added(line), "") for line in changes.get("added", ())]),
        (_("Lignes terminées"), [(_ended(line), "") for line in changes.get("ended", ())]),
        (_("Lignes modifiées"), [(_changed(line), "") for line in changes.get("changed", ())]),
        (
            _("Vérifications dont la fin change"),
            [
                (_followed(line), sheet_address(line["page"]) if line["page"] in there else "")
                for line in changes.get("claims", ())
            ],
        ),
    ]
    return [(title, lines) for title, lines in sections if lines]


def sheet_address(page: int) -> str:
    """Where a sheet is edited."""
    return reverse("wagtailadmin_pages:edit", args=[page])


def _named(line: Mapping[str, str]) -> str:
    same = line["label"] == line["code"]
    return line["code"] if same else f"{line['label']} ({line['code']})"


def day_words(said: str) -> str:
    """A day in ISO, or nothing, as people write it."""
    return date_format(dt.date.fromisoformat(said), "j F Y") if said else now("sans fin connue")


def _added(line: Mapping[str, str]) -> str:
    words = {"name": _named(line), "from": day_words(line["from"]), "to": day_words(line["to"])}
    if line["to"]:
        return now("%(name)s, du %(from)s au %(to)s") % words
    return now("%(name)s, à partir du %(from)s") % words


def _ended(line: Mapping[str, str]) -> str:
    words = {"name": _named(line), "to": day_words(line["to"]), "was": day_words(line["was"])}
    if not line["to"]:
        return now("%(name)s, retirée : elle n'avait pas commencé") % words
    return now("%(name)s, terminée le %(to)s (avant : %(was)s)") % words


def _changed(line: Mapping[str, Any]) -> str:
    return f"{_named(line)} : {' ; '.join(_differences(line['fields']))}"


def _differences(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, (old, new) in fields.items():
        if name == "detail":
            keys = sorted({*(old or {}), *(new or {})})
            pairs = {key: [(old or {}).get(key, ""), (new or {}).get(key, "")] for key in keys}
            yield from _differences({key: two for key, two in pairs.items() if two[0] != two[1]})
            continue
        before, after = (day_words(two) if name == "valid_to" else two or "–" for two in (old, new))
        yield f"{FIELDS.get(name, name)} {before} → {after}"


def _followed(line: Mapping[str, str]) -> str:
    words = {**line, "to": day_words(line["to"]), "was": day_words(line["was"])}
    return now("%(sheet)s, %(claim)s : valable jusqu'au %(to)s (avant : %(was)s)") % words
