"""Is a licence free, and may a solution be called "libre"?

Pure rules on SPDX expressions. Accepted and refused licences are in ``data/licences.toml``. The
State's own list (CRPA D323-2-1) binds administrations that publish, not vendors: for a vendor the
criterion is a licence that both FSF and OSI recognise, as the DINUM lists them.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import cache
from importlib import resources
from typing import Any

from license_expression import (
    ExpressionError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

# Longer than any real expression; keeps the parser away from pathological input.
MAX_LENGTH = 500


class LicenceStatus(IntEnum):
    """How the lists see a licence, worst first: OR takes the best side, AND the worst."""

    REFUSED = 0
    UNLISTED = 1
    ACCEPTED = 2


class Distribution(StrEnum):
    """How a vendor declares its solution; values are those of the ``distribution`` parameter."""

    FREE = "libre"
    HYBRID = "hybride"
    PROPRIETARY = "proprietaire"
    PROPRIETARY_WITH_FREE_PARTS = "proprietaire-briques-libres"
    SOURCE_AVAILABLE = "code-accessible"


class OpennessVerdict(StrEnum):
    """What the catalogue shows: the declaration, or what is left of it after the rules."""

    FREE = "libre"
    DECLARED_FREE = "declare-libre"
    NOT_FREE = "not-free"
    HYBRID = "hybride"
    PROPRIETARY = "proprietaire"
    PROPRIETARY_WITH_FREE_PARTS = "proprietaire-briques-libres"
    SOURCE_AVAILABLE = "code-accessible"
    UNKNOWN = "non-renseigne"


OPENNESS_LABELS: dict[OpennessVerdict, str] = {
    OpennessVerdict.FREE: "Libre",
    OpennessVerdict.DECLARED_FREE: "Déclaré libre",
    OpennessVerdict.NOT_FREE: "Non libre",
    OpennessVerdict.HYBRID: "Hybride (cœur libre, modules fermés)",
    OpennessVerdict.PROPRIETARY: "Propriétaire",
    OpennessVerdict.PROPRIETARY_WITH_FREE_PARTS: "Propriétaire avec des briques libres",
    OpennessVerdict.SOURCE_AVAILABLE: "Code accessible, non libre",
    OpennessVerdict.UNKNOWN: "Distribution non renseignée",
}


@dataclass(frozen=True)
class LicenceLists:
    """SPDX identifiers accepted as free, and refused, on a day."""

    accepted: frozenset[str]
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ListedLicence:
    """A licence of ``data/licences.toml``: who lists it, or why it is refused, read on which day."""

    code: str
    accepted: bool
    source: str
    read_on: date


@dataclass(frozen=True)
class LicenceAssessment:
    """What an SPDX expression is worth.

    ``valid``: it parses and its identifiers exist; ``free``: the accepted licences allow it;
    ``licences``: identifiers that the facet lists; ``refused``: known as non-free.
    """

    valid: bool
    free: bool
    licences: tuple[str, ...]
    message: str
    refused: bool = False


@dataclass(frozen=True)
class Openness:
    """What the catalogue shows of the distribution, and why (in French)."""

    verdict: OpennessVerdict
    label: str
    reason: str


def assess_licence(expression: str, lists: LicenceLists | None = None) -> LicenceAssessment:
    """Judge an SPDX licence expression. Never raises: an invalid one says why in its message.

    :param lists: the lists of the day, those of ``data/licences.toml`` by default. Families that
        the file refuses stay refused, but for what the lists accept by name.

    OR is free if one side is, AND if all are; an SPDX exception (WITH) only adds permissions.

    Sources: CRPA art. D323-2-1 and the DINUM's list (FSF and OSI), see ``data/licences.toml``.
    """
    text = expression.strip()
    if not text:
        return LicenceAssessment(False, False, (), "Licence non renseignée.")
    refusal = _refusal(text)
    try:
        tree = _parse(text)
    except ExpressionError:
        message = refusal or f"« {text[:80]} » n'est pas une expression SPDX valide."
        # Beside an alternative that may be free, a refused family does not condemn the whole.
        refused = bool(refusal) and not re.search(r"\bOR\b", text, flags=re.IGNORECASE)
        return LicenceAssessment(False, False, (), message, refused=refused)
    licences = tuple(dict.fromkeys(_licence_ids(tree)))
    lists = lists or _shipped()
    status = _status(tree, lists)
    if status is LicenceStatus.ACCEPTED:
        message = "Licence libre acceptée."
    elif status is LicenceStatus.REFUSED:
        message = refusal or "Licence non libre."
    else:
        unlisted = ", ".join(i for i in licences if _id_status(i, lists) is LicenceStatus.UNLISTED)
        message = f"{unlisted} : absente des listes de licences libres acceptées."
    return LicenceAssessment(
        True,
        status is LicenceStatus.ACCEPTED,
        licences,
        message,
        refused=status is LicenceStatus.REFUSED,
    )


def openness(
    distribution_declared: Distribution | str,
    licence: str,
    repository_url: str,
    repository_reachable: bool | None,
    lists: LicenceLists | None = None,
) -> Openness:
    """Return how the distribution of a solution is shown.

    :param distribution_declared: the vendor's declaration, empty if there is none.
    :param licence: SPDX expression, empty if there is none.
    :param repository_reachable: result of the last check of the repository, None if not checked.
    :param lists: those of the day, as for `assess_licence`.
    :raises ValueError: the declaration is not a known code.

    "Libre" needs an accepted SPDX licence and a reachable repository; otherwise the declaration
    is shown as a declaration. Source: law 2016-1321 art. 16; accepted lists as above.
    """
    if not distribution_declared:
        return _openness(OpennessVerdict.UNKNOWN, "L'éditeur n'a rien déclaré.")
    declared = Distribution(distribution_declared)
    if declared not in {Distribution.FREE, Distribution.HYBRID}:
        return _openness(OpennessVerdict(declared.value), "Selon la déclaration de l'éditeur.")
    judged = assess_licence(licence, lists)
    if judged.refused:
        return _openness(OpennessVerdict.NOT_FREE, judged.message)
    if declared is Distribution.HYBRID:
        return _openness(OpennessVerdict.HYBRID, "Selon la déclaration de l'éditeur.")
    missing = _missing_proof(judged, repository_url, repository_reachable)
    if missing:
        return _openness(OpennessVerdict.DECLARED_FREE, missing)
    return _openness(
        OpennessVerdict.FREE, "Licence libre acceptée et dépôt de code public joignable."
    )


def normalise_licence(text: str | None) -> tuple[str | None, str]:
    """Return the SPDX expression meant by a free spelling, and a French note on the reading.

    "GPL-2.0" (deprecated) reads ``GPL-2.0-only``; a list with commas or slashes reads OR, "et"
    reads AND. What is not recognised gives None and a note; in a list of alternatives it is
    left out and the note says so. The note is empty when the text was already SPDX.
    """
    raw = " ".join((text or "").split())
    if raw.lower() in {"", "-", "?", "n/a", "na", "aucune", "none", "inconnue"}:
        return None, "Licence non renseignée."
    if len(raw) > MAX_LENGTH:
        return None, "Licence non reconnue : texte trop long."
    single = _read_term(raw)
    if single is not None:
        return single
    if "(" in raw or ")" in raw:
        # Nested, and not SPDX: cutting it at commas would lose what the parentheses say.
        return None, f"« {raw} » : licence non reconnue."
    alternatives = re.split(r"\s*[,;/|]\s*|\s+(?:ou|or)\s+", raw, flags=re.IGNORECASE)
    cumulative = re.split(r"\s*[&]\s*|\s+(?:et|and)\s+", raw, flags=re.IGNORECASE)
    if len(alternatives) > 1 and len(cumulative) > 1:
        return None, f"« {raw} » mêle « et » et « ou » : à préciser."
    if len(cumulative) > 1:
        return _read_list(cumulative, "AND")
    if len(alternatives) > 1:
        return _read_list(alternatives, "OR")
    return None, f"« {raw} » : licence non reconnue."


def known_licences() -> frozenset[str]:
    """Return every SPDX identifier there is, free or not."""
    return frozenset(_names().values())


def accepted_licences() -> frozenset[str]:
    """Return the SPDX identifiers accepted as free: the State's list and the DINUM's."""
    return _shipped().accepted


def listed_licences() -> list[ListedLicence]:
    """Return what ``data/licences.toml`` says licence by licence, refused families spelt out."""
    data = _data()
    rows = {
        code: ListedLicence(code, True, data[name]["source"], data[name]["verified_on"])
        for name in ("dinum", "state")
        for code in data[name]["spdx"]
    }
    read_on = max(row.read_on for row in rows.values())
    refused = ((code, _refusal(code)) for code in known_licences() - rows.keys())
    rows |= {code: ListedLicence(code, False, why, read_on) for code, why in refused if why}
    return sorted(rows.values(), key=lambda row: row.code)


def _missing_proof(judged: LicenceAssessment, url: str, reachable: bool | None) -> str:
    if not judged.free:
        return f"Déclaré libre par l'éditeur. {judged.message}"
    if not url.strip():
        return "Déclaré libre par l'éditeur ; aucun dépôt de code n'est indiqué."
    if reachable is None:
        return "Déclaré libre par l'éditeur ; le dépôt de code n'a pas encore été contrôlé."
    if not reachable:
        return "Déclaré libre par l'éditeur ; le dépôt de code n'est pas joignable."
    return ""


def _openness(verdict: OpennessVerdict, reason: str) -> Openness:
    return Openness(verdict, OPENNESS_LABELS[verdict], reason)


def _parse(text: str) -> Any:
    """Parse an expression strictly.

    :raises ExpressionError: unknown identifier, exception out of place, or bad syntax.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("too long")
    # "Apache-2.0+" is SPDX for "this version or later", which the library only knows of the GNU
    # licences; without the sign the licence is the same one for the lists.
    text = re.sub(
        r"([A-Za-z0-9.-]+)\+(?=\s|\)|$)",
        lambda found: found[0] if found[0].lower() in _names() else found[1],
        text,
    )
    try:
        tree = _licensing().parse(text, validate=True, strict=True)
    except Exception as error:  # the library lets IndexError and AssertionError out: "( OR MIT"
        raise ExpressionError("bad syntax") from error
    for symbol in tree.symbols:
        licence = getattr(symbol, "license_symbol", symbol)
        # What SPDX does not list is unknown: a private "exception" may restrict, not permit.
        if licence.is_exception or "LicenseRef-" in symbol.render():
            raise ExpressionError(f"{symbol} is not an SPDX licence")
    return tree


