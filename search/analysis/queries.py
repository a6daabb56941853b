"""From what a person typed to what an engine has to look for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from search.analysis.vocabulary import Relations, Stems, related
from search.analysis.words import Word, analyse, forms, normalise, tokens
from search.contract import Vocabulary

LONGEST_TEXT = 200
"""Characters of a query that are read."""

MOST_WORDS = 16
"""Words of a query that are looked for, stop words apart."""

MOST_EXPRESSIONS = 64
"""Expressions that the words of a query may stand for, all together.

Servers refuse queries of more than 1,024 parts, and each expression is looked for in seven fields.
"""

MOST_SPOKEN = 3
"""Stems of its categories that a clause looks for besides, for the same reason."""

SYNONYM_WEIGHT = 0.8
"""Score of a synonym beside that of the word typed."""

_Found = TypeVar("_Found")

_QUOTES = str.maketrans(dict.fromkeys("“”„«»\uff02", '"'))
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CHUNK = re.compile(r'(?P<minus>(?<![^\s])-(?=["\w]))?(?:"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+))')
# Said beside a product to be replaced, they describe the search and not what is looked for.
_REPLACING = frozenset(
    analyse(
        "alternative alternatif alternativement équivalent équivalente équivalence remplacer "
        "remplace remplaçant remplacement concurrent concurrente concurrence substitut"
    )
)
_INSTEAD_OF = (("a", "la", "place"), ("au", "lieu"))
# Said of any product or of the search itself: dropped as long as another word is left.
_EMPTY = frozenset(
    analyse(
        "logiciel progiciel outil solution application appli plateforme produit éditeur fournisseur "
        "cherche chercher recherche rechercher trouver besoin comment quoi contre lutte lutter afin "
        "permettre permettant gérer"
    )
)
# Who buys and what every vendor claims: they rank what is found, and leave nothing out.
_QUALIFYING = frozenset(
    analyse(
        "sécurisé simple gratuit moderne souverain français européen collaboratif externalisé "
        "municipal communal territorial petite commune collectivité ville administration gestion suivi "
        "suivre"
    )
)


@dataclass(frozen=True)
class ParsedText:
    """A query cut into words to find, phrases and exclusions; `clean` is the text that was read."""

    clean: str = ""
    terms: tuple[Word, ...] = ()
    phrases: tuple[tuple[Word, ...], ...] = ()
    excluded: tuple[tuple[Word, ...], ...] = ()


@dataclass(frozen=True)
class Expression:
    """Stems to be found one after the other, and what that is worth beside the word typed."""

    stems: Stems
    weight: float = 1.0


@dataclass(frozen=True)
class Clause:
    """One word of the query: any of the expressions satisfies it, or standing in a category.

    `correctable` unless staff know the word: only then may it be a typing error. A clause that is
    not `needed` adds to the score and leaves nothing out.
    """

    word: Word
    expressions: tuple[Expression, ...]
    categories: tuple[str, ...] = ()
    correctable: bool = True
    needed: bool = True


@dataclass(frozen=True)
class TextPlan:
    """What to look for: at least `required` of the needed clauses, all phrases, none of the excluded.

    `names` are the unstemmed names that the query may be asking for by name. `words` are the words
    to find, in the order typed.
    """

    clauses: tuple[Clause, ...] = ()
    required: int = 0
    phrases: tuple[Stems, ...] = ()
    excluded: tuple[Stems, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for: every sheet matches."""
        return not (self.clauses or self.phrases or self.excluded or self.names)

    @property
    def marks(self) -> tuple[Stems, ...]:
        """Expressions that explain a match, for highlighting."""
        expressions = (
            expression.stems for clause in self.clauses for expression in clause.expressions
        )
        return tuple(dict.fromkeys((*expressions, *self.phrases)))


def parse(text: str) -> ParsedText:
    """Cut what was typed; any text is accepted and only its first 200 characters are read."""
    clean = _clean(text)
    terms: list[Word] = []
    phrases: list[tuple[Word, ...]] = []
    excluded: list[tuple[Word, ...]] = []
    room = MOST_WORDS
    for match in _CHUNK.finditer(clean):
        group = "plain" if match["phrase"] is None else "phrase"
        words, room = _first(_words(clean, *match.span(group)), room)
        if not words:
            continue
        if match["minus"]:
            excluded.append(words)
        elif group == "phrase":
            phrases.append(words)
        else:
            terms.extend(words)
    return ParsedText(clean, tuple(terms), tuple(phrases), tuple(excluded))


def _clean(text: str) -> str:
    # Reading twice the limit leaves room for what is dropped, and bounds the work on any input.
    text = _UNPRINTABLE.sub(" ", text[: LONGEST_TEXT * 2])
    text = " ".join(normalise(text).translate(_QUOTES).split())
    if len(text) <= LONGEST_TEXT:
        return text
    kept = text[:LONGEST_TEXT]
    return kept if text[LONGEST_TEXT] == " " or " " not in kept else kept.rpartition(" ")[0]


def _words(text: str, offset: int, end: int) -> Iterator[Word]:
    for start, stop, folded, root in tokens(text[offset:end]):
        surface = text[offset + start : offset + stop]
        yield Word(surface, folded, root, offset + start, offset + stop)


def _first(words: Iterator[Word], room: int) -> tuple[tuple[Word, ...], int]:
    """The words that still fit, and the room left after them; stop words take none."""
    kept: list[Word] = []
    for word in words:
        if word.stem:
            if room == 0:
                break
            room -= 1
        kept.append(word)
    return tuple(kept), room


