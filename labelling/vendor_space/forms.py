"""What is typed on the pages of the questionnaire."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.vendor_space.forms_base import DsfrMixin, dress
from labelling.definition import LONGEST, NOT_APPLICABLE, Criterion, Kind
from labelling.models import Answer
from labelling.scoring import CODED

WIDGETS: dict[Kind, Any] = {
    Kind.NUMBER: lambda: forms.TextInput(attrs={"inputmode": "decimal"}),
    Kind.TEXT: lambda: forms.Textarea(attrs={"rows": 3}),
    Kind.URL: lambda: forms.TextInput(attrs={"inputmode": "url"}),
    Kind.DATE: lambda: forms.DateInput(),
}
"""How what has no choices is typed; `labelling.gaps.normal` says what is right."""


class AnswerForm(forms.Form):
    """One question. What is typed is checked where it is saved, so that nothing typed is lost here.

    Hidden copies of what was read say what was changed: a question left alone is not saved again.
    """

    valeur = forms.CharField(required=False, show_hidden_initial=True)
    sans_objet = forms.BooleanField(label=_("Sans objet"), required=False, show_hidden_initial=True)
    justification = forms.CharField(
        required=False,
        show_hidden_initial=True,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST}),
    )
    edition = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, criterion: Criterion, answer: Answer | None = None
    ) -> None:
        value = answer.value if answer else ""
        typed = criterion.kind not in CODED
        aside = typed and value == NOT_APPLICABLE
        super().__init__(
            data,
            prefix=criterion.id,
            initial={
                "valeur": "" if aside else value,
                "sans_objet": aside,
                "justification": answer.justification if answer else "",
                "edition": answer.edition if answer else 0,
            },
        )
        self.criterion = criterion
        if typed:
            self.fields["valeur"].widget = WIDGETS[criterion.kind]()
            described = f"{criterion.id}-question {criterion.id}-messages"
            dress(self.fields["valeur"]).widget.attrs["aria-describedby"] = described
        else:
            self.fields["valeur"].widget = forms.RadioSelect(choices=_choices(criterion))
        if not (typed and criterion.na_allowed):
            del self.fields["sans_objet"]
        dress(self.fields["justification"])

    @property
    def seen(self) -> str:
        """What was read of the answer, hidden: boxes to choose from are laid out one by one."""
        return self["valeur"].as_hidden(only_initial=True)

    @property
    def seen_aside(self) -> str:
        """Whether the answer was « sans objet », hidden: the box's label follows its box."""
        return self["sans_objet"].as_hidden(only_initial=True)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("sans_objet") and data.get("valeur", "").strip():
            message = _(
                "Décochez « Sans objet », ou effacez votre réponse : c'est l'un ou l'autre."
            )
            self.add_error("valeur", message)
        return data

    @property
    def is_changed(self) -> bool:
        """Whether something else stands there than what was read."""
        return bool({"valeur", "sans_objet", "justification"}.intersection(self.changed_data))

    @property
    def value(self) -> str:
        """The answer as typed."""
        data = self.cleaned_data
        return NOT_APPLICABLE if data.get("sans_objet") else data.get("valeur", "")


def edition_of(typed: str) -> int:
    """The edition that a page was opened with; what says none is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _choices(criterion: Criterion) -> list[tuple[str, Any]]:
    given = [(choice.value, choice.label) for choice in criterion.choices]
    return [*given, (NOT_APPLICABLE, _("Sans objet"))] if criterion.na_allowed else given


class HandoverForm(DsfrMixin, forms.Form):
    """What is agreed to when answers are handed in."""

    conditions = forms.BooleanField(
        label=_("J'accepte les conditions d'utilisation"),
        error_messages={"required": _("Acceptez les conditions d'utilisation pour remettre.")},
    )
    exactitude = forms.BooleanField(
        label=_("J'atteste que ces réponses sont exactes à ce jour"),
        help_text=_(
            "Elles deviennent publiques sous le nom de votre entreprise, et leurs textes réutilisables "
            "sous Licence Ouverte 2.0."
        ),
        error_messages={"required": _("Attestez que les réponses sont exactes pour les remettre.")},
    )
