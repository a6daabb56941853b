"""The same search as data: JSON, CSV and Atom, from the same `Results` as the page.

The CSV is for a spreadsheet opened by double-click on a French machine: semicolons, and the mark
(BOM) by which it recognises UTF-8. It holds every result, not the page. No cell can be run as a formula.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from catalogue.spreadsheets import csv_lines
from labelling.presentation import themes_in_force
from search.contract import Hit, Query, Results, Sort
from search.forms import Format, Labels, Problem
from search.presentation import address, criteria_in_words, label_of, page_count, search_in_words

Searching = Callable[[Query], Results]
Scanning = Callable[[Query], Iterator[Hit]]

FEED_ENTRIES = 50
_EXTRA_COLUMNS = ("exporte_le", "recherche")


def export(
    wanted: Format, query: Query, search: Searching, scan: Scanning, labels: Labels
) -> HttpResponseBase:
    """Answer a search as data. Raises `EngineUnavailable` before anything is sent."""
    if wanted is Format.CSV:
        return as_csv(query, search, scan, labels)
    make = as_json if wanted is Format.JSON else as_atom
    return make(query, search, labels)


def refuse(wanted: Format, problems: Iterable[Problem]) -> HttpResponse:
    """Say which values do not exist and which do: 400, in the format's own kind of text."""
    problems = list(problems)
    if wanted is Format.JSON:
        errors = [
            {
                "parameter": problem.parameter,
                "value": problem.value,
                "message": problem.message,
                "allowed": list(problem.allowed),
            }
            for problem in problems
        ]
        return _json({"error": _("Recherche invalide."), "errors": errors}, status=400)
    lines = [f"{problem} {_allowed(problem)}".rstrip() for problem in problems]
    return HttpResponse(
        "\n".join(lines) + "\n", status=400, content_type="text/plain; charset=utf-8"
    )


