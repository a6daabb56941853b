"""Why a sheet stands where it does in a search, or why it is not there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from catalogue.models import Listing
from search import documents, indexing, services
from search.analysis import Word, analyse, fold, parse, plan
from search.contract import (
    CATEGORY_FACET,
    Document,
    Engine,
    OfferDocument,
    Query,
    Scope,
    Vocabulary,
)
from search.facets import FACETS_BY_NAME
from search.forms import Labels
from search.models import PendingDocument

MOST_SCANNED = 10_000
"""Results among which the rank of a sheet is looked for."""


@dataclass(frozen=True)
class UnderstoodWord:
    """A word to find: its stem, what else is accepted in its place, whether a sheet needs it."""

    typed: str
    stem: str
    synonyms: tuple[str, ...]
    categories: tuple[str, ...]
    needed: bool


@dataclass(frozen=True)
class Understood:
    """What a text was understood as; `required` of the needed words are enough."""

    words: tuple[UnderstoodWord, ...]
    required: int
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    names: tuple[str, ...]
    ignored: tuple[str, ...]

    @property
    def needed(self) -> int:
        """How many words may count towards `required`."""
        return sum(word.needed for word in self.words)


def understand(text: str, vocabulary: Vocabulary, labels: Labels) -> Understood:
    """What will be looked for; any text is accepted."""
    parsed = parse(text)
    wanted = plan(parsed, vocabulary)
    # The plan holds stems: staff know the expressions that they wrote.
    written = {tuple(analyse(one)): one for group in vocabulary.synonyms for one in group}
    known = labels.get(CATEGORY_FACET, {})
    words = tuple(
        UnderstoodWord(
            typed=clause.word.surface,
            stem=clause.word.stem,
            synonyms=tuple(
                written.get(expression.stems, " ".join(expression.stems))
                for expression in clause.expressions[1:]
            ),
            categories=tuple(known.get(code, code) for code in clause.categories),
            needed=clause.needed,
        )
        for clause in wanted.clauses
    )
    kept = {word.stem for word in words}
    return Understood(
        words=words,
        required=wanted.required,
        phrases=tuple(map(_typed, parsed.phrases)),
        excluded=tuple(map(_typed, parsed.excluded)),
        names=wanted.names,
        ignored=tuple(word.surface for word in parsed.terms if word.stem not in kept),
    )


def _typed(words: Sequence[Word]) -> str:
    return " ".join(word.surface for word in words)


def find_listings(words: str, limit: int) -> list[Listing]:
    """Sheets of this slug or exact name, or else whose name contains it; drafts too."""
    listings = Listing.objects.select_related("page").order_by("page__title")
    exact = listings.filter(Q(page__slug__iexact=words) | Q(page__title__iexact=words))
    return list(exact[:limit]) or list(listings.filter(page__title__icontains=words)[:limit])


def rank_of(engine: Engine, query: Query, id_: str) -> int | None:
    """Place of a sheet among the first `MOST_SCANNED`, from 1. Raises `EngineUnavailable`."""
    hits = islice(engine.scan(query), MOST_SCANNED)
    return next((rank for rank, hit in enumerate(hits, 1) if hit.id == id_), None)


def why_absent(
    engine: Engine, query: Query, listing: Listing, labels: Labels, total: int
) -> list[str]:
    """Why a search does not find a sheet, most certain first. Raises `EngineUnavailable`.

    Filters are held against the sheet as it is in the database, which what waits to be indexed
    explains when the index says otherwise.
    """
    if hidden := _hidden(listing):
        return [hidden]
    found = documents.build(Listing.objects.filter(pk=listing.pk), seed=indexing.neutral_seed())
    document = next(found, None)
    if document is None:
        return [_("Son contenu ne peut pas être indexé : le journal du serveur dit pourquoi.")]
    reasons = list(_excluding_filters(document, query, labels))
    known = document.id in engine.explain(Query(text=fold(listing.page.title)), [document.id])
    if known and query.text:
        reasons += _unsaid(engine, query.text, document.id)
    if is_pending(listing):
        reasons.append(
            _("Ses derniers changements attendent d'être indexés : regardez dans une minute.")
        )
    if not reasons and known and total > MOST_SCANNED:
        reasons.append(_("Elle est au-delà des 10 000 premiers résultats."))
    return reasons or [
        _("L'index ne la connaît pas comme la base de données : lancez « rebuild_index ».")
    ]


def is_pending(listing: Listing) -> bool:
    """Whether the index in use has still to learn of a sheet, or of all."""
    return PendingDocument.objects.filter(
        Q(document=listing.uid) | Q(document=None), target=settings.SEARCH["ENGINE"]
    ).exists()


def _hidden(listing: Listing) -> str:
    if listing.archived_at:
        return _("Elle est archivée : les visiteurs ne la voient plus.")
    return "" if listing.page.live else _("Elle n'est pas publiée : c'est un brouillon.")


def _excluding_filters(document: Document, query: Query, labels: Labels) -> Iterator[str]:
    """Each filter that leaves the sheet out by itself, or else those that no offer has together."""
    of_offers: dict[str, tuple[str, ...]] = {}
    alone = False
    for name, wanted in query.filters.items():
        of_offers |= {name: wanted} if FACETS_BY_NAME[name].scope == Scope.OFFER else {}
        held = _held(document, name, query)
        if held.isdisjoint(wanted):
            alone = True
            yield _("Le filtre « %(facet)s » l'écarte : il veut %(wanted)s, elle a %(held)s.") % {
                "facet": FACETS_BY_NAME[name].label,
                "wanted": _values(name, wanted, labels, _(" ou ")),
                "held": _values(name, sorted(held), labels, ", ") or _("rien à cet endroit"),
            }
    if not alone and not any(_satisfies(offer, of_offers, query) for offer in document.offers):
        names = " », « ".join(str(FACETS_BY_NAME[name].label) for name in of_offers)
        yield _("Aucune de ses offres ne satisfait à elle seule les filtres « %(names)s ».") % {
            "names": names
        }


def _values(facet: str, values: Sequence[str], labels: Labels, between: str) -> str:
    known: Mapping[str, str] = labels.get(facet, {})
    return between.join(f"« {known.get(value, value)} »" for value in values)


def _held(document: Document, facet: str, query: Query) -> set[str]:
    if FACETS_BY_NAME[facet].scope == Scope.SHEET:
        return set(document.facets.get(facet, ()))
    return {value for offer in document.offers for value in _of_offer(offer, facet, query)}


def _of_offer(offer: OfferDocument, facet: str, query: Query) -> tuple[str, ...]:
    source = offer.needs[query.need].facets if FACETS_BY_NAME[facet].per_need else offer.facets
    return source.get(facet, ())


def _satisfies(offer: OfferDocument, filters: Mapping[str, tuple[str, ...]], query: Query) -> bool:
    return all(
        not set(wanted).isdisjoint(_of_offer(offer, name, query))
        for name, wanted in filters.items()
    )


def _unsaid(engine: Engine, text: str, id_: str) -> Iterator[str]:
    """What a text wants that a sheet does not say, or excludes that it says: a call for each."""
    if id_ in engine.explain(Query(text=text), [id_]):
        return
    parsed = parse(text)
    wanted = plan(parsed, services.vocabulary())

    def says(some: str) -> bool:
        return id_ in engine.explain(Query(text=some), [id_])

    needed = [clause.word.surface for clause in wanted.clauses if clause.needed]
    missing = [word for word in needed if not says(word)]
    missing += [f'"{_typed(phrase)}"' for phrase in parsed.phrases if not says(_phrase(phrase))]
    refused = [_typed(words) for words in parsed.excluded if says(_phrase(words))]
    if missing:
        yield _("Le texte ne la trouve pas : elle ne dit pas %(words)s.") % {
            "words": ", ".join(f"« {word} »" for word in missing)
        }
    if refused:
        yield _("Le texte l'exclut : elle dit %(words)s.") % {
            "words": ", ".join(f"« {words} »" for words in refused)
        }
    if not missing and not refused:
        yield _("Le texte ne la trouve pas.")


def _phrase(words: Sequence[Word]) -> str:
    return f'"{_typed(words)}"'
