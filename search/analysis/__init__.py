"""French text analysis: one code for every engine, so that they find the same sheets.

Engines index what `analyse` gives (stems, without stop words, a space between them) and look for
what `plan` decides. A change here that alters what is indexed raises `ANALYSER_VERSION`.
"""

from search.analysis.highlighting import Marker
from search.analysis.indexing import analysed, name_starts, storable
from search.analysis.queries import (
    LONGEST_TEXT,
    MOST_SPOKEN,
    MOST_WORDS,
    Clause,
    Expression,
    ParsedText,
    TextPlan,
    parse,
    plan,
)
from search.analysis.spelling import Candidate, Lexicon, corrected, guessed
from search.analysis.vocabulary import Entry, completions, related
from search.analysis.words import Token, Word, analyse, fold, forms, normalise, surfaces, tokens

ANALYSER_VERSION = "1"
"""Written in every index: one built by another version has to be rebuilt."""

__all__ = [
    "ANALYSER_VERSION",
    "LONGEST_TEXT",
    "MOST_SPOKEN",
    "MOST_WORDS",
    "Candidate",
    "Clause",
    "Entry",
    "Expression",
    "Lexicon",
    "Marker",
    "ParsedText",
    "TextPlan",
    "Token",
    "Word",
    "analyse",
    "analysed",
    "completions",
    "corrected",
    "fold",
    "forms",
    "guessed",
    "name_starts",
    "normalise",
    "parse",
    "plan",
    "related",
    "storable",
    "surfaces",
    "tokens",
]
