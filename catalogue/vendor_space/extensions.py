"""What higher apps add to the vendor space: sections of a sheet's page, lines of the dashboard.

They register functions with Wagtail's hooks; the catalogue never imports them::

    @hooks.register("register_vendor_sheet_section")
    def self_assessments(listing, request):
        return VendorSection(_("Auto-évaluation"), "labelling/vendor_space/_section.html", {…})

    @hooks.register("register_vendor_sheet_lines")
    def assessment_lines(listings):
        return {listing.pk: [VendorLine(_("Auto-évaluation : à commencer"), address)], …}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from catalogue.models import Listing

SECTION_HOOK = "register_vendor_sheet_section"
LINES_HOOK = "register_vendor_sheet_lines"


@dataclass(frozen=True)
class VendorSection:
    """A section of a sheet's page: its title, template and the template's context (`section`)."""

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class VendorLine:
    """A line under a sheet of the dashboard, and where it leads."""

    text: str
    url: str


def vendor_sections(listing: Listing, request: HttpRequest) -> list[VendorSection]:
    """Sections registered for this sheet; who has nothing to say returns None."""
    found = (register(listing, request) for register in hooks.get_hooks(SECTION_HOOK))
    return [section for section in found if section is not None]


def vendor_lines(listings: Sequence[Listing]) -> dict[int, list[VendorLine]]:
    """Lines of each sheet by its key: one call a hook, whatever the number of sheets."""
    found: dict[int, list[VendorLine]] = {}
    for register in hooks.get_hooks(LINES_HOOK):
        for pk, lines in register(listings).items():
            found.setdefault(pk, []).extend(lines)
    return found
