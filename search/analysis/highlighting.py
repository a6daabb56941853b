"""Show in a text why it matches: escaped HTML whose only tags are `<mark>…</mark>`."""

from collections.abc import Iterable
from html import escape
from itertools import islice

from search.analysis.words import Token, normalise, tokens, tokens_of

FRAGMENT_LENGTH = 200
"""Characters of a fragment, tags and entities apart."""

LONGEST_READ = 20_000
"""Characters of a text in which matches are looked for."""

Span = tuple[int, int]


class Marker:
    """Marks the words of a search in texts.

    `expressions` are stems to be found one after the other, stop words between them ignored.
    """

    def __init__(self, expressions: Iterable[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for expression in sorted(set(expressions), key=len, reverse=True):
            if expression:
                self._by_first.setdefault(expression[0], []).append(expression)

    def whole(self, text: str) -> str | None:
        """The whole text with its matches marked; None when there is none."""
        text = normalise(text[:LONGEST_READ])
        spans = self._spans(text)
        return _marked(text, spans, 0, len(text)) if spans else None

    def fragment(self, text: str, length: int = FRAGMENT_LENGTH) -> str | None:
        """About `length` characters around the densest matches, cut between words; None if none."""
        text = normalise(text[:LONGEST_READ])
        spans = self._spans(text)
        if not spans:
            return None
        start, end = _window(text, spans, length)
        before = "…" if start > 0 else ""
        after = "…" if end < len(text) else ""
        return before + _marked(text, spans, start, end) + after

    def _spans(self, text: str) -> list[Span]:
        spans: list[Span] = []
        free_from = 0
        for token in tokens_of(self._by_first, text):
            if token.start >= free_from:
                end = self._end(text, token)
                if end is not None:
                    spans.append((token.start, end))
                    free_from = end
        return spans

    def _end(self, text: str, first: Token) -> int | None:
        """Where the longest expression that begins with a word ends; None when none goes on."""
        expressions = self._by_first[first.stem]
        if len(expressions[0]) == 1:
            return first.end
        content = (token for token in tokens(text, first.start) if token.stem)
        following = list(islice(content, len(expressions[0])))
        stems = tuple(token.stem for token in following)
        for expression in expressions:
            if stems[: len(expression)] == expression:
                return following[len(expression) - 1].end
        return None


def _window(text: str, spans: list[Span], length: int) -> Span:
    """Where to cut: around the most matches, the first such place, whole words only."""
    if len(text) <= length:
        return 0, len(text)

    def held(first: int) -> int:
        return sum(1 for start, end in spans[first:] if end <= spans[first][0] + length)

    # Few matches are enough to choose from, and bound the work on a text that repeats one word.
    first = max(range(min(len(spans), 50)), key=lambda at: (held(at), -at))
    from_, last = spans[first][0], spans[first + max(held(first), 1) - 1][1]
    margin = max(length - (last - from_), 0) // 2
    start = max(min(from_ - margin, len(text) - length), 0)
    end = min(max(start + length, last), len(text))
    return _word_start(text, start, from_), _word_end(text, end, last)


def _word_start(text: str, start: int, limit: int) -> int:
    if start == 0 or text[start - 1].isspace():
        return start
    while start < limit and not text[start].isspace():
        start += 1
    while start < limit and text[start].isspace():
        start += 1
    return start


def _word_end(text: str, end: int, limit: int) -> int:
    if end == len(text) or text[end].isspace():
        return end
    while end > limit and not text[end - 1].isspace():
        end -= 1
    while end > limit and text[end - 1].isspace():
        end -= 1
    return end


def _marked(text: str, spans: list[Span], start: int, end: int) -> str:
    parts: list[str] = []
    at = start
    for first, last in spans:
        if first >= at and last <= end:
            parts += (escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>")
            at = last
    parts.append(escape(text[at:end]))
    return "".join(parts)
