"""Checking what the database would refuse of rows that it does not hold yet, in one question."""

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import BooleanField, CheckConstraint, Model, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

_AT_ONCE = 100  # SQLite counts the parts of a statement


def broken(rows: Sequence[tuple[Model, Collection[str]]]) -> dict[int, list[str]]:
    """Messages of the check constraints that unsaved rows break, by their place in `rows`.

    `CheckConstraint.validate` asks the database once a row and a constraint; this asks the same
    for all of them together, a hundred at a time.

    :param rows: each with the names of its fields that are not to be looked at, being wrong
        already; a constraint on one of them is left out.
    """
    asked = [
        (place, constraint)
        for place, (row, _wrong) in enumerate(rows)
        for constraint in row._meta.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    found: dict[int, list[str]] = {}
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        kept = _kept([(*rows[place], constraint) for place, constraint in part])
        for rank, (place, constraint) in enumerate(part):
            if rank not in kept:
                found.setdefault(place, []).append(str(constraint.get_violation_error_message()))
    return found


def _kept(asked: Sequence[tuple[Model, Collection[str], CheckConstraint]]) -> set[int]:
    """Places of those whose row keeps to its constraint, or cannot be asked."""
    parts: list[str] = []
    values: list[Any] = []
    kept = set()
    for rank, (row, wrong, constraint) in enumerate(asked):
        try:
            sql, params = _question(rank, row, wrong, constraint)
        except FieldError:
            kept.add(rank)
            continue
        parts.append(sql)
        values.extend(params)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), values)
            kept.update(rank for (rank,) in cursor.fetchall())
    return kept


def _question(
    rank: int, row: Model, wrong: Collection[str], constraint: CheckConstraint
) -> tuple[str, Sequence[Any]]:
    """A query that answers `rank` if a row keeps to a constraint, as `Q.check` puts it."""
    query = Query(None)
    values = row._get_field_expression_map(meta=row._meta, exclude=wrong)  # type: ignore[attr-defined]
    for name, value in values.items():
        query.add_annotation(value, name, select=False)
    query.add_annotation(Value(rank), "_rank")
    query.add_q(Q(Coalesce(Q(constraint.condition), True, output_field=BooleanField())))
    return query.get_compiler(connection=connection).as_sql()
