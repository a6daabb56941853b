"""What labelling adds to Wagtail: screens of the referentials, and what it says on a sheet."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry

from labelling.admin import (
    decision_hooks,  # noqa: F401  (registered so)
    desk_hooks,  # noqa: F401  (registered so)
    drafting,
    keeping,  # noqa: F401  (registered so)
    reading,
    time_hooks,  # noqa: F401  (registered so)
)
from labelling.admin.labels import LabelViewSet
from labelling.admin.results import ResultViewSet, examine
from labelling.admin.versions import LOG_ACTIONS, VersionViewSet
from labelling.sections import assessed_stage, awarded_stage, labels, self_assessment
from labelling.vendor_space.links import assessment_lines, self_assessments
from labelling.vendor_space.links_label import label_lines, sheet_labels

hooks.register("register_sheet_section", labels)
hooks.register("register_sheet_section", self_assessment)
hooks.register("register_sheet_stage", assessed_stage)
hooks.register("register_sheet_stage", awarded_stage)
hooks.register("register_vendor_sheet_section", self_assessments)
hooks.register("register_vendor_sheet_section", sheet_labels)
# What a label waits for has a day: it comes first.
hooks.register("register_vendor_sheet_lines", label_lines)
hooks.register("register_vendor_sheet_lines", assessment_lines)

_HERE = "referentiels/<int:pk>/"


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    """« Référentiels », « Auto-évaluations » and « Labels » in the menu."""
    return [VersionViewSet(), ResultViewSet(), LabelViewSet()]


@hooks.register("register_admin_urls")
def referential_urls() -> list[URLPattern]:
    """Screens about one version; those of a draft's parts name a theme or a criterion."""
    theme, criterion = drafting.ThemeView.as_view(), drafting.CriterionView.as_view()
    screens = {
        "apercu": ("preview", reading.PreviewView),
        "differences": ("differences", reading.DifferencesView),
        "pertes": ("impact", reading.ImpactView),
        "nouvelle-version": ("start", drafting.StartView),
        "texte": ("text", drafting.TextView),
        "generalites": ("head", drafting.HeadView),
        "criteres": ("criteria", drafting.CriteriaView),
        "publier": ("publish", drafting.PublishView),
        "supprimer": ("delete", drafting.DeleteView),
    }
    return [
        *(
            path(f"{_HERE}{route}/", view.as_view(), name=f"referential_{name}")
            for route, (name, view) in screens.items()
        ),
        path(
            "auto-evaluations/<int:pk>/<slug:criterion>/examiner/",
            examine,
            name="assessment_examine",
        ),
        path(f"{_HERE}themes/ajouter/", theme, name="referential_theme_add"),
        path(f"{_HERE}themes/<slug:id>/", theme, name="referential_theme"),
        path(f"{_HERE}criteres/ajouter/", criterion, name="referential_criterion_add"),
        path(f"{_HERE}criteres/<slug:id>/", criterion, name="referential_criterion"),
    ]


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """French words of what services write in the history of a version, and of a sheet."""
    for name, label, sentence in LOG_ACTIONS:
        actions.register_action(f"labelling.referential.{name}", label, sentence)
    actions.register_action(
        "labelling.hand_over", _("Remettre l'auto-évaluation"), _("Auto-évaluation remise")
    )
