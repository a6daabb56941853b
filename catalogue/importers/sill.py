"""The SILL (Socle interministériel de logiciels libres), as its JSON export of 2022.

Keys: `i` name, `f` function, `c` component, `se` sector, `l` licence, `st` status (R recommended,
O observed, FR formerly recommended), `su` support contract, `y` years, `p` parent, `v-` minimal
version, `co` Comptoir du Libre id, `id` SILL id, `fr-desc`, `website`, `sources`, `doc`.
"""

import json
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalogue.importers.records import ImportedSheet, UnreadableSource
from catalogue.licences import normalise_licence

SOURCE_URL = "https://sill.code.gouv.fr/"
SOURCE_LICENCE = "Licence Ouverte 2.0"
STATUS = {
    "R": ("Recommandé par le SILL", "recommandé"),
    "O": ("En observation au SILL", "en observation"),
    "FR": ("Anciennement recommandé par le SILL", "anciennement recommandé"),
}
WORDS = Path(__file__).parent.parent / "data" / "sill_categories.toml"


def read(path: Path) -> Iterator[ImportedSheet]:
    """Read an export of the SILL, one record an entry.

    Raises `UnreadableSource` when the file is missing, is not JSON, or is not a list of entries.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableSource(f"Fichier introuvable ou illisible : {path.name}.") from error
    except ValueError as error:
        raise UnreadableSource(
            f"{path.name} n'est pas un fichier JSON : donnez l'export du SILL (sill.json)."
        ) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableSource(f"{path.name} n'est pas une liste d'entrées du SILL.")
    names = [str(row.get("i", "")).strip() for row in rows]
    for number, row in enumerate(rows, 1):
        if not row.get("id") or not row.get("i"):
            raise UnreadableSource(f"Entrée n° {number} du SILL sans identifiant ou sans nom.")
        yield _sheet(row, duplicate=names.count(str(row["i"]).strip()) > 1)


def _sheet(row: Mapping[str, Any], *, duplicate: bool) -> ImportedSheet:
    name, function, component = (_text(row, key) for key in ("i", "f", "c"))
    licence, licence_note = normalise_licence(_text(row, "l"))
    categories, remarks = _categories(function, component)
    if licence_note:
        remarks.append(f"licence « {_text(row, 'l')} » : {licence_note}")
    parent = _text(row, "p")
    return ImportedSheet(
        external_id=_text(row, "id"),
        # Two entries of the SILL share a name: what they extend tells them apart.
        name=f"{name} ({_qualifier(function, parent)})" if duplicate else name,
        summary=_shorten(function or _text(row, "fr-desc"), 150),
        description=_description(row),
        categories=categories,
        licence=licence or "",
        repository_url=_web_address(row, "sources"),
        website=_web_address(row, "website"),
        documentation_url=_web_address(row, "doc"),
        tags=tuple(word for word in (component.lower(), parent.lower()) if word),
        version=_version(row),
        source_url=f"{SOURCE_URL}software?id={_text(row, 'id')}",
        source_licence=SOURCE_LICENCE,
        sill_id=_text(row, "id"),
        comptoir_id=_text(row, "co"),
        remarks=tuple(remarks),
    )


def _categories(function: str, component: str) -> tuple[tuple[str, ...], list[str]]:
    words = _words()
    folded = _fold(function)
    found: list[str] = next(
        (
            row["categories"]
            for row in words["function"]
            if any(word in folded for word in row["words"])
        ),
        words["component"].get(component, []),
    )
    remarks = []
    if component in words["out_of_scope"]:
        remarks.append(f"hors périmètre ({words['out_of_scope'][component]})")
    if not found:
        remarks.append(f"sans catégorie : fonction « {function} », composant « {component} »")
    return tuple(found), remarks


def _description(row: Mapping[str, Any]) -> str:
    years = [year.strip() for year in _text(row, "y").split(";") if year.strip()]
    status = STATUS.get(_text(row, "st"), ("", ""))[0]
    parts = [
        _sentence(_text(row, "fr-desc")),
        _sentence(f"Fonction : {_text(row, 'f')}"),
        _sentence(f"Composant du socle : {_text(row, 'c')} ({_text(row, 'se')})"),
        _sentence(f"Module de {_text(row, 'p')}") if _text(row, "p") else "",
        _sentence(f"{status}, présent dans ses éditions {', '.join(years)}") if status else "",
        _sentence("Couvert par le marché interministériel de support") if _text(row, "su") else "",
        _sentence(f"Cas d'usage relevé : {_text(row, 'u')}") if _text(row, "u") else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _qualifier(function: str, parent: str) -> str:
    return parent or _shorten(function, 60)


def _version(row: Mapping[str, Any]) -> str:
    version = _text(row, "v-")
    return _shorten(version, 40) if any(character.isdigit() for character in version) else ""


def _web_address(row: Mapping[str, Any], key: str) -> str:
    address = _text(row, key)
    parts = urlsplit(address)
    usable = parts.scheme in ("http", "https") and "." in parts.netloc and len(address) <= 200
    return address if usable else ""


def _text(row: Mapping[str, Any], key: str) -> str:
    return str(row.get(key) or "").strip()


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
