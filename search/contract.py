"""What the search pages and the engines promise each other.

Pure Python: no framework, no engine. Engines import this module and nothing else of the project's,
apart from `search.analysis`. The semantics are written as tests: `tests/search/engine_contract.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

PAGE_SIZE = 20
"""Hits on one page."""

CATEGORY_FACET = "categorie"
"""Facet whose values replaced products point at, and by which similar sheets are found first."""

TAG_FACET = "tag"
"""Facet that weighs next among similar sheets."""

OPEN_FACET_BUCKETS = 30
"""How many values an open facet lists, most frequent first; selected values are always listed."""


class Scope(StrEnum):
    """What a facet's values belong to."""

    SHEET = "sheet"
    OFFER = "offer"


class Need(StrEnum):
    """Size of the reference configuration that totals are computed for (`besoin`)."""

    SMALL = "petit"
    MEDIUM = "moyen"
    LARGE = "grand"


class Sort(StrEnum):
    """Orders a person can ask for (`tri`)."""

    RELEVANCE = "pertinence"
    NAME = "nom"
    RECENT = "recent"
    PRICE = "prix"
    LABEL = "label"


class PriceKind(StrEnum):
    """Why an offer has a total, or has none."""

    PRICED = "priced"
    QUOTE = "quote"
    FREE = "free"
    UNPRICED = "unpriced"


@dataclass(frozen=True)
class Choice:
    """One value of a closed facet: the code in the URL and the French label."""

    value: str
    label: str


@dataclass(frozen=True)
class Facet:
    """One facet, declared once; engines derive their schema, the form its field, the docs their row.

    `choices` is the whole vocabulary when it is closed: values without hits keep a zero bucket.
    `None` means that the values come from the documents. `per_need` facets (prices) hold one set of
    values for each reference configuration; `price` marks those whose filter leaves offers without a
    total aside, to be counted apart. An open facet lists its `limit` most frequent values.
    """

    name: str
    label: str
    scope: Scope = Scope.SHEET
    choices: tuple[Choice, ...] | None = None
    per_need: bool = False
    price: bool = False
    limit: int = OPEN_FACET_BUCKETS


@dataclass(frozen=True)
class TextField:
    """A field of text, with its weight in the score and whether matches are highlighted in it."""

    name: str
    boost: float
    highlight: bool = False


TEXT_FIELDS: tuple[TextField, ...] = (
    TextField("name", 8.0, highlight=True),
    TextField("vendor", 4.0),
    TextField("categories", 4.0),
    TextField("words", 3.0),
    TextField("summary", 3.0, highlight=True),
    TextField("features", 2.0, highlight=True),
    TextField("description", 1.0, highlight=True),
)


@dataclass(frozen=True)
class OfferDocument:
    """One way to buy a solution, as the index knows it.

    `facets` holds the values of offer facets that do not depend on the need; `needs` the values of
    those that do (facet → values) with the total in cents HT, or None when there is none.
    A trial has no total: it is never what a sheet is sorted by. `card` is given back untouched with
    a hit. Raises `ValueError` for a trial with a total.
    """

    uid: str
    facets: Mapping[str, tuple[str, ...]]
    needs: Mapping[Need, "OfferPrice"]
    trial: bool = False
    card: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.trial and any(price.total is not None for price in self.needs.values()):
            raise ValueError(f"offer {self.uid}: a trial has no total")


@dataclass(frozen=True)
class OfferPrice:
    """The price of an offer for one need: total in cents HT (None when not priced) and facet values."""

    kind: PriceKind
    total: int | None
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Document:
    """A sheet as the index knows it: text by field, facet values, offers, sort keys, and its card.

    Hierarchical and aggregate values are spelled out by whoever builds the document: a sheet in
    `ged` also carries `documents`, a TPE also carries `pme`. Every document has at least one offer
    (a sheet without any gets an empty one) so that offer facets count every sheet.
    `neutral` is the place of the sheet in the neutral order, `updated` a Unix day number,
    `label_rank` higher for a higher stage.
    """

    id: str
    text: Mapping[str, str]
    facets: Mapping[str, tuple[str, ...]]
    offers: tuple[OfferDocument, ...]
    neutral: int
    name_key: str
    updated: int = 0
    label_rank: int = 0
    card: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """A search that is valid by construction: known facets, known need and sort, page ≥ 1.

    `hits_only` is for those who read hit after hit, or only the total: facets, `apart`, suggestion
    and highlights, which cost the most, are then left empty.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    need: Need = Need.MEDIUM
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    page_size: int = PAGE_SIZE
    hits_only: bool = False


@dataclass(frozen=True)
class Bucket:
    """How many sheets one would find by choosing this value beside the other facets' choices."""

    value: str
    count: int


