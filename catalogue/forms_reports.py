"""The form by which anybody reports an anomaly, and the vendor's reply."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.forms_open import OpenForm
from catalogue.models import AnomalyReport
from catalogue.reporting import own_path


class ReportForm(OpenForm):
    """What is wrong on a page. Kept as typed on an error; who writes needs no account."""

    page = forms.CharField(
        label=_("Page concernée"),
        max_length=500,
        required=False,
        help_text=_("Son adresse sur ce site, par exemple /solutions/nom-de-la-fiche/."),
        widget=forms.TextInput(attrs={"class": "fr-input"}),
    )
    motif = forms.ChoiceField(
        label=_("Ce qui ne va pas"),
        choices=AnomalyReport.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez ce qui ne va pas."),
            "invalid_choice": _("Choisissez un motif dans la liste."),
        },
    )
    message = forms.CharField(
        label=_("Vos explications"),
        min_length=10,
        max_length=2000,
        help_text=_(
            "Ce qui est faux, et comment vous le savez ; 2 000 caractères au plus. L'offreur pourra "
            "lire ce texte : n'y mettez ni votre nom ni de donnée sensible."
        ),
        error_messages={
            "required": _("Expliquez ce qui ne va pas."),
            "min_length": _("Dites-en un peu plus : dix caractères au moins."),
        },
        widget=forms.Textarea(attrs={"rows": 6, "class": "fr-input"}),
    )
    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        required=False,
        help_text=_(
            "Pour vous répondre, et rien d'autre ; l'offreur ne la voit jamais. Format attendu : "
            "nom@domaine.fr"
        ),
        error_messages={"invalid": _("Écrivez une adresse complète, par exemple nom@domaine.fr.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "fr-input"}),
    )

    def clean_page(self) -> str:
        return own_path(self.cleaned_data["page"])

    def report(self) -> dict[str, Any]:
        """What the service takes. To be read after validation."""
        data = self.cleaned_data
        return {
            "path": data["page"],
            "reason": data["motif"],
            "message": data["message"],
            "email": data["email"],
        }


class ReplyForm(forms.Form):
    """The vendor's reply to a report."""

    text = forms.CharField(
        label=_("Votre réponse"),
        max_length=4000,
        help_text=_(
            "Lue par la mission LABEL et par l'auteur du signalement. Vous pouvez la corriger tant "
            "que le signalement n'est pas clos."
        ),
        error_messages={"required": _("Écrivez votre réponse.")},
        widget=forms.Textarea(attrs={"rows": 6, "class": "fr-input"}),
    )
