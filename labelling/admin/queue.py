"""« Instruction »: files of labels, the most urgent first, each with every reason why it is there."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import register_permission_policy

from accounts.models import User
from accounts.services import Refused
from catalogue.admin.choosers import vendor_chooser
from catalogue.admin.filters import Boxes, Radios
from catalogue.admin.policies import NarrowPolicy
from catalogue.models import Vendor
from labelling import review_desk, reviewing
from labelling.admin.review import FileView
from labelling.holding import name_of
from labelling.models import Absence, Label, LabelApplication
from labelling.permissions import DECIDE, REVIEW, user_can_enter_desk, user_can_read_files
from labelling.state_words import STATE_LABELS, Audience
from labelling.states import ApplicationState, Subject

NAME = "instruction"
_STATES = [
    (str(state), words[Audience.STAFF])
    for state, words in STATE_LABELS[Subject.APPLICATION].items()
    if state != ApplicationState.DRAFT
]
ALL = "all"


class DeskPolicy(NarrowPolicy):
    """Read by who works at the desk, written by services only."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and user_can_enter_desk(user)


register_permission_policy(LabelApplication, DeskPolicy(LabelApplication))


class FilesPolicy(DeskPolicy):
    """The same for what whole files lead to: who is only consulted on a theme reads none of it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and user_can_read_files(user)


class QueueFilterSet(WagtailFilterSet):
    """What waits for mission LABEL, unless something else is asked for."""

    whose = Radios(
        label=_("Instruction"),
        method="filter_whose",
        empty_label=_("Tous les dossiers"),
        choices=[
            ("mine", _("Mes dossiers")),
            ("replaced", _("Ceux des personnes que je remplace")),
            ("nobody", _("Sans instructeur")),
        ],
    )
    cause = Radios(
        label=_("Raison"),
        method="filter_cause",
        empty_label=_("Ce qui attend la mission LABEL"),
        choices=[
            *((cause.code, cause.words) for cause in review_desk.CAUSES),
            (ALL, _("Tous les dossiers, clos compris")),
        ],
    )
    late = Radios(
        label=_("Délai"),
        method="filter_late",
        empty_label=_("Tous"),
        choices=[
            ("late", _("En retard")),
            ("due_soon", _("Échéance sous 7 jours")),
            ("silence_soon", _("Décision implicite sous 15 jours")),
        ],
    )
    state = Boxes(label=_("État"), choices=_STATES)
    label = django_filters.ModelChoiceFilter(
        label=_("Label"), queryset=Label.objects.all(), empty_label=_("Tous")
    )
    vendor = django_filters.ModelChoiceFilter(
        label=_("Offreur"), queryset=Vendor.objects.all(), widget=vendor_chooser.widget_class
    )

    class Meta:
        model = LabelApplication
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        narrowed = chosen["cause"] or chosen["state"] or chosen["late"] or self.data.get("q")
        user = self.request.user
        if narrowed or not (user.has_perm(REVIEW) or user.has_perm(DECIDE)):
            # Who looks for a number or a name wants the file, whatever became of it; an expert has
            # none but those they are asked about.
            return found
        return found.filter(review_desk.needing(timezone.localdate()))

    def filter_whose(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        user, today = self.request.user, timezone.localdate()
        replaced = Absence.objects.on(today).filter(replaced_by=user).values("user")
        return queryset.filter(
            {
                "mine": Q(holder=user),
                "replaced": Q(holder__in=replaced),
                "nobody": review_desk.BY_CODE["unheld"].condition(today),
            }[value]
        )

    def filter_cause(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == ALL:
            return queryset
        return queryset.filter(review_desk.BY_CODE[value].condition(timezone.localdate()))

    def filter_late(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return self.filter_cause(queryset, name, value)


class QueueIndexView(generic.IndexView):
    """One page of files; nothing that weighs is read of any."""

    template_name = "labelling/admin/queue.html"
    results_template_name = "labelling/admin/queue_results.html"
    page_title = _("Instruction")
    export_headings = {
        "number": _("Dossier"),
        "listing.page.title": _("Solution"),
        "vendor.name": _("Offreur"),
        "label.name": _("Label"),
        "level.name": _("Niveau"),
        "get_state_display": _("État"),
        "urgent_on": _("À faire avant le"),
    }

    def get_base_queryset(self) -> QuerySet:
        rows = review_desk.files_for(self.request.user)
        return rows.select_related(
            "label", "level", "vendor", "holder", "listing__page"
        ).only(
            "number", "state", "due_on", "silence_on", "answer_due_on", "round",
            "label__name", "level__name", "vendor__name", "vendor__slug", "listing__page__title",
            "holder__first_name", "holder__last_name", "holder__email", "holder__is_active",
        )  # fmt: skip

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        return review_desk.by_urgency(queryset)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.filters and not self.filters.is_valid():
            return queryset.filter(review_desk.needing(timezone.localdate()))
        return super().filter_queryset(queryset)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many files have each reason, of those that the user may open."""
        return review_desk.counts(review_desk.files_for(self.request.user), timezone.localdate())

    def get_paginator(self, *args: Any, **kwargs: Any) -> Any:
        paginator, user = super().get_paginator(*args, **kwargs), self.request.user
        unasked = not any(self.request.GET.get(name) for name in self.request.GET if name != "p")
        if unasked and not self.results_only and (user.has_perm(REVIEW) or user.has_perm(DECIDE)):
            # What waits for mission LABEL is counted with the figures above the list.
            paginator.count = self.counts["needing"]
        return paginator

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(REVIEW):
            return []
        asked = f"?{query}" if (query := self.request.GET.urlencode()) else ""
        return [
            HeaderButton(_("Relancer les offreurs"), reverse("desk_reminders") + asked, icon_name="mail"),
            HeaderButton(_("Charge de chacun"), reverse("desk_workload"), icon_name="group"),
        ]  # fmt: skip

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        if self.is_export:
            return context
        today, user = timezone.localdate(), self.request.user
        files = context["object_list"] = list(context["object_list"])
        context |= {
            "rows": rows_of(files, user, today),
            "here": f"{reverse(f'{NAME}:index')}?{self.request.GET.urlencode()}",
            "today": today,
        }
        if not self.results_only:
            found, here = self.counts, reverse(f"{NAME}:index")
            context |= {
                "needing": found["needing"],
                "parts": [
                    (cause, found[cause.code], f"{here}?{urlencode({'cause': cause.code})}")
                    for cause in review_desk.CAUSES
                    if found[cause.code]
                ],
                "saved": user.label_filters.all()[:30],
                "query": self.request.GET.urlencode(),
            }
        return context