def _licence_ids(tree: Any) -> Iterator[str]:
    for symbol in _licensing().license_symbols(tree, unique=True, decompose=False):
        yield getattr(symbol, "license_symbol", symbol).key


def _status(tree: Any, lists: LicenceLists) -> LicenceStatus:
    if isinstance(tree, LicenseWithExceptionSymbol):
        return _id_status(tree.license_symbol.key, lists)
    if isinstance(tree, LicenseSymbol):
        return _id_status(tree.key, lists)
    best_or_worst = max if isinstance(tree, _licensing().OR) else min
    return best_or_worst(_status(part, lists) for part in tree.args)


def _id_status(licence: str, lists: LicenceLists) -> LicenceStatus:
    if licence in lists.accepted:
        return LicenceStatus.ACCEPTED
    refused = licence in lists.refused or _refusal(licence)
    return LicenceStatus.REFUSED if refused else LicenceStatus.UNLISTED


@cache
def _shipped() -> LicenceLists:
    data = _data()
    return LicenceLists(frozenset(data["state"]["spdx"]) | frozenset(data["dinum"]["spdx"]))


def _refusal(text: str) -> str:
    """Return the French refusal of the first non-free family named in the text, or nothing."""
    for row in _data()["refused"]:
        if re.search(rf"\b{row['pattern']}", text, flags=re.IGNORECASE):
            return f"{row['name']} : licence non libre, car {row['reason']}."
    return ""


