"""The order of results: what one may choose, and how it is said in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from search.contract import Need, Query, Sort


@dataclass(frozen=True)
class Choice:
    """An entry of the sort or need selector."""

    value: str
    label: str
    selected: bool = False


def is_drawn(query: Query) -> bool:
    """Whether only the draw orders the results: nothing was typed that could be relevant."""
    return query.sort is Sort.RELEVANCE and not query.text


def order_in_words(query: Query, total: int) -> str:
    """How the results are ordered; empty when there is nothing to order."""
    if total < 2:
        return ""
    return _("dans un ordre tiré au sort") if is_drawn(query) else _SORTED[query.sort]()


_SORTED = {
    Sort.RELEVANCE: lambda: _("triées par pertinence"),
    Sort.NAME: lambda: _("triées par nom"),
    Sort.RECENT: lambda: _("les plus récentes d'abord"),
    Sort.PRICE: lambda: _("triées par prix"),
    Sort.LABEL: lambda: _("les étapes les plus avancées d'abord"),
}


def sorts(query: Query) -> list[Choice]:
    """Entries of the sort selector."""
    labels = {
        Sort.RELEVANCE: _("Pertinence"),
        Sort.NAME: _("Nom"),
        Sort.RECENT: _("Mise à jour récente"),
        Sort.PRICE: _("Coût total croissant"),
        Sort.LABEL: _("Étape la plus avancée"),
    }
    return [Choice(sort.value, label, sort == query.sort) for sort, label in labels.items()]


def needs(query: Query, quantities: Mapping[str, str]) -> list[Choice]:
    """Entries of the need selector; `quantities` says each one's units (« 100 agents ou … »)."""
    labels = {
        Need.SMALL: _("Petit besoin"),
        Need.MEDIUM: _("Besoin moyen"),
        Need.LARGE: _("Grand besoin"),
    }
    return [
        Choice(
            need.value,
            f"{label} ({quantities[need.value]})" if quantities.get(need.value) else label,
            need == query.need,
        )
        for need, label in labels.items()
    ]
