"""Which procedure of public procurement an amount leads to, at a date.

Pure rules; thresholds, their legal references and the date they were verified are in
``data/thresholds.toml``. "Below" is strict everywhere: at the threshold, the next regime applies.
This informs a buyer; it is no legal advice, and each result says what it rests on.
"""

import tomllib
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

# A threshold that nobody verified for longer than this is shown with a warning.
STALE_AFTER_MONTHS = 6


class BuyerKind(StrEnum):
    """Which formalised threshold binds the buyer: the State's or that of all others."""

    STATE = "etat"
    OTHER = "autre"


# Ids of the rows of the data file.
FORMALISED_IDS: dict[BuyerKind, str] = {
    BuyerKind.STATE: "formalised_state",
    BuyerKind.OTHER: "formalised_others",
}


class RegimeCode(StrEnum):
    """The regimes that the catalogue tells apart."""

    DIRECT = "achat-direct"
    INNOVATION = "achat-innovant"
    ADAPTED = "procedure-adaptee"
    FORMALISED = "procedure-formalisee"
    CENTRAL_BODY = "centrale-achat"


REGIME_LABELS: dict[RegimeCode, str] = {
    RegimeCode.DIRECT: "Achat sans publicité ni mise en concurrence préalables",
    RegimeCode.INNOVATION: "Achat innovant sans publicité ni mise en concurrence préalables",
    RegimeCode.ADAPTED: "Procédure adaptée",
    RegimeCode.FORMALISED: "Procédure formalisée",
    RegimeCode.CENTRAL_BODY: "Achat par une centrale d'achat, sans procédure propre",
}

NO_PUBLICITY = "Aucune publicité ni mise en concurrence préalable n'est obligatoire."
FREE_PUBLICITY = "Publicité et mise en concurrence adaptées à la nature et au montant du besoin."
LEGAL_PUBLICITY = "Publicité au BOAMP ou dans un journal d'annonces légales (JAL)."
EUROPEAN_PUBLICITY = "Publicité au BOAMP et au Journal officiel de l'Union européenne."
CENTRAL_PUBLICITY = (
    "Aucune de votre part : la centrale d'achat a mené la publicité et la mise en concurrence."
)

NOT_SPLIT = (
    "Le besoin ne doit pas être scindé pour rester sous un seuil : le montant à retenir est la "
    "valeur totale estimée du besoin de l'acheteur, options et reconductions comprises "
    "(code de la commande publique, art. R2121-1 à R2121-9)."
)
GOOD_USE = (
    "L'acheteur choisit une offre pertinente, fait une bonne utilisation des deniers publics et "
    "ne contracte pas systématiquement avec un même opérateur."
)
INNOVATION_CLAIMED = (
    "L'innovation est une allégation de l'offreur, qui ne vaut pas qualification juridique : "
    "l'acheteur l'apprécie au cas par cas (code de la commande publique, art. L2172-3)."
)
CENTRAL_CONDITIONS = (
    "Vérifiez que le contrat de la centrale d'achat est en cours, et que votre organisme et votre "
    "besoin entrent dans son périmètre."
)

CONFIDENCE_LABELS: dict[str, str] = {
    "V": "vérifié sur le texte officiel",
    "V2": "à confirmer sur Légifrance",
    "M+": "à confirmer sur Légifrance",
}


@dataclass(frozen=True)
class Threshold:
    """A threshold in euros HT over a period; ``id`` says what it separates."""

    id: str
    label: str
    value: Decimal
    valid_from: date
    valid_to: date | None
    legal_reference: str
    verified_on: date
    confidence: str
    source_url: str = ""
    note: str = ""
    note_from: date | None = None


class LegalSource(NamedTuple):
    """What a result rests on: the text, how it was verified (French), and when."""

    legal_reference: str
    status: str
    verified_on: date


