"""Deciding on a sheet from Wagtail's own screens: a refusal is a sentence, never a silent save."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.workflow import CollectWorkflowActionDataView, WorkflowActionView

from accounts.services import Refused
from catalogue import review_task
from catalogue.models import Listing, Submission


class SheetEditView(EditView):
    """Decides on the sheet as the moderator has it before them, or says why it did not."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = self._refusal()
        if refusal:
            messages.error(request, refusal)
            return redirect(self.get_edit_url())
        return super().post(request, *args, **kwargs)

    def _refusal(self) -> str:
        asked = self.request.POST
        if asked.get("action-workflow-action"):
            if self.is_out_of_date:
                return _("La fiche a changé depuis que vous l'avez ouverte : relisez-la.")
            if not self.workflow_action_is_valid():
                return _("Cette fiche n'attend pas de décision de votre part.")
        elif self.is_cancelling_workflow and self._came_from_its_vendor():
            return _("Pour arrêter l'examen, renvoyez la fiche à l'offreur, avec un motif.")
        return ""

    def _came_from_its_vendor(self) -> bool:
        waiting = Submission.objects.waiting().filter(listing__page_id=self.page.pk).exists()
        return waiting and not review_task.acts_for(self.request.user, self.page.pk)

    def add_save_confirmation_message(self) -> None:
        if self.action_name != "perform_workflow_action":
            super().add_save_confirmation_message()
        elif self.workflow_action == review_task.APPROVE:
            messages.success(self.request, _("La fiche est publiée."))
        else:
            messages.success(
                self.request, _("La fiche est renvoyée à son offreur, qui est prévenu.")
            )

    def perform_workflow_action(self) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().perform_workflow_action()
        except Refused as error:
            messages.error(self.request, str(error))
            return redirect(self.get_edit_url())


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("x-requested-with") == "XMLHttpRequest"


class SheetCollectView(CollectWorkflowActionDataView):
    """The dialogue of the editor: on a sheet decided meanwhile, the editor is sent and says so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _by_script(request) and not self.object.workflow_in_progress:
            # Wagtail redirects, which its script cannot read: the dialogue would stay for ever.
            return self.render_modal_json(request, {"step": "success", "cleaned_data": {}})
        return super().dispatch(request, *args, **kwargs)


class SheetWorkflowActionView(WorkflowActionView):
    """The same from the dashboard."""

    def add_not_in_moderation_error(self) -> None:
        # Wagtail's own sentence says the contrary in French.
        messages.error(self.request, _("Cette fiche n'attend pas de décision de votre part."))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _by_script(request) and not self.object.workflow_in_progress:
            self.add_not_in_moderation_error()
            answer = {"step": "success", "redirect": self.redirect_url}
            return self.render_modal_json(request, answer)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by_script = _by_script(request)
        form = self.form_class(request.POST)
        if form.is_valid() or by_script:
            try:
                return super().post(request, *args, **kwargs)
            except Refused as error:
                messages.error(request, str(error))
        else:
            messages.error(request, _("Choisissez un motif, puis écrivez une explication."))
        if by_script:
            answer = {"step": "success", "redirect": self.redirect_url}
            return self.render_modal_json(request, answer)
        return redirect(self.redirect_url)


def refuse_publication(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Before a sheet is published without a review: what a review would refuse is refused."""
    against = review_task.refusal_to_publish(page.pk, request.user)
    if not against:
        return None
    messages.error(request, against)
    return redirect("wagtailadmin_pages:edit", page.pk)


def refuse_publications(
    request: HttpRequest, kind: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    """The same for Wagtail's publication of many pages, those below them included."""
    if kind != "publish":
        return None
    below = Q()
    for page in objects:
        below |= Q(page__path__startswith=page.path)
    own = Q(vendor__memberships__user=request.user)
    suspended = Q(vendor__suspensions__isnull=False, vendor__suspensions__lifted_at__isnull=True)
    refused = Listing.objects.filter(below, own | suspended).select_related("page").distinct()
    if not refused:
        return None
    names = ", ".join(f"« {listing} »" for listing in refused[:10])
    messages.error(
        request,
        _("Rien n'est publié : vous agissez pour l'offreur, ou il est suspendu (%s).") % names,
    )
    return redirect(action.next_url)


def hide_cancellation(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """A moderator ends a review by a decision: no entry of the menu ends it without a word."""
    page = context.get("page")
    if page is None or not any(item.name == "action-cancel-workflow" for item in items):
        return
    if Submission.objects.waiting().filter(listing__page_id=page.pk).exists():
        items[:] = [item for item in items if item.name != "action-cancel-workflow"]
