"""What is typed on the pages of a file: an application, answers, replies, an appeal."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import Offer
from catalogue.vendor_space.forms_base import DsfrMixin, dress
from labelling.appealing import Option
from labelling.models import LabelLevel

TEXT, LONG_TEXT = 4000, 8000


class LongText(forms.CharField):
    """A text of several lines, as long as its page counts it: browsers send two characters a line end."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """The text with line ends of one character."""
        return str(super().to_python(value)).replace("\r\n", "\n")


class ApplicationForm(DsfrMixin, forms.Form):
    """What is asked for: a level, on which offers, with a few words. A draft may wait for the rest."""

    niveau = forms.ChoiceField(
        label=_("Niveau demandé"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez un niveau.")},
    )
    offres = forms.MultipleChoiceField(
        label=_("Offres à labelliser"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Le label ne vaudra que pour elles. Cochez-en au moins une avant de déposer."),
    )
    presentation = LongText(
        label=_("Présentation"),
        required=False,
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "data-counter": ""}),
        help_text=_(
            "Facultative : ce que la mission LABEL doit savoir de la solution. Elle seule la lit."
        ),
    )
    vu = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, levels: Iterable[LabelLevel], offers: Iterable[Offer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["niveau"].choices = [(one.code, one.name) for one in levels]
        self.fields["offres"].choices = [(str(one.uid), one.name) for one in offers]


class DepositForm(DsfrMixin, forms.Form):
    """What is agreed to when an application is deposited."""

    exactitude = forms.BooleanField(
        label=_("J'atteste que ce dossier est exact à ce jour"),
        help_text=_(
            "La fiche, les réponses et les pièces sont celles de la solution telle qu'elle est vendue."
        ),
        error_messages={"required": _("Attestez que le dossier est exact pour le déposer.")},
    )
    vu = forms.CharField(required=False, widget=forms.HiddenInput)


class WordsForm(DsfrMixin, forms.Form):
    """One text: a message, an answer, a reply."""

    def __init__(
        self,
        *args: Any,
        label: Any,
        help_text: Any = "",
        required: bool = True,
        most: int = TEXT,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["texte"] = LongText(
            label=label,
            help_text=help_text,
            required=required,
            max_length=most,
            widget=forms.Textarea(attrs={"rows": 6, "data-counter": ""}),
            error_messages={"required": _("Écrivez votre texte avant de l'envoyer.")},
        )
        dress(self.fields["texte"])


class AnswerForm(WordsForm):
    """An answer; agreed to leave without what was changed and is not handed in, if anything was."""

    def __init__(self, *args: Any, moved: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if moved:
            self.fields["sans"] = forms.BooleanField(
                label=_("J'envoie ma réponse sans ce qui n'est pas remis"),
                error_messages={
                    "required": _(
                        "Remettez d'abord l'auto-évaluation, ou cochez que votre réponse part sans."
                    )
                },
            )
            dress(self.fields["sans"])


class AppealForm(WordsForm):
    """Against what a company appeals, and why."""

    contre = forms.ChoiceField(
        label=_("Contre quelle décision"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez la décision que vous contestez."),
            "invalid_choice": _(
                "Vous avez déjà formé un recours contre cette décision, ou elle ne se conteste pas "
                "aujourd'hui : la page dit ce qui se peut."
            ),
        },
    )

    def __init__(self, *args: Any, options: Iterable[Option], **kwargs: Any) -> None:
        super().__init__(
            *args,
            label=_("Pourquoi vous la contestez"),
            help_text=_(
                "Dites ce que la décision n'a pas vu, ou mal jugé, critère par critère si possible."
            ),
            most=LONG_TEXT,
            **kwargs,
        )
        self.fields["contre"].choices = [(str(one.against), one.title) for one in options]