def unavailable(wanted: Format) -> HttpResponse:
    """Say that the engine does not answer: 503, try again."""
    message = _("La recherche est momentanément indisponible. Réessayez dans quelques minutes.")
    if wanted is Format.JSON:
        response: HttpResponse = _json({"error": message}, status=503)
    else:
        response = HttpResponse(message, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "60"
    # Django would log an error for each; the circuit breaker says once that the engine is down.
    response._has_been_logged = True
    return response


def as_json(query: Query, search: Searching, labels: Labels) -> HttpResponse:
    """One page of results with their facets, by the names that design's interface promises."""
    results = search(query)
    return _json(
        {
            "count": results.total,
            "page": query.page,
            "pages": page_count(results, query),
            "results": [result(hit) for hit in results.hits],
            "facets": {
                facet: [
                    {
                        "value": bucket.value,
                        "label": label_of(facet, bucket.value, labels),
                        "count": bucket.count,
                        "selected": bucket.value in query.filters.get(facet, ()),
                    }
                    for bucket in buckets
                ]
                for facet, buckets in results.facets.items()
            },
            "apart": dict(results.apart),
            "suggestion": results.suggestion,
        }
    )


def result(hit: Hit) -> dict[str, Any]:
    """A hit as JSON; `total_price` is a number of euros HT, or null when there is none."""
    card, offer = hit.card, hit.offer
    return {
        "id": card["uid"],
        "slug": card["slug"],
        "name": card["name"],
        "vendor": card["vendor"],
        "url": _absolute(card["url"]),
        "size": card["size"],
        "origin": card["origin"],
        "distribution": card["distribution"],
        "stage": card["stage"],
        "scores": card.get("scores", {}),
        "cloud": offer.get("synthesis", ""),
        "proof": offer.get("proof", ""),
        "offer": {
            "name": offer.get("name", ""),
            "deployment": offer.get("deployment", ""),
            "level": offer.get("level", ""),
            "hosting": list(offer.get("hosting", ())),
        },
        "total_price": None if hit.total is None else hit.total / 100,
        "price_kind": hit.price_kind.value,
        "notice": card["notice"],
    }


def as_csv(
    query: Query, search: Searching, scan: Scanning, labels: Labels
) -> StreamingHttpResponse:
    """Every result of the search, streamed; the first is read before anything is sent.

    Whatever the page, except past the end: nothing then, as in JSON.
    """
    results = search(replace(query, hits_only=True))
    hits = iter(()) if query.page > page_count(results, query) else scan(query)
    hits = chain(list(islice(hits, 1)), hits)
    today = timezone.localdate()
    response = StreamingHttpResponse(
        csv_lines(_rows(query, results.total, hits, labels)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="solutions-{today:%Y-%m-%d}.csv"'
    return response


def _rows(
    query: Query, total: int, hits: Iterable[Hit], labels: Labels
) -> Iterator[Sequence[object]]:
    today = timezone.localdate()
    themes = list(themes_in_force(today))
    extra = (today.isoformat(), search_in_words(query, labels, total))
    yield [*COLUMNS, *(f"score_{theme}" for theme in themes), *_EXTRA_COLUMNS]
    for hit in hits:
        scores = hit.card.get("scores", {})
        cells = [cell(hit, query, labels) for cell in COLUMNS.values()]
        yield [*cells, *(scores.get(theme) for theme in themes), *extra]


def _card(name: str) -> Callable[[Hit, Query, Labels], object]:
    return lambda hit, _query, _labels: hit.card.get(name)


def _offer(name: str) -> Callable[[Hit, Query, Labels], object]:
    return lambda hit, _query, _labels: hit.offer.get(name)


def _word(name: str, facet: str) -> Callable[[Hit, Query, Labels], object]:
    return lambda hit, _query, labels: label_of(facet, hit.card.get(name) or "", labels)


def _offer_word(name: str, facet: str) -> Callable[[Hit, Query, Labels], object]:
    return lambda hit, _query, labels: label_of(facet, hit.offer.get(name) or "", labels)


def _url(hit: Hit, _query: Query, _labels: Labels) -> str:
    return _absolute(hit.card["url"])


def _total(hit: Hit, _query: Query, _labels: Labels) -> str:
    """Euros with a comma for decimals: what a French spreadsheet takes for a number."""
    return "" if hit.total is None else f"{hit.total // 100},{hit.total % 100:02d}"


def _total_for(hit: Hit, query: Query, _labels: Labels) -> str:
    label: str = hit.offer.get("needs", {}).get(query.need.value, {}).get("label", "")
    return "" if hit.total is None else label


COLUMNS: dict[str, Callable[[Hit, Query, Labels], object]] = {
    "id": _card("uid"),
    "adresse": _url,
    "nom": _card("name"),
    "description_courte": _card("summary"),
    "offreur": _card("vendor"),
    "categories": _card("categories"),
    "taille": _word("size", "taille"),
    "origine": _word("origin", "origine"),
    "region": _word("region", "region"),
    "distribution": _word("distribution", "distribution"),
    "logiciel_libre": _card("openness"),
    "licence": _card("licence"),
    "etape": _word("stage", "etape"),
    "source": _word("source", "source"),
    "rgaa": _word("rgaa", "rgaa"),
    "utilise_ia": _card("uses_ai"),
    "mise_a_jour": _card("updated"),
    "non_confirmee_depuis_12_mois": _card("stale"),
    "offre_id": _offer("uid"),
    "offre": _offer("name"),
    "offre_type": _offer("kind"),
    "deploiement": _offer_word("deployment", "deploiement"),
    "hebergeur": _offer("host"),
    "pays_hebergement": _offer("hosting"),
    "niveau_cloud": _offer_word("level", "niveau"),
    "cloud_au_centre": _offer_word("synthesis", "cloud"),
    "cloud_motif": _offer("reason"),
    "preuve_cloud": _offer_word("proof", "preuve"),
    "centrales_achat": _offer("vehicles"),
    "cout_total_ht": _total,
    "cout_total_pour": _total_for,
    "nature_prix": lambda hit, _query, _labels: hit.price_kind.value,
    "tarif_valable_jusqu_au": _offer("valid_until"),
    "avertissement": _card("notice"),
}
"""Columns of the CSV and what fills them; names are part of the promise to reusers."""


def as_atom(query: Query, search: Searching, labels: Labels) -> HttpResponse:
    """The sheets of the search that changed last."""
    recent = replace(query, sort=Sort.RECENT, page=1, page_size=FEED_ENTRIES, hits_only=True)
    results = search(recent)
    hits = () if query.page > page_count(results, query) else results.hits
    title = _("Solutions") if not (query.text or query.filters) else _title(query, labels)
    page = _absolute(address(query))
    feed = Atom1Feed(
        title=f"{title} – {settings.WAGTAIL_SITE_NAME}",
        link=page,
        description="",
        subtitle=_(
            "Dernières fiches mises à jour. Écrites par les offreurs ou reprises du SILL, "
            "non vérifiées sauf mention."
        ),
        language=settings.LANGUAGE_CODE,
        author_name=settings.WAGTAIL_SITE_NAME,
        feed_url=_absolute(address(query, format=Format.ATOM.value)),
        feed_guid=page,
    )
    for hit in hits:
        feed.add_item(
            title=hit.card["name"],
            link=_absolute(hit.card["url"]),
            description=hit.card["summary"],
            unique_id=f"urn:uuid:{hit.card['uid']}",
            updateddate=_day_began(hit.card["updated"]),
            author_name=hit.card["vendor"] or settings.WAGTAIL_SITE_NAME,
            categories=hit.card["categories"],
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _title(query: Query, labels: Labels) -> str:
    text = [_("« %(text)s »") % {"text": query.text}] if query.text else []
    return ", ".join([*text, *criteria_in_words(query, labels)])


def _day_began(day: str) -> dt.datetime:
    """The first moment of a day here: sheets are dated by the day, and never in the future."""
    midnight = dt.datetime.combine(dt.date.fromisoformat(day), dt.time())
    return timezone.make_aware(midnight)


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _allowed(problem: Problem) -> str:
    if not problem.allowed:
        return ""
    return _("Valeurs admises : %(values)s.") % {"values": ", ".join(problem.allowed)}


def _json(data: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
