"""Companies that do not exist."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

from django.utils.text import slugify
from stdnum import luhn

from catalogue.choices import Origin, Size, SizeSource
from catalogue.countries import country_names
from home.demo.archetypes import words
from home.demo.chance import Chance, demo_uid
from home.demo.records import VendorRecord

GIANT = "giant"
"""A large group under control outside the Union."""

# What a vendor is, and how many of each in a hundred: 81 French TPE, PME and ETI under French
# control, then what stands beside them in a real catalogue.
PROFILES: dict[tuple[str, str, str], int] = {
    ("fr", "tpe", "fr"): 26,
    ("fr", "pe", "fr"): 25,
    ("fr", "me", "fr"): 15,
    ("fr", "pme", "fr"): 3,
    ("fr", "eti", "fr"): 12,
    ("fr", "ge", "fr"): 3,
    ("fr", "non-renseignee", "fr"): 2,
    ("fr", "non-renseignee", "non-renseignee"): 1,
    ("fr", "tpe", "non-renseignee"): 2,
    ("fr", "ge", "hors-ue"): 1,
    ("abroad", "me", "ue"): 2,
    ("abroad", "eti", "ue"): 2,
    ("abroad", "ge", "ue"): 1,
    ("abroad", "pe", "hors-ue"): 1,
    ("abroad", "eti", "hors-ue"): 1,
    ("abroad", "ge", GIANT): 3,
}
REGIONS = {
    "11": 21, "84": 12, "76": 10, "75": 9, "53": 8, "52": 8, "32": 7, "44": 6, "93": 6, "28": 3,
    "27": 2, "24": 2, "94": 1, "01": 1, "02": 1, "03": 1, "04": 1, "06": 1,
}  # fmt: skip
COUNTRIES = {
    "ue": {"DE": 3, "BE": 3, "NL": 2, "IT": 2, "ES": 2, "SE": 1, "EE": 1, "IE": 1},
    "hors-ue": {"CH": 3, "CA": 3, "GB": 2, "TN": 2, "US": 1, "MA": 1, "JP": 1, "IN": 1},
    GIANT: {"US": 5, "GB": 1, "CA": 1},
}
HEADCOUNTS = {
    "tpe": (2, 9), "pe": (10, 49), "me": (50, 240), "pme": (12, 200), "eti": (250, 4200),
    "ge": (5200, 38000),
}  # fmt: skip
_LATEST_START = {"eti": 2010, "ge": 2002}  # hundreds of people take time to gather
SIZE_SOURCES = {
    "fr": {"sirene": 6, "declare": 3, "justifie": 1},
    "abroad": {"declare": 7, "justifie": 3},
}
ESS = {True: 14, False: 86}
MISSION = {True: 9, False: 91}
_SIRENS = 999_999
_SMALL = ("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")


def slug_of(name: str) -> str:
    """Return the address of a name; ligatures are spelled out."""
    return slugify(name.replace("œ", "oe").replace("Œ", "Oe"))


class VendorFactory:
    """Makes vendors one after the other; no two have the same name or address."""

    def __init__(self, seed: int, today: dt.date, chance: Chance) -> None:
        self._seed = seed
        self._today = today
        self._chance = chance
        self._words = words("vendors")
        self._slugs: set[str] = set()
        self._count = 0

    def make(self, category: str, profile: tuple[str, str, str]) -> VendorRecord:
        """Return the next vendor, who works in a category of needs."""
        number = self._count
        self._count += 1
        rng = self._chance.rng("vendor", number)
        place, size, control = profile
        origin = "hors-ue" if control == GIANT else control
        country = (
            "FR" if place == "fr" else self._chance.deal(f"country-{control}", COUNTRIES[control])
        )
        ess = place == "fr" and origin == "fr" and size != "ge" and self._chance.deal("ess", ESS)
        mission = place == "fr" and origin == "fr" and self._chance.deal("mission", MISSION)
        name, form = self._name(rng, country, size, control, ess)
        slug = slug_of(name)
        region = self._chance.deal("region", REGIONS) if country == "FR" else ""
        known = size != Size.UNKNOWN
        source = self._source(place, size) if known else SizeSource.NONE.value
        return VendorRecord(
            uid=vendor_uid(self._seed, number),
            slug=slug,
            name=name,
            legal_name=f"{name} {form}".strip(),
            country=country,
            siren=fictitious_siren(self._seed, number) if country == "FR" else None,
            national_id="" if country == "FR" else self._register(country, number),
            size=size,
            size_source=source,
            size_year=self._today.year - rng.choice((1, 1, 2)) if known else None,
            region=region,
            origin=origin,
            origin_proof="" if origin == Origin.UNKNOWN else self._proof(rng, origin, form),
            ess=ess,
            mission_company=mission,
            website=f"https://{slug}.example",
            contact_email=f"contact@{slug}.example",
            description=self._describe(rng, name, country, size, region, category, ess, mission),
        )

    def _source(self, place: str, size: str) -> str:
        if size == Size.PME:  # only SIRENE leaves the size of a PME open
            return SizeSource.SIRENE.value
        return self._chance.deal(f"size-source-{place}", SIZE_SOURCES[place])

    def _register(self, country: str, number: int) -> str:
        return str(self._words["abroad"][country]["register"]).format(n=number)

    def _proof(self, rng: random.Random, origin: str, form: str) -> str:
        proofs = self._words["origin_proofs"][origin]
        association = [proof for proof in proofs if "association" in proof]
        if "association" in form:
            return str(association[0])
        return str(rng.choice([proof for proof in proofs if proof not in association]))

    def _name(
        self, rng: random.Random, country: str, size: str, control: str, ess: bool
    ) -> tuple[str, str]:
        if control == GIANT:
            return self._first_free(rng, self._giant), ""
        if country != "FR":
            lists = self._words["abroad"]
            return (
                self._first_free(
                    rng,
                    lambda r: f"{r.choice(lists[country]['stems'])} {r.choice(lists['words'])}",
                ),
                lists[country]["form"],
            )
        forms = self._words["legal_forms"]["fr-ess" if ess else "fr"]
        patterns = [
            pattern
            for pattern in self._words["patterns"][size]
            if ("{f}" not in pattern if ess else "Coopérative" not in pattern)
        ]
        return self._first_free(rng, lambda r: self._french(r, r.choice(patterns))), rng.choice(
            forms
        )

    def _giant(self, rng: random.Random) -> str:
        return str(rng.choice(self._words["giants"]["names"]))

    def _french(self, rng: random.Random, pattern: str) -> str:
        return pattern.format(
            s=rng.choice(self._words["stems"]), f=rng.choice(self._words["founders"])
        )

    def _first_free(self, rng: random.Random, draw: Any) -> str:
        """Return a name nobody has: drawn again, then with a place, then with a number."""
        places = self._words["places"]
        for attempt in range(60):
            name = draw(rng) if attempt < 30 else f"{draw(rng)} {rng.choice(places)}"
            if self._take(name):
                return name
        base, number = draw(rng), 2
        while not self._take(f"{base} {number}"):
            number += 1
        return f"{base} {number}"

    def _take(self, name: str) -> bool:
        slug = slug_of(name)
        if slug in self._slugs:
            return False
        self._slugs.add(slug)
        return True

    def _describe(
        self,
        rng: random.Random,
        name: str,
        country: str,
        size: str,
        region: str,
        category: str,
        ess: bool,
        mission: bool,
    ) -> str:
        lists = self._words["description"]
        facts = {
            "nom": name,
            "annee": rng.randint(1988, _LATEST_START.get(size, self._today.year - 4)),
            "en_region": self._words["in_region"].get(region, ""),
            "domaine": self._words["domains"][category],
            "pays": country_names().get(country, country),
        }
        opening = rng.choice(lists["openings" if country == "FR" else "foreign_openings"])
        parts = [opening]
        if size in HEADCOUNTS:
            facts["effectif"] = _people(rng, *HEADCOUNTS[size])
            team = rng.choice(lists["teams"]).format(**facts)
            parts.append(team[0].upper() + team[1:])
        if "{domaine}" not in opening:
            parts.append(rng.choice(lists["activities"]))
        parts.append(rng.choice(lists["ways"]))
        parts += [lists["ess"]] * ess + [lists["mission"]] * mission
        parts.append(rng.choice(lists["fictitious"]))
        return " ".join(parts).format(**facts)


def vendor_uid(seed: int, number: int) -> UUID:
    """Return the public id of a seed's n-th vendor."""
    return demo_uid(seed, "vendor", number)


def fictitious_siren(seed: int, number: int) -> str:
    """Return a SIREN that no company has: it begins with 00, its Luhn key is right."""
    body = f"00{(number * 7919 + seed * 101) % _SIRENS + 1:06d}"
    return body + str(luhn.calc_check_digit(body))


def _people(rng: random.Random, least: int, most: int) -> str:
    """Return « 1 200 personnes »: small companies are more frequent than large ones."""
    count = round(least * (most / least) ** rng.random())
    if count >= 250:
        count = round(count, -1)
    number = _SMALL[count - 2] if count < 10 else f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{number} personnes"
