"""Vendors in the admin."""

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column, NumberColumn, StatusFlagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from catalogue.admin.company import CompanyPanel
from catalogue.admin.deleting import UnusedOnlyDeleteView
from catalogue.admin.enforcement_hooks import vendor_button
from catalogue.admin.filters import ANY, Boxes
from catalogue.choices import Origin, Region, Size
from catalogue.models import Vendor
from catalogue.registration import record_moderated


class VendorFilterSet(WagtailFilterSet):
    """Which vendors a moderator looks at."""

    size = Boxes(label=_("Taille"), choices=Size.choices)
    origin = Boxes(label=_("Origine"), choices=Origin.choices)
    region = django_filters.ChoiceFilter(label=_("Région"), choices=Region.choices, empty_label=ANY)

    class Meta:
        model = Vendor
        fields = ["ess", "mission_company"]


def sheets_url(vendor: Vendor) -> str:
    """The listing of sheets, filtered by vendor."""
    return f"{reverse('fiches:index')}?vendor={vendor.pk}"


class VendorIndexView(generic.IndexView):
    """Vendors with the number of their sheets."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().annotate(sheet_count=Count("listings"))

    def get_list_more_buttons(self, instance: Vendor) -> list[Any]:
        return [
            *super().get_list_more_buttons(instance),
            MenuItem(_("Voir ses fiches"), sheets_url(instance), icon_name="doc-full", priority=11),
            MenuItem(
                _("Voir sa page publique"),
                instance.get_absolute_url(),
                icon_name="view",
                priority=12,
            ),
        ]


class VendorEditView(generic.EditView):
    """A vendor, with the way to its sheets and to its public page."""

    def save_instance(self) -> Vendor:
        vendor: Vendor = super().save_instance()
        record_moderated(vendor=vendor, fields=self.form.changed_data)
        return vendor

    @property
    def header_more_buttons(self) -> list[Any]:
        return [
            *super().header_more_buttons,
            Button(_("Voir ses fiches"), url=sheets_url(self.object), icon_name="doc-full"),
            Button(
                _("Voir sa page publique"), url=self.object.get_absolute_url(), icon_name="view"
            ),
            *vendor_button(self.object, self.request.user),
        ]


class VendorViewSet(ModelViewSet):
    """« Offreurs » in the menu."""

    model = Vendor
    name = "offreurs"
    icon = "group"
    copy_view_enabled = False
    index_view_class = VendorIndexView
    edit_view_class = VendorEditView
    delete_view_class = UnusedOnlyDeleteView
    ordering = ["name"]
    list_per_page = 50
    search_fields = ["name", "legal_name", "siren", "national_id"]
    search_backend_name = None
    filterset_class = VendorFilterSet
    list_display = [
        "name",
        Column("siren", label=_("SIREN"), sort_key="siren"),
        Column("size", label=_("Taille"), accessor="get_size_display", sort_key="size"),
        Column("origin", label=_("Origine"), accessor="get_origin_display", sort_key="origin"),
        Column("region", label=_("Région"), accessor="get_region_display", sort_key="region"),
        StatusFlagColumn("ess", label=_("ESS"), true_label=_("ESS"), sort_key="ess"),
        NumberColumn("sheet_count", label=_("Fiches"), sort_key="sheet_count"),
    ]
    list_export = [
        "uid", "name", "legal_name", "siren", "country", "national_id", "size", "size_source",
        "size_year", "region", "origin", "origin_proof", "ess", "mission_company", "website",
    ]  # fmt: skip
    export_filename = "offreurs"
    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("name"), FieldPanel("legal_name")]),
                FieldPanel(
                    "slug", help_text=_("Dernière partie de l'adresse de sa page publique.")
                ),
                FieldPanel("description"),
            ],
            heading=_("Identité"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("country"), FieldPanel("siren")]),
                FieldPanel("national_id"),
                FieldPanel("region"),
            ],
            heading=_("Immatriculation"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("size"), FieldPanel("size_source"), FieldPanel("size_year")]
                ),
                FieldRowPanel([FieldPanel("origin"), FieldPanel("origin_proof")]),
                FieldRowPanel([FieldPanel("ess"), FieldPanel("mission_company")]),
            ],
            heading=_("Taille et origine"),
            help_text=_("Ces informations sont neutres : aucune ne fonde le rejet d'une offre."),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("website"), FieldPanel("contact_email")])],
            heading=_("Contact"),
        ),
        CompanyPanel(heading=_("Qui agit pour l'entreprise"), icon="group"),
    ]
