"""Sheets in the admin: their own listing, and the page views that keep the Listing row beside."""

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.copy import CopyView
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.listing import ExplorableIndexView, IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet

from catalogue import services
from catalogue.admin.filters import SheetFilterSet
from catalogue.admin.review import SheetCollectView, SheetEditView, SheetWorkflowActionView
from catalogue.choices import Source
from catalogue.forms import SolutionCopyForm
from catalogue.models import Category, Offer, SolutionPage


def _vendor(sheet: SolutionPage) -> Any:
    return (hasattr(sheet, "listing") and sheet.listing.vendor) or "—"


def _source(sheet: SolutionPage) -> str:
    if not hasattr(sheet, "listing"):
        return "—"
    # The whole label would take a column as wide as the name's.
    return _("Offreur") if sheet.listing.source == Source.VENDOR else sheet.listing.source.upper()


def _categories(sheet: SolutionPage) -> str:
    return ", ".join(category.name for category in sheet.listed_categories) or "—"


COLUMNS = [
    BulkActionsColumn("bulk_actions"),
    PageTitleColumn("title", label=_("Nom"), sort_key="title", classname="title", width="18%"),
    Column("vendor", label=_("Offreur"), accessor=_vendor, sort_key="listing__vendor__name"),
    Column("categories", label=_("Catégories"), accessor=_categories, width="26%"),
    NumberColumn("offer_count", label=_("Offres"), sort_key="offer_count", width="6%"),
    Column("source", label=_("Source"), accessor=_source, sort_key="listing__source", width="10%"),
    DateColumn(
        "confirmed_on",
        label=_("Confirmée le"),
        accessor="listing.confirmed_on",
        sort_key="listing__confirmed_on",
        width="9%",
    ),
    DateColumn(
        "latest_revision_created_at",
        label=_("Modifiée"),
        sort_key="latest_revision_created_at",
        width="9%",
    ),
    PageStatusColumn("status", label=_("État"), sort_key="live", width="9%"),
]


class SheetListingMixin:
    """Rows with all that the columns show: the number of queries does not follow that of rows."""

    base_filterset_class = SheetFilterSet

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # The bulk actions of sheets, not those of any page, which give no reason.
        context["model_opts"] = SolutionPage._meta
        return context

    def annotate_queryset(self, pages: QuerySet) -> QuerySet:
        """Like Wagtail's, without fetching each page again as its specific class."""
        offers = Offer.objects.filter(page=OuterRef("pk")).order_by().values("page")
        return (
            pages.select_related("listing__vendor")
            .prefetch_related(
                "content_type",
                "sites_rooted_here",
                Prefetch(
                    "categories", Category.objects.order_by("name"), to_attr="listed_categories"
                ),
            )
            .prefetch_workflow_states()
            .annotate_site_root_state()
            .annotate_approved_schedule()
            .annotate(offer_count=Coalesce(Subquery(offers.annotate(n=Count("pk")).values("n")), 0))
        )

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        """By name or vendor: sheets are not in Wagtail's own index."""
        if not self.is_searching:
            return queryset
        words = self.search_query
        return queryset.filter(
            Q(title__icontains=words)
            | Q(draft_title__icontains=words)
            | Q(listing__vendor__name__icontains=words)
        )


class SheetIndexView(SheetListingMixin, IndexView):
    """All sheets, flat."""


class SheetExplorerView(SheetListingMixin, ExplorableIndexView):
    """Sheets where the page explorer meets them."""


class SheetListing(PageListingViewSet):
    """« Fiches solutions » in the menu."""

    name = "fiches"
    model = SolutionPage
    icon = "doc-full"
    menu_label = _("Fiches solutions")
    index_view_class = SheetIndexView
    columns = COLUMNS
    filterset_class = SheetFilterSet
    list_export = [
        "title",
        "slug",
        "listing.uid",
        "listing.vendor",
        "listing.get_source_display",
        "live",
        "offer_count",
        "listing.confirmed_on",
        "latest_revision_created_at",
    ]
    export_headings = {
        "title": _("Nom"),
        "slug": _("Adresse"),
        "listing.uid": _("Identifiant"),
        "listing.vendor": _("Offreur"),
        "listing.get_source_display": _("Source"),
        "live": _("En ligne"),
        "offer_count": _("Offres"),
        "listing.confirmed_on": _("Confirmée le"),
        "latest_revision_created_at": _("Modifiée le"),
    }
    export_filename = "fiches-solutions"


class SheetCreateView(CreateView):
    """A sheet never exists without its Listing row: both in the transaction of the request."""

    def set_default_privacy_setting(self) -> None:
        # The one thing that Wagtail does between adding the page and its first revision, which
        # may be published at once and must then find whose it is.
        services.create_listing(
            page=self.page, vendor=self.form.cleaned_data["vendor"], by=self.request.user
        )
        super().set_default_privacy_setting()


class SheetCopyView(CopyView):
    """A copy is another sheet: its own Listing row and its own identifiers (see the copy hook)."""

    def get_form_class(self) -> type[SolutionCopyForm]:
        return SolutionCopyForm


class SheetViewSet(PageViewSet):
    """Wagtail's page views, for sheets."""

    model = SolutionPage
    icon = "doc-full"
    add_view_class = SheetCreateView
    copy_view_class = SheetCopyView
    edit_view_class = SheetEditView
    workflow_action_view_class = SheetWorkflowActionView
    collect_workflow_action_data_view_class = SheetCollectView
    index_view_class = SheetExplorerView
    columns = COLUMNS
    filterset_class = SheetFilterSet
