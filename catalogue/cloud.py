"""Where an offer stands towards the doctrine « Cloud au centre », at a date.

The doctrine: circulars 6282-SG of 5 July 2021 and 6404/SG of 31 May 2023 (rules R1 to R15).
Levels and synthesis are this catalogue's own reading of it; countries and adequacy decisions are
dated data (``data/countries.toml``). SecNumCloud qualifies a service, never a company: the word is
"qualifié", never "certifié".
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from catalogue.countries import country_names


class CloudLevel(StrEnum):
    """How an offer is hosted; values are those of the ``niveau`` parameter."""

    C0 = "c0"
    C1 = "c1"
    C2 = "c2"
    C3 = "c3"
    C4 = "c4"
    C5 = "c5"
    C6A = "c6a"
    C6B = "c6b"
    C7 = "c7"


class CloudSynthesis(StrEnum):
    """What the doctrine makes of it; values are those of the ``cloud`` parameter."""

    COMPLIANT = "conforme"
    COMPLIANT_NON_SENSITIVE = "conforme-hors-sensibles"
    DECLARED_COMPLIANT = "declare-conforme"
    TO_JUSTIFY = "a-justifier"
    NON_COMPLIANT = "non-conforme"
    NOT_APPLICABLE = "sans-objet"
    UNDETERMINED = "indetermine"


class Trust(StrEnum):
    """Who stands behind a claim. Only ``verifie`` counts as verified."""

    DECLARED = "declare"
    JUSTIFIED = "justifie"
    VERIFIED = "verifie"
    CONTESTED = "conteste"
    EXPIRED = "expire"


class Deployment(StrEnum):
    """How the solution is delivered; values are those of the ``deploiement`` parameter."""

    SAAS = "saas"
    ON_SITE = "sur-site"
    STATE_CLOUD = "cloud-etat"


class SecNumCloud(StrEnum):
    """What is qualified SecNumCloud: nothing (yet), the hosting, or the service itself."""

    NONE = "none"
    IN_PROGRESS = "in-progress"
    HOSTING = "hosting"
    SERVICE = "service"


@dataclass(frozen=True)
class Text:
    """Label and short explanation, in French."""

    label: str
    explanation: str


LEVEL_TEXTS: dict[CloudLevel, Text] = {
    CloudLevel.C0: Text(
        "Non renseigné", "L'hébergement, ou le contrôle de ses acteurs, n'est pas renseigné."
    ),
    CloudLevel.C1: Text(
        "SaaS qualifié SecNumCloud",
        "Le service lui-même figure sur la liste des services qualifiés de l'ANSSI. Il peut "
        "accueillir des données d'une sensibilité particulière (règle R9).",
    ),
    CloudLevel.C2: Text(
        "Hébergé sur une offre qualifiée SecNumCloud",
        "L'hébergement est qualifié, le service ne l'est pas. Pour des données d'une sensibilité "
        "particulière, l'acheteur instruit son cas.",
    ),
    CloudLevel.C3: Text(
        "Cloud interne de l'État (réservé à l'État)",
        "Nubo ou Pi, réservés à l'État. Les données admises dépendent du cloud.",
    ),
    CloudLevel.C4: Text(
        "Hébergé dans l'UE ou l'EEE, sans exposition à un droit extra-européen",
        "Hébergeur et éditeur sont hors de tout contrôle extra-européen, sans qualification "
        "SecNumCloud. Ne convient pas aux données d'une sensibilité particulière.",
    ),
    CloudLevel.C5: Text(
        "Hébergé dans l'UE ou l'EEE, exposé à un droit extra-européen",
        "Une autorité d'un État tiers peut demander les données à l'hébergeur ou à l'éditeur.",
    ),
    CloudLevel.C6A: Text(
        "Hébergé hors UE et EEE, dans un pays adéquat",
        "Le pays fait l'objet d'une décision d'adéquation en vigueur (RGPD, art. 45).",
    ),
    CloudLevel.C6B: Text(
        "Hébergé hors UE et EEE, sans décision d'adéquation",
        "Aucune décision d'adéquation en vigueur ne couvre ce pays (RGPD, art. 45).",
    ),
    CloudLevel.C7: Text(
        "Installable chez l'acheteur",
        "La conformité dépend de l'hébergement que choisit l'acheteur.",
    ),
}

SYNTHESIS_TEXTS: dict[CloudSynthesis, Text] = {
    CloudSynthesis.COMPLIANT: Text(
        "Conforme",
        "Service qualifié SecNumCloud ou cloud interne de l'État, vérifié par la mission LABEL ou "
        "auprès d'une source officielle.",
    ),
    CloudSynthesis.COMPLIANT_NON_SENSITIVE: Text(
        "Conforme, hors données d'une sensibilité particulière",
        "Hébergement vérifié ; RGPD, réversibilité et résilience établis. C'est l'acheteur qui "
        "qualifie la sensibilité de ses données.",
    ),
    CloudSynthesis.DECLARED_COMPLIANT: Text(
        "Déclaré conforme", "L'éditeur le déclare ; personne ne l'a vérifié, ou plus maintenant."
    ),
    CloudSynthesis.TO_JUSTIFY: Text(
        "À justifier", "Des garanties restent à prouver avant de parler de conformité."
    ),
    CloudSynthesis.NON_COMPLIANT: Text(
        "Non conforme", "Une règle de la doctrine n'est pas respectée."
    ),
    CloudSynthesis.NOT_APPLICABLE: Text(
        "Sans objet", "L'acheteur installe la solution chez lui : la conformité dépend de lui."
    ),
    CloudSynthesis.UNDETERMINED: Text("Indéterminé", "Les informations manquent pour conclure."),
}

BINDS = (
    "La doctrine « Cloud au centre » s'impose aux administrations centrales de l'État et aux "
    "organismes sous leur tutelle ; les collectivités territoriales sont invitées à la suivre, "
    "sans y être tenues (circulaires n° 6282-SG du 5 juillet 2021 et n° 6404/SG du 31 mai 2023)."
)

_UNVERIFIED: dict[Trust, str] = {
    Trust.DECLARED: "cette déclaration de l'éditeur n'a pas été vérifiée",
    Trust.JUSTIFIED: "la pièce justificative déposée n'a pas été vérifiée",
    Trust.CONTESTED: "cette déclaration est contestée",
    Trust.EXPIRED: "la preuve a expiré",
}
_VERIFIED = "Cette information est vérifiée."
_ESTABLISHED = "Le RGPD, la réversibilité et la résilience sont établis."
_IMMUNITY = (
    "La protection des données personnelles contre les demandes d'autorités d'États tiers reste à "
    "prouver (règle R9 ; RGPD, art. 28 et 48)."
)
_EXPOSED_LEVELS = {CloudLevel.C5, CloudLevel.C6A, CloudLevel.C6B}
_QUALIFIED = {SecNumCloud.HOSTING, SecNumCloud.SERVICE}


@dataclass(frozen=True)
class OfferFacts:
    """Facts of one offer; ``None`` means "not stated", ``False`` an explicit no."""

    deployment: Deployment
    secnumcloud: SecNumCloud = SecNumCloud.NONE
    hosting_countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    host_outside_eu_control: bool | None = None
    vendor_outside_eu_control: bool | None = None
    reversibility_documented: bool | None = None  # rule R4
    multi_zone: bool | None = None  # rule R5
    gdpr_contract: bool | None = None  # rule R9, GDPR art. 28
    state_cloud: str = ""


@dataclass(frozen=True)
class CloudAssessment:
    """Level, synthesis, French sentences that explain them, and whom the doctrine binds."""

    level: CloudLevel
    synthesis: CloudSynthesis
    reasons: tuple[str, ...]
    binds: str


def assess(
    facts: OfferFacts,
    trust: Trust,
    on: date,
    *,
    adequate_countries: Mapping[str, str] | None = None,
    eu_eea: Collection[str] | None = None,
) -> CloudAssessment:
    """Return where an offer stands towards the doctrine on a day.

    :param trust: trust in the cloud claim of the offer; only ``verifie`` is verified.
    :param on: day at which adequacy decisions are looked up.
    :param adequate_countries: ISO codes of the adequacy decisions in force that day with what each
        is limited to, as `adequacy_scopes` returns them (and by default).
    :param eu_eea: ISO codes, the European Union and the EEA that day by default.
    :raises ValueError: the date is before the data and no ``eu_eea`` is given.

    Sources: circulars 6282-SG and 6404/SG, rules R4 (reversibility), R5 (several zones) and R9
    (GDPR, art. 28, 45 and 48; SecNumCloud).
    """
    europe = eu_eea_countries(on) if eu_eea is None else frozenset(eu_eea)
    adequate = adequacy_scopes(on) if adequate_countries is None else adequate_countries
    level, because = _level(facts, europe, adequate)
    synthesis, decisive, more = _synthesis(level, facts, trust)
    reasons = [f"{SYNTHESIS_TEXTS[synthesis].label}, parce que {decisive or because}."]
    if decisive:
        # Unverified facts are the vendor's words.
        by_whom = "Vérifié" if trust is Trust.VERIFIED else "Selon l'éditeur"
        reasons.append(f"{by_whom} : {because}.")
    reasons += [*more, *_remarks(level, synthesis, facts, adequate)]
    return CloudAssessment(level, synthesis, tuple(reasons), BINDS)


def eu_eea_countries(on: date) -> frozenset[str]:
    """Return the ISO codes of the European Union, its outermost regions, and the EEA.

    :raises ValueError: the date is before the data.
    """
    eu, eea = _data()["eu"], _data()["eea"]
    if on < max(eu["valid_from"], eea["valid_from"]):
        raise ValueError(f"Composition de l'Union européenne non renseignée au {on:%d/%m/%Y}.")
    return frozenset((*eu["codes"], *eu["territories"], *eea["codes"]))


def adequacy_scopes(on: date) -> dict[str, str]:
    """Return the countries with an adequacy decision in force (GDPR, art. 45).

    Keys are ISO codes; values say in French what the decision is limited to, or are empty.
    """
    return {
        row["code"]: row.get("scope", "")
        for row in adequacy_decisions()
        if row["valid_from"] <= on <= row.get("valid_to", date.max)
    }


def adequacy_decisions() -> list[dict[str, Any]]:
    """Return the rows of ``data/countries.toml`` on adequacy decisions, whatever their dates."""
    return list(_data()["adequacy"])


def _level(
    facts: OfferFacts, europe: Collection[str], adequate: Collection[str]
) -> tuple[CloudLevel, str]:
    if facts.deployment is Deployment.ON_SITE:
        return CloudLevel.C7, "la solution s'installe chez l'acheteur, dont dépend la conformité"
    if facts.deployment is Deployment.STATE_CLOUD:
        return _state_cloud_level(facts.state_cloud)
    # Several countries: the worst decides, whatever is qualified elsewhere.
    outside = [code for code in _codes(facts) if code not in europe]
    unsafe = [code for code in outside if code not in adequate]
    if unsafe:
        return CloudLevel.C6B, (
            f"les données sont hébergées hors UE et EEE ({_names(unsafe)}) sans décision "
            "d'adéquation en vigueur (RGPD, art. 45)"
        )
    if outside:
        return CloudLevel.C6A, (
            f"les données sont hébergées hors UE et EEE ({_names(outside)}), dans un pays adéquat "
            "(RGPD, art. 45)"
        )
    return _european_level(facts)


def _state_cloud_level(name: str) -> tuple[CloudLevel, str]:
    clouds = {row["code"]: row["name"] for row in _data()["state_cloud"]}
    known = clouds.get(name.strip().lower())
    if known is None:
        return CloudLevel.C0, (
            f"le cloud interne de l'État n'est pas nommé parmi ceux connus "
            f"({', '.join(clouds.values())})"
        )
    return CloudLevel.C3, f"la solution se déploie sur {known}, cloud interne réservé à l'État"


def _european_level(facts: OfferFacts) -> tuple[CloudLevel, str]:
    """Level of a SaaS that no country outside the EU and the EEA hosts."""
    control = (facts.host_outside_eu_control, facts.vendor_outside_eu_control)
    if not facts.hosting_countries and facts.secnumcloud not in _QUALIFIED:
        return CloudLevel.C0, "le pays d'hébergement n'est pas renseigné"
    # R9 asks for immunity besides SecNumCloud: a stated foreign control weighs more than a
    # stated qualification, which excludes it (SecNumCloud 3.2, 19.6).
    if True in control:
        who = _who(*(value is True for value in control))
        return CloudLevel.C5, (
            f"{who} relève d'un droit extra-européen, même si les données sont hébergées dans "
            "l'UE ou l'EEE"
        )
    if facts.secnumcloud is SecNumCloud.SERVICE:
        return CloudLevel.C1, "le service lui-même est qualifié SecNumCloud"
    if facts.secnumcloud is SecNumCloud.HOSTING:
        return CloudLevel.C2, (
            "le service est hébergé sur une offre qualifiée SecNumCloud, sans être lui-même "
            "qualifié"
        )
    if None in control:
        who = _who(*(value is None for value in control))
        return CloudLevel.C0, f"rien n'indique si {who} relève d'un droit extra-européen"
    return CloudLevel.C4, (
        "les données sont hébergées dans l'UE ou l'EEE, hors de tout contrôle extra-européen de "
        "l'hébergeur et de l'éditeur"
    )


def _synthesis(
    level: CloudLevel, facts: OfferFacts, trust: Trust
) -> tuple[CloudSynthesis, str, list[str]]:
    """Return the synthesis, what decided it (empty: the hosting itself), and more sentences."""
    if level is CloudLevel.C7:
        return CloudSynthesis.NOT_APPLICABLE, "", []
    if facts.reversibility_documented is False:
        return CloudSynthesis.NON_COMPLIANT, "la réversibilité, exigée par la règle R4, manque", []
    if level is CloudLevel.C6B:
        return CloudSynthesis.NON_COMPLIANT, "", []
    if level is CloudLevel.C0:
        return CloudSynthesis.UNDETERMINED, "", []
    if level in _EXPOSED_LEVELS:
        return CloudSynthesis.TO_JUSTIFY, "", [_IMMUNITY]
    if trust is not Trust.VERIFIED:
        return CloudSynthesis.DECLARED_COMPLIANT, _UNVERIFIED[trust], []
    if level in {CloudLevel.C1, CloudLevel.C3}:
        return CloudSynthesis.COMPLIANT, "", [_VERIFIED]
    missing = _missing(level, facts)
    if missing:
        decisive = f"ces points ne sont pas établis : {', '.join(missing)}"
        return CloudSynthesis.TO_JUSTIFY, decisive, []
    return CloudSynthesis.COMPLIANT_NON_SENSITIVE, "", [_VERIFIED, _ESTABLISHED]


def _missing(level: CloudLevel, facts: OfferFacts) -> list[str]:
    """What a C2 or C4 offer still has to establish, in French; nothing at other levels."""
    if level not in {CloudLevel.C2, CloudLevel.C4}:
        return []
    wanted = {
        "un contrat conforme au RGPD (art. 28)": facts.gdpr_contract,
        "la réversibilité (règle R4)": facts.reversibility_documented,
        "plusieurs zones géographiques (règle R5)": facts.multi_zone,
    }
    if level is CloudLevel.C2:
        # The qualification covers the host, not the vendor that operates the service.
        immune = facts.vendor_outside_eu_control is False
        wanted["un éditeur hors de tout contrôle extra-européen (règle R9)"] = immune
    return [name for name, value in wanted.items() if value is not True]


def _remarks(
    level: CloudLevel, synthesis: CloudSynthesis, facts: OfferFacts, scopes: Mapping[str, str]
) -> list[str]:
    remarks = []
    if facts.secnumcloud is SecNumCloud.IN_PROGRESS:
        remarks.append(
            "La qualification SecNumCloud est en cours : elle n'équivaut pas à une qualification."
        )
    if level in _EXPOSED_LEVELS and facts.secnumcloud in _QUALIFIED:
        remarks.append(
            "La qualification SecNumCloud déclarée contredit les autres informations : l'éditeur "
            "doit lever la contradiction."
        )
    if level is CloudLevel.C6A:
        remarks += [
            f"{_names([code])} : l'adéquation se limite aux {scopes[code]}."
            for code in _codes(facts)
            if scopes.get(code)
        ]
    missing = _missing(level, facts)
    if missing and synthesis is CloudSynthesis.DECLARED_COMPLIANT:
        remarks.append(f"Pour que l'offre soit dite conforme, il manque : {', '.join(missing)}.")
    return remarks


def _codes(facts: OfferFacts) -> list[str]:
    return sorted({code.strip().upper() for code in facts.hosting_countries})


def _who(host: bool, vendor: bool) -> str:
    if host and vendor:
        return "l'hébergeur comme l'éditeur"
    return "l'hébergeur" if host else "l'éditeur"


def _names(codes: list[str]) -> str:
    names = country_names()
    return ", ".join(names.get(code, code) for code in codes)


@cache
def _data() -> dict[str, Any]:
    source = resources.files("catalogue").joinpath("data", "countries.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
