"""What sourcing adds to Wagtail's admin: the queue of recommendations that public bodies ask for."""

from typing import Any

import django_filters
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy

from accounts.services import Refused
from catalogue.admin.filters import ANY, Radios
from catalogue.admin.policies import ReadPolicy
from catalogue.admin.reports import AnswerView
from catalogue.models import Category, Listing, Reason
from catalogue.reporting import find_listing
from catalogue.wagtail_hooks import CountItem
from sourcing import services
from sourcing.models import RecommendationRequest

register_permission_policy(RecommendationRequest, ReadPolicy(RecommendationRequest))


def is_late(row: RecommendationRequest) -> bool:
    """Whether an open request has passed its due date."""
    return row.state in services.OPEN and row.due_on < timezone.localdate()


def read_sheets(text: str) -> list[Listing]:
    """The public sheets of an answer: an address or a slug a line; raises `Refused` for another."""
    found = [(line.strip(), find_listing(line)) for line in text.splitlines() if line.strip()]
    unknown = [line for line, listing in found if listing is None]
    if unknown:
        raise Refused(gettext("Fiches introuvables ou hors ligne : %s.") % ", ".join(unknown))
    return [listing for _line, listing in found if listing]


class RequestView(AnswerView):
    """A request, who has it, and the answer with the sheets to look at."""

    template_name = "sourcing/admin/request.html"
    page_title = _("Demande de recommandation")
    purpose = Reason.Purpose.RECOMMENDATION

    def decide(self, decision: str, answer: str) -> Any:
        about = {"request": self.object, "by": self.request.user}
        if decision == "take":
            services.take(**about)
            return _("Demande prise : elle est à vous.")
        if decision == "release":
            services.release(**about)
            return _("Demande libérée.")
        if decision == "answer":
            listings = read_sheets(self.request.POST.get("sheets", ""))
            services.answer(**about, text=answer, listings=listings)
        elif decision == "dismiss":
            services.dismiss(**about, text=answer)
        else:
            raise Refused(gettext("Choisissez l'une des actions proposées."))
        return _("Demande close ; la réponse est envoyée.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        mine = row.taken_by_id in (None, self.request.user.pk)
        return super().get_context_data(
            **kwargs,
            is_open=row.state in services.OPEN,
            can_close=mine,
            late=is_late(row),
            fields_shown=self.shown(),
            sheets=row.sheets.select_related("page", "vendor"),
        )

    def shown(self) -> list[tuple[Any, Any]]:
        """What the public body said, and where the request stands."""
        row = self.object
        rows = [
            (_("Organisme"), row.body),
            (_("Catégorie d'organisme"), row.buyer_category),
            (_("Domaine"), row.category),
            (_("Besoin"), row.need),
            (_("Utile avant le"), row.wanted_by and date_format(row.wanted_by)),
            (_("Adresse"), row.email),
            (_("Compte"), row.asked_by and _("agent connecté par ProConnect")),
            (_("État"), row.get_state_display()),
            (_("Prise par"), row.taken_by),
            (_("Réponse attendue le"), date_format(row.due_on)),
            (_("Réponse"), row.answer),
        ]
        return [(label, value) for label, value in rows if value]


class RequestFilterSet(WagtailFilterSet):
    """Requests by state, lateness, holder and domain."""

    state = Radios(
        label=_("État"),
        method="filter_state",
        empty_label=_("Toutes"),
        choices=[
            ("open", _("à répondre")),
            ("late", _("en retard")),
            ("mine", _("prises par moi")),
            *RecommendationRequest.State.choices,
        ],
    )
    category = django_filters.ModelChoiceFilter(
        label=_("Domaine"), queryset=Category.objects.all(), empty_label=ANY
    )

    class Meta:
        model = RecommendationRequest
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        waiting = queryset.filter(state__in=services.OPEN)
        if value == "late":
            return waiting.filter(due_on__lt=timezone.localdate())
        if value == "mine":
            return waiting.filter(taken_by=self.request.user)
        return waiting if value == "open" else queryset.filter(state=value)


class RequestIndexView(generic.IndexView):
    """Open requests first, the most pressing on top."""

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset().select_related("category", "taken_by")
        return rows.annotate(rank=Case(When(state__in=services.OPEN, then=0), default=1))


class RequestViewSet(ModelViewSet):
    """« Demandes de recommandation » in the menu."""

    model = RecommendationRequest
    name = "recommandations"
    icon = "help"
    menu_label = _("Recommandations")
    menu_order = 170
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = RequestIndexView
    inspect_view_class = RequestView
    form_fields = ["body"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = RequestFilterSet
    ordering = ["rank", "due_on", "received_at"]
    list_per_page = 50
    search_fields = ["body", "need", "email"]
    search_backend_name = None
    list_display = [
        TitleColumn(
            "body",
            label=_("Organisme"),
            get_url=lambda row: reverse("recommandations:inspect", args=[row.pk]),
        ),
        Column("category", label=_("Domaine")),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor=lambda row: _("en retard") if is_late(row) else row.get_state_display(),
            primary=is_late,
            sort_key="state",
        ),
        Column("taken_by", label=_("Prise par")),
        Column(
            "due_on",
            label=_("Réponse attendue le"),
            accessor=lambda row: date_format(row.due_on),
            sort_key="due_on",
        ),
        DateColumn("received_at", label=_("Reçue le"), sort_key="received_at"),
    ]


@hooks.register("register_admin_viewset")
def register_viewsets() -> RequestViewSet:
    """Requests of public bodies."""
    return RequestViewSet()


LOG_ACTIONS = (
    ("take", _("Prendre"), _("Demande prise")),
    ("release", _("Libérer"), _("Demande libérée")),
    ("answer", _("Répondre"), _("Demande répondue")),
    ("dismiss", _("Classer"), _("Demande classée")),
)


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """French words of what services write in a request's history."""
    for name, label, sentence in LOG_ACTIONS:
        actions.register_action(f"sourcing.recommendation.{name}", label, sentence)


class RequestsItem(CountItem):
    """Requests that wait for an answer."""

    order = 140
    icon = "help"

    def is_shown(self) -> bool:
        return self.request.user.has_perm("sourcing.change_recommendationrequest")

    def url(self) -> str:
        return f"{reverse('recommandations:index')}?state=open"

    def words(self) -> str:
        count = RecommendationRequest.objects.open().count()
        words = ngettext("%d recommandation demandée", "%d recommandations demandées", count)
        return words % count


@hooks.register("construct_homepage_summary_items")
def summarise(request: HttpRequest, items: list[Any]) -> None:
    """Requests that wait, on the dashboard."""
    items.append(RequestsItem(request))
