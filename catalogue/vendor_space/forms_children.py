"""Steps 5 and 6: one offer, one reference. Each is a page of its own: no script is needed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalogue.choices import Consent, Deployment, OfferKind, Pricing
from catalogue.models import Offer, PriceTier, PurchaseVehicle, Reference
from catalogue.vendor_space.forms_base import DraftForm, DsfrMixin, Group, group
from catalogue.vendor_space.forms_pictures import EvidenceField

MOST_TIERS = 10


class AmountInput(forms.TextInput):
    """An amount as people write it: 1 500,50."""

    is_localized = True

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal", "class": "fr-input"})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return "".join((super().value_from_datadict(data, files, name) or "").split())


class TierForm(DsfrMixin, forms.Form):
    """A tier of a tariff; emptied, it goes."""

    from_quantity = forms.IntegerField(label=_("À partir de (unités)"), min_value=1, required=False)
    unit_price = forms.DecimalField(
        label=_("Prix par unité et par période (HT)"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=4,
        required=False,
        localize=True,
        widget=AmountInput,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [data.get(name) is not None for name in ("from_quantity", "unit_price")]
        if any(given) and not all(given) and not self.errors:
            raise ValidationError(_("Un palier a une quantité et un prix ; videz les deux sinon."))
        return data


class BaseTiers(BaseFormSet):
    """The tiers of an offer, with two blank ones."""

    def clean(self) -> None:
        quantities = [data["from_quantity"] for data in self._given()]
        if len(quantities) != len(set(quantities)):
            raise ValidationError(_("Deux paliers partent de la même quantité : gardez-en un."))

    def _given(self) -> list[dict[str, Any]]:
        rows = [getattr(form, "cleaned_data", {}) for form in self.forms]
        return [row for row in rows if row.get("from_quantity") is not None]

    def rows(self) -> list[PriceTier]:
        """The tiers typed, in the order of their quantities."""
        given = sorted(self._given(), key=lambda row: row["from_quantity"])
        return [PriceTier(sort_order=rank, **row) for rank, row in enumerate(given)]


Tiers = forms.formset_factory(
    TierForm, formset=BaseTiers, extra=2, max_num=MOST_TIERS, validate_max=True
)


class OfferForm(DraftForm):
    """One way to buy the solution: where it runs and what it costs, together."""

    class Meta:
        model = Offer
        fields = (
            *("name", "kind", "trial_days", "trial_quantity", "trial_next"),
            *("deployment", "state_cloud", "host", "hosting_countries", "support_countries"),
            *("secnumcloud", "host_outside_eu_control", "gdpr_contract", "multi_zone"),
            *("reversibility_documented", "exit_cost", "hds", "hds_until"),
            *("iso27001_holder", "iso27001_scope", "iso27001_number", "iso27001_until"),
            *("pricing", "metric", "period", "setup_price", "unit_price", "flat_price"),
            *("price_valid_until", "vehicles"),
        )
        help_texts = {
            "name": _("Par exemple « Abonnement en ligne »."),
            "trial_days": _("Pour un pilote seulement."),
            "state_cloud": _("Pour un déploiement sur un cloud interne de l'État seulement."),
            "pricing": _("« Prestations non chiffrées » : la licence est connue, pas le reste."),
            "unit_price": _("En euros, jusqu'à quatre décimales : 2,50"),
            "setup_price": _("En euros, payée une fois."),
            "flat_price": _("En euros, quelle que soit la quantité."),
            "price_valid_until": _("Passé ce jour, le tarif ne compte plus dans les totaux."),
            "exit_cost": _("Ce que l'acheteur paie pour récupérer ses données et partir."),
        }

    GROUPS = (
        (_("L'offre"), ("name", "kind", "trial_days", "trial_quantity", "trial_next")),
        (
            _("Déploiement et hébergement"),
            ("deployment", "state_cloud", "host", "hosting_countries", "support_countries"),
        ),
        (
            _("Tarif, en euros hors taxes"),
            (
                *("pricing", "metric", "period", "setup_price", "unit_price", "flat_price"),
                *("price_valid_until", "vehicles"),
            ),
        ),
        (
            _("Cloud au centre et certifications"),
            (
                *("secnumcloud", "host_outside_eu_control", "gdpr_contract", "multi_zone"),
                *("reversibility_documented", "exit_cost", "hds", "hds_until"),
                *("iso27001_holder", "iso27001_scope", "iso27001_number", "iso27001_until"),
            ),
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Donnez un nom à l'offre.")
        self.fields["vehicles"] = forms.ModelMultipleChoiceField(
            label=_("Centrales d'achat"),
            queryset=PurchaseVehicle.objects.open_on(timezone.localdate()).select_related("body"),
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        for name in ("setup_price", "unit_price", "flat_price"):
            self.fields[name].localize = True
            self.fields[name].widget = AmountInput()
        stored = self.instance.tiers.all()
        self.tiers = Tiers(
            self.data if self.is_bound else None,
            prefix="paliers",
            initial=[
                {"from_quantity": row.from_quantity, "unit_price": row.unit_price} for row in stored
            ],
        )

    @property
    def groups(self) -> list[Group]:
        """Fields under their headings; certifications wait folded until there are some."""
        last = len(self.GROUPS) - 1
        return [
            group(self, title, names, optional=rank == last)
            for rank, (title, names) in enumerate(self.GROUPS)
        ]

    def has_changed(self) -> bool:
        return super().has_changed() or self.tiers.has_changed()

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.tiers.is_valid()])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for wrong, field, message in (
            (
                data.get("kind") == OfferKind.TRIAL and not data.get("trial_days"),
                "trial_days",
                _("Donnez la durée du pilote, en jours."),
            ),
            (
                (data.get("deployment") == Deployment.STATE_CLOUD) != bool(data.get("state_cloud")),
                "state_cloud",
                _("Nommez le cloud de l'État, pour ce déploiement seulement."),
            ),
            (
                data.get("pricing") == Pricing.PRICED and not data.get("metric"),
                "metric",
                _("Un tarif publié a une unité : choisissez-la."),
            ),
            (
                data.get("pricing") == Pricing.PRICED and not data.get("period"),
                "period",
                _("Un tarif publié a une périodicité : choisissez-la."),
            ),
        ):
            if wrong and field not in self.errors:
                self.add_error(field, message)
        return data

    def apply(self, by: User) -> Offer:
        offer = super().apply(by)
        offer.tiers = self.tiers.rows()
        return offer

    def written(self) -> dict[str, Any]:
        rows = [f"{row.from_quantity} : {row.unit_price}" for row in self.instance.tiers.all()]
        return {**super().written(), "paliers": rows}


class ReferenceForm(DraftForm):
    """A public client: named only if they agreed. A client's own confirmation is not for vendors."""

    accord = EvidenceField(
        label=_("Accord écrit du client"),
        help_text=_("PDF, PNG ou JPEG, 10 Mo au plus. Seule la mission LABEL le lit."),
    )

    class Meta:
        model = Reference
        fields = ("client", "buyer_category", "year", "consent", "consented_on")
        help_texts = {
            "client": _("Le nom de l'organisme public, sans nom de personne."),
            "consent": _("Sans accord, la référence n'est pas affichée."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].error_messages["required"] = _("Nommez l'organisme client.")
        self.fields["year"].error_messages["required"] = _("Donnez l'année, par exemple 2024.")
        confirmed = self.instance.consent == Consent.CLIENT
        self.fields["consent"].choices = [
            choice for choice in Consent.choices if choice[0] != Consent.CLIENT or confirmed
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        agreed = data.get("consent") not in (None, Consent.NONE)
        if agreed and not data.get("consented_on") and "consented_on" not in self.errors:
            self.add_error("consented_on", _("Datez l'accord du client."))
        if data.get("consented_on") and data["consented_on"] > timezone.localdate():
            self.add_error("consented_on", _("Cette date n'est pas encore venue."))
        return data
