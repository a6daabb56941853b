"""What the search page shows, computed from a search and its results: no query, no HTML of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from search.contract import (
    APART_QUOTE,
    APART_UNPRICED,
    CATEGORY_FACET,
    Bucket,
    Facet,
    Hit,
    Need,
    Query,
    Results,
    Sort,
)
from search.facets import FACETS, FACETS_BY_NAME
from search.forms import Labels
from search.ordering import order_in_words

SHOWN_VALUES = 8
"""Values of a long facet that are visible before « voir plus »."""
OPEN_GROUPS = frozenset({"categorie", "taille", "distribution", "cloud", "prix", "deploiement"})
"""Groups that most people need: open from the start."""
PRICE_FACETS = tuple(facet.name for facet in FACETS if facet.price)
EXCERPT_FIELDS = ("features", "description")

Filters = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Option:
    """One value of a facet on the page. `count` is None when the engine did not say."""

    facet: str
    value: str
    label: str
    count: int | None
    selected: bool
    children: tuple["Option", ...] = ()

    @property
    def id(self) -> str:
        return f"f-{self.facet}-{self.value}".replace(" ", "_")

    @property
    def unfolded(self) -> bool:
        """Whether sub-values show at once: one of them, or their mother, is chosen."""
        return self.selected or any(child.selected for child in self.children)


@dataclass(frozen=True)
class FacetList:
    """The values of one facet: those that show at once and those behind « voir plus »."""

    name: str
    label: str
    shown: tuple[Option, ...]
    more: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Group:
    """A foldable group of the filter column."""

    name: str
    label: str
    facets: tuple[FacetList, ...]
    selected: int

    @property
    def open(self) -> bool:
        return self.selected > 0 or self.name in OPEN_GROUPS


@dataclass(frozen=True)
class Removable:
    """A filter in force and the address of the same search without it."""

    facet: str
    label: str
    url: str


@dataclass(frozen=True)
class Card:
    """A hit as the page shows it; the `SafeString` fields come escaped from the engine."""

    hit: Hit
    name: SafeString
    summary: SafeString
    excerpt: SafeString

    @property
    def need_label(self) -> str:
        """What the total is for (« pour 100 agents sur 48 mois »)."""
        return self.hit.offer.get("need_label", "")


@dataclass(frozen=True)
class Way:
    """A way out of an empty result: an address and how many solutions it finds."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Apart:
    """Sheets that a price filter leaves out for want of a price, and where to see them."""

    label: str
    link: str
    url: str


@dataclass(frozen=True)
class Addresses:
    """The same search elsewhere: other pages, other formats, nothing chosen."""

    canonical: str
    clear: str
    pages: str
    formats: Mapping[str, str]


def address(query: Query, *, page: int = 1, **extra: str) -> str:
    """Address of a search, parameters always in the same order and defaults left out."""
    pairs: list[tuple[str, str | int]] = [("q", query.text)] if query.text else []
    for facet in FACETS:
        pairs += [(facet.name, value) for value in query.filters.get(facet.name, ())]
    if query.need != Need.MEDIUM:
        pairs.append(("besoin", query.need.value))
    if query.sort != Sort.RELEVANCE:
        pairs.append(("tri", query.sort.value))
    pairs += extra.items()
    if page > 1:
        pairs.append(("page", page))
    return reverse("search") + (f"?{urlencode(pairs)}" if pairs else "")


def addresses(query: Query) -> Addresses:
    """Every address that the page links to."""
    pages = address(query)
    return Addresses(
        canonical=address(query, page=query.page),
        clear=address(Query(need=query.need)),
        pages=f"{pages}{'&' if '?' in pages else '?'}page=",
        formats={name: address(query, format=name) for name in ("json", "csv", "atom")},
    )


