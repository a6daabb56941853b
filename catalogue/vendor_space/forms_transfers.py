"""Naming the company that a sheet is handed over to, and answering."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.vendor_space.forms_base import DsfrMixin


class ProposeForm(DsfrMixin, forms.Form):
    """To whom, and a word with it."""

    entreprise = forms.CharField(
        label=_("Entreprise qui reprend la fiche"),
        max_length=200,
        help_text=_(
            "Son SIREN (732 829 320), ou son nom tel qu'il est au catalogue. Société étrangère : son "
            "identifiant national."
        ),
        error_messages={"required": _("Nommez l'entreprise, ou donnez son SIREN.")},
    )
    message = forms.CharField(
        label=_("Message à cette entreprise"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Lu par ses propriétaires avec la proposition."),
    )


class AnswerForm(DsfrMixin, forms.Form):
    """Why a sheet is declined."""

    reponse = forms.CharField(
        label=_("Votre réponse"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Envoyée à l'entreprise si vous refusez."),
    )
