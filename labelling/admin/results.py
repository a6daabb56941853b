"""« Auto-évaluations remises » in the admin: what vendors answered, and any answer examined.

An answer has a claim only once somebody has something to hang on it: examining one makes it.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from catalogue import evidencing
from catalogue.admin.policies import ReadPolicy
from labelling.claims import key_of
from labelling.models import Result
from labelling.presentation import assessments

VERIFY = "catalogue.change_claim"


register_permission_policy(Result, ReadPolicy(Result, VERIFY))


class ResultIndexView(generic.IndexView):
    """Each sheet's last handover."""

    def get_base_queryset(self) -> QuerySet[Result]:
        rows = super().get_base_queryset()
        return rows.select_related(
            "listing__page", "listing__vendor", "handover__assessment__version__referential"
        ).defer("handover__answers", "handover__assessment__version__source",
                "handover__assessment__version__data")  # fmt: skip


class ResultView(generic.InspectView):
    """One self-assessment, answer by answer, each with its way to be examined."""

    page_title = _("Auto-évaluation remise")
    template_name = "labelling/admin/result.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Result.objects.filter(pk=self.object.pk)
        shown = assessments(rows, timezone.localdate())[0]
        return super().get_context_data(**kwargs, shown=shown)


class ResultViewSet(ModelViewSet):
    """« Auto-évaluations » in the menu."""

    model = Result
    name = "auto-evaluations"
    icon = "tasks"
    menu_label = _("Auto-évaluations")
    menu_order = 156
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = ResultIndexView
    inspect_view_class = ResultView
    form_fields = ["listing"]  # nobody adds nor edits one: the viewset asks for it all the same
    ordering = ["-handover__handed_at", "pk"]
    list_per_page = 50
    search_fields = ["listing__page__title", "listing__vendor__name"]
    search_backend_name = None
    list_display = [
        TitleColumn(
            "listing",
            label=_("Fiche"),
            accessor="listing.page.title",
            url_name="auto-evaluations:inspect",
        ),
        Column("vendor", label=_("Offreur"), accessor="listing.vendor"),
        Column("version", label=_("Version"), accessor="handover.assessment.version"),
        DateColumn("handed_at", label=_("Remise"), accessor="handover.handed_at"),
        Column(
            "unmet",
            label=_("Critères bloquants non remplis"),
            accessor=lambda result: len(result.unmet),
        ),
    ]


@require_POST
def examine(request: HttpRequest, pk: int, criterion: str) -> HttpResponse:
    """Open the claim of an answer, made now if there was none.

    Raises `PermissionDenied` unless the user verifies claims, 404 when this was not answered.
    """
    if not request.user.has_perm(VERIFY):
        raise PermissionDenied
    rows = Result.objects.select_related("listing", "handover__assessment__version")
    result = get_object_or_404(rows, pk=pk)
    definition = result.handover.assessment.version.definition
    if criterion not in result.handover.answers or criterion not in definition.by_id:
        raise Http404
    kind, key = key_of(definition.slug, definition.by_id[criterion])
    claim = evidencing.ensure_claim(listing=result.listing, kind=kind, key=key)
    return redirect("allegations:inspect", claim.pk)
