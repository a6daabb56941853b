"""Changing a part of a referential's file and leaving the rest as it is written. Pure.

The order of the file, its comments and its blank lines stay: what stands between two themes or
criteria is no part of either. Nothing here checks what the file then says
(`labelling.definition.read_definition`).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

TABLES = ("theme", "criterion")
_HEADER = re.compile(r"\s*\[\[(theme|criterion)\]\]")
_BETWEEN = re.compile(r"\s*(#.*)?$")


class CannotEdit(ValueError):
    """A file that is not written one table a theme or criterion: only its text can be edited."""


@dataclass
class _Block:
    """A theme or a criterion as it is written, and the comments and blank lines after it."""

    table: str
    text: str
    after: str

    @cached_property
    def row(self) -> dict[str, Any]:
        """What it says, before any change."""
        return tomllib.loads(self.text)[self.table][0]


@dataclass
class _File:
    head: str
    blocks: list[_Block]

    def __str__(self) -> str:
        return self.head + "".join(block.text + block.after for block in self.blocks)

    def find(self, table: str, id: str) -> int:
        """Rank of a theme or a criterion among the blocks. Raises `KeyError` when there is none."""
        for rank, block in enumerate(self.blocks):
            if block.table == table and block.row["id"] == id:
                return rank
        raise KeyError(id)


def set_head(text: str, values: Mapping[str, Any]) -> str:
    """Change what a file says of itself (title, dates…); None takes a key away."""
    file = _read(text)
    head = tomlkit.parse(file.head)
    before = head.unwrap()
    values = _meant(before, values)
    _assign(head, values)
    file.head = _checked(tomlkit.dumps(head), _merged(before, values))
    return str(file)


def set_row(text: str, table: str, id: str, values: Mapping[str, Any]) -> str:
    """Change keys of a theme or a criterion; those not named stay, None takes one away."""
    file = _read(text)
    block = file.blocks[file.find(table, id)]
    before = block.row
    values = _meant(before, values)
    written = tomlkit.parse(block.text)
    _assign(written[table][0], values)
    block.text = _checked(tomlkit.dumps(written), {table: [_merged(before, values)]})
    return str(file)


def add_row(text: str, table: str, values: Mapping[str, Any]) -> str:
    """Add a theme at the end of the themes, or a criterion at the end of its theme's."""
    file = _read(text)
    row = tomlkit.table()
    _assign(row, values)
    rows = tomlkit.aot()
    rows.append(row)
    new = tomlkit.document()
    new[table] = rows
    written = _checked(tomlkit.dumps(new), {table: [_merged({}, values)]})
    near = [
        rank
        for rank, block in enumerate(file.blocks)
        if block.table == table and (table == "theme" or block.row.get("theme") == values["theme"])
    ]
    same = near or [rank for rank, block in enumerate(file.blocks)]
    last = file.blocks[same[-1]]
    file.blocks.insert(same[-1] + 1, _Block(table, written.rstrip("\n") + "\n", last.after))
    last.text, last.after = last.text.rstrip("\n") + "\n", "\n"
    return str(file)


def remove_row(text: str, table: str, id: str) -> str:
    """Take a theme or a criterion out; the comments around it stay."""
    file = _read(text)
    rank = file.find(table, id)
    gone = file.blocks.pop(rank)
    after = gone.after.lstrip("\n")
    if rank:
        file.blocks[rank - 1].after += after
    else:
        file.head += after
    return str(file)


def move_row(text: str, table: str, id: str, *, up: bool) -> str:
    """Change places with the one before or after, of the same theme for a criterion; or nothing."""
    file = _read(text)
    here = file.find(table, id)
    row = file.blocks[here].row
    like = [
        rank
        for rank, block in enumerate(file.blocks)
        if block.table == table and (table == "theme" or block.row["theme"] == row["theme"])
    ]
    place = like.index(here) + (-1 if up else 1)
    if 0 <= place < len(like):
        one, other = file.blocks[here], file.blocks[like[place]]
        one.text, other.text = other.text, one.text
    return str(file)


def inline(value: Any) -> str:
    """A value as it is typed on one line: `{ fact = "ia", is = ["oui"] }`."""
    return "" if value is None else _inline(value).as_string()


def read_inline(typed: str) -> Any:
    """The value of what `inline` writes. Raises `ValueError` when it is no TOML."""
    return tomllib.loads(f"value = {' '.join(typed.split())}")["value"]


def _read(text: str) -> _File:
    """Cut a file at its tables. Raises `CannotEdit` when they are not all found that way."""
    file = _File("", [])
    for line in text.splitlines(keepends=True):
        if found := _HEADER.match(line):
            file.blocks.append(_Block(found[1], line, ""))
        elif file.blocks:
            file.blocks[-1].text += line
        else:
            file.head += line
    for block in file.blocks:
        lines = block.text.splitlines(keepends=True)
        end = len(lines)
        while end > 1 and _BETWEEN.match(lines[end - 1]):
            end -= 1
        block.text, block.after = "".join(lines[:end]), "".join(lines[end:])
    _check_cut(text, file)
    return file


def _check_cut(text: str, file: _File) -> None:
    """Refuse a file whose pieces do not say what the whole says (a table within a text…)."""
    whole = tomllib.loads(text)
    try:
        pieces: dict[str, Any] = tomllib.loads(file.head)
        if not pieces.keys().isdisjoint(TABLES):
            raise CannotEdit
        for block in file.blocks:
            pieces.setdefault(block.table, []).append(block.row)
    except (tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise CannotEdit from error
    if pieces != whole:
        raise CannotEdit


def _meant(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values without those that take away what is written as nothing already."""
    return {
        key: value for key, value in values.items() if not (value is None and before.get(key) == "")
    }


def _assign(row: Any, values: Mapping[str, Any]) -> None:
    """Write what changes; what is the same keeps the way it was written."""
    before = row.unwrap()
    for key, value in values.items():
        if value is None:
            row.pop(key, None)
        elif key not in before or before[key] != value:
            row[key] = _written(value)


def _written(value: Any) -> Any:
    """Lists of tables on several lines, all else on one."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        rows = tomlkit.array()
        for one in value:
            rows.append(_inline(one))
        return rows.multiline(True)
    return _inline(value)


def _inline(value: Any) -> Any:
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table.append(key, _inline(inner))
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        for inner in value:
            array.append(_inline(inner))
        return array
    return tomlkit.item(value)


def _merged(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**before, **values}.items() if value is not None}


def _checked(written: str, expected: Any) -> str:
    """What was written, if it says what was meant."""
    try:
        said = tomllib.loads(written)
    except (tomllib.TOMLDecodeError, TOMLKitError) as error:
        raise CannotEdit from error
    if said != expected:
        raise CannotEdit
    return written


def rows(text: str, table: str) -> Iterator[dict[str, Any]]:
    """Themes or criteria as the file says them, in order."""
    yield from tomllib.loads(text)[table]
