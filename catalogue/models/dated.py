"""Values that the law or mission LABEL sets for a time: never constants."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalogue import pricing
from catalogue.choices import Metric


class DatedQuerySet(models.QuerySet):
    """Rows in force at a date."""

    def at(self, on: dt.date):
        return self.filter(valid_from__lte=on).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


class Dated(models.Model):
    """A value with its period (both ends included), its legal source and when it was checked."""

    valid_from = models.DateField(_("en vigueur du"))
    valid_to = models.DateField(_("jusqu'au"), null=True, blank=True)
    legal_reference = models.CharField(_("référence"), max_length=300, blank=True)
    source_url = models.URLField(_("adresse de la source"), blank=True)
    verified_on = models.DateField(_("vérifié le"), null=True, blank=True)
    confidence = models.CharField(
        _("confiance"),
        max_length=4,
        blank=True,
        help_text=_("V vérifié, V2 source secondaire, M de mémoire"),
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("La fin ne peut pas précéder le début."),
            ),
        )


class Threshold(Dated):
    """A threshold of public procurement, in euros before tax."""

    code = models.CharField(_("code"), max_length=30)
    label = models.CharField(_("libellé"), max_length=200)
    value = models.DecimalField(_("montant HT"), max_digits=12, decimal_places=2)

    class Meta(Dated.Meta):
        verbose_name = _("seuil de la commande publique")
        verbose_name_plural = _("seuils de la commande publique")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="threshold_once_a_date"),
        )

    def __str__(self) -> str:
        return f"{self.code} ({self.valid_from:%d/%m/%Y})"


class PriceBandQuerySet(DatedQuerySet):
    def rules(self, on: dt.date) -> tuple[pricing.PriceBand, ...]:
        """Bands in force at a date, for the pure rules of `catalogue.pricing`."""
        return tuple(
            pricing.PriceBand(
                code=row.code,
                label=row.label,
                lower=row.lower,
                upper=row.upper,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in self.at(on).order_by("position")
        )


class PriceBand(Dated):
    """A half-open band [lower, upper[ of total cost, in euros before tax."""

    code = models.SlugField(_("code"), max_length=40)
    label = models.CharField(_("libellé"), max_length=100)
    lower = models.DecimalField(_("à partir de"), max_digits=12, decimal_places=2)
    upper = models.DecimalField(
        _("strictement inférieur à"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    objects = PriceBandQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("tranche de prix")
        verbose_name_plural = _("tranches de prix")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="price_band_once_a_date"),
            models.CheckConstraint(
                name="price_band_not_empty",
                condition=Q(upper__isnull=True) | Q(upper__gt=F("lower")),
            ),
        )

    def __str__(self) -> str:
        return self.label


class ReferenceConfiguration(Dated):
    """The need that totals are computed for: so many units of a metric over so many months."""

    class Size(models.TextChoices):
        SMALL = "petit", _("Petit besoin")
        MEDIUM = "moyen", _("Besoin moyen")
        LARGE = "grand", _("Grand besoin")

    metric = models.CharField(_("unité"), max_length=10, choices=Metric.choices)
    size = models.CharField(_("taille du besoin"), max_length=10, choices=Size.choices)
    quantity = models.PositiveIntegerField(_("quantité"))
    months = models.PositiveSmallIntegerField(_("durée en mois"), default=48)

    class Meta(Dated.Meta):
        verbose_name = _("configuration de référence")
        verbose_name_plural = _("configurations de référence")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=("metric", "size", "valid_from"), name="reference_configuration_once_a_date"
            ),
            models.CheckConstraint(
                name="reference_configuration_positive", condition=Q(quantity__gt=0, months__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} {self.get_metric_display()} / {self.months} mois"
