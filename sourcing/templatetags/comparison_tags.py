"""What the comparison's table needs and templates cannot do."""

from collections.abc import Iterator, Sequence

from django import template

from sourcing.comparison import Column, Entry, Row

register = template.Library()


@register.filter
def beside(row: Row, columns: Sequence[Column]) -> Iterator[tuple[Column, Sequence[Entry]]]:
    """The cells of a row, each with its column."""
    return zip(columns, row.cells, strict=True)
