"""« À examiner »: what vendors handed in, the most urgent first, and what was decided of it."""

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import (
    BulkActionsCheckboxColumn,
    Column,
    DateColumn,
    TitleColumn,
)
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from catalogue import desk
from catalogue.admin.choosers import vendor_chooser
from catalogue.admin.filters import Radios
from catalogue.admin.policies import ReadPolicy
from catalogue.models import Submission, Vendor
from catalogue.reasons import reason_of

Outcome = Submission.Outcome
NAME = "a-examiner"

register_permission_policy(Submission, ReadPolicy(Submission))


def is_first(row: Submission) -> bool:
    """Whether nobody of the public had read the sheet when it was handed in."""
    published = row.listing.page.first_published_at
    return published is None or published > row.submitted_at


def reading_url(row: Submission) -> str:
    """Where to read what was handed in: beside what is online, or alone when nothing was yet."""
    page = row.listing.page
    if row.revision_id is None:
        return reverse("wagtailadmin_pages:view_draft", args=[page.pk])
    if is_first(row):
        return reverse("wagtailadmin_pages:revisions_view", args=[page.pk, row.revision_id])
    return reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "live", row.revision_id])


def _main_url(row: Submission) -> str:
    if row.outcome == Outcome.WAITING:
        # Once decided, back to the queue.
        edit = reverse("wagtailadmin_pages:edit", args=[row.listing.page_id])
        return f"{edit}?next={reverse(f'{NAME}:index')}"
    return reverse(f"{NAME}:inspect", args=[row.pk])


class DueColumn(DateColumn):
    """The due date; a late one says so in a word, with an icon."""

    cell_template_name = "catalogue/admin/queue_due.html"

    def get_cell_context_data(self, instance: Submission, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        waits, today = instance.outcome == Outcome.WAITING, timezone.localdate()
        context["is_late"] = waits and instance.due_on < today
        context["is_soon"] = waits and today <= instance.due_on <= today + desk.SOON
        return context


class LinksColumn(Column):
    """Where to read, and what was decided before."""

    cell_template_name = "catalogue/admin/queue_links.html"

    def get_cell_context_data(self, instance: Submission, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"is_first": is_first(instance), "reading_url": reading_url(instance)}


class QueueFilterSet(WagtailFilterSet):
    """What waits, unless something else is asked for."""

    outcome = Radios(
        label=_("Issue"),
        method="filter_outcome",
        empty_label=_("En attente"),
        choices=[
            *((value, label) for value, label in Outcome.choices if value != Outcome.WAITING),
            ("all", _("Toutes")),
        ],
    )
    due = Radios(
        label=_("Délai"),
        method="filter_due",
        empty_label=_("Tous"),
        choices=[("late", _("En retard")), ("soon", _("À rendre sous sept jours"))],
    )
    kind = Radios(
        label=_("Nature"),
        method="filter_kind",
        choices=[("new", _("Première publication")), ("edit", _("Modification"))],
    )
    vendor = django_filters.ModelChoiceFilter(
        label=_("Offreur"),
        field_name="listing__vendor",
        queryset=Vendor.objects.all(),
        widget=vendor_chooser.widget_class,
    )

    class Meta:
        model = Submission
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        asked = self.form.cleaned_data.get("outcome")
        return found if asked else found.filter(outcome=Outcome.WAITING)

    def filter_outcome(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset if value == "all" else queryset.filter(outcome=value)

    def filter_due(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "late":
            return queryset.filter(outcome=Outcome.WAITING, due_on__lt=today)
        return queryset.filter(outcome=Outcome.WAITING, due_on__range=(today, today + desk.SOON))

    def filter_kind(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        first = Q(listing__page__first_published_at__isnull=True) | Q(
            listing__page__first_published_at__gt=F("submitted_at")
        )
        return queryset.filter(first) if value == "new" else queryset.exclude(first)


class QueueIndexView(generic.IndexView):
    """Submissions with all that a row shows, and the figures that lead to each part."""

    template_name = "catalogue/admin/queue.html"
    page_title = _("À examiner")

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset()
        return rows.select_related("listing__page", "listing__vendor", "by")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        counts = desk.waiting_counts()
        here = reverse(f"{NAME}:index")
        parts = (
            (_("en attente"), counts["waiting"], here),
            (_("en retard"), counts["late"], f"{here}?due=late"),
            (_("à rendre sous sept jours"), counts["due_soon"], f"{here}?due=soon"),
        )
        return super().get_context_data(*args, **kwargs, parts=parts)


class SubmissionView(generic.InspectView):
    """One submission: what was agreed to, what was decided and why; and those before it."""

    template_name = "catalogue/admin/submission.html"
    page_title = _("Remise")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        earlier = row.listing.submissions.exclude(pk=row.pk).select_related("decided_by", "by")
        return super().get_context_data(
            **kwargs,
            reading_url=reading_url(row),
            is_first=is_first(row),
            rows=[(one, reason_of(one)) for one in (row, *earlier[:20])],
        )


class QueueViewSet(ModelViewSet):
    """« À examiner » in the menu."""

    model = Submission
    name = NAME
    icon = "tasks"
    menu_label = _("À examiner")
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = QueueIndexView
    inspect_view_class = SubmissionView
    form_fields = ["comment"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = QueueFilterSet
    ordering = ["due_on", "submitted_at"]
    list_per_page = 50
    search_fields = ["listing__page__title", "listing__page__draft_title", "listing__vendor__name"]
    search_backend_name = None
    list_display = [
        BulkActionsCheckboxColumn("bulk_actions", obj_type="submission"),
        TitleColumn(
            "sheet",
            label=_("Fiche"),
            accessor="listing.page.draft_title",
            get_url=_main_url,
            get_title_id=lambda row: f"submission_{row.pk}_title",
        ),
        Column("vendor", label=_("Offreur"), accessor="listing.vendor"),
        Column(
            "kind",
            label=_("Nature"),
            accessor=lambda row: _("Première publication") if is_first(row) else _("Modification"),
        ),
        DateColumn("submitted_at", label=_("Remise le"), sort_key="submitted_at"),
        DueColumn("due_on", label=_("Réponse attendue"), sort_key="due_on"),
        Column("outcome", label=_("Issue"), accessor="get_outcome_display", sort_key="outcome"),
        LinksColumn("links", label=_("Lire")),
    ]
