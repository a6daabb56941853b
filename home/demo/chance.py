"""Chance that is the same for the same seed, and decks that deal every value in due proportion."""

import datetime as dt
import random
from collections.abc import Hashable, Mapping
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

Card = TypeVar("Card", bound=Hashable)


def demo_uid(seed: int, *path: object) -> UUID:
    """Return the stable id of a demo thing: same seed and path, same id."""
    return uuid5(NAMESPACE_URL, "/".join(map(str, ("catalogue-demo", seed, *path))))


def reference_date(today: dt.date) -> dt.date:
    """Return the day that demo dates are counted from: the first of the month.

    A catalogue loaded on any day of a month is the same, and what is to be expired is.
    """
    return today.replace(day=1)


class Chance:
    """Where all randomness comes from."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._decks: dict[str, tuple[random.Random, list[Hashable]]] = {}

    def rng(self, *path: object) -> random.Random:
        """Return a source of its own for one thing, whatever was drawn before for others."""
        return random.Random("/".join(map(str, (self._seed, *path))))  # noqa: S311 (no secret)

    def deal(self, name: str, cards: Mapping[Card, int]) -> Card:
        """Deal a card of a shuffled deck that holds so many copies of each value.

        A rare value is thus dealt once a deck, where independent draws might forget it.
        """
        if name not in self._decks:
            self._decks[name] = (self.rng("deck", name), [])
        rng, deck = self._decks[name]
        if not deck:
            deck.extend(card for card, copies in cards.items() for _ in range(copies))
            rng.shuffle(deck)
        return deck.pop()  # type: ignore[return-value]  # a deck holds its own cards only


def days_before(rng: random.Random, day: dt.date, most: int, least: int = 0) -> dt.date:
    """Return a day between `least` and `most` days before another."""
    return day - dt.timedelta(days=rng.randint(least, most))
