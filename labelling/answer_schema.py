"""The JSON Schema of the answers to a version of a referential, from its definition. Pure."""

from typing import Any

from labelling.definition import LONGEST, NOT_APPLICABLE, Criterion, Definition, Kind


def answer_schema(definition: Definition, address: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a set of answers: id of a criterion → what was answered.

    :param address: where the schema is read, which is its name.

    Criteria that are asked whatever the sheet and the other answers are required.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": f"{definition.title}, version {definition.version}",
        "description": definition.summary,
        "type": "object",
        "additionalProperties": False,
        "properties": {one.id: _property(one) for one in definition.criteria},
        "required": [one.id for one in definition.criteria if one.when is None],
    }


def json_value(criterion: Criterion, value: str) -> str | int | float:
    """An answer as that schema wants it: numbers are numbers."""
    if criterion.kind is not Kind.NUMBER or value == NOT_APPLICABLE:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _property(criterion: Criterion) -> dict[str, Any]:
    shape = _shape(criterion)
    if criterion.na_allowed and "enum" in shape:
        shape["enum"].append(NOT_APPLICABLE)
    elif criterion.na_allowed:
        shape = {"anyOf": [shape, {"const": NOT_APPLICABLE}]}
    return {"title": criterion.text, "description": criterion.guidance, **shape}


def _shape(criterion: Criterion) -> dict[str, Any]:
    if criterion.number is not None:
        bounds = criterion.number
        return {"type": "number", "minimum": bounds.minimum, "maximum": bounds.maximum}
    match criterion.kind:
        case Kind.URL:
            return {"type": "string", "format": "uri", "maxLength": LONGEST}
        case Kind.DATE:
            return {"type": "string", "format": "date"}
        case Kind.TEXT:
            return {"type": "string", "minLength": 1, "maxLength": LONGEST}
    return {"enum": [choice.value for choice in criterion.choices]}
