"""Creation of a sheet and its written steps; pictures, offers and references have theirs."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalogue.choices import IntegrationState, Rgaa
from catalogue.fields import LinesFormField
from catalogue.forms import CategoriesField
from catalogue.licences import assess_licence, normalise_licence
from catalogue.models import Category, Integration, SolutionIntegration, SolutionPage
from catalogue.vendor_space.forms_base import DraftForm, DsfrMixin, Group, dress, group

MOST_TAGS = 8
TAG_LENGTH = 40
INTEGRATION = "raccordement"
NAME_LENGTH = 120


class CreateForm(DsfrMixin, forms.Form):
    """The name first: a draft in a few seconds. `cle` makes a form sent twice one sheet."""

    nom = forms.CharField(
        label=_("Nom de la solution"),
        max_length=NAME_LENGTH,
        help_text=_("Le nom sous lequel on la cherche, sans slogan."),
        error_messages={"required": _("Donnez le nom de la solution.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-similar": "nom"}),
    )
    site = forms.URLField(
        label=_("Site de la solution"),
        required=False,
        help_text=_("Sert à retrouver une fiche qui existe déjà. Par exemple https://exemple.fr"),
        widget=forms.URLInput(attrs={"autocomplete": "url", "data-similar": "site"}),
    )
    cle = forms.UUIDField(widget=forms.HiddenInput)
    malgre = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @classmethod
    def empty(cls) -> "CreateForm":
        """A form of its own key."""
        return cls(initial={"cle": uuid.uuid4()})


class EssentialsForm(DraftForm):
    """Step 1."""

    title = forms.CharField(
        label=_("Nom de la solution"),
        max_length=NAME_LENGTH,
        help_text=_("Le nom sous lequel on la cherche, sans slogan."),
        error_messages={"required": _("Donnez le nom de la solution.")},
    )
    categories = CategoriesField(
        label=_("Catégories"),
        queryset=Category.objects.all(),
        required=False,
        help_text=_("Une sous-catégorie suffit : sa catégorie mère est comptée avec elle."),
    )

    class Meta:
        model = SolutionPage
        fields = ("title", "summary", "website", "categories")
        widgets = {"summary": forms.Textarea(attrs={"rows": 3, "data-counter": ""})}
        help_texts = {
            "summary": _("Une phrase, 150 caractères au plus : elle est sur la carte."),
            "website": _("Par exemple https://exemple.fr"),
        }


class DescriptionForm(DraftForm):
    """Step 2."""

    keywords = forms.CharField(
        label=_("Mots-clés"),
        required=False,
        max_length=400,
        help_text=_("Huit au plus, séparés par des virgules. Les répéter ne change aucun rang."),
    )

    class Meta:
        model = SolutionPage
        fields = ("description", "features", "benefits")
        widgets = {"description": forms.Textarea(attrs={"rows": 10, "data-counter": ""})}
        help_texts = {
            "description": _("Ce que fait la solution et pour qui. Texte simple."),
            "features": _("Une par ligne, 15 au plus, 120 caractères chacune."),
            "benefits": _("Un par ligne, 10 au plus, 140 caractères chacun."),
        }
        field_classes = {"features": LinesFormField, "benefits": LinesFormField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["keywords"] = ", ".join(sorted(tag.name for tag in self.instance.tags.all()))

    def clean_keywords(self) -> list[str]:
        typed = self.cleaned_data["keywords"].replace("\n", ",").split(",")
        words = list(dict.fromkeys(" ".join(word.split()) for word in typed if word.strip()))
        if len(words) > MOST_TAGS:
            raise ValidationError(_("Pas plus de huit mots-clés : gardez les plus parlants."))
        for word in words:
            if len(word) > TAG_LENGTH:
                raise ValidationError(
                    _("« %(word)s » est trop long : 40 caractères au plus."), params={"word": word}
                )
        return words

    def apply(self, by: User) -> SolutionPage:
        page = super().apply(by)
        page.tags.set(self.cleaned_data["keywords"])
        return page


class TechniqueForm(DraftForm):
    """Step 4: distribution and code, connections, publics, quality and commitments."""

    class Meta:
        model = SolutionPage
        fields = (
            *("distribution", "licence", "repository_url", "documentation_url"),
            *("version", "version_date"),
            *("buyer_categories", "populations", "languages", "delay", "support_hours"),
            *("rgaa", "rgaa_url", "rgesn_score", "uses_ai", "ai_note"),
            *("innovation_claimed", "innovation_grounds", "reversibility"),
        )
        widgets = {
            "buyer_categories": forms.CheckboxSelectMultiple,
            "ai_note": forms.Textarea(attrs={"rows": 3}),
            "innovation_grounds": forms.Textarea(attrs={"rows": 3}),
            "reversibility": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "licence": _("Identifiant SPDX, par exemple AGPL-3.0-or-later."),
            "repository_url": _("Une adresse que chacun peut ouvrir sans compte."),
            "rgaa_url": _("L'adresse de la déclaration publiée."),
            "reversibility": _("Comment l'acheteur récupère ses données et change de solution."),
        }

    GROUPS = (
        (
            _("Distribution et code source"),
            ("distribution", "licence", "repository_url", "documentation_url"),
        ),
        (_("Version en service"), ("version", "version_date")),
        (
            _("Publics et mise en œuvre"),
            ("buyer_categories", "populations", "languages", "delay", "support_hours"),
        ),
        (_("Accessibilité et sobriété"), ("rgaa", "rgaa_url", "rgesn_score")),
        (_("Intelligence artificielle"), ("uses_ai", "ai_note")),
        (
            _("Innovation et réversibilité"),
            ("innovation_claimed", "innovation_grounds", "reversibility"),
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assessed = self.instance.listing.assessed_rgaa(timezone.localdate())
        if assessed:
            self.fields["rgaa"].help_text = _(
                "Votre auto-évaluation dit « %s » : c'est elle qui compte."
            ) % (Rgaa(assessed).label,)
        states = {row.integration_id: row.state for row in self.instance.integrations.all()}
        self.services = {
            f"{INTEGRATION}-{service.slug}": service
            for service in Integration.objects.order_by("position", "name")
        }
        for name, service in self.services.items():
            self.fields[name] = dress(
                forms.ChoiceField(
                    label=service.name,
                    required=False,
                    choices=[("", _("Non renseigné")), *IntegrationState.choices],
                )
            )
            self.initial[name] = states.get(service.pk, "")

    @property
    def groups(self) -> list[Group]:
        """Fields under their headings; the first three are what buyers look for."""
        written = [
            group(self, title, names, optional=rank > 2)
            for rank, (title, names) in enumerate(self.GROUPS)
        ]
        title = _("Raccordements aux services de l'État")
        return [*written[:3], group(self, title, self.services, optional=True), *written[3:]]

    def clean_licence(self) -> str:
        typed = self.cleaned_data["licence"]
        if not typed:
            return ""
        understood, note = normalise_licence(typed)
        if understood is None:
            raise ValidationError(note or assess_licence(typed).message)
        return understood

    def apply(self, by: User) -> SolutionPage:
        page = super().apply(by)
        known = {row.integration_id: row for row in page.integrations.all()}
        rows = []
        for name, service in self.services.items():
            if state := self.cleaned_data.get(name):
                row = known.get(service.pk) or SolutionIntegration(integration=service)
                row.state, row.sort_order = state, len(rows)
                rows.append(row)
        page.integrations = rows
        return page


class SubmitForm(DsfrMixin, forms.Form):
    """Last step: what is agreed to at each submission."""

    conditions = forms.BooleanField(
        label=_("J'accepte les conditions d'utilisation"),
        error_messages={"required": _("Acceptez les conditions d'utilisation pour remettre.")},
    )
    exactitude = forms.BooleanField(
        label=_("J'atteste que cette fiche est exacte et à jour"),
        error_messages={"required": _("Attestez que la fiche est exacte pour la remettre.")},
    )
    licence = forms.BooleanField(
        label=_("Je place les textes de la fiche sous Licence Ouverte 2.0"),
        help_text=_("Elle permet de les reprendre en citant la source ; le logo en est exclu."),
        error_messages={"required": _("Acceptez la licence des textes pour remettre.")},
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=20)
    vu = forms.IntegerField(widget=forms.HiddenInput, required=False)
