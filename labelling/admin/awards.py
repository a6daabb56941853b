"""« Labels attribués » in the admin: what is in force, what weighs on it, what to do."""

import datetime as dt
from typing import Any

from django.db.models import DateField, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from catalogue.admin.columns import day_column
from catalogue.admin.filters import Boxes, Radios
from labelling.admin.award_acts import AwardScreen, acts_for, may_lift
from labelling.admin.queue import FilesPolicy
from labelling.event_words import told_events
from labelling.models import Appeal, Award, Reservation
from labelling.review_desk import files_for
from labelling.state_words import STATE_LABELS, Audience
from labelling.states import AwardState, Subject

SOON = dt.timedelta(days=90)


for model in (Award, Appeal):
    register_permission_policy(model, FilesPolicy(model))


class AwardFilterSet(WagtailFilterSet):
    """Awards by state, and those where something is to be done."""

    state = Boxes(
        label=_("État"),
        choices=[
            (str(state), words[Audience.STAFF])
            for state, words in STATE_LABELS[Subject.AWARD].items()
        ],
    )
    todo = Radios(
        label=_("À faire"),
        method="filter_todo",
        choices=[
            ("notice", _("Préavis échu, ou l'offreur a répondu")),
            ("reexamination", _("Solution changée, à réexaminer")),
            ("answered", _("Réserve dont l'offreur dit quelque chose")),
            ("reservation", _("Réserve à lever sous 90 jours")),
            ("expiring", _("Expire sous 90 jours")),
        ],
    )

    class Meta:
        model = Award
        fields: list[str] = []

    def filter_todo(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        standing = Reservation.objects.filter(lifted_at=None)
        answered, soon = standing.exclude(answer=""), standing.filter(due_on__lte=today + SOON)
        living = queryset.filter(pk__in=Award.objects.living().values("pk"))
        return living.filter(
            {
                "notice": Q(notice_until__isnull=False)
                & (Q(notice_until__lt=today) | ~Q(notice_reply="")),
                "reexamination": Q(state=str(AwardState.UNDER_REEXAMINATION)),
                "answered": Q(pk__in=answered.values("award")),
                "reservation": Q(pk__in=soon.values("award")),
                "expiring": Q(valid_to__lte=today + SOON),
            }[value]
        )


class AwardIndexView(generic.IndexView):
    """Awards with the day that the next reservation is due."""

    page_title = _("Labels attribués")
    export_headings = {
        "title": _("Solution"),
        "vendor.name": _("Titulaire"),
        "label.name": _("Label"),
        "level.name": _("Niveau"),
        "get_state_display": _("État"),
        "reservation_due": _("Réserve à lever avant le"),
    }

    def get_base_queryset(self) -> QuerySet:
        standing = Reservation.objects.filter(award=OuterRef("pk"), lifted_at=None).order_by()
        due = standing.values("award").annotate(first=Min("due_on")).values("first")
        rows = super().get_base_queryset().select_related("vendor", "label", "level")
        rows = rows.filter(application__in=files_for(self.request.user).values("pk"))
        return rows.annotate(reservation_due=Subquery(due, output_field=DateField()))


class AwardView(AwardScreen, TemplateView):
    """One award: what it stands on, what weighs on it, what became of it, what to do."""

    model: Any = None  # the viewset gives it
    template_name = "labelling/admin/award.html"

    def get_page_title(self) -> str:
        return gettext("Label %s") % self.award.number

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        award, today, user = self.award, timezone.localdate(), self.request.user
        return {
            **super().get_context_data(**kwargs),
            "award": award,
            "state": award.state_for(Audience.STAFF, today),
            "public_state": award.state_for(Audience.PUBLIC, today),
            "acts": acts_for(award, user),
            "reservations": award.reservations.select_related("lifted_by"),
            "may_lift": may_lift(award, user),
            "heard": bool(award.notice_reply)
            or (award.notice_until is not None and award.notice_until < today),
            "appeals": award.appeals.all(),
            "letters": award.application.letters.order_by("-made_at"),
            "events": told_events(award.application),
            "file_url": self.file_url,
            "today": today,
        }


def _inspect(award: Award) -> str:
    return reverse("labels-attribues:inspect", args=[award.pk])


class AwardViewSet(ModelViewSet):
    """« Labels attribués » in the menu."""

    model = Award
    name = "labels-attribues"
    icon = "success"
    menu_label = _("Labels attribués")
    menu_order = 153
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = AwardIndexView
    inspect_view_class = AwardView
    form_fields = ["reason"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = AwardFilterSet
    ordering = ["-granted_on", "-pk"]
    list_per_page = 50
    search_fields = ["number", "title", "vendor__name"]
    search_backend_name = None
    list_export = [
        "number", "title", "vendor.name", "label.name", "level.name", "get_state_display",
        "reservation_due", "granted_on", "valid_to",
    ]  # fmt: skip
    export_filename = "labels-attribues"
    list_display = [
        TitleColumn("number", label=_("Numéro"), get_url=_inspect, sort_key="number"),
        Column("title", label=_("Solution"), sort_key="title"),
        Column("vendor", label=_("Titulaire"), sort_key="vendor__name"),
        Column("level", label=_("Niveau")),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor="get_state_display",
            primary=lambda award: award.state == AwardState.ACTIVE,
            sort_key="state",
        ),
        day_column("reservation_due", _("Réserve à lever avant le")),
        day_column("valid_to", _("Valable jusqu'au")),
    ]
