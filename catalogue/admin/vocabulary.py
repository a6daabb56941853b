"""Words that editors keep: categories, buyers, services to connect to, purchase vehicles."""

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from catalogue.admin.columns import day_column
from catalogue.admin.deleting import UnusedOnlyDeleteView
from catalogue.admin.filters import Radios
from catalogue.models import (
    BuyerCategory,
    Category,
    Integration,
    PurchaseVehicle,
    PurchasingBody,
)

TERM_PANELS = [
    FieldRowPanel([FieldPanel("name"), FieldPanel("position")]),
    FieldPanel(
        "slug",
        help_text=_(
            "Code stable des adresses et des exports : ne le changez pas après publication."
        ),
    ),
]


class TermViewSet(ModelViewSet):
    """A vocabulary of stable codes."""

    delete_view_class = UnusedOnlyDeleteView
    copy_view_enabled = False
    ordering = ["position", "name"]
    list_per_page = 100
    search_fields = ["name", "slug"]
    search_backend_name = None


class CategoryFilterSet(WagtailFilterSet):
    """Mother categories alone, or sub-categories."""

    level = Radios(
        label=_("Niveau"),
        method="filter_level",
        empty_label=_("Tous"),
        choices=[("roots", _("Catégories mères")), ("leaves", _("Sous-catégories"))],
    )

    class Meta:
        model = Category
        fields: list[str] = []

    def filter_level(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(parent__isnull=value == "roots")


class CategoryIndexView(generic.IndexView):
    """Categories in the order of the tree: each mother, then her children."""

    def get_base_queryset(self) -> QuerySet:
        return (
            super()
            .get_base_queryset()
            .select_related("parent")
            .annotate(
                tree_position=Coalesce("parent__position", "position"),
                tree_root=Coalesce("parent_id", "pk"),
            )
        )

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.is_explicitly_ordered:
            return super().order_queryset(queryset)
        return queryset.order_by(
            "tree_position",
            "tree_root",
            F("parent_id").asc(nulls_first=True),
            "position",
            "name",
        )


def _indented(category: Category) -> str:
    return f"— {category.name}" if category.parent_id else category.name


class CategoryViewSet(TermViewSet):
    """« Catégories » in the menu."""

    model = Category
    name = "categories"
    icon = "folder-open-inverse"
    index_view_class = CategoryIndexView
    filterset_class = CategoryFilterSet
    list_display = [
        "__str__",
        Column("tree", label=_("Place"), accessor=_indented),
        Column("parent", label=_("Catégorie mère")),
        Column("slug", label=_("Code"), sort_key="slug"),
        Column("cpv", label=_("CPV"), accessor=lambda row: ", ".join(row.cpv) or "—"),
    ]
    panels = [*TERM_PANELS, FieldPanel("parent"), FieldPanel("cpv"), FieldPanel("publiccode")]


class BuyerCategoryViewSet(TermViewSet):
    """« Catégories d'acheteurs » in the menu."""

    model = BuyerCategory
    name = "categories-acheteurs"
    icon = "home"
    list_display = [
        "name",
        Column("slug", label=_("Code"), sort_key="slug"),
        BooleanColumn("is_state", label=_("Seuils de l'État")),
        BooleanColumn("is_local", label=_("Collectivité ou établissement local")),
    ]
    list_filter = ["is_state", "is_local"]
    panels = [
        *TERM_PANELS,
        FieldPanel("legal_codes", help_text=_("Quatre chiffres, un code par ligne.")),
        FieldPanel("is_state"),
        FieldPanel("is_local"),
    ]


class IntegrationViewSet(TermViewSet):
    """« Services raccordables » in the menu."""

    model = Integration
    name = "services-raccordables"
    icon = "link"
    list_display = ["name", Column("slug", label=_("Code"), sort_key="slug"), "url"]
    panels = [*TERM_PANELS, FieldPanel("url")]


class PurchasingBodyViewSet(TermViewSet):
    """« Centrales d'achat » in the menu."""

    model = PurchasingBody
    name = "centrales-achat"
    icon = "site"
    list_display = ["name", Column("slug", label=_("Code"), sort_key="slug"), "url"]
    panels = [*TERM_PANELS, FieldPanel("url")]


class VehicleFilterSet(WagtailFilterSet):
    """Contracts still running, or ended."""

    state = Radios(
        label=_("État"),
        method="filter_state",
        empty_label=_("Tous"),
        choices=[("open", _("En cours")), ("over", _("Terminé"))],
    )

    class Meta:
        model = PurchaseVehicle
        fields = ["body"]

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        over = Q(ends_on__lt=timezone.localdate())
        return queryset.filter(over) if value == "over" else queryset.exclude(over)


def _state(vehicle: PurchaseVehicle) -> str:
    return _("Terminé, masqué") if vehicle.is_over(timezone.localdate()) else _("En cours")


class VehicleIndexView(generic.IndexView):
    """Contracts with the body that holds each."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().select_related("body")


class PurchaseVehicleViewSet(ModelViewSet):
    """« Véhicules d'achat » in the menu."""

    model = PurchaseVehicle
    name = "vehicules-achat"
    icon = "clipboard-list"
    index_view_class = VehicleIndexView
    delete_view_class = UnusedOnlyDeleteView
    filterset_class = VehicleFilterSet
    ordering = ["body__name", "number", "lot"]
    search_fields = ["number", "title", "holder", "lot"]
    search_backend_name = None
    list_display = [
        "__str__",
        Column("title", label=_("Objet"), sort_key="title"),
        Column("holder", label=_("Titulaire"), sort_key="holder"),
        day_column("ends_on", _("Fin")),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor=_state,
            primary=lambda row: not row.is_over(timezone.localdate()),
        ),
    ]
    panels = [
        FieldPanel("body"),
        FieldRowPanel([FieldPanel("number"), FieldPanel("lot")]),
        FieldPanel("title"),
        FieldPanel("holder"),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldPanel("url"),
    ]
