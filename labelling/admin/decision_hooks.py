"""Where something is decided, in Wagtail's admin: its menu and its addresses."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from labelling.admin.appeals import AppealActView, AppealViewSet
from labelling.admin.award_acts import AwardActView, LiftView
from labelling.admin.awards import AwardViewSet
from labelling.admin.decision import DecideView, LetterView, RejectView, SendBackView


@hooks.register("register_admin_viewset")
def register_decisions() -> list[ModelViewSet]:
    """« Labels attribués » and « Recours » in the menu."""
    return [AwardViewSet(), AppealViewSet()]


# Before the desk's own: an act of theirs may have any name.
@hooks.register("register_admin_urls", order=-1)
def decision_urls() -> list[URLPattern]:
    """Deciding on applications, awards and appeals: one screen an act."""
    file, award = "instruction/<int:pk>/", "labels-attribues/<int:pk>/"
    appeal = "recours/<int:pk>/"
    return [
        path(f"{file}decider/", DecideView.as_view(), name="label_decision"),
        path(f"{file}renvoyer/", SendBackView.as_view(), name="label_send_back"),
        path(f"{file}irrecevable/", RejectView.as_view(), name="label_reject"),
        path(f"{file}projet-de-lettre/", LetterView.as_view(), name="label_decision_letter"),
        path(f"{award}reserves/<int:reservation>/lever/", LiftView.as_view(), name="label_lift"),
        path(f"{award}decider/<slug:act>/", AwardActView.as_view(), name="label_award_act"),
        path(f"{appeal}decider/<slug:act>/", AppealActView.as_view(), name="label_appeal_act"),
    ]
