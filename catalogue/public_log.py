"""The public log of a sheet, as people read it: facts in French words, latest first."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from catalogue.models import (
    Listing,
    Offer,
    PriceTier,
    Reference,
    Screenshot,
    SheetEvent,
    SolutionIntegration,
    SolutionPage,
)

_NAME = re.compile(r"(?P<kind>[a-z_]+)(?:(?P<sign>[+-])(?P<count>\d+)|\.(?P<column>[a-z0-9_]+))?")
_OTHER = gettext_lazy("autre information")
_WORDS = {
    "tags": gettext_lazy("mots-clés"),
    "title": gettext_lazy("nom de la solution"),
    "slug": gettext_lazy("adresse de la fiche"),
}
_CHILDREN = {
    "offers": (Offer, gettext_lazy("offres")),
    "references": (Reference, gettext_lazy("références clients")),
    "screenshots": (Screenshot, gettext_lazy("captures d'écran")),
    "integrations": (SolutionIntegration, gettext_lazy("raccordements")),
}
_COUNTS = {
    "offers+": ngettext_lazy("%d offre ajoutée", "%d offres ajoutées"),
    "offers-": ngettext_lazy("%d offre retirée", "%d offres retirées"),
    "references+": ngettext_lazy("%d référence client ajoutée", "%d références clients ajoutées"),
    "references-": ngettext_lazy("%d référence client retirée", "%d références clients retirées"),
    "screenshots+": ngettext_lazy("%d capture d'écran ajoutée", "%d captures d'écran ajoutées"),
    "screenshots-": ngettext_lazy("%d capture d'écran retirée", "%d captures d'écran retirées"),
    "integrations+": ngettext_lazy("%d raccordement ajouté", "%d raccordements ajoutés"),
    "integrations-": ngettext_lazy("%d raccordement retiré", "%d raccordements retirés"),
}


@dataclass(frozen=True)
class Line:
    """A line: when, what, on whose side, the fields that changed, a precision."""

    pk: int
    at: dt.datetime
    label: str
    side: str
    changes: list[str]
    detail: str


def events_of(listing: Listing) -> QuerySet[SheetEvent]:
    """What happened to a sheet, latest first."""
    return listing.events.order_by("-at", "-pk")


def line(event: SheetEvent) -> Line:
    """An event in words."""
    return Line(
        pk=event.pk,
        at=timezone.localtime(event.at),
        label=str(event.get_kind_display()),
        side=str(event.get_side_display()),
        changes=in_words(event.changes),
        detail=event.detail,
    )


def in_words(names: Iterable[str]) -> list[str]:
    """Names of `catalogue.changes` in French: fields of one kind of children are told together."""
    parsed = [found for name in names if (found := _NAME.fullmatch(name))]
    words = [_field(found["kind"]) for found in parsed if not (found["sign"] or found["column"])]
    for found in parsed:
        counted = _COUNTS.get(f"{found['kind']}{found['sign']}") if found["sign"] else None
        if counted:
            words.append(counted % int(found["count"]))
    columns = [found for found in parsed if found["column"]]
    for kind, group in groupby(columns, lambda found: found["kind"]):
        fields = ", ".join(_column(kind, found["column"]) for found in group)
        _model, label = _CHILDREN.get(kind, (None, _OTHER))
        words.append(_("%(what)s (%(fields)s)") % {"what": label, "fields": fields})
    return words


def kept_since() -> dt.datetime | None:
    """When the log of this site begins: what was published before has no first line.

    None while nothing happened.
    """
    first = SheetEvent.objects.order_by("pk")
    moment: dt.datetime | None = first.values_list("at", flat=True).first()
    return moment and timezone.localtime(moment)


def _field(name: str) -> str:
    if name in _WORDS:
        return str(_WORDS[name])
    return _verbose(SolutionPage, name)


def _column(kind: str, column: str) -> str:
    if column == "tiers":
        return str(PriceTier._meta.verbose_name_plural)
    return _verbose(_CHILDREN[kind][0], column) if kind in _CHILDREN else str(_OTHER)


def _verbose(model: type, name: str) -> str:
    """How the forms call a field; lines outlive fields."""
    try:
        field = model._meta.get_field(name)  # type: ignore[attr-defined]
    except FieldDoesNotExist:
        return str(_OTHER)
    return str(field.verbose_name) if isinstance(field, Field) else str(_OTHER)
