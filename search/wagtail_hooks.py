"""What search adds to Wagtail's admin: the words of staff, and the state of the index."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from catalogue.forms import CategoriesField
from catalogue.models import Category
from catalogue.wagtail_hooks import CountItem
from search import services
from search.admin_empty_queries import URLS as EMPTY_QUERIES_URLS
from search.admin_empty_queries import SynonymCreateView
from search.admin_ranking import explain_ranking
from search.models import PendingDocument, ReplacedProduct, SynonymGroup
from search.monitoring import index_states
from search.permissions import SEE_STATE, staff_of_search
from search.sections import similar_solutions

hooks.register("register_sheet_section", similar_solutions)


class SynonymViewSet(ModelViewSet):
    """« Synonymes » in the menu."""

    model = SynonymGroup
    name = "synonymes"
    icon = "resubmit"
    add_view_class = SynonymCreateView
    list_per_page = 200
    list_display = ["__str__"]
    panels = [FieldPanel("expressions")]


class ReplacedProductForm(WagtailAdminModelForm):
    """A product and where its alternatives stand."""

    categories = CategoriesField(
        label=_("Sous-catégories où sont ses alternatives"), queryset=Category.objects.all()
    )


class ReplacedProductIndexView(generic.IndexView):
    """Products with the categories of their alternatives."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().prefetch_related("categories")


def _categories(product: ReplacedProduct) -> str:
    return ", ".join(category.name for category in product.categories.all()) or "—"


class ReplacedProductViewSet(ModelViewSet):
    """« Produits remplacés » in the menu."""

    model = ReplacedProduct
    name = "produits-remplaces"
    icon = "rotate"
    index_view_class = ReplacedProductIndexView
    ordering = ["name"]
    search_fields = ["name"]
    search_backend_name = None
    list_display = [
        "name",
        Column("categories", label=_("Ses alternatives"), accessor=_categories),
    ]
    edit_handler = ObjectList(
        [FieldPanel("name"), FieldPanel("categories")], base_form_class=ReplacedProductForm
    )


class StateMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SEE_STATE)


class SearchGroup(ViewSetGroup):
    """Menu « Recherche »."""

    menu_label = _("Recherche")
    menu_icon = "search"
    menu_order = 170
    items = (SynonymViewSet, ReplacedProductViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        state = StateMenuItem(
            _("État de l'index"), reverse("search_state"), icon_name="info-circle", order=900
        )
        ranking = StateMenuItem(
            _("Expliquer un classement"), reverse("search_ranking"), icon_name="help", order=800
        )
        empty = StateMenuItem(
            _("Recherches sans résultat"), reverse("empty_queries"), icon_name="warning", order=700
        )
        return [*super().get_submenu_items(), empty, ranking, state]


@staff_of_search
def state(request: HttpRequest) -> HttpResponse:
    """Say how the engine fares and what each index still has to learn."""
    health = services.health()
    return TemplateResponse(
        request,
        "search/admin/state.html",
        {
            "page_title": _("État de l'index"),
            "header_icon": "search",
            "health": health,
            "rebuilt_at": health.rebuilt_at and dt.datetime.fromisoformat(health.rebuilt_at),
            "engine": settings.SEARCH["ENGINE"],
            "targets": index_states(),
        },
    )


@hooks.register("register_admin_urls")
def register_state_url() -> list[URLPattern]:
    """The pages of the index's state and of why results stand where they do."""
    return [
        path("recherche/etat/", state, name="search_state"),
        path("recherche/classement/", explain_ranking, name="search_ranking"),
        *EMPTY_QUERIES_URLS,
    ]


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    """Words of staff."""
    return [SearchGroup()]


class PendingItem(CountItem):
    order = 130
    icon = "search"

    def is_shown(self) -> bool:
        return self.request.user.has_perm(SEE_STATE)

    def url(self) -> str:
        return reverse("search_state")

    def words(self) -> str:
        count = PendingDocument.objects.count()
        return ngettext("%d document à indexer", "%d documents à indexer", count) % count


@hooks.register("construct_homepage_summary_items")
def summarise(request: HttpRequest, items: list[Any]) -> None:
    """What the index still has to learn, on the dashboard."""
    items.append(PendingItem(request))
