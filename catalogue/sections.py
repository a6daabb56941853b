"""Sections of a sheet that higher apps bring: labels, "used by", similar solutions.

A higher app registers a function with Wagtail's hooks; the catalogue never imports it::

    @hooks.register("register_sheet_section")
    def similar_solutions(page, request):
        return SheetSection("similaires", _("Solutions proches"), "search/similar.html",
                            {"hits": …}, order=800)

The function gets the page (maybe a draft without `listing`) and the request, and returns a
section, or None to say nothing. Sections are shown by `order`: after the catalogue's own, but for
those below `FIRST`, which come before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from catalogue.models import SolutionPage

HOOK = "register_sheet_section"
FIRST = 100


@dataclass(frozen=True)
class SheetSection:
    """A section: its anchor (unique on the page), title, template and the template's context."""

    anchor: str
    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 500

    @property
    def leads(self) -> bool:
        """Whether it comes before what the catalogue itself says."""
        return self.order < FIRST


def sheet_sections(page: SolutionPage, request: HttpRequest) -> list[SheetSection]:
    """Sections registered for this sheet, in their order."""
    found = (register(page, request) for register in hooks.get_hooks(HOOK))
    return sorted(
        (section for section in found if section is not None),
        key=lambda section: (section.order, section.anchor),
    )
