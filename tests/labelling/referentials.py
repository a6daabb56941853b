"""Referentials that tests make up."""

import tomllib
from typing import Any

HEAD = """
slug = "essai"
version = "1"
title = "Référentiel d'essai"
summary = "Pour les tests."
valid_from = 2026-01-01

[[theme]]
id = "securite"
title = "Sécurité"

[[theme]]
id = "donnees"
title = "Données"
"""


def criterion(id: str = "SE-01", theme: str = "securite", **changed: Any) -> str:
    """The TOML of a criterion that is right but for what is given; None leaves a key out."""
    values: dict[str, Any] = {
        "id": id,
        "theme": theme,
        "text": "Faites-vous ce qui est demandé ici ?",
        "guidance": "Oui si vous le faites toujours.",
        "origin": "2021",
        "confidence": "sure",
        "kind": "scale",
        "na_allowed": True,
        "evidence": "none",
        "blocking": False,
        "weight": 1,
        "max_age_months": 12,
        **changed,
    }
    rows = [f"{name} = {_toml(value)}" for name, value in values.items() if value is not None]
    return "\n".join(["[[criterion]]", *rows, ""])


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case str():
            return f'"{value}"'
    return str(value)


def referential(*criteria: str, head: str = HEAD) -> str:
    """The text of a whole file."""
    text = "\n".join([head, *criteria])
    tomllib.loads(text)
    return text