def plan(parsed: ParsedText, vocabulary: Vocabulary) -> TextPlan:
    """Decide what to look for, with the relations that staff declared between words."""
    relations = related(vocabulary)
    terms = _without_replacing_words(parsed.terms, relations)
    content = _without_empty_words(_distinct(terms), relations)
    clauses = bounded(_clauses(content, relations, _joined(content, parsed.clean)))
    positive = sorted(
        (*parsed.terms, *(word for phrase in parsed.phrases for word in phrase)),
        key=lambda word: word.start,
    )
    return TextPlan(
        clauses=clauses,
        required=_required(sum(clause.needed for clause in clauses)),
        phrases=_stems(parsed.phrases),
        excluded=_stems(parsed.excluded),
        names=_names(positive, content if len(terms) < len(parsed.terms) else ()),
        words=tuple(word for word in positive if word.stem),
    )


def bounded(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses, each with its own word, and with what it stands for as long as there is room."""
    room = MOST_EXPRESSIONS - len(clauses)
    kept = []
    for clause in clauses:
        own, *others = clause.expressions
        others = others[: max(room, 0)]
        room -= len(others)
        kept.append(replace(clause, expressions=(own, *others)))
    return tuple(kept)


def _required(clauses: int) -> int:
    """All of one or two words, three quarters (rounded down) from three on."""
    return clauses if clauses <= 2 else clauses * 3 // 4


def _names(*readings: Sequence[Word]) -> tuple[str, ...]:
    """Each reading as it stands, and the last in one word: `big blue button` → BigBlueButton."""
    names = [" ".join(word.folded for word in reading) for reading in readings]
    last = [reading for reading in readings if reading][-1:]
    names += ["".join(word.folded for word in reading) for reading in last]
    return tuple(dict.fromkeys(name for name in names if name))


def _stems(groups: Sequence[Sequence[Word]]) -> tuple[Stems, ...]:
    stems = (tuple(word.stem for word in group if word.stem) for group in groups)
    return tuple(dict.fromkeys(group for group in stems if group))


def _distinct(words: Sequence[Word]) -> list[Word]:
    return list({word.stem: word for word in reversed(words) if word.stem}.values())[::-1]


def _spans(
    words: Sequence[Word], table: Mapping[Stems, _Found], longest: int
) -> Iterator[tuple[int, int, _Found]]:
    """Where expressions of the table stand in the words, longest first, without overlap."""
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + longest), at, -1):
            found = table.get(tuple(word.stem for word in words[at:end]))
            if found is not None:
                yield at, end, found
                at = end - 1
                break
        at += 1


def _without_replacing_words(terms: tuple[Word, ...], relations: Relations) -> tuple[Word, ...]:
    """The terms without `alternative à`, `à la place de`… when a product to replace is named."""
    content = [word for word in terms if word.stem]
    named = {
        word.start
        for start, end, _ in _spans(content, relations.replaced, relations.longest)
        for word in content[start:end]
    }
    if not named:
        return terms
    folded = [word.folded for word in terms]
    dropped = {
        at + len(words) - 1
        for words in _INSTEAD_OF
        for at in range(len(folded))
        if tuple(folded[at : at + len(words)]) == words
    }
    return tuple(
        word
        for at, word in enumerate(terms)
        if word.start in named or not (word.stem in _REPLACING or at in dropped)
    )


def _without_empty_words(content: list[Word], relations: Relations) -> list[Word]:
    """The words without those that say nothing, unless staff know an expression with them."""
    told = {
        at
        for table in (relations.synonyms, relations.replaced)
        for start, end, _ in _spans(content, table, relations.longest)
        for at in range(start, end)
    }
    kept = [word for at, word in enumerate(content) if at in told or word.stem not in _EMPTY]
    return kept or content


def _joined(content: list[Word], text: str) -> dict[int, Stems]:
    """What words with a hyphen between them give in one word, by place: `e-mail` → `email`."""
    joined: dict[int, Stems] = {}
    for at, (word, following) in enumerate(pairwise(content)):
        if text[word.end : following.start] == "-":
            stems = (forms(word.folded + following.folded)[1],)
            joined[at] = stems
            joined[at + 1] = stems
    return joined


def _clauses(
    content: list[Word], relations: Relations, joined: Mapping[int, Stems]
) -> tuple[Clause, ...]:
    """One clause a word; the words of an expression of several share its synonyms.

    Sharing them lets a sheet say either the synonym or the words themselves, in any order, without
    changing how many clauses are required.
    """
    synonyms: list[tuple[Stems, ...]] = [()] * len(content)
    for start, end, others in _spans(content, relations.synonyms, relations.longest):
        synonyms[start:end] = [others] * (end - start)
    categories: list[tuple[str, ...]] = [()] * len(content)
    for start, end, codes in _spans(content, relations.replaced, relations.longest):
        categories[start:end] = [codes] * (end - start)
    told = [bool(synonyms[at] or categories[at]) for at in range(len(content))]
    needed = [told[at] or word.stem not in _QUALIFYING for at, word in enumerate(content)]
    clauses = []
    for at, word in enumerate(content):
        others = synonyms[at] + ((joined[at],) if at in joined else ())
        related = tuple(Expression(stems, SYNONYM_WEIGHT) for stems in dict.fromkeys(others))
        clauses.append(
            Clause(
                word=word,
                expressions=(Expression((word.stem,)), *related),
                categories=categories[at],
                correctable=not told[at],
                needed=needed[at] or not any(needed),
            )
        )
    return tuple(clauses)
