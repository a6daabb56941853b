"""Size category of a company, from its figures or from the SIRENE register.

Pure rules at a date. Limits and their legal sources are in ``data/thresholds.toml`` (``size``).
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any


class SizeCategory(StrEnum):
    """Size of a company; values are the codes of the ``taille`` search parameter."""

    TPE = "tpe"
    PE = "pe"
    ME = "me"
    ETI = "eti"
    GE = "ge"
    PME = "pme"  # an SME whose subdivision is unknown
    UNKNOWN = "non-renseignee"


SIZE_LABELS: dict[SizeCategory, str] = {
    SizeCategory.TPE: "Très petite entreprise (TPE)",
    SizeCategory.PE: "Petite entreprise (PE)",
    SizeCategory.ME: "Moyenne entreprise (ME)",
    SizeCategory.ETI: "Entreprise de taille intermédiaire (ETI)",
    SizeCategory.GE: "Grande entreprise (GE)",
    SizeCategory.PME: "Petite ou moyenne entreprise (PME)",
    SizeCategory.UNKNOWN: "Taille non renseignée",
}

# INSEE headcount brackets (tranche_effectif_salarie) of each subdivision of the SMEs.
SIRENE_BRACKETS: dict[str, SizeCategory] = {
    **dict.fromkeys(("NN", "00", "01", "02", "03"), SizeCategory.TPE),
    **dict.fromkeys(("11", "12"), SizeCategory.PE),
    **dict.fromkeys(("21", "22", "31"), SizeCategory.ME),
}
# From 250 employees on, a bracket contradicts the category PME.
SIRENE_BRACKETS_ABOVE_PME = frozenset({"32", "41", "42", "51", "52", "53"})

Figure = Decimal | int | None


@dataclass(frozen=True)
class SizeLimit:
    """Upper limits of one category over a period: people (AWU, excluded), euros (included)."""

    category: SizeCategory
    headcount_below: int
    turnover_up_to: int
    balance_sheet_up_to: int
    valid_from: date
    valid_to: date | None
    legal_reference: str

    def holds(self, headcount: Decimal, turnover: Decimal, balance_sheet: Decimal) -> bool:
        """Tell whether known figures fit: the headcount, and one of the two amounts."""
        return headcount < self.headcount_below and (
            turnover <= self.turnover_up_to or balance_sheet <= self.balance_sheet_up_to
        )


@dataclass(frozen=True)
class SizeAssessment:
    """A size category, why (in French), and whether the source contradicts itself."""

    category: SizeCategory
    reason: str
    inconsistent: bool = False

    @property
    def label(self) -> str:
        """French name of the category."""
        return SIZE_LABELS[self.category]


def pme_family() -> frozenset[SizeCategory]:
    """Return what the PME facet gathers: TPE, PE, ME and the SMEs of unknown subdivision.

    Source: decree 2008-1354, art. 3: the category of SMEs includes the micro-enterprises.
    """
    return frozenset({SizeCategory.TPE, SizeCategory.PE, SizeCategory.ME, SizeCategory.PME})


def size_limits(on: date | None = None) -> tuple[SizeLimit, ...]:
    """Return the limits in force, smallest category first.

    :param on: day at which the limits are taken; None for those without an end.
    :raises ValueError: no limits are known at that date.
    """
    limits = tuple(
        limit
        for limit in _all_limits()
        if (limit.valid_to is None if on is None else _applies(limit, on))
    )
    if not limits:
        raise ValueError(f"Aucune limite de taille d'entreprise connue à cette date ({on}).")
    return limits


def size_from_figures(
    headcount: Figure,
    turnover: Figure,
    balance_sheet: Figure,
    *,
    part_of_group: bool | None = False,
    group_figures: bool = True,
    on: date | None = None,
) -> SizeAssessment:
    """Return the category that figures of the last closed year give.

    :param headcount: annual work units (may be fractional), None if unknown.
    :param turnover: euros excluding tax, None if unknown.
    :param balance_sheet: total of the balance sheet in euros, None if unknown.
    :param part_of_group: whether the company belongs to a group; None if unknown.
    :param group_figures: whether the figures are those of the group. Figures of a subsidiary
        alone establish nothing: a subsidiary of eight people of a large group is a GE.
    :param on: day at which the limits are taken; None for the current ones.
    :raises ValueError: a figure is negative or not a number, or no limit is known at that date.

    Source: decree 2008-1354 of 18 December 2008, art. 3 (headcount AND (turnover OR balance
    sheet), at the level of the enterprise in the economic sense); recommendation 2003/361/EC
    for the small enterprise (PE).
    """
    limits = size_limits(on)
    known = tuple(_checked(figure) for figure in (headcount, turnover, balance_sheet))
    if part_of_group and not group_figures:
        return SizeAssessment(
            SizeCategory.UNKNOWN,
            "L'entreprise appartient à un groupe : ce sont les chiffres du groupe qui comptent "
            "(décret n° 2008-1354, art. 3), et ils ne sont pas renseignés.",
        )
    # An unknown figure may be anything: the answer stands if the extremes agree.
    smallest = _category(limits, *(Decimal(0) if f is None else f for f in known))
    largest = _category(limits, *(Decimal("Infinity") if f is None else f for f in known))
    return SizeAssessment(*_conclude(smallest, largest, part_of_group))


def size_from_sirene(
    categorie_entreprise: str | None, tranche_effectif: str | None
) -> SizeAssessment:
    """Return the category that the SIRENE register gives, SMEs divided by headcount bracket.

    :param categorie_entreprise: INSEE category (``PME``, ``ETI``, ``GE``), None if not computed.
    :param tranche_effectif: INSEE bracket (``NN``, ``00``… ``53``), None if unknown.

    Never raises: a code that is not known is reported through ``inconsistent``. The category is
    computed by INSEE for the group, two or three years back; it has no code for the TPE.
    Source: decree 2008-1354, art. 3; the division by bracket is this catalogue's own.
    """
    category = (categorie_entreprise or "").strip().upper()
    bracket = (tranche_effectif or "").strip().upper()
    if category in {"ETI", "GE"}:
        found = SizeCategory(category.lower())
        return SizeAssessment(found, f"Catégorie {category} calculée par l'INSEE.")
    if not category:
        return SizeAssessment(
            SizeCategory.UNKNOWN, "L'INSEE n'a pas calculé de catégorie pour cette entreprise."
        )
    if category != "PME":
        return SizeAssessment(
            SizeCategory.UNKNOWN, f"Catégorie INSEE inconnue : {category}.", inconsistent=True
        )
    return _divide_pme(bracket)


def _divide_pme(bracket: str) -> SizeAssessment:
    if not bracket:
        return SizeAssessment(
            SizeCategory.PME, "PME selon l'INSEE ; tranche d'effectif non renseignée."
        )
    if bracket in SIRENE_BRACKETS:
        return SizeAssessment(
            SIRENE_BRACKETS[bracket],
            f"PME selon l'INSEE, subdivisée d'après sa tranche d'effectif ({bracket}).",
        )
    if bracket in SIRENE_BRACKETS_ABOVE_PME:
        reason = (
            f"Incohérence : PME selon l'INSEE, mais tranche d'effectif de 250 salariés "
            f"ou plus ({bracket})."
        )
    else:
        reason = f"PME selon l'INSEE ; tranche d'effectif inconnue : {bracket}."
    return SizeAssessment(SizeCategory.PME, reason, inconsistent=True)


def _conclude(
    smallest: SizeCategory, largest: SizeCategory, part_of_group: bool | None
) -> tuple[SizeCategory, str]:
    scope = (
        " L'appartenance à un groupe n'est pas renseignée : les chiffres sont supposés être "
        "ceux de l'entreprise au sens économique."
        if part_of_group is None
        else ""
    )
    if smallest == largest:
        return largest, f"D'après l'effectif, le chiffre d'affaires et le bilan.{scope}"
    if largest in pme_family():
        return SizeCategory.PME, (
            f"PME d'après les chiffres connus ; il en manque pour préciser.{scope}"
        )
    return SizeCategory.UNKNOWN, "Il manque des chiffres pour établir la taille."


def _category(
    limits: tuple[SizeLimit, ...], headcount: Decimal, turnover: Decimal, balance_sheet: Decimal
) -> SizeCategory:
    for limit in limits:
        if limit.holds(headcount, turnover, balance_sheet):
            return limit.category
    return SizeCategory.GE


def _checked(figure: Figure) -> Decimal | None:
    if figure is None:
        return None
    number = Decimal(figure)
    if not number.is_finite() or number < 0:
        raise ValueError("L'effectif, le chiffre d'affaires et le bilan sont positifs ou nuls.")
    return number


def _applies(limit: SizeLimit, on: date) -> bool:
    return limit.valid_from <= on and (limit.valid_to is None or on <= limit.valid_to)


@cache
def _all_limits() -> tuple[SizeLimit, ...]:
    source = resources.files("catalogue").joinpath("data", "thresholds.toml")
    rows: list[dict[str, Any]] = tomllib.loads(source.read_text(encoding="utf-8"))["size"]
    limits = (
        SizeLimit(
            category=SizeCategory(row["category"]),
            headcount_below=row["headcount_below"],
            turnover_up_to=row["turnover_up_to"],
            balance_sheet_up_to=row["balance_sheet_up_to"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            legal_reference=row["legal_reference"],
        )
        for row in rows
    )
    return tuple(sorted(limits, key=lambda limit: limit.headcount_below))
