"""What public agents and vendors fill in to write to one another, or to say « we use it »."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.uses import Candidate
from catalogue.vendor_space.forms_base import DsfrMixin


class BodyForm(DsfrMixin, forms.Form):
    """Asks for the name of the body when neither ProConnect nor the public register gives it."""

    body = forms.CharField(
        label=_("Nom de votre organisme"),
        max_length=200,
        help_text=_("ProConnect ne l'a pas donné. Par exemple : Commune de Valfictif."),
        error_messages={"required": _("Écrivez le nom de votre organisme.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def __init__(self, *args: Any, ask_body: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_body:
            del self.fields["body"]


def _message(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=2,
        max_length=4000,
        help_text=_("4 000 caractères au plus. N'y mettez aucune donnée sensible."),
        error_messages={"required": _("Écrivez votre message.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ExchangeForm(BodyForm):
    """The first message of an exchange."""

    subject = forms.CharField(
        label=_("Objet"),
        max_length=120,
        help_text=_("Par exemple : reprise de nos données, démonstration, tarif au-delà d'un an."),
        error_messages={"required": _("Dites en quelques mots de quoi il s'agit.")},
    )
    text = _message(_("Votre message"))


class AnswerForm(DsfrMixin, forms.Form):
    """A message more in an exchange."""

    text = _message(_("Votre message"))


class UseForm(BodyForm):
    """« Notre organisme l'utilise », and which reference of the sheet is that body."""

    reference = forms.TypedChoiceField(
        label=_("Votre organisme figure-t-il dans les références de la fiche ?"),
        required=False,
        empty_value=None,
        error_messages={
            "invalid_choice": _("Choisissez une référence de la liste, ou « aucune ».")
        },
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, candidates: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A name that the agent types proves nothing: it confirms no reference.
        named = "body" not in self.fields
        offered = {str(row.uid): row for row in candidates if named and row.can_be_confirmed}
        field = self.fields["reference"]
        field.choices = [
            ("", _("Aucune de ces références")),
            *((uid, f"{row.client} ({row.year})") for uid, row in offered.items()),
        ]
        field.coerce = lambda value: offered[value].uid
        if not offered:
            del self.fields["reference"]
