"""Takedowns and suspensions in the admin: their lists, and what lifts each."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from accounts.services import Refused
from catalogue import enforcement
from catalogue.admin.filters import Radios
from catalogue.admin.policies import ReadPolicy
from catalogue.models import Reason, Suspension, Takedown
from catalogue.permissions import user_can_enforce

for model in (Takedown, Suspension):
    register_permission_policy(model, ReadPolicy(model, "catalogue.change_listing"))


class LiftView(generic.InspectView):
    """One decision with its reason, and the button that lifts it."""

    template_name = "catalogue/admin/enforcement_lift.html"
    done = lift_label = lift_help = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.lift()
        except Refused as error:
            messages.error(request, str(error))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, self.done)
        return redirect(request.path)

    def lift(self) -> None:
        """Carry the lifting out: a service's, which checks rights and state again."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        return super().get_context_data(
            **kwargs,
            fields_shown=self.shown(),
            can_lift=user_can_enforce(self.request.user, self.vendor()),
            lift_label=self.lift_label,
            lift_help=self.lift_help,
            about=self.about(),
            is_open=row.lifted_at is None,
        )

    def vendor(self) -> Any:
        """Whose cause it is."""
        raise NotImplementedError

    def about(self) -> tuple[Any, str]:
        """Words and address of what was decided on."""
        raise NotImplementedError

    def shown(self) -> list[tuple[Any, Any]]:
        """What is kept of the decision."""
        row = self.object
        lifted = row.lifted_at and f"{_day(row.lifted_at)} – {row.lifted_by or '–'}"
        return [
            (_("Motif"), row.reason.label),
            (_("Explication envoyée"), row.comment),
            (_("Décidé par"), f"{row.by or '–'}"),
            (_("Levé le"), lifted or "–"),
        ]


class TakedownView(LiftView):
    """A sheet that was hidden."""

    page_title = _("Retrait d'une fiche")
    done = _("La fiche est remise en ligne, telle qu'elle était ; ses membres sont prévenus.")
    lift_label = _("Remettre en ligne")
    lift_help = _(
        "Publie exactement la version que le public lisait. Une version corrigée qui est approuvée "
        "lève le retrait d'elle-même."
    )

    def lift(self) -> None:
        enforcement.put_back(takedown=self.object, by=self.request.user)

    def vendor(self) -> Any:
        return self.object.listing.vendor

    def about(self) -> tuple[Any, str]:
        return _("Voir la fiche"), reverse("wagtailadmin_pages:edit", args=[_page(self.object)])

    def shown(self) -> list[tuple[Any, Any]]:
        row = self.object
        return [
            (_("Fiche"), row.listing),
            (_("Offreur"), row.listing.vendor or "–"),
            (_("Retirée le"), _day(row.at)),
            *super().shown(),
            *([(_("Tient à"), _("la suspension de l'offreur"))] if row.suspension_id else ()),
        ]


class SuspensionView(LiftView):
    """A vendor that was hidden as a whole."""

    page_title = _("Suspension d'un offreur")
    done = _("La suspension est levée ; les fiches qu'elle cachait sont de nouveau en ligne.")
    lift_label = _("Lever la suspension")
    lift_help = _(
        "Remet en ligne ce que cette suspension a caché, et rien de ce qui était retiré pour "
        "d'autres motifs."
    )

    def lift(self) -> None:
        enforcement.lift_suspension(suspension=self.object, by=self.request.user)

    def vendor(self) -> Any:
        return self.object.vendor

    def about(self) -> tuple[Any, str]:
        return _("Voir l'offreur"), reverse("offreurs:edit", args=[self.object.vendor_id])

    def shown(self) -> list[tuple[Any, Any]]:
        row = self.object
        names = [str(hidden.listing) for hidden in _hidden(row)]
        return [
            (_("Offreur"), row.vendor),
            (_("Depuis le"), _day(row.since)),
            *super().shown(),
            (_("Fiches cachées"), "\n".join(names) or "–"),
        ]


def _day(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y}"


def _hidden(row: Suspension) -> QuerySet[Takedown]:
    return row.takedowns.select_related("listing__page").order_by("listing__page__title")


def _page(row: Takedown) -> int:
    return row.listing.page_id


class OpenFilterSet(WagtailFilterSet):
    """In force or lifted, and why."""

    state = Radios(
        label=_("État"),
        method="filter_state",
        empty_label=_("Tous"),
        choices=[("open", _("En cours")), ("lifted", _("Levé"))],
    )

    class Meta:
        model = Takedown
        fields = ["reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["reason"].queryset = Reason.objects.filter(purpose=Reason.Purpose.TAKEDOWN)

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(lifted_at__isnull=value == "open")


class SuspensionFilterSet(OpenFilterSet):
    """The same, of vendors."""

    class Meta:
        model = Suspension
        fields = ["reason"]


class OpenFirstView(generic.IndexView):
    """What is in force first."""

    def get_base_queryset(self) -> QuerySet:
        return (
            super()
            .get_base_queryset()
            .select_related(*self.related)
            .annotate(is_open=Q(lifted_at__isnull=True))
        )


class TakedownIndexView(OpenFirstView):
    """Sheets that were hidden."""

    related = ("listing__page", "listing__vendor", "reason", "suspension")


class SuspensionIndexView(OpenFirstView):
    """Vendors that were hidden."""

    related = ("vendor", "reason")


class EnforcementViewSet(ModelViewSet):
    """What the two lists share."""

    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    form_fields = ["comment"]  # nobody adds nor edits one: the viewset asks for it all the same
    list_per_page = 50
    search_backend_name = None


def _status() -> StatusTagColumn:
    return StatusTagColumn(
        "lifted_at",
        label=_("État"),
        accessor=lambda row: _("En cours") if row.lifted_at is None else _("Levé"),
        primary=lambda row: row.lifted_at is None,
    )


class TakedownViewSet(EnforcementViewSet):
    """« Retraits de fiches » in the menu."""

    model = Takedown
    name = "retraits"
    icon = "no-view"
    menu_label = _("Retraits de fiches")
    index_view_class = TakedownIndexView
    inspect_view_class = TakedownView
    filterset_class = OpenFilterSet
    ordering = ["-is_open", "-at"]
    search_fields = ["listing__page__title", "listing__vendor__name"]
    list_display = [
        TitleColumn(
            "listing",
            label=_("Fiche"),
            get_url=lambda row: reverse("retraits:inspect", args=[row.pk]),
        ),
        Column("vendor", label=_("Offreur"), accessor="listing.vendor"),
        Column("reason", label=_("Motif")),
        _status(),
        DateColumn("at", label=_("Retirée le"), sort_key="at"),
    ]


class SuspensionViewSet(EnforcementViewSet):
    """« Suspensions » in the menu."""

    model = Suspension
    name = "suspensions"
    icon = "lock"
    menu_label = _("Suspensions")
    index_view_class = SuspensionIndexView
    inspect_view_class = SuspensionView
    filterset_class = SuspensionFilterSet
    ordering = ["-is_open", "-since"]
    search_fields = ["vendor__name", "vendor__siren"]
    list_display = [
        TitleColumn(
            "vendor",
            label=_("Offreur"),
            get_url=lambda row: reverse("suspensions:inspect", args=[row.pk]),
        ),
        Column("reason", label=_("Motif")),
        _status(),
        DateColumn("since", label=_("Depuis le"), sort_key="since"),
    ]
