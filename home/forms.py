"""The contact form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalogue.forms_open import OpenForm
from catalogue.models import Listing
from catalogue.reporting import find_listing
from catalogue.vendor_space.forms_base import DsfrMixin
from home.models import ContactMessage

Subject = ContactMessage.Subject
ANSWERED = frozenset({Subject.QUESTION, Subject.LISTING, Subject.PERSONAL_DATA})
"""Subjects that make no sense without an answer, hence without an address."""
OFFERED = [choice for choice in Subject.choices if choice[0] != Subject.ANOMALY]
"""Anomalies have a form of their own, `/signaler/`."""


class ContactForm(DsfrMixin, OpenForm):
    """A message to mission LABEL."""

    objet = forms.ChoiceField(
        label=_("Objet"),
        choices=OFFERED,
        initial=Subject.QUESTION,
        error_messages={"invalid_choice": _("Choisissez un objet dans la liste.")},
    )
    fiche = forms.CharField(
        label=_("Fiche concernée"),
        max_length=500,
        required=False,
        help_text=_("L'adresse de la fiche, copiée depuis le navigateur."),
    )
    message = forms.CharField(
        label=_("Votre message"),
        max_length=4000,
        help_text=_("4 000 caractères au plus. N'y mettez aucune donnée sensible."),
        error_messages={"required": _("Écrivez votre message.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        required=False,
        help_text=_("Pour vous répondre, et rien d'autre. Format attendu : nom@domaine.fr"),
        error_messages={"invalid": _("Écrivez une adresse complète, par exemple nom@domaine.fr.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_fiche(self) -> Listing | None:
        typed = self.cleaned_data["fiche"]
        if not typed:
            return None
        listing = find_listing(typed)
        if listing is None:
            raise ValidationError(
                _(
                    "Cette fiche est introuvable. Collez son adresse, par exemple /solutions/nom-de-la-fiche/."
                )
            )
        return listing

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        subject = data.get("objet")
        if subject in ANSWERED and not data.get("email") and "email" not in self.errors:
            self.add_error(
                "email", _("Donnez votre adresse : sans elle, nous ne pouvons pas vous répondre.")
            )
        return data
