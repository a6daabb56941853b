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
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry

from catalogue import services
from catalogue.admin import enforcement_hooks  # noqa: F401  (registered so)
from catalogue.admin.choosers import listing_chooser, official_chooser, vendor_chooser
from catalogue.admin.claim_acts import LOG_ACTIONS as CLAIM_ACTIONS
from catalogue.admin.claim_acts import ActView
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
from catalogue.admin.deciding import ApproveMany, ReturnMany
from catalogue.admin.enforcement import SuspensionViewSet, TakedownViewSet
from catalogue.admin.figures import OWN_FIGURES, CountItem
from catalogue.admin.listing import ListingEditView
from catalogue.admin.official import LOG_ACTIONS as LIST_ACTIONS
from catalogue.admin.official import ListImportViewSet, OfficialEntryViewSet
from catalogue.admin.queue import QueueViewSet
from catalogue.admin.reasons import ReasonViewSet
from catalogue.admin.reports import LOG_ACTIONS as REPORT_ACTIONS
from catalogue.admin.reports import ReportViewSet
from catalogue.admin.review import hide_cancellation, refuse_publication, refuse_publications
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
from catalogue.models import Listing, SolutionPage

EVIDENCE_ACTIONS = (
    ("add", _("Joindre une pièce"), _("Un membre de l'offreur a joint une pièce")),
    ("remove", _("Retirer une pièce"), _("Un membre de l'offreur a retiré une pièce")),
    ("restrict", _("Changer l'accès"), _("Un membre de l'offreur a changé l'accès à une pièce")),
)


class CatalogueGroup(ViewSetGroup):
    """Menu « Catalogue »."""

    menu_label = _("Catalogue")
    menu_icon = "folder-open-inverse"
    menu_order = 150
    items = (
        QueueViewSet,
        SheetListing,
        VendorViewSet,
        ProofViewSet,
        DisputeViewSet,
        ReportViewSet,
        ClaimViewSet,
        TakedownViewSet,
        SuspensionViewSet,
        CategoryViewSet,
        BuyerCategoryViewSet,
        IntegrationViewSet,
        PurchasingBodyViewSet,
        PurchaseVehicleViewSet,
        ReasonViewSet,
    )


class DatedGroup(ViewSetGroup):
    """Menu « Valeurs datées » (a longer label would be cut)."""

    menu_label = _("Valeurs datées")
    menu_icon = "calendar-check"
    menu_order = 160
    items = (
        ThresholdViewSet,
        PriceBandViewSet,
        ReferenceConfigurationViewSet,
        ListImportViewSet,
        OfficialEntryViewSet,
    )


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    """Screens of the catalogue and their menus."""
    choosers = [vendor_chooser, listing_chooser, official_chooser]
    return [SheetViewSet(), *choosers, CatalogueGroup(), DatedGroup()]


@hooks.register("register_admin_urls")
def register_evidence_url() -> list[URLPattern]:
    """Files of evidence that only moderators read, and the row beside a sheet."""
    return [
        path("pieces/<uuid:uid>/", evidence_file, name="evidence_file"),
        path("allegations/<int:pk>/<slug:act>/", ActView.as_view(), name="claim_act"),
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
    actions.register_action(
        "catalogue.use.say", _("Dire utiliser"), _("Un organisme public dit utiliser la solution")
    )
    actions.register_action(
        "catalogue.use.withdraw",
        _("Ne plus dire utiliser"),
        _("Un organisme public ne dit plus utiliser la solution"),
    )
    for name, label, sentence in LOG_ACTIONS:
        actions.register_action(f"catalogue.company.{name}", label, sentence)
    for name, label, sentence in EVIDENCE_ACTIONS:
        actions.register_action(f"catalogue.evidence.{name}", label, sentence)
    for name, label, sentence in CLAIM_ACTIONS:
        actions.register_action(f"catalogue.claim.{name}", label, sentence)
    for name, label, sentence in REPORT_ACTIONS:
        actions.register_action(f"catalogue.report.{name}", label, sentence)
    for name, label, sentence in LIST_ACTIONS:
        actions.register_action(f"catalogue.list.{name}", label, sentence)


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


hooks.register("before_publish_page", refuse_publication)
hooks.register("before_bulk_action", refuse_publications)
hooks.register("construct_page_action_menu", hide_cancellation)
hooks.register("register_bulk_action", ApproveMany)
hooks.register("register_bulk_action", ReturnMany)


@hooks.register("construct_homepage_summary_items", order=900)
def summarise(request: HttpRequest, items: list[SummaryItem]) -> None:
    """Figures of the catalogue, in place of Wagtail's counts of pages, images and documents."""
    items[:] = [item for item in items if isinstance(item, CountItem)]
    items.extend(kind(request) for kind in OWN_FIGURES)


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    """A few rules for our own panels."""
    return format_html('<link rel="stylesheet" href="{}">', static("catalogue/admin.css"))


@hooks.register("insert_global_admin_js")
def admin_script() -> str:
    """Canned texts of reasons, also within the dialogues that Wagtail opens."""
    return format_html('<script defer src="{}"></script>', static("catalogue/canned.js"))