def _read_list(parts: list[str], operator: str) -> tuple[str | None, str]:
    read: list[str] = []
    notes: list[str] = []
    for part in filter(None, parts):
        term = _read_term(part)
        if term is not None:
            read.append(term[0])
            notes.append(term[1])
        elif operator == "AND":
            return None, f"« {part} » : licence non reconnue."
        else:
            notes.append(f"« {part} » : licence non reconnue, laissée de côté.")
    if not read:
        return None, " ".join(notes)
    meaning = "au choix (OR)" if operator == "OR" else "cumulées (AND)"
    notes.append(f"Liste lue comme des licences {meaning}, à confirmer.")
    return f" {operator} ".join(dict.fromkeys(read)), " ".join(filter(None, notes))


def _read_term(text: str) -> tuple[str, str] | None:
    """Read one licence, or an expression already in SPDX; None if it is neither."""
    try:
        expression = str(_parse(text))
    except ExpressionError:
        licence = _spellings().get(_spelling_key(text))
        return None if licence is None else (licence, f"« {text} » lu « {licence} ».")
    return expression, _deprecation_note(text)


def _deprecation_note(text: str) -> str:
    """Say which identifiers of a valid expression are old names of another one."""
    notes = []
    for word in re.findall(r"[A-Za-z0-9.+-]+", text):
        licence = _names().get(word.lower(), word)
        if licence.lower() != word.lower():
            deprecated = ", identifiant SPDX déprécié," if re.search(r"-\d", word) else ""
            notes.append(f"« {word} »{deprecated} lu « {licence} ».")
    return " ".join(dict.fromkeys(notes))


def _spelling_key(text: str) -> str:
    """Reduce a spelling: "GNU GPL v2" and "GPL-2.0" give the same key."""
    key = re.sub(r"\b(?:gnu|licen[cs]es?|version)\b|[\s,_-]", "", text.lower())
    key = re.sub(r"v(?=\d)", "", key)
    return re.sub(r"^([a-z]+\d)(\+|orlater|only)?$", r"\g<1>.0\g<2>", key)


@cache
def _names() -> dict[str, str]:
    """Every name the library knows of an SPDX licence, lower case, with its identifier."""
    names: dict[str, str] = {}
    for symbol in _licensing().known_symbols.values():
        if not symbol.is_exception and not symbol.key.startswith("LicenseRef-"):
            for name in (symbol.key, *symbol.aliases):
                if not name.startswith("LicenseRef-"):
                    names.setdefault(name.lower(), symbol.key)
    return names


@cache
def _spellings() -> dict[str, str]:
    keys: dict[str, str] = {}
    for name, licence in _names().items():
        keys.setdefault(_spelling_key(name), licence)
    return {**keys, **_data()["spellings"]}


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


@cache
def _data() -> dict[str, Any]:
    source = resources.files("catalogue").joinpath("data", "licences.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
