"""What tells of files over time, in Wagtail's admin: the dashboard, an outage, a whole file."""

from django.urls import URLPattern, path
from wagtail import hooks

from labelling.admin.dashboard import DashboardViewSet
from labelling.admin.export import ExportView
from labelling.admin.shift import ShiftView


@hooks.register("register_admin_viewset")
def register_dashboard() -> DashboardViewSet:
    """« Tableau des labels » in the menu."""
    return DashboardViewSet()


# Before the desk's own: an act of theirs may have any name.
@hooks.register("register_admin_urls", order=-1)
def time_urls() -> list[URLPattern]:
    """Moving all deadlines, and taking one file out."""
    return [
        path("tableau-label/reporter/", ShiftView.as_view(), name="label_shift"),
        path("instruction/<int:pk>/dossier-complet/", ExportView.as_view(), name="label_export"),
    ]
