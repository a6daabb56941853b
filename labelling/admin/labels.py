"""« Labels » in the admin: what each asks, its levels, deadlines and legal ground, as data."""

from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
)
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from catalogue.admin.columns import day_column
from catalogue.admin.deleting import UnusedOnlyDeleteView, is_protected
from labelling.models import Label, LabelLevel

SPARE_ROWS = 2
"""Blank rows for new levels below those that there are."""


class LevelFormSet(BaseInlineFormSet):
    """The levels of a label: one at least, and those that files name stay."""

    def clean(self) -> None:
        super().clean()
        kept = 0
        for form in self.forms:
            if not form.is_valid() or not form.cleaned_data:
                continue
            if not form.cleaned_data.get("DELETE"):
                kept += 1
            elif form.instance.pk and is_protected(form.instance):
                text = gettext("Des dossiers demandent le niveau « %s » : il reste.")
                raise forms.ValidationError(text % form.instance)
        if not kept and not any(self.errors):
            raise forms.ValidationError(gettext("Un label a au moins un niveau."))


def _level_field(column: Any, **options: Any) -> forms.Field | None:
    """A field of a level, short enough for a row, within its bounds."""
    if column.name == "description":
        options["widget"] = forms.Textarea(attrs={"rows": 2})
    if column.name == "least_percent":
        options["max_value"] = 100
    return column.formfield(**options)


LEVELS = inlineformset_factory(
    Label,
    LabelLevel,
    formset=LevelFormSet,
    fields=["position", "code", "name", "description", "least_percent"],
    formfield_callback=_level_field,
    extra=SPARE_ROWS,
)


class LabelForm(WagtailAdminModelForm):
    """A label with its levels, checked and stored together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.levels = LEVELS(self.data if self.is_bound else None, instance=self.instance)

    def is_valid(self) -> bool:
        found = [super().is_valid(), self.levels.is_valid()]
        return all(found)

    def save(self, commit: bool = True) -> Label:
        label: Label = super().save(commit)
        self.levels.instance = label
        self.levels.save(commit)
        return label


class LevelsPanel(Panel):
    """The levels of a label, a row each."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "labelling/admin/levels.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            return super().get_context_data(parent_context) | {"levels": self.form.levels}


class LabelDeleteView(UnusedOnlyDeleteView):
    """A label that somebody asked for stays: close it instead."""

    def is_kept(self, thing: Model) -> bool:
        return is_protected(thing)

    def words(self) -> str:
        return gettext(
            "« %s » a déjà été demandé ou attribué : donnez-lui une date de fin plutôt que de le "
            "supprimer."
        )


_WARNING = HelpPanel(
    heading=_("À savoir"),
    content=_(
        "<p>Un dossier déposé garde les règles du jour de son dépôt : ce que vous changez ici ne vaut "
        "que pour les demandes qui suivent. Délais, effet du silence et recours sont des choix "
        "juridiques : faites-les confirmer, et dites par qui.</p>"
    ),
)
_TEXTS = MultiFieldPanel(
    [
        FieldPanel("name"),
        FieldPanel("description", help_text=_("Lu des offreurs avant de demander le label.")),
        FieldRowPanel(
            [
                FieldPanel(
                    "valid_from", help_text=_("Personne ne dépose de demande avant ce jour.")
                ),
                FieldPanel("valid_to", help_text=_("Ce jour compris. Vide : sans fin.")),
            ]
        ),
    ],
    heading=_("Présentation"),
)
_PEOPLE = MultiFieldPanel(
    [
        FieldPanel(
            "service", help_text=_("En tête des lettres, une ligne chacun : nom, puis adresse.")
        ),
        FieldPanel("decided_by", help_text=_("La fonction, jamais le nom d'une personne.")),
    ],
    heading=_("Service et décision"),
)
_DAYS = _("En jours du calendrier.")
_DEADLINES = MultiFieldPanel(
    [
        FieldRowPanel(
            [
                FieldPanel(
                    "review_days",
                    help_text=_("S'arrête chaque fois que l'offreur doit répondre."),
                ),
                FieldPanel("answer_days", help_text=_("Ensuite, la demande devient caduque.")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("notice_days", help_text=_DAYS),
                FieldPanel("reservation_days", help_text=_("Sauf autre date dans la décision.")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("validity_months"),
                FieldPanel("withdrawal_months", help_text=_("Sauf fraude : alors, sans délai.")),
            ]
        ),
    ],
    heading=_("Délais"),
)
_LAW = MultiFieldPanel(
    [
        FieldRowPanel(
            [
                FieldPanel(
                    "silence_months",
                    help_text=_("Ne s'arrête que pour une pièce manquante."),
                ),
                FieldPanel("silence_effect"),
            ]
        ),
        FieldPanel("legal_basis", help_text=_("Repris dans l'accusé de réception.")),
        FieldPanel("confidence"),
        FieldRowPanel(
            [
                FieldPanel(
                    "deemed_days",
                    help_text=_("Pour une lettre que personne n'ouvre dans l'espace de l'offreur."),
                ),
                FieldPanel("appeal_months", help_text=_("À compter de la notification.")),
            ]
        ),
        FieldPanel("remedies", help_text=_("Repris tel quel au bas des lettres.")),
    ],
    heading=_("Silence, notification et recours"),
)
_LEVELS = LevelsPanel(heading=_("Niveaux"), icon="list-ol")


def _panels(*, fixed: bool) -> ObjectList:
    """Every part of the form; the address and the referential, which files name, are set once."""
    names = FieldRowPanel(
        [
            FieldPanel("slug", read_only=fixed),
            FieldPanel("referential", read_only=fixed),
        ]
    )
    parts = [_WARNING, names, _TEXTS, _LEVELS, _PEOPLE, _DEADLINES, _LAW]
    return ObjectList(parts, base_form_class=LabelForm)


class LabelViewSet(ModelViewSet):
    """« Labels » in the menu, for administrators."""

    model = Label
    name = "labels"
    icon = "tag"
    menu_label = _("Labels")
    menu_order = 157
    add_to_admin_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = LabelDeleteView
    ordering = ["name"]
    list_display = [
        "name",
        Column("referential", label=_("Référentiel")),
        day_column("valid_from", _("Ouvert du")),
        day_column("valid_to", _("Au")),
        Column("confidence", label=_("Degré de certitude")),
    ]
    edit_handler = _panels(fixed=False)

    @cached_property
    def _edited(self) -> Any:
        return _panels(fixed=True).bind_to_model(Label)

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_edit_view_kwargs(**kwargs) | {"panel": self._edited}

    def get_form_class(self, for_update: bool = False) -> Any:
        return self._edited.get_form_class() if for_update else super().get_form_class()
