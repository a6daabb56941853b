"""Why an engine gave a score, in words that staff can read, whatever engine it is.

Lucene and tantivy tell the same calculation in their own words; what both say is which
word they found in which field (`name:visio`), and that is what is kept in sight.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from search.contract import Reason
from search.facets import FACETS

DEEPEST = 12
"""Levels of a calculation that are shown."""

NEGLIGIBLE = 0.005
"""A part worth less would show as zero."""

FIELD_LABELS: Mapping[str, object] = {
    **{facet.name: facet.label for facet in FACETS},
    "name": gettext_lazy("Nom"),
    "name_folded": gettext_lazy("Nom de la fiche, exact ou par son début"),
    "vendor": gettext_lazy("Offreur"),
    "categories": gettext_lazy("Catégories"),
    "words": gettext_lazy("Mots-clés"),
    "summary": gettext_lazy("Résumé"),
    "features": gettext_lazy("Fonctions et bénéfices"),
    "description": gettext_lazy("Description"),
}

# name:visio, text.name:visio, name:"gestion document", name:(a b) and Synonym(name:a name:b).
_FOUND = re.compile(r'([a-z][\w.\-]*):(?:"([^"]*)"|\(([^()]*)\)|([^\s()"^]+))')
# The embedded engine says beforehand what is added up.
_WAY = re.compile(
    r"(?:(?P<what>.+), )?(?P<way>sum|max|product|max plus (?P<share>[\d.]+) times others) of:?"
)
_TOLD: Mapping[str, object] = {
    "text": gettext_lazy("texte"),
    "exact name": gettext_lazy("c'est son nom"),
    "name start": gettext_lazy("son nom commence ainsi"),
}
ROUNDING = 0.01
"""Scores this close are the same."""

Found = tuple[str, str]
"""Label of a field, and what was found in it."""


@dataclass(frozen=True)
class Branch:
    """What a part of the score is worth, and what it is made of.

    `calculation` is how the engine came to it, in its own words: to be folded away.
    """

    value: float
    text: str
    parts: tuple["Branch", ...] = ()
    calculation: tuple["Branch", ...] = ()


def branch(reason: Reason, depth: int = DEEPEST) -> Branch:
    """The tree of a reason, down to each word found in each field.

    Parts worth nothing are left out, and a level that only repeats the one below.
    """
    if not depth or _named(reason.text) or not any(_found(reason)):
        return _leaf(reason)
    parts = [branch(part, depth - 1) for part in _counting(reason)]
    if len(parts) == 1 and abs(parts[0].value - reason.value) <= ROUNDING:
        return parts[0]
    return Branch(reason.value, _in_words(reason.text), tuple(parts))


def matches(reason: Reason) -> dict[str, list[str]]:
    """Label of a field → what was found in it, those that count most first."""
    found: dict[str, list[str]] = {}
    for label, words in _found(reason):
        known = found.setdefault(label, [])
        if words not in known:
            known.append(words)
    return found


def _leaf(reason: Reason) -> Branch:
    raw = _raw(reason, DEEPEST)
    found = list(dict.fromkeys(_found(reason)))
    if not found:
        return Branch(reason.value, _in_words(reason.text), calculation=raw.parts)
    text = ", ".join(
        _("« %(words)s » dans %(field)s") % {"words": words, "field": label}
        for label, words in found
    )
    return Branch(reason.value, text, calculation=(raw,) if raw.parts else ())


def _raw(reason: Reason, depth: int) -> Branch:
    parts = [part for part in reason.parts if depth and abs(part.value) >= NEGLIGIBLE]
    return Branch(reason.value, reason.text, tuple(_raw(part, depth - 1) for part in parts))


def _counting(reason: Reason) -> list[Reason]:
    """The parts that show as more than zero, those that count most first."""
    kept = [part for part in reason.parts if abs(part.value) >= NEGLIGIBLE]
    return sorted(kept, key=lambda part: -part.value)


def _found(reason: Reason) -> Iterator[Found]:
    """Words and fields that a reason names, or else its parts."""
    named = _named(reason.text)
    yield from named
    if not named:
        for part in _counting(reason):
            yield from _found(part)


def _named(text: str) -> list[Found]:
    pairs = [(path, "".join(words)) for path, *words in _FOUND.findall(text)]
    return [(label, words) for path, words in pairs if (label := _label(path))]


def _label(path: str) -> str:
    """Label of the field of a path such as `text.name` or `name.exact`; empty for no field."""
    steps = path.split(".")
    return next((str(FIELD_LABELS[step]) for step in steps if step in FIELD_LABELS), "")


def _in_words(text: str) -> str:
    """The few ways of adding up that engines share; anything else as the engine says it."""
    match = _WAY.fullmatch(text)
    if match is None:
        return str(_TOLD.get(text, text))
    ways = {"sum": _("somme"), "max": _("le meilleur"), "product": _("produit")}
    share = float(match["share"] or 0)
    way = ways.get(match["way"], ways["max"])
    if share:
        way = _("le meilleur, et %(share)s fois les autres") % {"share": number_format(share)}
    what = match["what"]
    return f"{_TOLD.get(what, what)} : {way}" if what else way
