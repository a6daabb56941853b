"""What is read of the register's answers: the wanted keys, and no other.

Shapes: `components/schemas/payload` of the API's OpenAPI description (MIT licence).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalogue.choices import Region
from catalogue.size import SizeAssessment, size_from_sirene

# Withheld at the company's request: Insee writes these instead of the value.
_WITHHELD = ("[ND]", "[NON-DIFFUSIBLE]", "NON-DIFFUSIBLE")
# INSEE's legal forms of natural persons start with it (1000: sole trader).
_NATURAL_PERSON = "1"


class MalformedAnswer(Exception):
    """The answer is not what the API describes."""


@dataclass(frozen=True)
class CompanySummary:
    """A line of a choice of companies: never a sole trader."""

    siren: str
    name: str
    commune: str


@dataclass(frozen=True)
class Company:
    """What the register says of a company; an empty text or None when it says nothing.

    `size_year`: year of INSEE's category, two or three back. `region`: INSEE code, of the head
    office. `legal_form`: four digits of INSEE's list. `active`: false once it has ceased, which
    forbids to register it. `sole_trader`: names and town are a person's, hence left out, to be
    typed by that person. `partly_withheld`: the company asked that parts be hidden.
    """

    siren: str
    legal_name: str
    trade_name: str
    size: SizeAssessment
    size_year: int | None
    region: str
    commune: str
    legal_form: str
    ess: bool | None
    mission_company: bool | None
    active: bool
    sole_trader: bool
    partly_withheld: bool


def read_companies(body: bytes) -> list[Company]:
    """Read the companies of an answer.

    :raises MalformedAnswer: it is not JSON, or a wanted key is not what the API describes.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer("not JSON") from error
    rows = payload.get("results") if isinstance(payload, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MalformedAnswer("no list of results")
    return [_company(row) for row in rows]


def _company(row: Mapping[str, Any]) -> Company:
    head, more = _object(row, "siege"), _object(row, "complements")
    legal_form = _text(row, "nature_juridique")
    sole_trader = legal_form.startswith(_NATURAL_PERSON) or bool(
        _flag(more, "est_entrepreneur_individuel")
    )
    legal_name = _text(row, "nom_raison_sociale") or _text(row, "nom_complet")
    region = _text(head, "region")
    return Company(
        siren=_text(row, "siren"),
        legal_name="" if sole_trader else legal_name[:200],
        trade_name="" if sole_trader else _text(head, "nom_commercial")[:160],
        size=size_from_sirene(
            _text(row, "categorie_entreprise"), _text(row, "tranche_effectif_salarie")
        ),
        size_year=_year(_text(row, "annee_categorie_entreprise")),
        region=region if region in Region.values else "",
        commune="" if sole_trader else _text(head, "libelle_commune")[:100],
        legal_form=legal_form,
        ess=_flag(more, "est_ess"),
        mission_company=_flag(more, "est_societe_mission"),
        active=_text(row, "etat_administratif") != "C",
        sole_trader=sole_trader,
        partly_withheld=_text(row, "statut_diffusion") == "P",
    )


def _object(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedAnswer(key)
    return value


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedAnswer(key)
    text = " ".join(value.replace("\0", "").split())
    return "" if text.upper().startswith(_WITHHELD) else text


def _flag(row: Mapping[str, Any], key: str) -> bool | None:
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise MalformedAnswer(key)
    return value


def _year(text: str) -> int | None:
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None