def rows_of(files: Iterable[LabelApplication], user: User, today: dt.date) -> list[dict[str, Any]]:
    """What a line of the queue says of each file: two queries for all."""
    files = list(files)
    causes = review_desk.causes_of([file.pk for file in files], today)
    away = {row.user_id: row for row in Absence.objects.on(today).select_related("replaced_by")}
    reviews = user.has_perm(REVIEW)
    return [
        {
            "file": file,
            "state": file.state_for(Audience.STAFF),
            "causes": causes[file.pk],
            "is_late": file.is_late_on(today),
            # Once it is decided, what its label or an appeal waits for.
            "due_on": file.due_on if file.is_open else file.urgent_on,
            "silence_runs": file.is_open,
            "silence_over": file.silence_on is not None and file.silence_on < today,
            "holder": name_of(file.holder) if file.holder else "",
            "away": away.get(file.holder_id),
            "replaced_by": _replacement(away.get(file.holder_id)),
            "act": _act(file, user, away.get(file.holder_id)) if reviews else "",
            "url": reverse(f"{NAME}:inspect", args=[file.pk]),
        }
        for file in files
    ]


def _replacement(absence: Absence | None) -> str:
    return name_of(absence.replaced_by) if absence and absence.replaced_by else ""


def _act(file: LabelApplication, user: User, absence: Absence | None) -> str:
    """Which button its line has: the service decides again."""
    if not file.is_open:
        return ""
    if file.holder_id is None:
        return "claim"
    if file.holder_id == user.pk:
        return "release"
    free = not file.holder.is_active or (
        absence is not None and absence.replaced_by_id in (None, user.pk)
    )
    return "claim" if free else ""


@require_POST
def hold(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Take a file (`prendre`) or give it back (`rendre`), then back to where one was."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    file = get_object_or_404(LabelApplication.objects.deposited(), pk=pk)
    service = reviewing.claim if act == "prendre" else reviewing.release
    try:
        service(application=file, by=request.user)
    except (Refused, PermissionDenied) as error:
        messages.error(request, str(error) or gettext("Vous n'avez pas ce droit sur ce dossier."))
    else:
        taken = gettext("Vous instruisez le dossier %s.")
        left = gettext("Le dossier %s n'a plus d'instructeur.")
        messages.success(request, (taken if act == "prendre" else left) % file.number)
    return redirect(get_valid_next_url_from_request(request) or reverse(f"{NAME}:index"))


class ReviewViewSet(ModelViewSet):
    """« Instruction » in the menu."""

    model = LabelApplication
    name = NAME
    icon = "clipboard-list"
    menu_label = _("Instruction")
    menu_order = 152
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = QueueIndexView
    inspect_view_class = FileView
    form_fields = ["motivation"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = QueueFilterSet
    list_per_page = 50
    search_fields = ["number", "listing__page__title", "vendor__name"]
    search_backend_name = None
    list_display = [Column("number", label=_("Dossier"))]
    list_export = [
        "number", "listing.page.title", "vendor.name", "label.name", "level.name",
        "get_state_display", "due_on", "silence_on", "answer_due_on", "urgent_on",
    ]  # fmt: skip
    export_filename = "dossiers-de-label"
