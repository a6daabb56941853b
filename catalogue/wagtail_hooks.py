"""What the catalogue adds to Wagtail's admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry

from catalogue import services
from catalogue.admin.choosers import ListingChooser, vendor_chooser
from catalogue.admin.claims import ClaimViewSet, evidence_file
from catalogue.admin.company import (
    LOG_ACTIONS,
    DisputeViewSet,
    ProofViewSet,
    dispute_file,
    mandate_file,
)
from catalogue.admin.dated import (
    PriceBandViewSet,
    ReferenceConfigurationViewSet,
    ThresholdViewSet,
)
from catalogue.admin.listing import ListingEditView
from catalogue.admin.sheets import SheetListing, SheetViewSet
from catalogue.admin.vendors import VendorViewSet
from catalogue.admin.vocabulary import (
    BuyerCategoryViewSet,
    CategoryViewSet,
    IntegrationViewSet,
    PurchaseVehicleViewSet,
    PurchasingBodyViewSet,
)
from catalogue.choices import Source
from catalogue.models import Listing, Proof, Request, SolutionPage


class CatalogueGroup(ViewSetGroup):
    """Menu « Catalogue »."""

    menu_label = _("Catalogue")
    menu_icon = "folder-open-inverse"
    menu_order = 150
    items = (
        SheetListing,
        VendorViewSet,
        ProofViewSet,
        DisputeViewSet,
        ClaimViewSet,
        CategoryViewSet,
        BuyerCategoryViewSet,
        IntegrationViewSet,
        PurchasingBodyViewSet,
        PurchaseVehicleViewSet,
    )


class DatedGroup(ViewSetGroup):
    """Menu « Valeurs datées » (a longer label would be cut)."""

    menu_label = _("Valeurs datées")
    menu_icon = "calendar-check"
    menu_order = 160
    items = (ThresholdViewSet, PriceBandViewSet, ReferenceConfigurationViewSet)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    """Screens of the catalogue and their menus."""
    return [SheetViewSet(), vendor_chooser, ListingChooser(), CatalogueGroup(), DatedGroup()]


@hooks.register("register_admin_urls")
def register_evidence_url() -> list[URLPattern]:
    """Files of evidence that only moderators read, and the row beside a sheet."""
    return [
        path("pieces/<uuid:uid>/", evidence_file, name="evidence_file"),
        path("preuves/<uuid:uid>/mandat/", mandate_file, name="proof_mandate"),
        path("contestations/<uuid:uid>/piece/", dispute_file, name="dispute_file"),
        path("fiches/<int:page_id>/inscription/", ListingEditView.as_view(), name="listing"),
    ]


@hooks.register("register_page_listing_more_buttons")
def listing_button(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """From a sheet in a list to what is not in its revisions."""
    if isinstance(page, SolutionPage) and user.has_perm("catalogue.change_listing"):
        yield Button(
            _("Inscription au catalogue"),
            url=reverse("listing", args=[page.pk]),
            icon_name="clipboard-list",
            priority=3,
        )


@hooks.register("register_permissions")
def register_evidence_permissions() -> Any:
    """Evidence is edited within its claim; its rights can be given apart, for later stages."""
    return Permission.objects.filter(
        content_type__app_label="catalogue", content_type__model__in=("evidence", "listing")
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """French words of what services write in a sheet's history."""
    actions.register_action(
        "catalogue.listing.create",
        _("Inscrire au catalogue"),
        _("Fiche inscrite au catalogue"),
    )
    actions.register_action(
        "catalogue.listing.change",
        _("Modifier l'inscription au catalogue"),
        _("Inscription au catalogue modifiée"),
    )
    for name, label, sentence in LOG_ACTIONS:
        actions.register_action(f"catalogue.company.{name}", label, sentence)


@hooks.register("before_copy_page")
def refuse_copy(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Only a vendor's sheet is copied: community software is entered once, from its source."""
    listing = Listing.objects.filter(page_id=page.pk).first()
    if page.specific_class is not SolutionPage or (listing and listing.source == Source.VENDOR):
        return None
    messages.error(
        request,
        _(
            "Un logiciel communautaire ne se copie pas : il est repris de sa source. "
            "Créez plutôt une fiche d'offreur."
        )
        if listing
        else _(
            "Cette page n'est pas inscrite au catalogue : elle ne se copie pas. "
            "Créez plutôt une fiche d'offreur."
        ),
    )
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("after_copy_page")
def enter_copy(request: HttpRequest, page: Any, new_page: Any) -> None:
    """A copied sheet is a sheet of its own."""
    original, copy = page.specific, new_page.specific
    if isinstance(copy, SolutionPage):
        services.copy_listing(original=original, copy=copy, by=request.user)


class CountItem(SummaryItem):
    """A figure of the dashboard, with the way to what it counts."""

    template_name = "catalogue/admin/summary_item.html"
    icon = "doc-full"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"icon": self.icon, "url": self.url(), "words": self.words()}

    def url(self) -> str:
        """Where the figure leads."""
        raise NotImplementedError

    def words(self) -> str:
        """The figure and what it counts."""
        raise NotImplementedError


class LiveSheetsItem(CountItem):
    order = 100

    def is_shown(self) -> bool:
        return user_has_any_page_permission(self.request.user)

    def url(self) -> str:
        return f"{reverse('fiches:index')}?state=live"

    def words(self) -> str:
        count = Listing.objects.public().count()
        return ngettext("%d fiche en ligne", "%d fiches en ligne", count) % count


class DraftSheetsItem(LiveSheetsItem):
    order = 110
    icon = "draft"

    def url(self) -> str:
        return f"{reverse('fiches:index')}?state=draft"

    def words(self) -> str:
        count = Listing.objects.filter(page__live=False, archived_at__isnull=True).count()
        return ngettext("%d brouillon", "%d brouillons", count) % count


class ToJudgeItem(CountItem):
    """Proofs and disputes that wait for whoever may decide."""

    order = 120
    icon = "key"

    def is_shown(self) -> bool:
        return self.request.user.has_perm("catalogue.change_proof")

    def url(self) -> str:
        return f"{reverse('preuves:index')}?state=waiting"

    def words(self) -> str:
        count = Proof.objects.to_decide().count()
        return ngettext("%d preuve à examiner", "%d preuves à examiner", count) % count


class DisputesItem(ToJudgeItem):
    order = 130
    icon = "warning"

    def url(self) -> str:
        return f"{reverse('contestations:index')}?state=waiting"

    def words(self) -> str:
        waiting = Request.objects.filter(kind=Request.Kind.DISPUTE, state=Request.State.WAITING)
        count = waiting.count()
        return ngettext("%d contestation à examiner", "%d contestations à examiner", count) % count


@hooks.register("construct_homepage_summary_items", order=900)
def summarise(request: HttpRequest, items: list[SummaryItem]) -> None:
    """Figures of the catalogue, in place of Wagtail's counts of pages, images and documents."""
    items[:] = [item for item in items if isinstance(item, CountItem)]
    own = (LiveSheetsItem, DraftSheetsItem, ToJudgeItem, DisputesItem)
    items.extend(kind(request) for kind in own)


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    """A few rules for our own panels."""
    return format_html('<link rel="stylesheet" href="{}">', static("catalogue/admin.css"))