@dataclass(frozen=True)
class Hit:
    """A sheet found: its card, the offer that matched (price for the query's need) and why.

    `highlights` maps a text field to escaped HTML whose only tags are `<mark>…</mark>`.
    """

    id: str
    card: Mapping[str, Any]
    offer: Mapping[str, Any]
    offer_uid: str
    price_kind: PriceKind
    total: int | None
    highlights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """What a search answers. `apart` counts the sheets that only a missing price leaves out."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Bucket, ...]]
    apart: Mapping[str, int]
    suggestion: str | None = None
    took_ms: float = 0.0


APART_QUOTE = "sur-devis"
APART_UNPRICED = "non-renseigne"


@dataclass(frozen=True)
class Completion:
    """A line of autocomplete: a sheet's name, or a word of the vocabulary when `id` is None."""

    text: str
    id: str | None = None
    slug: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Words that staff relate to each other.

    `synonyms`: groups of expressions that mean the same. `replaced`: product that people name →
    categories in which its alternatives stand.
    """

    synonyms: tuple[tuple[str, ...], ...] = ()
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """State of an engine: can it answer, how many documents, when it was last rebuilt (ISO 8601).

    `outdated`: built for other fields or another analysis than those of this code.
    """

    ok: bool
    documents: int = 0
    rebuilt_at: str | None = None
    detail: str = ""
    outdated: bool = False


@dataclass(frozen=True)
class Reason:
    """What something is worth in a score, in the engine's own words, and what it is made of."""

    value: float
    text: str
    parts: tuple["Reason", ...] = ()


class EngineUnavailable(Exception):
    """The engine cannot answer now; the caller says so and falls back, nothing is lost."""


class DocumentsRefused(Exception):
    """The engine will never take some documents as they are; all the others were taken.

    `reasons`: id → why. `taken`: how many others.
    """

    def __init__(self, reasons: Mapping[str, str], taken: int) -> None:
        super().__init__("; ".join(f"{id}: {reason}" for id, reason in reasons.items()))
        self.reasons = dict(reasons)
        self.taken = taken


class Generation(Protocol):
    """An index being built beside the one that answers. Its builder is the only one to write it."""

    name: str

    def fill(self, documents: Iterable[Document]) -> int:
        """Take all documents, once; return how many there are. Of equal ids the first counts.

        Raises `DocumentsRefused` at the end, all others taken.
        """

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents that changed since they were read for `fill`."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""

    def publish(self) -> None:
        """Answer from this generation from now on, in one step; the one before it goes."""

    def discard(self) -> None:
        """Remove a generation that is not to be published."""


class Engine(Protocol):
    """What every engine offers. All methods raise `EngineUnavailable` when it cannot answer."""

    def generation(self) -> Generation:
        """Begin a new generation; searches and changes go on in the current one."""

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Build a new generation from `documents`, swap it in, return how many it holds.

        For when nothing changes meanwhile; an error leaves the index as it was. Engines inherit it.
        """
        generation = self.generation()
        try:
            count = generation.fill(documents)
            generation.publish()
        except BaseException:
            generation.discard()
            raise
        return count

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add or replace documents; visible to the next search of any process.

        Raises `DocumentsRefused` at the end, all others taken.
        """

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""

    def search(self, query: Query) -> Results:
        """Answer a query: exact total, disjunctive counts, one page of hits."""

    def scan(self, query: Query) -> Iterator[Hit]:
        """All hits of a query in its order, without highlights, as they were when this began.

        Page and page size are ignored. Raises `EngineUnavailable` before the first hit or between.
        """

    def explain(self, query: Query, ids: Sequence[str]) -> Mapping[str, Reason]:
        """What a query's text is worth in each of these sheets; those not found are left out.

        Only the text counts, whatever the filters and the sort: the more, the higher the sheet by
        relevance. Without text the order is neutral, and worth the same in every sheet there is.
        """

    def autocomplete(self, text: str, limit: int = 8) -> tuple[Completion, ...]:
        """Names whose words begin with `text`, best first."""

    def similar(self, id: str, limit: int = 4) -> tuple[Hit, ...]:
        """Sheets most like this one, itself excluded; empty when unknown."""

    def health(self) -> Health:
        """State of the engine; never raises."""
