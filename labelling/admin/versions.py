"""« Référentiels » in the admin: the list of versions with their state, and the page of each."""

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from catalogue.admin.columns import day_column, day_of
from catalogue.admin.policies import NarrowPolicy
from labelling.admin.screens import tabs_of
from labelling.models import ReferentialVersion
from labelling.permissions import user_can_draft, user_can_read_drafts


class VersionPolicy(NarrowPolicy):
    """Versions are read here; what writes them are services, on screens of their own."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and user_can_read_drafts(user)


register_permission_policy(ReferentialVersion, VersionPolicy(ReferentialVersion))


def with_state(versions: QuerySet[ReferentialVersion], on: dt.date) -> QuerySet[ReferentialVersion]:
    """Versions with what `state_of` needs: whether a later one applies already."""
    later = ReferentialVersion.objects.published().filter(
        Q(valid_from__gt=OuterRef("valid_from"))
        | Q(valid_from=OuterRef("valid_from"), pk__gt=OuterRef("pk")),
        referential=OuterRef("referential"),
        valid_from__lte=on,
    )
    return versions.annotate(is_replaced=Exists(later.order_by()))


def state_of(version: Any, on: dt.date) -> Any:
    """Where a version of `with_state` stands on a day."""
    if version.published_at is None:
        return _("brouillon")
    if version.valid_from > on:
        return _("à venir")
    if version.valid_to and version.valid_to < on:
        return _("terminée")
    return _("remplacée") if version.is_replaced else _("en vigueur")


class VersionIndexView(generic.IndexView):
    """Every version, drafts first within their referential."""

    def get_base_queryset(self) -> QuerySet[ReferentialVersion]:
        rows = super().get_base_queryset().select_related("referential").defer("source", "data")
        return with_state(rows, timezone.localdate()).annotate(
            assessments=Count("self_assessments")
        )


class VersionView(generic.InspectView):
    """One version, and what may be done with it."""

    page_title = _("Version d'un référentiel")
    template_name = "labelling/admin/version.html"

    def get_object(self) -> ReferentialVersion:
        rows = ReferentialVersion.objects.select_related("referential")
        return get_object_or_404(with_state(rows, timezone.localdate()), pk=self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.object
        return super().get_context_data(
            **kwargs,
            tabs=tabs_of(version, self.request.user, "inspect"),
            can_draft=user_can_draft(self.request.user),
            fields_shown=[
                (_("Référentiel"), version.referential),
                (_("Version"), version.version),
                (_("État"), state_of(version, timezone.localdate())),
                (_("En vigueur à partir du"), day_of(version.valid_from)),
                (_("En vigueur jusqu'au"), day_of(version.valid_to)),
                (_("Critères"), len(version.definition.criteria)),
                (_("Auto-évaluations commencées"), version.self_assessments.count()),
                (_("Empreinte SHA-256"), version.sha256),
            ],
        )


class VersionViewSet(ModelViewSet):
    """« Référentiels » in the menu."""

    model = ReferentialVersion
    name = "referentiels"
    icon = "form"
    menu_label = _("Référentiels")
    menu_order = 155
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = VersionIndexView
    inspect_view_class = VersionView
    form_fields = ["version"]  # nobody adds nor edits one so: the viewset asks for it all the same
    ordering = ["referential__title", "-valid_from", "-pk"]
    list_per_page = 50
    search_fields = ["referential__title", "version"]
    search_backend_name = None
    list_display = [
        TitleColumn(
            "__str__",
            label=_("Version"),
            get_url=lambda row: reverse("referentiels:inspect", args=[row.pk]),
        ),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor=lambda row: state_of(row, timezone.localdate()),
            primary=lambda row: row.published_at is None,
        ),
        day_column("valid_from", _("À partir du")),
        day_column("valid_to", _("Jusqu'au")),
        Column("assessments", label=_("Auto-évaluations"), sort_key="assessments"),
    ]


LOG_ACTIONS = (
    ("draft", _("Préparer une version"), _("Brouillon d'une nouvelle version")),
    ("edit", _("Modifier le brouillon"), _("Brouillon modifié")),
    ("delete", _("Supprimer le brouillon"), _("Brouillon supprimé")),
    ("publish", _("Publier la version"), _("Version publiée")),
)
"""What services write in a version's history: last part of the action, label, sentence."""
