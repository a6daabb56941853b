"""Light French stemming, after Jacques Savoy's published algorithm (`light_french` in Lucene).

Two differences, on purpose. Words arrive without accents (`words.fold_word`), because people type
`financiere` as often as `financière` and both must give one stem: the rules that look for an
accented ending are written for the bare one, narrowed where bare letters are ambiguous. And a few
feminines are added, which the original parts from their masculines.
"""

from itertools import pairwise
from typing import NamedTuple


class Rule(NamedTuple):
    """Replace `suffix` by `ending` in words longer than `longer_than`; `last` ends the chain."""

    suffix: str
    longer_than: int
    ending: str
    last: bool = True


# In the order of the algorithm: the first last rule that applies ends the chain.
RULES: tuple[Rule, ...] = (
    Rule("issement", 9, "ir"),
    Rule("issant", 8, "ir"),
    Rule("ivement", 6, "if"),
    Rule("ement", 6, "e"),
    Rule("ficatrice", 11, "fier"),
    Rule("ficateur", 10, "fier"),
    Rule("catrice", 9, "quer"),
    Rule("cateur", 8, "quer"),
    Rule("atrice", 8, "er"),
    Rule("ateur", 7, "er"),
    Rule("trice", 6, "teur", last=False),
    Rule("ieme", 5, ""),
    Rule("teuse", 7, "ter"),
    Rule("teur", 6, "ter"),
    Rule("euse", 5, "eu"),
    # The original says -ère. Bare -ere would take participles (transférée); these are feminines.
    Rule("iere", 8, "ier"),
    Rule("gere", 8, "ger"),
    Rule("chere", 8, "cher"),
    # The three added: française, lilloise, publique.
    Rule("aise", 7, "ai"),
    Rule("oise", 7, "oi"),
    Rule("blique", 6, "blic"),
    Rule("ive", 7, "if"),
    Rule("folle", 4, "fou"),
    Rule("molle", 4, "mou"),
    Rule("nnelle", 9, "n"),
    Rule("nnel", 9, "n"),
    Rule("ique", 8, "", last=False),
    Rule("esse", 8, "e"),
    Rule("inage", 7, "in"),
    Rule("ualisation", 12, "uel"),
    Rule("isation", 9, ""),
    Rule("isateur", 9, ""),
    Rule("ation", 8, ""),
    Rule("ition", 8, ""),
)


def stem(word: str) -> str:
    """The stem of a lower-case word without accents; never empty for a word that is not."""
    word = _singular(word)
    for rule in RULES:
        if len(word) > rule.longer_than and word.endswith(rule.suffix):
            word = word.removesuffix(rule.suffix) + rule.ending
            if rule.last:
                break
    return _bare(word)


def _singular(word: str) -> str:
    if len(word) > 5 and word[-1] == "x":
        # régionaux → régional, but réseaux → réseau
        word = word[:-2] + "l" if word[-3:-1] == "au" and word[-4] != "e" else word[:-1]
    if len(word) > 3 and word[-1] == "x":
        word = word[:-1]
    if len(word) > 3 and word[-1] == "s":
        word = word[:-1]
    return word


def _bare(word: str) -> str:
    """Without doubled letters nor the endings that gender and tense leave."""
    if len(word) <= 4:
        return word
    word = _single_letters(word)
    if len(word) > 4 and word.endswith("ie"):
        word = word[:-2]
    if len(word) > 4:
        for ending in ("r", "e", "e"):
            word = word.removesuffix(ending)
        if word[-1] == word[-2] and word[-1].isalpha():
            word = word[:-1]
    return word


def _single_letters(word: str) -> str:
    kept = [word[0]]
    kept += [
        letter for previous, letter in pairwise(word) if letter != previous or not letter.isalpha()
    ]
    return "".join(kept)