def page_count(results: Results, query: Query) -> int:
    """How many pages the results fill: one at least."""
    return max(1, -(-results.total // query.page_size))


def label_of(facet: str, value: str, labels: Labels) -> str:
    """French label of a value; a value since removed shows as itself."""
    return str(labels.get(facet, {}).get(value, value))


def without(
    filters: Mapping[str, tuple[str, ...]], facet: str, value: str | None = None
) -> Filters:
    """The same filters without one value of a facet, or without the facet."""
    kept = {name: tuple(values) for name, values in filters.items() if name != facet}
    rest = tuple(item for item in filters.get(facet, ()) if item != value)
    return {**kept, facet: rest} if value is not None and rest else kept


def removable(query: Query, labels: Labels) -> list[Removable]:
    """A tag for each filter in force; removing it goes back to page one."""
    return [
        Removable(
            facet=str(FACETS_BY_NAME[name].label),
            label=label_of(name, value, labels),
            url=address(replace(query, filters=without(query.filters, name, value))),
        )
        for name, values in query.filters.items()
        for value in values
    ]


def criteria_in_words(query: Query, labels: Labels) -> list[str]:
    """The filters as a reader says them: « taille de l'entreprise : PME ou ETI »."""
    return [
        _criterion(FACETS_BY_NAME[name], values, labels) for name, values in query.filters.items()
    ]


def _criterion(facet: Facet, values: Iterable[str], labels: Labels) -> str:
    words = _(" ou ").join(label_of(facet.name, value, labels) for value in values)
    if _is_lone(facet):
        return _lower_first(words)
    return _("%(facet)s : %(values)s") % {"facet": _lower_first(str(facet.label)), "values": words}


def _is_lone(facet: Facet) -> bool:
    """Whether the facet is one box to tick, whose label says everything."""
    return facet.choices is not None and len(facet.choices) == 1


def count_in_words(total: int) -> str:
    """« 42 solutions », « 1 solution », « Aucune solution »."""
    if not total:
        return _("Aucune solution")
    number = f"{total:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return ngettext("%(number)s solution", "%(number)s solutions", total) % {"number": number}


def words_after_count(query: Query, labels: Labels) -> str:
    """What is being searched, to be read after the count: « pour « visio », taille : PME »."""
    text = [_("pour « %(text)s »") % {"text": query.text}] if query.text else []
    return ", ".join([*text, *criteria_in_words(query, labels)])


def search_in_words(query: Query, labels: Labels, total: int) -> str:
    """The whole search in a sentence: « 42 solutions pour « visio », taille : PME, triées… »."""
    rest = ", ".join(filter(None, (words_after_count(query, labels), order_in_words(query, total))))
    comma = "" if query.text or not rest else ","
    return f"{count_in_words(total)}{comma} {rest}".rstrip()


def groups(
    query: Query, results: Results, labels: Labels, mothers: Mapping[str, str]
) -> list[Group]:
    """The filter column: a group for each facet, prices together, lone boxes together at the end.

    `mothers` maps a sub-category to its category.
    """
    found: list[Group] = []
    lone: list[FacetList] = []
    for facet in FACETS:
        if facet.name in PRICE_FACETS and facet.name != "prix":
            continue  # shown with the bands
        values = _facet_list(facet, query, results, labels, mothers)
        if _is_lone(facet):
            lone.append(values)
        elif facet.name == "prix":
            others = [FACETS_BY_NAME[name] for name in PRICE_FACETS if name != "prix"]
            first = [_facet_list(other, query, results, labels, mothers) for other in others]
            found.append(_group("prix", _("Prix"), [*first, values], query))
        elif values.shown:
            found.append(_group(facet.name, str(facet.label), [values], query))
    if lone:
        found.append(_group("autres", _("Autres critères"), lone, query))
    return found


def groups_without_counts(query: Query, labels: Labels, mothers: Mapping[str, str]) -> list[Group]:
    """The filter column without an engine: categories, and what else is chosen, kept for later."""
    chosen = query.filters.get(CATEGORY_FACET, ())
    options = tuple(_category_options(None, chosen, labels, mothers))
    label = str(FACETS_BY_NAME[CATEGORY_FACET].label)
    first = _group(CATEGORY_FACET, label, [FacetList(CATEGORY_FACET, label, options)], query)
    kept = [
        FacetList(
            name,
            str(FACETS_BY_NAME[name].label),
            tuple(_option(name, value, None, values, labels) for value in values),
        )
        for name, values in query.filters.items()
        if name != CATEGORY_FACET
    ]
    if not kept:
        return [first]
    return [first, _group("gardes", _("Critères gardés, pas encore appliqués"), kept, query)]


def _group(name: str, label: str, facets: Sequence[FacetList], query: Query) -> Group:
    selected = sum(len(query.filters.get(facet.name, ())) for facet in facets)
    return Group(name, label, tuple(facets), selected)


def _facet_list(
    facet: Facet, query: Query, results: Results, labels: Labels, mothers: Mapping[str, str]
) -> FacetList:
    buckets = results.facets.get(facet.name, ())
    chosen = query.filters.get(facet.name, ())
    if facet.name == CATEGORY_FACET:
        options = tuple(_category_options(buckets, chosen, labels, mothers))
        return FacetList(facet.name, str(facet.label), options)
    options = tuple(
        _option(facet.name, bucket.value, bucket.count, chosen, labels)
        for bucket in buckets
        if facet.choices is not None or bucket.count or bucket.value in chosen
    )
    if facet.choices is not None or len(options) <= SHOWN_VALUES + 2:
        return FacetList(facet.name, str(facet.label), options)
    first, rest = options[:SHOWN_VALUES], options[SHOWN_VALUES:]
    return FacetList(
        facet.name,
        str(facet.label),
        first + tuple(option for option in rest if option.selected),
        tuple(option for option in rest if not option.selected),
    )


def _category_options(
    buckets: Iterable[Bucket] | None,
    chosen: tuple[str, ...],
    labels: Labels,
    mothers: Mapping[str, str],
) -> Iterator[Option]:
    known = labels.get(CATEGORY_FACET, {})
    counts: dict[str, int | None] = dict.fromkeys(known, None if buckets is None else 0)
    counts |= {bucket.value: bucket.count for bucket in buckets or ()}
    for value in [value for value in known if value not in mothers]:
        children = tuple(
            _option(CATEGORY_FACET, child, counts[child], chosen, labels)
            for child in known
            if mothers.get(child) == value
        )
        option = _option(CATEGORY_FACET, value, counts[value], chosen, labels)
        yield replace(option, children=children)


def _option(
    facet: str, value: str, count: int | None, chosen: tuple[str, ...], labels: Labels
) -> Option:
    return Option(facet, value, label_of(facet, value, labels), count, value in chosen)


def card(hit: Hit, need: Need) -> Card:
    """A hit with what shows why it matches: highlighted name, summary, and one excerpt."""
    excerpt = next((hit.highlights[name] for name in EXCERPT_FIELDS if name in hit.highlights), "")
    # Features stand one a line; the page adds its own ellipses.
    excerpt = " · ".join(filter(None, map(str.strip, excerpt.splitlines()))).strip("… ")
    label = hit.offer.get("needs", {}).get(need.value, {}).get("label", "")
    return Card(
        hit=replace(hit, offer={**hit.offer, "need_label": label}),
        name=_marked(hit, "name", hit.card["name"]),
        summary=_marked(hit, "summary", hit.card["summary"]),
        excerpt=mark_safe(excerpt),  # noqa: S308  (escaped by contract)
    )


def apart(query: Query, results: Results) -> list[Apart]:
    """What a price filter leaves out for want of a price; nothing without such a filter."""
    filters = {name: values for name, values in query.filters.items() if name not in PRICE_FACETS}
    if len(filters) == len(query.filters):
        return []
    words = {
        APART_QUOTE: (
            lambda n: ngettext("%(n)d solution sur devis", "%(n)d solutions sur devis", n),
            # The page behind also holds sheets with a price: it promises no count.
            _("voir les fiches sur devis"),
        ),
        APART_UNPRICED: (
            lambda n: ngettext("%(n)d sans prix", "%(n)d sans prix", n),
            _("voir les fiches sans prix"),
        ),
    }
    return [
        Apart(
            phrase(count) % {"n": count},
            link,
            address(replace(query, filters={**filters, "prix": (kind,)})),
        )
        for kind, (phrase, link) in words.items()
        if (count := results.apart.get(kind, 0))
    ]


def _marked(hit: Hit, name: str, text: str) -> SafeString:
    highlighted: str | None = hit.highlights.get(name)
    return mark_safe(highlighted) if highlighted else escape(text)  # noqa: S308  (escaped by contract)


def _lower_first(label: str) -> str:
    """A label inside a sentence; initials keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