@dataclass(frozen=True)
class Regime:
    """A regime of purchase, with its sources, its publicity and what the buyer must beware of."""

    code: RegimeCode
    label: str
    sources: tuple[LegalSource, ...]
    publicity: str
    warnings: tuple[str, ...]


def regime(
    amount: Decimal,
    on: date,
    buyer_kind: BuyerKind | str,
    innovation_claimed: bool = False,
    vehicle: bool | str | None = None,
    *,
    thresholds: Iterable[Threshold] | None = None,
    today: date | None = None,
) -> Regime:
    """Return the regime of a purchase of supplies or services.

    :param amount: total estimated value of the need, euros HT, options and renewals included.
    :param on: day the consultation is launched: the thresholds in force that day apply.
    :param buyer_kind: ``etat`` (State and central public authorities) or ``autre``.
    :param vehicle: true, or the name of the contract, to buy through a central purchasing body.
    :param thresholds: other thresholds than those of the data file.
    :param today: day of reading, which tells stale verifications; ``on`` by default.
    :raises ValueError: negative amount, unknown kind of buyer, date before the data.

    Sources: Code de la commande publique, R2122-8 (direct), R2122-9-1 (innovation), R2131-12
    (publicity), annex 2 (formalised), L2113-2 to L2113-4 (central purchasing bodies).
    """
    if not amount.is_finite() or amount < 0:
        raise ValueError("Le montant du besoin est positif ou nul.")
    rows = load_thresholds() if thresholds is None else tuple(thresholds)
    # Looked up first, so that a date before the data is refused whatever the way of buying.
    in_force = _in_force(rows, on, _buyer(buyer_kind), innovation_claimed)
    if vehicle is True or (isinstance(vehicle, str) and vehicle.strip()):
        return _through_central_body(vehicle, today or on)
    return _own_procedure(amount, in_force, on, today or on)


def threshold_at(name: str, on: date, rows: Iterable[Threshold]) -> Threshold:
    """Return the threshold of that id in force on a day.

    After the last known period the last row is returned: the caller warns that it has ended.

    :raises ValueError: the day is before the data.
    """
    known = sorted(
        (row for row in rows if row.id == name and row.valid_from <= on),
        key=lambda row: row.valid_from,
    )
    if not known:
        raise ValueError(
            f"Le seuil « {name} » n'est pas connu au {on:%d/%m/%Y} : la date précède les données."
        )
    return known[-1]


@cache
def load_thresholds() -> tuple[Threshold, ...]:
    """Return the thresholds of the data file, in euros HT, with their legal references."""
    return tuple(
        Threshold(
            id=row["id"],
            label=row["label_fr"],
            value=Decimal(row["value"]),
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            legal_reference=row["legal_reference"],
            verified_on=row["verified_on"],
            confidence=row["confidence"],
            source_url=row.get("source_url", ""),
            note=row.get("note", ""),
            note_from=row.get("note_from"),
        )
        for row in _data()["threshold"]
    )


@dataclass(frozen=True)
class _InForce:
    """Thresholds of a buyer on a day; no ``innovation`` when it is not claimed."""

    direct: Threshold
    innovation: Threshold | None
    publicity: Threshold
    formalised: Threshold


def _in_force(
    rows: tuple[Threshold, ...], on: date, buyer: BuyerKind, innovation_claimed: bool
) -> _InForce:
    innovation = threshold_at("innovation", on, rows)
    return _InForce(
        direct=threshold_at("direct_purchase", on, rows),
        innovation=innovation if innovation_claimed else None,
        publicity=threshold_at("publicity", on, rows),
        formalised=threshold_at(FORMALISED_IDS[buyer], on, rows),
    )


def _own_procedure(amount: Decimal, in_force: _InForce, on: date, today: date) -> Regime:
    code, used = _decide(amount, in_force)
    return Regime(
        code=code,
        label=REGIME_LABELS[code],
        sources=tuple(_source(row) for row in used),
        publicity=_publicity(code, amount, in_force.publicity),
        warnings=_warnings(code, used, on, today),
    )


