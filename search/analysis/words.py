"""From text to words: cut, lower-cased, without accents nor elided articles, stemmed.

Both engines index and search these forms, so that a query finds the same sheets in either.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from search.analysis.stemming import stem

LONGEST_WORD = 64
"""Characters kept of a word: more is an encoded blob, which nobody types."""

_ELIDED = "l d qu j n s c m t jusqu lorsqu puisqu quoiqu".split()
# Straight, curly both ways, grave and acute accents, prime, full width.
_APOSTROPHES = "'\u2019\u2018`\u00b4\u2032\uff07"


# Combining marks stay for letters that have no composed form. `_` is replaced beforehand.
_LETTER = r"[\w\u0300-\u036f]"
# Case by case rather than IGNORECASE, which is thrice as slow.
_ARTICLE = "|".join("".join(f"[{one}{one.upper()}]" for one in article) for article in _ELIDED)
_BEFORE = rf"(?<!{_LETTER})(?!(?:{_ARTICLE})[{_APOSTROPHES}]\w)"
_WORD = re.compile(rf"{_BEFORE}{_LETTER}+")
# What decomposition leaves whole.
_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "ß": "ss",
    }
)
_STOP_WORDS_TEXT = """
    a à ai ainsi alors après as au aucun aussi autre aux avais avait avant avec avez avoir avons
    ayant ça car ce cela celle celles celui ces cet cette ceux chaque ci comme d dans de des donc dont du
    elle elles en encore entre es est et étaient étais était étant êtes être eu eux fait font
    il ils j je l la là le les leur leurs lors lui m ma mais me même mes moi mon n ne ni nos notre
    nous on ont ou où par pas pour puis qu quand que quel quelle quelles quels qui s sa sans se
    selon sera seront ses si soit son sont sous suis sur t ta te tes toi ton tous tout toute toutes
    tu un une vers vos votre vous y
"""
_STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())


class Token(NamedTuple):
    """A word where it stands in a text: `stem` is empty for a stop word."""

    start: int
    end: int
    folded: str
    stem: str


@dataclass(frozen=True)
class Word:
    """A word of a query: as typed, unstemmed, stemmed (empty for a stop word), and its place."""

    surface: str
    folded: str
    stem: str
    start: int
    end: int


def normalise(text: str) -> str:
    """`text` with composed accents and plain apostrophes: what `tokens` gives places in."""
    # U+02BC is a letter for Unicode: it would glue the article to the word.
    return unicodedata.normalize("NFC", text).replace("\u02bc", "'")


def surfaces(text: str) -> list[str]:
    """The words of a normalised text as they are written, elided articles left out."""
    return _WORD.findall(text.replace("_", " "))


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The words of a normalised text in their places, stop words included, from a place on."""
    return _tokens(_WORD.finditer(text.replace("_", " "), start))


def tokens_of(stems: Collection[str], text: str) -> list[Token]:
    """The words of a normalised text that have one of these stems, in their places.

    Much quicker than looking at every word: stemming changes the end of words, never their first
    letter. Letters of Latin alphabets only.
    """
    spaced = text.replace("_", " ")
    found = []
    for initial in {own[0] for own in stems}:
        for match in _beginning(initial).finditer(spaced):
            folded, root = forms(match.group())
            if root in stems:
                found.append(Token(match.start(), match.end(), folded, root))
    found.sort()
    return found


def _tokens(matches: Iterable[re.Match[str]]) -> Iterator[Token]:
    for match in matches:
        folded, root = forms(match.group())
        if folded:
            yield Token(match.start(), match.end(), folded, root)


@lru_cache(maxsize=128)
def _beginning(initial: str) -> re.Pattern[str]:
    # The letter comes before the look behind it: the search jumps from one to the next.
    written = re.escape(_variants().get(initial, initial + initial.upper()))
    return re.compile(rf"[{written}](?<!{_LETTER}.){_LETTER}*")


@lru_cache(maxsize=1)
def _variants() -> dict[str, str]:
    """How the first letter of an unstemmed word may be written: `e` → `eEéÉèÈ…`."""
    variants: dict[str, str] = {}
    for code in (*range(0x30, 0x250), *range(0x1E00, 0x1F00)):
        if chr(code).isalnum() and (folded := fold_word(chr(code))):
            variants[folded[0]] = variants.get(folded[0], "") + chr(code)
    return variants


@lru_cache(maxsize=1 << 17)
def forms(surface: str) -> tuple[str, str]:
    """The unstemmed form of one word, and its stem: empty when it is a stop word."""
    folded = fold_word(surface)
    # `sur` is a stop word, `sûr` is not; `meme` typed without its accent still is.
    lowered = surface.lower()
    stops = lowered in _STOP_WORDS or (lowered == folded and folded in _FOLDED_STOP_WORDS)
    return folded, "" if stops else stem(folded)


def fold_word(surface: str) -> str:
    """One word in lower case, without accents nor ligatures: `Œuvré` → `oeuvre`."""
    lowered = surface.lower()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_LIGATURES))
        # Also leaves out what compatibility forms expand to between letters (spaces, slashes).
        lowered = "".join(letter for letter in decomposed.lower() if letter.isalnum())
    return lowered[:LONGEST_WORD]


_FOLDED_STOP_WORDS = frozenset(fold_word(word) for word in _STOP_WORDS)


def fold(text: str) -> str:
    """The unstemmed words of a text, a space between them: how names are compared."""
    folded = (forms(surface)[0] for surface in surfaces(normalise(text)))
    return " ".join(word for word in folded if word)


def analyse(text: str) -> list[str]:
    """The stems of a text in order, without stop words: what is indexed and looked up."""
    return [root for surface in surfaces(normalise(text)) if (root := forms(surface)[1])]
