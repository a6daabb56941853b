"""Modal choosers with a search box, for models that Wagtail's own index does not hold."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView, CreateView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets import BaseChooser

from catalogue import verifying
from catalogue.models import Listing, OfficialEntry, Vendor


def search_form(*lookups: str) -> type[BaseFilterForm]:
    """A search box that looks for the words in those columns, case ignored."""

    class SearchForm(SearchFilterMixin, BaseFilterForm):
        def filter(self, objects: QuerySet) -> QuerySet:
            words = self.cleaned_data.get("q")
            if not words:
                return objects
            self.is_searching, self.search_query = True, words
            condition = Q()
            for lookup in lookups:
                condition |= Q(**{f"{lookup}__icontains": words})
            return objects.filter(condition)

    return SearchForm


class NothingToCreate(CreateView):
    """Vendors and sheets are entered on their own screens; Wagtail's view fails without a form."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise Http404


class FoundOrNothing(BaseChooser):
    """An address may name anything (`?vendor=abc`): what is no number is nobody, as an unknown one."""

    def get_instance(self, value: Any) -> Any:
        try:
            return super().get_instance(value)
        except (ValueError, OverflowError):
            return None


class VendorColumnsMixin:
    filter_form_class = search_form("name", "legal_name", "siren")

    @property
    def columns(self) -> list[Column]:
        return [
            self.title_column,
            Column("siren", label=_("SIREN")),
            Column("size", label=_("Taille"), accessor="get_size_display"),
        ]


class VendorChooseView(VendorColumnsMixin, ChooseView):
    """Vendors to choose from."""


class VendorChooseResultsView(VendorColumnsMixin, ChooseResultsView):
    """The same, results only."""


class VendorChooser(ChooserViewSet):
    """Choose a vendor by name or SIREN."""

    name = "vendor_chooser"
    model = Vendor
    icon = "group"
    ordering = ("name",)
    choose_one_text = _("Choisir un offreur")
    choose_another_text = _("Choisir un autre offreur")
    edit_item_text = _("Modifier cet offreur")
    choose_view_class = VendorChooseView
    choose_results_view_class = VendorChooseResultsView
    create_view_class = NothingToCreate
    base_widget_class = FoundOrNothing


class ListingColumnsMixin:
    filter_form_class = search_form("page__title", "vendor__name")

    def get_object_list(self) -> QuerySet:
        return Listing.objects.select_related("page", "vendor")

    @property
    def columns(self) -> list[Column]:
        return [
            self.title_column,
            Column("vendor", label=_("Offreur")),
            Column("source", label=_("Source"), accessor="get_source_display"),
        ]


class ListingChooseView(ListingColumnsMixin, ChooseView):
    """Sheets to choose from."""


class ListingChooseResultsView(ListingColumnsMixin, ChooseResultsView):
    """The same, results only."""


class ListingChooser(ChooserViewSet):
    """Choose a sheet by its name or its vendor's."""

    name = "listing_chooser"
    model = Listing
    icon = "doc-full"
    ordering = ("page__title",)
    choose_one_text = _("Choisir une fiche")
    choose_another_text = _("Choisir une autre fiche")
    choose_view_class = ListingChooseView
    choose_results_view_class = ListingChooseResultsView
    create_view_class = NothingToCreate
    base_widget_class = FoundOrNothing


class OfficialColumnsMixin:
    filter_form_class = search_form("label", "code", "legal_reference")

    def get_object_list(self) -> QuerySet:
        """Lines in force, of the lists that bear on the kind of claim (`?kind=`) if one is asked."""
        rows = OfficialEntry.objects.at(timezone.localdate())
        lists = verifying.LISTS.get(self.request.GET.get("kind", ""))
        return rows if lists is None else rows.filter(list__in=lists)

    @property
    def columns(self) -> list[Column]:
        return [
            self.title_column,
            Column("list", label=_("Liste"), accessor="get_list_display"),
            Column("valid_to", label=_("Jusqu'au")),
        ]


class OfficialChooseView(OfficialColumnsMixin, ChooseView):
    """Lines of official lists to choose from."""


class OfficialChooseResultsView(OfficialColumnsMixin, ChooseResultsView):
    """The same, results only."""


class OfficialChooser(ChooserViewSet):
    """Choose a line of an official list by its name or code."""

    name = "official_chooser"
    model = OfficialEntry
    icon = "clipboard-list"
    ordering = ("label", "pk")
    choose_one_text = _("Choisir une ligne")
    choose_another_text = _("Choisir une autre ligne")
    choose_view_class = OfficialChooseView
    choose_results_view_class = OfficialChooseResultsView
    create_view_class = NothingToCreate
    base_widget_class = FoundOrNothing


vendor_chooser = VendorChooser()
listing_chooser = ListingChooser()
official_chooser = OfficialChooser()
"""Those registered: forms that ask for one of theirs take their widgets."""
