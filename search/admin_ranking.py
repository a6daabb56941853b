"""« Expliquer un classement » in Wagtail's admin: why these results, in this order, or not there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalogue.models import Listing
from search import ordering, presentation, ranking, services
from search.contract import Engine, EngineUnavailable, Hit, Query, Reason, Sort
from search.deadline import within
from search.forms import Labels, clean, closed_labels, read_search
from search.permissions import staff_of_search
from search.reasons import Branch, branch, matches

MOST_NAMED = 5
"""Sheets named when several answer to what was typed."""
LONGEST_ADDRESS = 8000
ENGINE_SECONDS = 3.0
"""What the engine may take for one page: staff wait longer than visitors, not for ever."""


class RankingForm(forms.Form):
    """A search, by its address or by hand, and the sheet that one asks about.

    What the search says is read as on the public page (`read_search`): here it is not refused.
    """

    adresse = forms.CharField(
        label=gettext_lazy("Adresse de la recherche"),
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy(
            "Collez celle d'une page de résultats : elle remplace les mots et les filtres."
        ),
    )
    q = forms.CharField(label=gettext_lazy("Mots cherchés"), required=False)
    besoin = forms.CharField(label=gettext_lazy("Besoin"), required=False, widget=forms.Select)
    tri = forms.CharField(label=gettext_lazy("Tri"), required=False, widget=forms.Select)
    fiche = forms.CharField(
        label=gettext_lazy("Fiche à situer (facultatif)"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Son nom, ou l'adresse de sa page."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, entries in (("besoin", ordering.needs(Query(), {})), ("tri", _sorts())):
            self.fields[name].widget.choices = [(one.value, one.label) for one in entries]

    def clean_adresse(self) -> QueryDict | None:
        """The parameters of the address; None without one."""
        address = self.cleaned_data["adresse"]
        if not address:
            return None
        try:
            parts = urlsplit(address)
            if parts.path in ("", reverse("search")):
                return QueryDict(parts.query)
        except (ValueError, TooManyFieldsSent):
            pass
        raise forms.ValidationError(
            _("Ce n'est pas une recherche : copiez l'adresse d'une page de résultats (%s…).")
            % f"{reverse('search')}?"
        )

    def clean_fiche(self) -> Listing | None:
        """The sheet; None without one."""
        typed = clean(self.cleaned_data["fiche"])
        if not typed:
            return None
        path = typed.partition("?")[0].partition("#")[0]
        words = path.rstrip("/").rpartition("/")[2] or typed
        found = ranking.find_listings(words, MOST_NAMED) or ranking.find_listings(typed, MOST_NAMED)
        if not found:
            raise forms.ValidationError(
                _("Aucune fiche ne s'appelle « %s » : donnez son nom, ou l'adresse de sa page.")
                % typed
            )
        if len(found) > 1:
            names = ", ".join(f"{one.page.title} (/solutions/{one.page.slug}/)" for one in found)
            raise forms.ValidationError(
                _("Plusieurs fiches s'appellent ainsi : %s… Donnez l'adresse de l'une d'elles.")
                % names
            )
        return found[0]


def _sorts() -> list[ordering.Choice]:
    return ordering.sorts(Query())


@dataclass(frozen=True)
class Row:
    """A result: its rank, what the text is worth in it, where it was found and why."""

    rank: int | None
    name: str
    url: str
    tree: Branch | None = None
    matches: Mapping[str, list[str]] | None = None


@staff_of_search
@require_safe
def explain_ranking(request: HttpRequest) -> HttpResponse:
    """Explain the search of the address; nothing is explained until one was asked for."""
    labels = {**closed_labels(), **services.facet_labels()}
    asked = read_search(request.GET, labels)
    typed = {name: request.GET.get(name, "") for name in ("adresse", "fiche")}
    form = RankingForm({**_fields(asked.query), **typed})
    context: dict[str, Any] = {
        "page_title": _("Expliquer un classement"),
        "header_icon": "search",
        "form": form if request.GET else RankingForm(initial=_fields(asked.query)),
        "query": asked.query,
        "criteria": presentation.criteria_in_words(asked.query, labels),
    }
    if request.GET and form.is_valid():
        if form.cleaned_data["adresse"] is not None:
            asked = read_search(form.cleaned_data["adresse"], labels)
        query, listing = replace(asked.query, page=1), form.cleaned_data["fiche"]
        sheet = listing.page.slug if listing else ""
        context |= {
            "explained": True,
            # The address is told by the other fields from now on, and they may be changed.
            "form": RankingForm(initial={**_fields(query), "fiche": sheet}),
            "problems": asked.problems,
            "query": query,
            "criteria": presentation.criteria_in_words(query, labels),
            "unfiltered": urlencode({**_fields(query), "fiche": sheet}),
            "public_address": presentation.address(query),
            "understood": ranking.understand(query.text, services.vocabulary(), labels),
            "by_relevance": query.sort is Sort.RELEVANCE,
            **_answer(query, listing, labels),
        }
    return TemplateResponse(request, "search/admin/ranking.html", context)


def _fields(query: Query) -> dict[str, str]:
    return {"q": query.text, "besoin": query.need.value, "tri": query.sort.value}


def _answer(query: Query, listing: Listing | None, labels: Labels) -> dict[str, Any]:
    """What the engine says of a search, and of one sheet in it."""
    engine = services.get_engine()
    try:
        with within(ENGINE_SECONDS):
            results = engine.search(query)
            ids = [hit.id for hit in results.hits]
            # Without words every sheet is worth the same: nothing.
            reasons = engine.explain(query, ids) if query.text else {}
            about = _about(engine, listing, query, labels, results.total) if listing else {}
    except EngineUnavailable:
        return {"unavailable": True}
    return {
        "total": results.total,
        "count": presentation.count_in_words(results.total),
        "suggestion": results.suggestion,
        "order": ordering.order_in_words(query, results.total),
        "drawn": ordering.is_drawn(query),
        "rows": [_row(rank, hit, reasons) for rank, hit in enumerate(results.hits, 1)],
        **about,
    }


def _about(
    engine: Engine, listing: Listing, query: Query, labels: Labels, total: int
) -> dict[str, Any]:
    """Where a sheet stands, or why it does not."""
    id_ = str(listing.uid)
    rank = ranking.rank_of(engine, query, id_)
    reason = engine.explain(query, [id_]).get(id_) if rank and query.text else None
    page = listing.page
    return {
        "sheet": _described(rank, page.title, f"/solutions/{page.slug}/", reason),
        "pending": ranking.is_pending(listing),
        "absent": [] if rank else ranking.why_absent(engine, query, listing, labels, total),
    }


def _row(rank: int, hit: Hit, reasons: Mapping[str, Reason]) -> Row:
    return _described(rank, hit.card["name"], hit.card["url"], reasons.get(hit.id))


def _described(rank: int | None, name: str, url: str, reason: Reason | None) -> Row:
    if reason is None:
        return Row(rank, name, url)
    return Row(rank, name, url, branch(reason), matches(reason))
