"""Where the admin leads to hiding, putting back and merging; and Wagtail's own ways that it closes."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry

from catalogue.admin import enforcement_bulk
from catalogue.admin.enforcement_forms import SuspendView, TakeDownView
from catalogue.admin.enforcement_merge import MergeView
from catalogue.models import BasePage, SolutionPage, Suspension, Vendor
from catalogue.permissions import user_can_enforce

CLOSED = ("delete", "publish", "move")
"""Wagtail's bulk actions: they would show or erase many sheets without a review or a reason."""
LOG_ACTIONS = (
    ("take_down", _("Retirer tout de suite"), _("Fiche retirée par la mission LABEL")),
    ("put_back", _("Remettre en ligne"), _("Fiche remise en ligne")),
    ("merge", _("Regrouper"), _("Fiche regroupée avec une autre")),
    ("suspend", _("Suspendre l'offreur"), _("Offreur suspendu")),
    ("lift", _("Lever la suspension"), _("Suspension levée")),
)


@hooks.register("register_admin_urls")
def enforcement_urls() -> list[URLPattern]:
    """Hiding a sheet, suspending a vendor, merging."""
    return [
        path("fiches/<int:page_id>/retirer/", TakeDownView.as_view(), name="sheet_take_down"),
        path("fiches/<int:page_id>/regrouper/", MergeView.as_view(), name="sheet_merge"),
        path("offreurs/<int:pk>/suspendre/", SuspendView.as_view(), name="vendor_suspend"),
    ]


@hooks.register("register_log_actions")
def enforcement_log_actions(actions: LogActionRegistry) -> None:
    """French words of what services write in the history of sheets and vendors."""
    for name, label, sentence in LOG_ACTIONS:
        actions.register_action(f"catalogue.enforcement.{name}", label, sentence)


for action in enforcement_bulk.ACTIONS:
    hooks.register("register_bulk_action", action)


@hooks.register("register_page_listing_more_buttons")
def listing_buttons(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """On each sheet of a list, without a query a row: the screens check whose cause it is."""
    if isinstance(page, SolutionPage) and user.has_perm("catalogue.change_listing"):
        yield from _buttons(page)


@hooks.register("register_page_header_buttons")
def header_buttons(page: Any, user: Any, **kwargs: Any) -> Iterator[Button]:
    """The same on the edit screen, for who may use them."""
    listing = getattr(page, "listing", None) if isinstance(page, SolutionPage) else None
    if listing is not None and user_can_enforce(user, listing.vendor):
        yield from _buttons(page)


def _buttons(page: SolutionPage) -> Iterator[Button]:
    listing = getattr(page, "listing", None)
    if listing is None:
        return
    if listing.taken_down_at or (page.live and not listing.archived_at):
        label = _("Voir le retrait") if listing.taken_down_at else _("Retirer tout de suite")
        url = reverse("sheet_take_down", args=[page.pk])
        yield Button(label, url=url, icon_name="no-view", priority=4)
    if not listing.merged_into_id:
        label, url = _("Regrouper avec une autre fiche"), reverse("sheet_merge", args=[page.pk])
        yield Button(label, url=url, icon_name="copy", priority=5)


def vendor_button(vendor: Vendor, user: Any) -> Iterator[Button]:
    """On the edit screen of a vendor: suspend it, or see its suspension."""
    if not user_can_enforce(user, vendor):
        return
    row = Suspension.objects.open().filter(vendor=vendor).first()
    if row is not None:
        url = reverse("suspensions:inspect", args=[row.pk])
        yield Button(_("Voir la suspension"), url=url, icon_name="lock")
    else:
        url = reverse("vendor_suspend", args=[vendor.pk])
        yield Button(_("Suspendre l'offreur"), url=url, icon_name="lock")


def _has_sheets(row: Any) -> bool:
    """Whether it is a sheet or a page above some: what is done to it may be done to all below."""
    if not isinstance(row, BasePage):
        return False
    return SolutionPage.objects.filter(path__startswith=row.path).exists()


@hooks.register("before_bulk_action")
def refuse_bulk(
    request: HttpRequest, action_type: str, objects: list[Any], view: Any
) -> HttpResponse | None:
    """Wagtail's own bulk actions are not for sheets: theirs are in the list of sheets."""
    if action_type not in CLOSED or not any(_has_sheets(row) for row in objects):
        return None
    messages.error(
        request, _("Cette action n'est pas pour les fiches : choisissez celles de leur liste.")
    )
    return redirect("fiches:index")
