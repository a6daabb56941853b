"""What a public body says when it asks mission LABEL what to look at."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.forms import CategoryIterator
from catalogue.forms_open import OpenForm
from catalogue.models import Category
from catalogue.vendor_space.forms_base import DsfrMixin
from sourcing.models import RecommendationRequest


class GroupedCategoryField(forms.ModelChoiceField):
    """One category, under its mother."""

    iterator = CategoryIterator


class RecommendationForm(DsfrMixin, OpenForm, forms.ModelForm):
    """A need in a few lines; what was typed is kept on an error."""

    category = GroupedCategoryField(
        label=_("Domaine"),
        queryset=Category.objects.all(),
        required=False,
        empty_label=_("Je ne sais pas"),
    )

    class Meta:
        model = RecommendationRequest
        fields = ("body", "buyer_category", "category", "need", "wanted_by", "email")
        widgets = {
            "need": forms.Textarea(attrs={"rows": 10}),
            "body": forms.TextInput(attrs={"autocomplete": "organization"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "wanted_by": forms.DateInput(),
        }
        help_texts = {
            "need": _(
                "Qui s'en servira, vos contraintes, vos dates, ce que vous avez aujourd'hui ; 4 000 "
                "caractères au plus. N'y mettez aucune donnée personnelle."
            ),
            "wanted_by": _("Une réponse vient sous dix jours ouvrés, cette date ne l'avance pas."),
            "email": _(
                "Pour vous répondre, et rien d'autre ; les offreurs ne la voient pas. Format attendu : "
                "nom@domaine.fr"
            ),
        }
        error_messages = {
            "body": {"required": _("Donnez le nom de votre organisme.")},
            "need": {
                "required": _("Décrivez votre besoin."),
                "min_length": _("Dites-en un peu plus : trente caractères au moins."),
            },
            "email": {
                "required": _("Donnez votre adresse : la réponse y est envoyée."),
                "invalid": _("Écrivez une adresse complète, par exemple nom@domaine.fr."),
            },
            "wanted_by": {"invalid": _("Écrivez une date, par exemple 31/12/2026.")},
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buyer_category"].empty_label = _("Je ne sais pas")

    def clean_wanted_by(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["wanted_by"]
        if day and day < timezone.localdate():
            raise ValidationError(_("Cette date est passée."))
        return day
