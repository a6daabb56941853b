"""The review desk in Wagtail's admin: its menu, its addresses, the words of its log."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.log_actions import LogActionRegistry

from labelling.admin import desk_lists, review
from labelling.admin.people import AbsenceViewSet, DelegationViewSet
from labelling.admin.queue import ReviewViewSet, hold
from labelling.admin.review_acts import ActView, ConsultationView
from labelling.permissions import DECIDE
from labelling.shifting import user_can_shift

_HERE = "instruction/<int:pk>/"


class ShiftItem(MenuItem):
    """After an outage: the screen that moves every deadline."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE) and user_can_shift(request.user)


class PeopleGroup(ViewSetGroup):
    """Menu « Équipe label »."""

    menu_label = _("Équipe label")
    menu_icon = "group"
    menu_order = 154
    items = (DelegationViewSet, AbsenceViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        shift = ShiftItem(
            _("Reporter les échéances"), reverse("label_shift"), icon_name="calendar-alt", order=900
        )
        return [*super().get_submenu_items(), shift]


@hooks.register("register_admin_viewset")
def register_desk() -> list[Any]:
    """« Instruction » and « Équipe label » in the menu."""
    return [ReviewViewSet(), PeopleGroup()]


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLPattern]:
    """What is done from the queue and from a file."""
    lists = {
        "charge/": ("desk_workload", desk_lists.WorkloadView.as_view()),
        "conflits/": ("desk_conflicts", desk_lists.ConflictsView.as_view()),
        "conflits/<int:pk>/terminer/": ("desk_conflict_end", desk_lists.end_conflict),
        "filtres/": ("desk_filter_save", desk_lists.save_filter),
        "filtres/<int:pk>/supprimer/": ("desk_filter_delete", desk_lists.delete_filter),
        "relances/": ("desk_reminders", desk_lists.RemindersView.as_view()),
        "avis/<int:pk>/": ("label_consultation", ConsultationView.as_view()),
    }
    return [
        *(path(f"instruction/{route}", view, name=name) for route, (name, view) in lists.items()),
        path(f"{_HERE}prendre/", hold, {"act": "prendre"}, name="file_claim"),
        path(f"{_HERE}rendre/", hold, {"act": "rendre"}, name="file_release"),
        path(f"{_HERE}pieces/<uuid:uid>/", review.piece, name="file_piece"),
        path(f"{_HERE}lettres/<uuid:uid>/", review.letter, name="file_letter"),
        path(
            f"{_HERE}criteres/<str:criterion>/", review.VerdictView.as_view(), name="file_verdict"
        ),
        path(f"{_HERE}<slug:act>/", ActView.as_view(), name="file_act"),
    ]


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """French words of what is logged beside the files' own events."""
    for name, label, sentence in (
        ("file.piece", _("Ouvrir une pièce"), _("Pièce d'un dossier ouverte")),
        ("conflict.declare", _("Déclarer un conflit"), _("Conflit d'intérêts déclaré")),
        ("conflict.end", _("Terminer un conflit"), _("Conflit d'intérêts terminé")),
    ):
        actions.register_action(f"labelling.{name}", label, sentence)
