"""« Motifs et textes types »: what moderators choose from when they decide, theirs to edit."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.viewsets.model import ModelViewSet

from catalogue.admin.deleting import UnusedOnlyDeleteView, is_protected
from catalogue.models import Reason, Submission

_TEXT = [
    FieldPanel("label"),
    FieldPanel("text"),
    FieldRowPanel([FieldPanel("position"), FieldPanel("is_active")]),
]


class ReasonDeleteView(UnusedOnlyDeleteView):
    """A reason that was given once stays: decisions name it."""

    def is_kept(self, thing: Any) -> bool:
        if is_protected(thing):
            return True
        returned = thing.purpose == Reason.Purpose.RETURN
        return returned and Submission.objects.filter(reason=thing.code).exists()

    def words(self) -> str:
        return gettext("« %s » a déjà été donné : décochez « proposé » plutôt que de le supprimer.")


class ReasonViewSet(ModelViewSet):
    """« Motifs et textes types » in the menu."""

    model = Reason
    name = "motifs"
    icon = "list-ul"
    menu_label = _("Motifs et textes types")
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = ReasonDeleteView
    list_filter = ["purpose", "is_active"]
    ordering = ["purpose", "position", "label"]
    list_per_page = 100
    search_fields = ["label", "text"]
    search_backend_name = None
    list_display = [
        "label",
        Column("purpose", label=_("Sert à"), accessor="get_purpose_display", sort_key="purpose"),
        BooleanColumn("is_active", label=_("Proposé"), sort_key="is_active"),
    ]
    panels = [FieldRowPanel([FieldPanel("purpose"), FieldPanel("code")]), *_TEXT]

    @cached_property
    def _edited(self) -> Any:
        # What a reason is for and its code stay: decisions that were made hold them.
        fixed = [FieldPanel(name, read_only=True) for name in ("purpose", "code")]
        return ObjectList([FieldRowPanel(fixed), *_TEXT]).bind_to_model(Reason)

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_edit_view_kwargs(**kwargs) | {"panel": self._edited}

    def get_form_class(self, for_update: bool = False) -> Any:
        return self._edited.get_form_class() if for_update else super().get_form_class()
