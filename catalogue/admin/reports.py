"""Reported anomalies in the admin: the queue, and the page where one is answered."""

from typing import Any

import django_filters
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from accounts.services import Refused
from catalogue import reporting
from catalogue.admin.choosers import ListingChooser
from catalogue.admin.filters import Boxes, Radios
from catalogue.admin.policies import ReadPolicy
from catalogue.drafting import state_of
from catalogue.models import AnomalyReport, Listing, Reason
from catalogue.permissions import user_can_answer
from catalogue.states import STATE_LABELS

OTHERS_SHOWN = 20


register_permission_policy(AnomalyReport, ReadPolicy(AnomalyReport))


class AnswerView(generic.InspectView):
    """One thing to answer. A decision is a service's; on a refusal nothing that was typed is lost.

    `?texte=` starts the answer from a canned text.
    """

    purpose: str
    typed: Any = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            done = self.decide(request.POST.get("decision", ""), request.POST.get("answer", ""))
        except Refused as error:
            messages.error(request, str(error))
            self.typed = request.POST
            return self.get(request, *args, **kwargs)
        messages.success(request, done)
        return redirect(request.path)

    def decide(self, decision: str, answer: str) -> Any:
        """Carry out what the moderator chose; return what to tell them."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = Reason.objects.offered(self.purpose)
        chosen = texts.filter(code=self.request.GET.get("texte", "")[:40]).first()
        typed = self.typed if self.typed is not None else {}
        answer = typed.get("answer", chosen.text if chosen else "")
        return super().get_context_data(**kwargs, texts=texts, answer=answer, typed=typed)


class ReportView(AnswerView):
    """A report, the state of its sheet, and what else was reported about it."""

    template_name = "catalogue/admin/report.html"
    page_title = _("Signalement")
    purpose = Reason.Purpose.REPORT

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("listing__page", "listing__vendor")

    def decide(self, decision: str, answer: str) -> Any:
        about = {"report": self.object, "by": self.request.user}
        if decision == "acknowledge":
            reporting.acknowledge(**about)
            return _("Signalement pris en charge ; l'offreur, s'il y en a un, est prévenu.")
        if decision == "handle":
            reporting.handle(**about, answer=answer)
        elif decision == "dismiss":
            reporting.dismiss(**about, answer=answer)
        else:
            raise Refused(gettext("Choisissez l'une des actions proposées."))
        return _("Signalement clos ; les personnes concernées sont prévenues.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.object
        return super().get_context_data(
            **kwargs,
            can_answer=user_can_answer(self.request.user, report),
            is_open=report.state in reporting.OPEN,
            fields_shown=self.shown(),
            others=self.others(),
            actions=self.actions(),
        )

    def shown(self) -> list[tuple[Any, Any]]:
        """What there is to know of the report and of the sheet."""
        report, listing = self.object, self.object.listing
        rows = [
            (_("Motif"), report.get_reason_display()),
            (_("État"), report.get_state_display()),
            (_("Reçu le"), date_format(localtime(report.received_at), "DATETIME_FORMAT")),
            (_("Page"), report.path),
            (_("Explications"), report.message or _("effacées")),
            (_("Adresse de l'auteur"), report.email or _("non donnée")),
        ]
        if listing:
            rows += [
                (_("Fiche"), listing.page.title),
                (_("Offreur"), listing.vendor or _("aucun : logiciel communautaire")),
                (_("État de la fiche"), _(STATE_LABELS[state_of(listing)])),
            ]
        optional = [
            (_("Réponse de l'offreur"), report.vendor_reply),
            (_("Réponse de la mission LABEL"), report.answer),
        ]
        return [*rows, *((label, value) for label, value in optional if value)]

    def others(self) -> list[tuple[AnomalyReport, str]]:
        """Other reports on the same sheet, or on the same page without one; the latest first."""
        report = self.object
        same = {"listing": report.listing} if report.listing else {"path": report.path}
        rows = AnomalyReport.objects.filter(**same).exclude(pk=report.pk)
        return [(row, _inspect(row)) for row in rows.order_by("-received_at")[:OTHERS_SHOWN]]

    def actions(self) -> list[tuple[Any, str]]:
        """Where the sheet itself is looked at, taken down or merged."""
        listing: Listing | None = self.object.listing
        links = [(_("Voir la page signalée"), self.object.path)]
        if listing is None:
            return links
        links += [
            (_("Ouvrir la fiche"), reverse("wagtailadmin_pages:edit", args=[listing.page_id])),
            (_("Retirer la fiche"), reverse("sheet_take_down", args=[listing.page_id])),
        ]
        if self.object.reason == AnomalyReport.Reason.DUPLICATE:
            merge = reverse("sheet_merge", args=[listing.page_id])
            links.append((_("Regrouper avec une autre fiche"), merge))
        return links


def _inspect(row: AnomalyReport) -> str:
    return reverse("signalements:inspect", args=[row.pk])


class ReportFilterSet(WagtailFilterSet):
    """Reports by state, reason and sheet."""

    state = Radios(
        label=_("État"),
        method="filter_state",
        empty_label=_("Tous"),
        choices=[("open", _("à traiter")), *AnomalyReport.State.choices],
    )
    reason = Boxes(label=_("Motif"), choices=AnomalyReport.Reason.choices)
    listing = django_filters.ModelChoiceFilter(
        label=_("Fiche"), queryset=Listing.objects.all(), widget=ListingChooser().widget_class
    )

    class Meta:
        model = AnomalyReport
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(state__in=reporting.OPEN if value == "open" else [value])


class ReportIndexView(generic.IndexView):
    """Open reports first, the oldest on top."""

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset().select_related("listing__page")
        return rows.annotate(rank=Case(When(state__in=reporting.OPEN, then=0), default=1))


class ReportViewSet(ModelViewSet):
    """« Signalements » in the menu."""

    model = AnomalyReport
    name = "signalements"
    icon = "warning"
    menu_label = _("Signalements")
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = ReportIndexView
    inspect_view_class = ReportView
    form_fields = ["reason"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = ReportFilterSet
    ordering = ["rank", "received_at"]
    list_per_page = 50
    search_fields = ["message", "path", "email", "listing__page__title"]
    search_backend_name = None
    list_display = [
        TitleColumn("reason", label=_("Motif"), accessor="get_reason_display", get_url=_inspect),
        Column("listing", label=_("Fiche")),
        Column("path", label=_("Page"), sort_key="path"),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor="get_state_display",
            primary=lambda row: row.state in reporting.OPEN,
            sort_key="state",
        ),
        DateColumn("received_at", label=_("Reçu le"), sort_key="received_at"),
    ]


LOG_ACTIONS = (
    ("acknowledge", _("Prendre en charge"), _("Signalement pris en charge")),
    ("handle", _("Traiter"), _("Signalement traité")),
    ("dismiss", _("Classer"), _("Signalement classé sans suite")),
    ("reply", _("Répondre"), _("Réponse de l'offreur")),
)
"""What services write in a report's history: last part of the action, label, sentence."""
