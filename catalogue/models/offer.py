"""One way to buy a solution: where it runs and what it costs, together."""

import datetime as dt
import uuid
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from catalogue.choices import (
    Deployment,
    Metric,
    OfferKind,
    Period,
    Pricing,
    SecNumCloud,
    StateCloud,
)
from catalogue.countries import country_choices
from catalogue.fields import CodesField
from catalogue.models.solution import SolutionPage
from catalogue.models.vocabulary import PurchaseVehicle

POSITIVE = [MinValueValidator(Decimal(0))]


def _money(label: str, **kwargs) -> models.DecimalField:
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=POSITIVE, **kwargs
    )


class Offer(ClusterableModel, Orderable):
    """An offer. Its `uid` is kept from draft to publication: claims and evidence point at it."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    page = ParentalKey(SolutionPage, related_name="offers", on_delete=models.CASCADE)
    name = models.CharField(_("nom de l'offre"), max_length=120)
    kind = models.CharField(
        _("type"), max_length=10, choices=OfferKind.choices, default=OfferKind.PRODUCTION
    )
    trial_days = models.PositiveSmallIntegerField(
        _("durée du pilote (jours)"), null=True, blank=True
    )
    trial_quantity = models.CharField(_("étendue du pilote"), max_length=120, blank=True)
    trial_next = models.CharField(_("suite du pilote"), max_length=300, blank=True)

    deployment = models.CharField(_("déploiement"), max_length=10, choices=Deployment.choices)
    host = models.CharField(_("hébergeur"), max_length=160, blank=True)
    hosting_countries = CodesField(_("pays d'hébergement"), vocabulary=country_choices)
    support_countries = CodesField(_("pays de l'assistance"), vocabulary=country_choices)
    state_cloud = models.CharField(
        _("cloud interne de l'État"), max_length=10, choices=StateCloud.choices, blank=True
    )
    secnumcloud = models.CharField(
        _("SecNumCloud"), max_length=12, choices=SecNumCloud.choices, default=SecNumCloud.NONE
    )
    host_outside_eu_control = models.BooleanField(
        _("hébergeur ou sous-traitant sous contrôle extra-européen"), null=True, blank=True
    )
    gdpr_contract = models.BooleanField(
        _("contrat conforme à l'article 28 du RGPD"), null=True, blank=True
    )
    multi_zone = models.BooleanField(_("plusieurs zones géographiques"), null=True, blank=True)
    reversibility_documented = models.BooleanField(
        _("réversibilité documentée et provisionnée"), null=True, blank=True
    )
    exit_cost = models.CharField(_("coût de sortie"), max_length=200, blank=True)
    hds = models.BooleanField(_("hébergement de données de santé (HDS)"), default=False)
    hds_until = models.DateField(_("certification HDS jusqu'au"), null=True, blank=True)
    iso27001_holder = models.CharField(_("ISO 27001 : titulaire"), max_length=160, blank=True)
    iso27001_scope = models.CharField(_("ISO 27001 : périmètre"), max_length=300, blank=True)
    iso27001_number = models.CharField(_("ISO 27001 : numéro"), max_length=60, blank=True)
    iso27001_until = models.DateField(_("ISO 27001 : jusqu'au"), null=True, blank=True)

    pricing = models.CharField(
        _("tarif"), max_length=10, choices=Pricing.choices, default=Pricing.UNPRICED
    )
    metric = models.CharField(_("unité"), max_length=10, choices=Metric.choices, blank=True)
    period = models.CharField(_("périodicité"), max_length=10, choices=Period.choices, blank=True)
    setup_price = _money(_("mise en œuvre (HT)"))
    unit_price = models.DecimalField(
        _("prix par unité et par période (HT)"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=POSITIVE,
    )
    flat_price = _money(_("part fixe par période (HT)"))
    price_valid_until = models.DateField(_("tarif valable jusqu'au"), null=True, blank=True)
    vehicles = ParentalManyToManyField(
        PurchaseVehicle, verbose_name=_("véhicules d'achat"), blank=True
    )

    class Meta(Orderable.Meta):
        verbose_name = _("offre")
        verbose_name_plural = _("offres")
        constraints = (
            models.UniqueConstraint(fields=("page", "uid"), name="offer_uid_once_a_sheet"),
            models.CheckConstraint(
                name="offer_priced_has_unit_and_price",
                condition=~Q(pricing="priced")
                | (
                    ~Q(metric="")
                    & ~Q(period="")
                    & (
                        Q(unit_price__isnull=False)
                        | Q(flat_price__isnull=False)
                        | Q(setup_price__isnull=False)
                    )
                ),
                violation_error_message=_(
                    "Un tarif publié a une unité, une périodicité et un prix."
                ),
            ),
            models.CheckConstraint(
                name="offer_prices_not_negative",
                condition=(Q(setup_price__isnull=True) | Q(setup_price__gte=0))
                & (Q(unit_price__isnull=True) | Q(unit_price__gte=0))
                & (Q(flat_price__isnull=True) | Q(flat_price__gte=0)),
            ),
            models.CheckConstraint(
                name="offer_trial_has_duration",
                condition=~Q(kind="pilote") | Q(trial_days__gt=0),
                violation_error_message=_("Un pilote a une durée."),
            ),
            models.CheckConstraint(
                name="offer_state_cloud_is_named",
                condition=(Q(deployment="cloud-etat") & ~Q(state_cloud=""))
                | (~Q(deployment="cloud-etat") & Q(state_cloud="")),
                violation_error_message=_(
                    "Nommez le cloud de l'État, pour ce déploiement seulement."
                ),
            ),
            models.CheckConstraint(
                name="offer_secnumcloud_is_hosted",
                condition=Q(secnumcloud="none") | ~Q(deployment="sur-site"),
                violation_error_message=_(
                    "SecNumCloud qualifie un service hébergé, pas une installation sur site."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.pricing == Pricing.PRICED and not (self.metric and self.period):
            raise ValidationError({"metric": _("Un tarif publié a une unité et une périodicité.")})

    def is_price_expired(self, on: dt.date) -> bool:
        """Whether the published price no longer holds at `on` (it holds on its last day)."""
        return bool(self.price_valid_until and self.price_valid_until < on)


class PriceTier(Orderable):
    """From so many units on, every unit costs this (per period, before tax)."""

    offer = ParentalKey(Offer, related_name="tiers", on_delete=models.CASCADE)
    from_quantity = models.PositiveIntegerField(_("à partir de (unités)"))
    unit_price = models.DecimalField(
        _("prix par unité et par période (HT)"),
        max_digits=12,
        decimal_places=4,
        validators=POSITIVE,
    )

    class Meta(Orderable.Meta):
        verbose_name = _("palier")
        verbose_name_plural = _("paliers")
        constraints = (
            models.UniqueConstraint(fields=("offer", "from_quantity"), name="tier_once_a_quantity"),
            models.CheckConstraint(
                name="tier_positive", condition=Q(from_quantity__gt=0, unit_price__gte=0)
            ),
        )
