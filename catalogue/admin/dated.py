"""Values that the law or mission LABEL sets for a time, with their period and their source."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSet

from catalogue.admin.columns import day_column
from catalogue.admin.filters import Radios
from catalogue.models import PriceBand, ReferenceConfiguration, Threshold
from catalogue.models.dated import Dated

VERIFY_AFTER = dt.timedelta(days=183)
"""Six months: past that, whoever reads a value is warned that it has to be checked again."""


class DatedFilterSet(WagtailFilterSet):
    """In force today, to come, or ended."""

    period = Radios(
        label=_("Période"),
        method="filter_period",
        choices=[
            ("now", _("En vigueur aujourd'hui")),
            ("later", _("À venir")),
            ("over", _("Terminée")),
        ],
    )

    def filter_period(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "now":
            return queryset.at(today)
        return queryset.filter(
            Q(valid_from__gt=today) if value == "later" else Q(valid_to__lt=today)
        )


def period_filter(of: type[Dated], *columns: str) -> type[DatedFilterSet]:
    """The filter by period of a dated model, with filters on `columns` beside."""
    meta = type("Meta", (), {"model": of, "fields": list(columns)})
    return type(f"{of.__name__}FilterSet", (DatedFilterSet,), {"Meta": meta})


def _verified(row: Dated) -> Any:
    if row.verified_on is None:
        return _("Jamais vérifié")
    if row.verified_on < timezone.localdate() - VERIFY_AFTER:
        return _("À revérifier (%s)") % f"{row.verified_on:%d/%m/%Y}"
    return f"{row.verified_on:%d/%m/%Y}"


def _is_fresh(row: Dated) -> bool:
    return row.verified_on is not None and row.verified_on >= timezone.localdate() - VERIFY_AFTER


PERIOD_COLUMNS = [
    day_column("valid_from", _("Du")),
    day_column("valid_to", _("Au")),
    StatusTagColumn(
        "verified_on",
        label=_("Vérifié le"),
        accessor=_verified,
        primary=_is_fresh,
        sort_key="verified_on",
    ),
]
PERIOD_PANEL = MultiFieldPanel(
    [
        FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
        FieldPanel("legal_reference"),
        FieldPanel("source_url"),
        FieldRowPanel([FieldPanel("verified_on"), FieldPanel("confidence")]),
    ],
    heading=_("Période et source"),
    help_text=_(
        "Une valeur ne se corrige pas : donnez une fin à l'ancienne et créez la nouvelle, "
        "pour que les calculs d'hier restent justes."
    ),
)


class ThresholdViewSet(ModelViewSet):
    """« Seuils de la commande publique » in the menu."""

    model = Threshold
    name = "seuils"
    icon = "order"
    ordering = ["code", "-valid_from"]
    search_fields = ["code", "label", "legal_reference"]
    search_backend_name = None
    filterset_class = period_filter(Threshold)
    list_display = [
        "label",
        Column("value", label=_("Montant HT (€)"), sort_key="value"),
        *PERIOD_COLUMNS,
    ]
    panels = [
        FieldPanel("label"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("value")]),
        PERIOD_PANEL,
    ]


class PriceBandViewSet(ModelViewSet):
    """« Tranches de prix » in the menu."""

    model = PriceBand
    name = "tranches-prix"
    icon = "list-ol"
    ordering = ["position", "-valid_from"]
    filterset_class = period_filter(PriceBand)
    list_display = [
        "label",
        Column("code", label=_("Code")),
        Column("lower", label=_("À partir de (€ HT)"), sort_key="lower"),
        Column("upper", label=_("Strictement inférieur à (€ HT)"), sort_key="upper"),
        *PERIOD_COLUMNS,
    ]
    panels = [
        FieldRowPanel([FieldPanel("label"), FieldPanel("code"), FieldPanel("position")]),
        FieldRowPanel([FieldPanel("lower"), FieldPanel("upper")]),
        PERIOD_PANEL,
    ]


class ReferenceConfigurationViewSet(ModelViewSet):
    """« Configurations de référence » in the menu."""

    model = ReferenceConfiguration
    name = "configurations"
    icon = "sliders"
    ordering = ["metric", "quantity"]
    filterset_class = period_filter(ReferenceConfiguration, "metric", "size")
    list_display = [
        "__str__",
        Column("size", label=_("Besoin"), accessor="get_size_display", sort_key="size"),
        Column("quantity", label=_("Quantité"), sort_key="quantity"),
        Column("months", label=_("Mois"), sort_key="months"),
        *PERIOD_COLUMNS,
    ]
    panels = [
        FieldRowPanel([FieldPanel("metric"), FieldPanel("size")]),
        FieldRowPanel([FieldPanel("quantity"), FieldPanel("months")]),
        PERIOD_PANEL,
    ]
