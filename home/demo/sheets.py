"""Sheets that do not exist, one after the other, always the same for the same seed and month."""

import datetime as dt
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from catalogue.choices import Delay, Distribution, IntegrationState, Rgaa
from home.demo.archetypes import Archetype, archetypes, words
from home.demo.chance import Chance, days_before, demo_uid, reference_date
from home.demo.claims import ClaimFactory, Declarant
from home.demo.offers import OfferFactory, Sheet
from home.demo.prose import Names, Texts, of_place, pick
from home.demo.records import (
    ClaimRecord,
    OfferRecord,
    ReferenceRecord,
    SheetRecord,
    VendorRecord,
)
from home.demo.vendors import GIANT, PROFILES, VendorFactory, slug_of

DEFAULT_SOLUTIONS = 432
DEFAULT_SEED = 2021

SHEETS_A_VENDOR = {1: 40, 2: 33, 3: 16, 4: 7, 5: 4}
DISTRIBUTIONS = {
    Distribution.PROPRIETARY: 66, Distribution.FREE_BRICKS: 21, Distribution.HYBRID: 8,
    Distribution.SOURCE_AVAILABLE: 5,
}  # fmt: skip
STATES = {"live": 96, "draft": 1, "unpublished": 1, "archived": 2}
RGAA = {Rgaa.FULL: 12, Rgaa.PARTIAL: 43, Rgaa.NONE: 20, Rgaa.UNKNOWN: 25}
CONNECTIONS = {
    IntegrationState.DONE: 11, IntegrationState.IN_PROGRESS: 4, IntegrationState.PLANNED: 4,
    IntegrationState.IRRELEVANT: 1,
}  # fmt: skip
LANGUAGES = {
    ("fr",): 58, ("fr", "en"): 24, ("fr", "en", "de"): 4, ("fr", "en", "es"): 4,
    ("fr", "en", "de", "es", "it"): 3, ("fr", "nl", "en"): 3, ("fr", "en", "pt"): 2, ("fr", "it"): 2,
}  # fmt: skip
POPULATIONS = {
    ("moins-3500", "3500-20000"): 3,
    ("moins-3500", "3500-20000", "20000-100000"): 3,
    ("3500-20000", "20000-100000"): 3,
    ("20000-100000", "100000-plus"): 3,
    ("moins-3500",): 2,
    ("100000-plus",): 1,
    ("moins-3500", "3500-20000", "20000-100000", "100000-plus"): 3,
}
PREMIUMS = {1.0: 7, 1.5: 2, 3.0: 1}
CONFIRMATIONS = {"recent": 84, "stale": 11, "never": 5}
REFERENCES = {0: 30, 1: 25, 2: 22, 3: 15, 4: 8}
CONSENTS = {"file": 5, "client": 3, "none": 2}
STATE_BODIES = ("etat", "operateur")
_DELAYS = [delay.value for delay in Delay]
_MONTHS_BACK = 30


def generate_sheets(
    count: int, seed: int = DEFAULT_SEED, today: dt.date | None = None
) -> Iterator[SheetRecord]:
    """Return `count` sheets; asking for more gives the same first, then others.

    :param today: any day of the month that dates are counted from (`reference_date`), default now.
    """
    writer = SheetWriter(seed, reference_date(today or dt.date.today()))
    return islice(writer.sheets(), count)


