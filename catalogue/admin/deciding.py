"""Deciding on many submissions at once: each by the same path, and with the same rights, as alone."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction

from accounts.models import User
from accounts.services import Refused
from catalogue import review_task
from catalogue.admin.enforcement_bulk import MOST
from catalogue.admin.queue import QueueFilterSet, QueueViewSet
from catalogue.models import Submission


class DecideMany(BulkAction):
    """What was chosen, with what stands against each; then one decision each."""

    models = [Submission]
    template_name = "catalogue/admin/decide_many.html"
    action: str
    question: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("catalogue.change_submission"):
            raise PermissionDenied
        self.skipped: list[str] = []
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def get_queryset(cls, model: type[Submission], object_ids: Sequence[Any]) -> list[Submission]:
        keys = [key for key in object_ids if str(key).isdecimal()][: MOST + 1]
        rows = model.objects.filter(pk__in=keys).select_related(
            "listing__page", "listing__vendor", "workflow_state__current_task_state__task"
        )
        # In the order of the pages, whose rows are locked one after the other.
        found = list(rows.order_by("listing__page_id"))
        if not found:
            raise Http404
        return found

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        """All that the list shows: Wagtail's own would forget its filters and its search."""
        asked, rows = self.request.GET, Submission.objects.all()
        found = QueueFilterSet(asked, rows, request=self.request).qs
        alike = Q()
        for name in QueueViewSet.search_fields:
            alike |= Q(**{f"{name}__icontains": asked.get("q", "").strip()})
        return found.filter(alike).values_list("pk", flat=True)[: MOST + 1]

    def object_context(self, obj: Submission) -> dict[str, Any]:
        refusal = review_task.refusal(obj, self.request.user, self.action)
        return {"item": obj, "refusal": refusal}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "bulk": self, "most": MOST, "too_many": len(context["items"]) > MOST}

    def prepare_action(self, objects: Any, objects_without_access: Any) -> HttpResponse | None:
        return self.form_invalid(self.cleaned_form) if len(objects) > MOST else None

    def get_execution_context(self) -> dict[str, Any]:
        values = self.cleaned_form.cleaned_data
        return {"by": self.request.user, "values": values, "skipped": self.skipped}

    @classmethod
    def execute_action(
        cls,
        objects: Sequence[Submission],
        *,
        by: User | None = None,
        values: dict[str, Any] | None = None,
        skipped: list[str] | None = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        done = 0
        for row in objects:
            try:
                review_task.decide_on(submission=row, by=by, action=cls.action, values=values or {})
            except (Refused, PermissionDenied) as error:
                (skipped if skipped is not None else []).append(
                    f"« {row.listing.page.draft_title} » : {error}"
                )
            else:
                done += 1
        return done, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        for line in self.skipped:
            messages.warning(self.request, line)
        return self.done(num_parent_objects) if num_parent_objects else None

    def done(self, count: int) -> str:
        """What was done to so many sheets, at least one."""
        raise NotImplementedError


class ApproveMany(DecideMany):
    """Publish the sheets chosen, each as it was handed in."""

    action = review_task.APPROVE
    action_type = "approve"
    action_priority = 10
    display_name = gettext_lazy("Approuver")
    aria_label = gettext_lazy("Approuver les fiches choisies")
    question = gettext_lazy("Publier ces fiches ?")

    def done(self, count: int) -> str:
        return ngettext("%d fiche publiée.", "%d fiches publiées.", count) % count


class ReturnMany(DecideMany):
    """Send the sheets chosen back, for one reason and with the same words."""

    action = review_task.RETURN
    action_type = "return"
    action_priority = 20
    display_name = gettext_lazy("Renvoyer")
    aria_label = gettext_lazy("Renvoyer les fiches choisies à leurs offreurs")
    question = gettext_lazy("Renvoyer ces fiches à leurs offreurs ?")
    form_class = review_task.ReturnForm

    def done(self, count: int) -> str:
        words = ngettext(
            "%d fiche renvoyée à son offreur.", "%d fiches renvoyées à leurs offreurs.", count
        )
        return words % count
