"""What every importer brings, whatever the format it reads."""

from dataclasses import dataclass, field


class UnreadableSource(Exception):
    """The file is not what its format says; the message tells in French what to do."""


@dataclass(frozen=True)
class ImportedSheet:
    """Community software read from a source: content of the sheet and where it comes from.

    `categories` are slugs of sub-categories, `licence` an SPDX expression or nothing; `remarks`
    are French sentences for the report: what could not be mapped, or is out of scope.
    """

    external_id: str
    name: str
    summary: str
    description: str
    categories: tuple[str, ...]
    licence: str
    repository_url: str
    website: str
    documentation_url: str
    tags: tuple[str, ...]
    version: str
    source_url: str
    source_licence: str
    sill_id: str = ""
    comptoir_id: str = ""
    remarks: tuple[str, ...] = field(default=())