class SheetWriter:
    """Writes vendors and their sheets, in an order that depends on nothing but the seed."""

    def __init__(self, seed: int, today: dt.date) -> None:
        self._seed = seed
        self._today = today
        self._chance = Chance(seed)
        self._words = words("sheets")
        self._vendors = VendorFactory(seed, today, self._chance)
        self._claims = ClaimFactory(seed, today, self._chance)
        self._offers = OfferFactory(seed, today, self._chance, self._claims)
        self._names = Names()
        self._texts = Texts(seed)
        self._used = dict.fromkeys((archetype.id for archetype in archetypes()), 0)

    def sheets(self) -> Iterator[SheetRecord]:
        """Yield sheets without end: each vendor's first product, then its other ones."""
        index = 0
        while True:
            profile = self._chance.deal("profile", PROFILES)
            first = self._archetype(None)
            vendor = self._vendors.make(first.category, profile)
            for rank in range(self._chance.deal("sheets", SHEETS_A_VENDOR)):
                archetype = first if not rank else self._archetype(first.category)
                self._used[archetype.id] += 1
                yield self._sheet(index, archetype, vendor, profile[2])
                index += 1

    def _archetype(self, category: str | None) -> Archetype:
        """Return one of the archetypes (of a category) that have served least."""
        choice = [a for a in archetypes() if category in (None, a.category)]
        least = min(self._used[a.id] for a in choice)
        rng = self._chance.rng("archetype", sum(self._used.values()), category)
        return rng.choice([a for a in choice if self._used[a.id] == least])

    def _sheet(
        self, index: int, archetype: Archetype, vendor: VendorRecord, control: str
    ) -> SheetRecord:
        rng = self._chance.rng("sheet", index)
        name = self._names.make(archetype, vendor, control)
        slug = slug_of(name)
        summary, description = self._texts.make(archetype, name, vendor)
        life = self._life(rng)
        openness = self._openness(rng, archetype, control, slug)
        access = self._access(rng, vendor, slug)
        declarant = Declarant(index, vendor.website, life["created_on"])
        offers, claims = self._offers.make(
            Sheet(
                index,
                archetype,
                vendor,
                free=openness["distribution"] == Distribution.FREE,
                created_on=life["created_on"],
                price_level=rng.random(),
                premium=self._chance.deal("premium", PREMIUMS),
            )
        )
        references, confirmations = self._references(rng, declarant, archetype)
        return SheetRecord(
            uid=demo_uid(self._seed, "sheet", index),
            index=index,
            archetype=archetype.id,
            slug=slug,
            vendor=vendor,
            name=name,
            summary=summary,
            description=description,
            categories=(archetype.subcategory, *archetype.also),
            offers=offers,
            claims=(*claims, *self._sheet_claims(rng, declarant, openness, access), *confirmations),
            references=references,
            integrations=self._integrations(rng, archetype, life["created_on"]),
            **self._content(rng, archetype, f"{vendor.website}/{slug}"),
            **self._audience(rng, archetype, offers),
            **self._novelty(rng, archetype),
            **life,
            **openness,
            **access,
        )

    def _life(self, rng: random.Random) -> dict[str, Any]:
        """Return whether visitors see the sheet, and since when it is what it is."""
        created = days_before(rng, self._today, _MONTHS_BACK * 30, 20)
        updated = created + dt.timedelta(days=rng.randint(0, (self._today - created).days))
        state = self._chance.deal("state", STATES)
        return {
            "state": state,
            "created_on": created,
            "updated_on": updated,
            "confirmed_on": self._confirmed(rng, created),
            "archived_on": days_before(rng, self._today, 200, 1) if state == "archived" else None,
            "version": f"{rng.randint(1, 9)}.{rng.randint(0, 14)}.{rng.randint(0, 9)}",
            "version_date": days_before(rng, updated, 120),
        }

    def _content(self, rng: random.Random, archetype: Archetype, site: str) -> dict[str, Any]:
        documented, reversible = rng.random() < 0.6, rng.random() < 0.8
        return {
            "features": pick(rng, archetype.features, 6, 10),
            "benefits": pick(rng, archetype.benefits, 3, 5),
            "tags": pick(rng, archetype.words, 4, 7),
            "website": site,
            "documentation_url": f"{site}/documentation" if documented else "",
            "support_hours": rng.choice(self._words["support_hours"]),
            "delay": self._delay(rng, archetype),
            "reversibility": rng.choice(self._words["reversibility"]) if reversible else "",
            "languages": self._chance.deal("languages", LANGUAGES),
        }

    def _openness(
        self, rng: random.Random, archetype: Archetype, control: str, slug: str
    ) -> dict[str, Any]:
        """Return distribution, licence, repository, and when it was last reached."""
        answer = {
            "distribution": "",
            "licence": "",
            "repository_url": "",
            "repository_reachable_on": None,
        }
        share = min(16, round(archetype.libre_share * 16)) if control != GIANT else 0
        # A deck for each share, so that every field of work has its due of free software.
        if share and self._chance.deal(f"libre-{share}", {True: share, False: 20 - share}):
            answer["distribution"] = Distribution.FREE.value
        else:
            answer["distribution"] = self._chance.deal("distribution", DISTRIBUTIONS).value
        match answer["distribution"]:
            case Distribution.FREE | Distribution.HYBRID:
                answer["licence"] = self._chance.deal("licence", self._words["licences"])
            case Distribution.SOURCE_AVAILABLE:
                answer["licence"] = self._chance.deal("available", self._words["source_available"])
            case _:
                return answer
        reached = self._chance.deal("repository", {"reached": 15, "unreachable": 3, "none": 2})
        if reached != "none":
            answer["repository_url"] = f"https://forge.example/{slug}/{slug}"
        if reached == "reached":
            answer["repository_reachable_on"] = days_before(rng, self._today, 25)
        return answer

    def _access(self, rng: random.Random, vendor: VendorRecord, slug: str) -> dict[str, Any]:
        rgaa = self._chance.deal("rgaa", RGAA)
        declared = rgaa is not Rgaa.UNKNOWN and rng.random() < 0.85
        score = rng.randint(38, 92) if self._chance.deal("rgesn", {True: 22, False: 78}) else None
        return {
            "rgaa": rgaa.value,
            "rgaa_url": f"{vendor.website}/{slug}/accessibilite" if declared else "",
            "rgesn_score": score,
        }

    def _audience(
        self, rng: random.Random, archetype: Archetype, offers: tuple[OfferRecord, ...]
    ) -> dict[str, Any]:
        buyers = pick(
            rng, archetype.buyers, max(2, len(archetype.buyers) - 2), len(archetype.buyers)
        )
        if any(offer.state_cloud for offer in offers):  # its clouds serve the State alone
            buyers = tuple(dict.fromkeys((*STATE_BODIES, *buyers)))
        communes = "commune" in buyers
        return {
            "buyer_categories": buyers,
            "populations": self._chance.deal("population", POPULATIONS) if communes else (),
        }

    def _novelty(self, rng: random.Random, archetype: Archetype) -> dict[str, Any]:
        share = round(archetype.ai_share * 20)
        ai = bool(share) and self._chance.deal(f"ai-{share}", {True: share, False: 20 - share})
        new = self._chance.deal("innovation", {True: 15, False: 85})
        grounds = self._words["innovation_grounds"]
        return {
            "uses_ai": ai,
            "ai_note": rng.choice(self._words["ai_notes"]) if ai else "",
            "innovation_claimed": new,
            "innovation_grounds": rng.choice(grounds) if new else "",
        }

    def _delay(self, rng: random.Random, archetype: Archetype) -> str:
        """Return the archetype's usual delay, or the one before or after."""
        place = _DELAYS.index(archetype.delay) + rng.choice((-1, 0, 0, 0, 0, 1))
        return _DELAYS[min(max(place, 0), len(_DELAYS) - 1)] if rng.random() < 0.95 else ""

    def _confirmed(self, rng: random.Random, created: dt.date) -> dt.date | None:
        match self._chance.deal("confirmed", CONFIRMATIONS):
            case "never":
                return None
            case "stale":
                return days_before(rng, self._today, 700, 380)
        return max(created, days_before(rng, self._today, 330, 1))

    def _references(
        self, rng: random.Random, declarant: Declarant, archetype: Archetype
    ) -> tuple[tuple[ReferenceRecord, ...], tuple[ClaimRecord, ...]]:
        """Return clients that do not exist; some of them confirm what the vendor says."""
        lists = self._words["clients"]
        places = rng.sample(lists["places"], self._chance.deal("references", REFERENCES))
        found, claims = [], []
        for rank, place in enumerate(places):
            kind = self._chance.deal(f"client-{archetype.id}", dict.fromkeys(archetype.buyers, 1))
            consent = self._chance.deal("consent", CONSENTS)
            year = self._today.year - rng.randint(0, 7)
            agreed = max(days_before(rng, self._today, 600, 10), dt.date(year, 1, 1))
            reference = ReferenceRecord(
                uid=demo_uid(self._seed, "sheet", declarant.index, "reference", rank),
                client=rng.choice(lists[kind]).format(p=place, de_p=of_place(place)),
                buyer_category=kind,
                year=year,
                consent=consent,
                consented_on=None if consent == "none" else agreed,
            )
            found.append(reference)
            if consent != "none" and self._chance.deal("reference-claim", {True: 2, False: 3}):
                claims.append(self._claims.make(rng, declarant, "reference", reference.uid))
        return tuple(found), tuple(claims)

    def _sheet_claims(
        self,
        rng: random.Random,
        declarant: Declarant,
        openness: dict[str, Any],
        access: dict[str, Any],
    ) -> tuple[ClaimRecord, ...]:
        kinds = []
        if openness["distribution"] == Distribution.FREE:
            kinds.append("libre")
        if access["rgaa_url"]:
            kinds.append("rgaa")
        return tuple(self._claims.make(rng, declarant, kind, None) for kind in kinds)

    def _integrations(
        self, rng: random.Random, archetype: Archetype, created: dt.date
    ) -> tuple[tuple[str, str, dt.date | None], ...]:
        chosen = pick(rng, archetype.integrations, 1, len(archetype.integrations))
        found = []
        for service in chosen:
            state = self._chance.deal(f"connection-{service}", CONNECTIONS)
            done = state is IntegrationState.DONE
            found.append((service, state.value, days_before(rng, created, 300) if done else None))
        return tuple(found)
