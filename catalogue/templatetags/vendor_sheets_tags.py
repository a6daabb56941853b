"""What the templates of the vendor space's sheets ask for."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue import completeness, drafting
from catalogue.models import Listing, Membership, SolutionPage, Vendor
from catalogue.presentation import french_date, is_stale
from catalogue.states import STATE_LABELS, SheetState
from catalogue.vendor_space.extensions import VendorLine, vendor_lines

register = template.Library()

SOON = dt.timedelta(days=60)
"""How long before it lapses a date of an offer is told."""
TONES = {
    SheetState.TAKEN_DOWN: "error",
    SheetState.RETURNED: "warning",
    SheetState.LIVE_RETURNED: "warning",
    SheetState.STALE: "warning",
    SheetState.REVIEW: "info",
    SheetState.LIVE_REVIEW: "info",
    SheetState.LIVE: "success",
    SheetState.LIVE_DRAFT: "success",
}
_LAPSING = (
    ("price_valid_until", gettext_lazy("le tarif")),
    ("hds_until", gettext_lazy("la certification HDS")),
    ("iso27001_until", gettext_lazy("le certificat ISO 27001")),
)


@dataclass(frozen=True)
class Row:
    """A sheet on the dashboard."""

    listing: Listing
    name: str
    state: SheetState
    missing: int
    lapsing: list[str]
    due_on: dt.date | None
    lines: list[VendorLine]

    @property
    def label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_late(self) -> bool:
        """Whether mission LABEL should have answered by now."""
        return self.due_on is not None and self.due_on < timezone.localdate()


@register.simple_tag
def vendor_sheets(memberships: Iterable[Membership]) -> list[tuple[Vendor, list[Row]]]:
    """The sheets of each company, the most pressing first: a fixed number of queries."""
    vendors = [membership.vendor for membership in memberships]
    listings = (
        Listing.objects.filter(vendor__in=vendors)
        .select_related("page__latest_revision")
        .prefetch_related("submissions")
        .order_by("page__draft_title", "pk")
    )
    order = list(SheetState)
    rows = sorted(_rows(list(listings)), key=lambda row: order.index(row.state))
    return [
        (vendor, [row for row in rows if row.listing.vendor_id == vendor.pk]) for vendor in vendors
    ]


def _rows(listings: list[Listing]) -> Iterator[Row]:
    pages = SolutionPage.objects.filter(pk__in=[row.page_id for row in listings])
    reviews = {
        page.pk: page._current_workflow_states
        for page in pages.only("pk", "content_type").prefetch_workflow_states()
    }
    today = timezone.localdate()
    lines = vendor_lines(listings)
    for listing in listings:
        page = listing.page
        page._current_workflow_states = reviews[page.pk]
        stale = page.live and is_stale(listing.confirmed_on, page.last_published_at, today)
        state = drafting.state_of(listing, stale=stale)
        content = page.latest_revision.content if page.latest_revision else None
        waiting = [row for row in listing.submissions.all() if row.outcome == row.Outcome.WAITING]
        yield Row(
            listing=listing,
            name=page.draft_title or page.title,
            state=state,
            missing=len(list(completeness.lacking(content))) if content else 0,
            lapsing=_lapsing(content or {}, today),
            due_on=waiting[0].due_on if waiting else None,
            lines=lines.get(listing.pk, []),
        )


def _lapsing(content: dict[str, Any], today: dt.date) -> list[str]:
    found = []
    for offer in content.get("offers", ()):
        for field, what in _LAPSING:
            day = dt.date.fromisoformat(offer[field]) if offer.get(field) else None
            if day is not None and day <= today + SOON:
                found.append(
                    _("Offre « %(name)s » : %(what)s vaut jusqu'au %(day)s.")
                    % {"name": offer["name"], "what": what, "day": french_date(day)}
                )
    return found


@register.filter
def tone(state: SheetState) -> str:
    """Class of the badge of a state."""
    found = TONES.get(state)
    return f"fr-badge--{found}" if found else ""


@register.filter
def choice_groups(field: BoundField) -> list[tuple[str, list[dict[str, Any]]]]:
    """Boxes of a field of several choices: (heading or nothing, boxes)."""
    widget = field.field.widget
    groups = widget.optgroups(
        field.html_name, widget.format_value(field.value()), {"id": field.auto_id}
    )
    return [(label or "", options) for label, options, _index in groups]


@register.filter
def any_selected(options: list[dict[str, Any]]) -> bool:
    """Whether a box of a group is ticked."""
    return any(option["selected"] for option in options)


@register.filter
def is_boxes(field: BoundField) -> bool:
    """Whether a field is several boxes."""
    return field.widget_type == "checkboxselectmultiple"


@register.filter
def is_long(field: BoundField) -> bool:
    """Whether there are too many boxes to lay them all out."""
    choices = list(field.field.choices)
    return len(choices) > 12 and not isinstance(choices[0][1], list | tuple)


@register.filter
def anchor(field: BoundField) -> str:
    """Id of what a link to a field leads to."""
    return field.id_for_label or field.auto_id
