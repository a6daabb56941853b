"""The shape of a referential's file: `referentials/schema.json`, and its errors in French. Pure."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

TYPES = {
    "string": "un texte entre guillemets",
    "boolean": "true ou false",
    "integer": "un nombre entier",
    "number": "un nombre",
    "date": "une date sans guillemets, comme 2027-01-31",
    "array": "une liste entre crochets",
    "object": "une table",
}
LIMITS = {
    "minLength": "longueur : {} au moins",
    "maxLength": "longueur : {} au plus",
    "minimum": "{} au moins",
    "maximum": "{} au plus",
    "minItems": "{} au moins",
    "minProperties": "{} clé au moins",
    "maxProperties": "une seule clé parmi all, any, not",
    "pattern": "ne suit pas la forme attendue : {}",
}


def shape_faults(data: Mapping[str, Any]) -> Iterator[tuple[list[Any], str]]:
    """What the schema refuses: where in the data, and what is wrong in French."""
    for error in sorted(_validator().iter_errors(data), key=lambda error: error.json_path):
        yield list(error.absolute_path), _in_french(error)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(
        resources.files("labelling").joinpath("referentials", "schema.json").read_text("utf-8")
    )
    # TOML reads dates as dates: the schema says where it wants one.
    is_date = Draft202012Validator.TYPE_CHECKER.redefine(
        "date", lambda _checker, value: type(value) is dt.date
    )
    return extend(Draft202012Validator, type_checker=is_date)(schema)


def _in_french(error: ValidationError) -> str:
    rule = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in rule if name not in error.instance]
            return f"il manque {', '.join(missing)}"
        case "additionalProperties":
            known = error.schema.get("properties", {})
            unknown = [name for name in error.instance if name not in known]
            if "not" in known and {"criterion", "fact"}.intersection(unknown):
                return "il manque is"  # without it, the schema takes a leaf for a tree
            return f"clé inconnue : {', '.join(unknown)}"
        case "enum":
            return f"une de ces valeurs est attendue : {', '.join(map(str, rule))}"
        case "type":
            return f"attendu : {TYPES[rule]}"
        case "not":
            extra = [name for name in _names(rule) if name in error.instance]
            return f"ne va pas avec cette forme de réponse : {', '.join(extra)}"
        case "oneOf":
            return "une condition porte sur criterion ou sur fact, pas sur les deux"
        case str() as name if name in LIMITS:
            return LIMITS[name].format(rule)
    return str(error.message)


def _names(rule: Mapping[str, Any]) -> Iterator[str]:
    """The keys that a part of the schema requires, whichever way it says so."""
    yield from rule.get("required", ())
    for one in rule.get("anyOf", ()):
        yield from _names(one)