def _decide(amount: Decimal, in_force: _InForce) -> tuple[RegimeCode, tuple[Threshold, ...]]:
    """Return the regime and the thresholds that decided it (what the user is shown)."""
    innovation = in_force.innovation
    if amount < in_force.direct.value:
        return RegimeCode.DIRECT, (in_force.direct,)
    if innovation is not None and amount < innovation.value:
        return RegimeCode.INNOVATION, (innovation,)
    # An innovation that is too dear for its exception is told why: its threshold is shown too.
    seen = () if innovation is None else (innovation,)
    if amount < in_force.formalised.value:
        used = (in_force.direct, *seen, in_force.publicity, in_force.formalised)
        return RegimeCode.ADAPTED, used
    return RegimeCode.FORMALISED, (in_force.formalised,)


def _publicity(code: RegimeCode, amount: Decimal, publicity: Threshold) -> str:
    if code is RegimeCode.FORMALISED:
        return EUROPEAN_PUBLICITY
    if code is RegimeCode.ADAPTED:
        return FREE_PUBLICITY if amount < publicity.value else LEGAL_PUBLICITY
    return NO_PUBLICITY


def _warnings(
    code: RegimeCode, used: tuple[Threshold, ...], on: date, today: date
) -> tuple[str, ...]:
    warnings = [NOT_SPLIT]
    if code in {RegimeCode.DIRECT, RegimeCode.INNOVATION}:
        warnings.append(GOOD_USE)
    if code is RegimeCode.INNOVATION:
        warnings.append(INNOVATION_CLAIMED)
    for row in used:
        if row.note and (row.note_from is None or row.note_from <= on):
            warnings.append(row.note)
        if row.valid_to is not None and row.valid_to < on:
            warnings.append(
                f"Le seuil de {row.legal_reference} n'est connu que jusqu'au "
                f"{row.valid_to:%d/%m/%Y} : il a pu changer depuis."
            )
    return (*warnings, *_stale_warnings((_source(row) for row in used), today))


def _through_central_body(vehicle: bool | str, today: date) -> Regime:
    rule = next(row for row in _data()["rule"] if row["id"] == "central_body")
    source = LegalSource(
        rule["legal_reference"], CONFIDENCE_LABELS[rule["confidence"]], rule["verified_on"]
    )
    label = REGIME_LABELS[RegimeCode.CENTRAL_BODY]
    if isinstance(vehicle, str):
        label = f"{label} ({vehicle.strip()})"
    return Regime(
        code=RegimeCode.CENTRAL_BODY,
        label=label,
        sources=(source,),
        publicity=CENTRAL_PUBLICITY,
        warnings=(NOT_SPLIT, CENTRAL_CONDITIONS, *_stale_warnings((source,), today)),
    )


def _stale_warnings(sources: Iterable[LegalSource], today: date) -> tuple[str, ...]:
    # Several thresholds may share a reference: say it once.
    return tuple(
        dict.fromkeys(
            f"{source.legal_reference} : dernière vérification le {source.verified_on:%d/%m/%Y}, "
            f"il y a plus de {STALE_AFTER_MONTHS} mois. À revérifier."
            for source in sources
            if today > _months_later(source.verified_on, STALE_AFTER_MONTHS)
        )
    )


def _source(row: Threshold) -> LegalSource:
    status = CONFIDENCE_LABELS.get(row.confidence, row.confidence)
    return LegalSource(row.legal_reference, status, row.verified_on)


def _buyer(kind: BuyerKind | str) -> BuyerKind:
    try:
        return BuyerKind(kind)
    except ValueError as error:
        raise ValueError(f"Type d'acheteur inconnu : {kind!r} (etat ou autre).") from error


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # 31 August + 6 months is 28 (or 29) February.
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def _data() -> dict[str, Any]:
    source = resources.files("catalogue").joinpath("data", "thresholds.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
