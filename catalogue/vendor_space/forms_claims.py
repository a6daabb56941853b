"""The vendor's answer to a contest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.vendor_space.forms_base import dress


class AnswerForm(forms.Form):
    """What the company answers; kept as typed on an error."""

    text = forms.CharField(
        label=_("Votre réponse"),
        max_length=2000,
        help_text=_(
            "Publiée avec la contestation si elle devient publique ; n'y mettez aucun nom de "
            "personne. 2 000 caractères au plus. Vous pouvez la corriger tant que la mission LABEL "
            "n'a pas décidé."
        ),
        error_messages={"required": _("Écrivez votre réponse.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)
