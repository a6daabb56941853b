"""Names and texts of sheets: an archetype's hand-written parts, put together once each."""

import random

from home.demo.archetypes import Archetype, words
from home.demo.records import VendorRecord
from home.demo.vendors import GIANT, slug_of

_VARIANTS = 4
_DETAIL_PAIRS = 30  # ordered pairs of six details
_TEXTS = _VARIANTS**4 * _DETAIL_PAIRS
# First words of places before which « de » stays whole.
_ASPIRATED = ("Halle", "Hameau", "Haras", "Haut", "Havre", "Haye", "Hêtr", "Houx")
_STEP = 1_109  # prime to _TEXTS: consecutive sheets of an archetype look unlike each other


class Names:
    """Gives each sheet a name that no other has."""

    def __init__(self) -> None:
        self._words = words("sheets")
        self._giants = words("vendors")["giants"]["products"]
        self._next: dict[str, int] = {}
        self._slugs: set[str] = set()

    def make(self, archetype: Archetype, vendor: VendorRecord, control: str) -> str:
        """Return a name of the archetype; large groups put their brand before a plain word."""
        brand = f"{vendor.name.split()[0]} " if control == GIANT else ""
        plain = brand + self._giants[archetype.subcategory]
        if brand and self._take(plain):
            return plain
        while True:
            rank = self._next.get(archetype.id, 0)
            self._next[archetype.id] = rank + 1
            name = brand + self._ranked(archetype, rank)
            if self._take(name):
                return name

    def _ranked(self, archetype: Archetype, rank: int) -> str:
        """Return the n-th name: the stems, then stems with a suffix, then with two, then numbers."""
        stems, suffixes, series = archetype.names, self._words["suffixes"], self._words["series"]
        round_, place = divmod(rank, len(stems))
        if not round_:
            return stems[place]
        # Stems don't all take the suffixes in the same order.
        extra, suffix = divmod(round_ - 1, len(suffixes))
        name = f"{stems[place]} {suffixes[(suffix + place * 7) % len(suffixes)]}"
        if not extra:
            return name
        number, serie = divmod(extra - 1, len(series))
        return f"{name} {series[serie]}" + (f" {number + 1}" if number else "")

    def _take(self, name: str) -> bool:
        slug = slug_of(name)
        if slug in self._slugs:
            return False
        self._slugs.add(slug)
        return True


class Texts:
    """Describes sheets; within an archetype no two have the same parts in the same order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._next: dict[str, int] = {}

    def make(self, archetype: Archetype, name: str, vendor: VendorRecord) -> tuple[str, str]:
        """Return the short description and the description, a paragraph an empty line apart."""
        rank = self._next.get(archetype.id, 0)
        self._next[archetype.id] = rank + 1
        summary = archetype.summaries[(rank + self._seed) % len(archetype.summaries)]
        parts = _parts((rank * _STEP + self._seed * 37) % _TEXTS)
        first, second = divmod(parts[4], 5)
        second += second >= first
        paragraphs = (
            archetype.problems[parts[0]],
            archetype.approaches[parts[1]],
            archetype.usages[parts[2]],
            f"{archetype.details[first]} {archetype.details[second]}",
            archetype.closings[parts[3]],
        )
        names = {"nom": name, "editeur": vendor.name}
        return summary, "\n\n".join(paragraph.format(**names) for paragraph in paragraphs)


def pick(rng: random.Random, items: tuple[str, ...], least: int, most: int) -> tuple[str, ...]:
    """Return some items, in their own order."""
    count = min(rng.randint(least, most), len(items))
    chosen = sorted(rng.sample(range(len(items)), count))
    return tuple(items[place] for place in chosen)


def of_place(place: str) -> str:
    """Return « de Valmire », « d'Anse-Marouine », « de Haut-Vernoux », « des Trois Lacs »."""
    for article, contracted in (("Les ", "des "), ("Le ", "du ")):
        if place.startswith(article):
            return contracted + place.removeprefix(article)
    elided = place[0] in "AEIOUÀÂÉÈÊÎÔ" or (place[0] == "H" and not place.startswith(_ASPIRATED))
    return f"d'{place}" if elided else f"de {place}"


def _parts(number: int) -> tuple[int, int, int, int, int]:
    """Split a number below _TEXTS into five choices: a bijection, so texts differ as numbers do.

    Each choice also turns with those before it, else neighbours would share all but one.
    """
    rest, problem = divmod(number, _VARIANTS)
    rest, approach = divmod(rest, _VARIANTS)
    rest, usage = divmod(rest, _VARIANTS)
    pair, closing = divmod(rest, _VARIANTS)
    approach = (approach + problem) % _VARIANTS
    usage = (usage + approach) % _VARIANTS
    closing = (closing + usage) % _VARIANTS
    return problem, approach, usage, closing, (pair + problem + 7 * approach) % _DETAIL_PAIRS
