"""Labels as data: what they ask, their levels, deadlines, who decides, and on what legal ground."""

import datetime as dt

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from labelling.models.referential import Referential
from labelling.rules import Rules, SilenceEffect

WARN_DAYS = (10, 3)
"""How long before its application lapses a vendor is warned."""


def _number(label: str, default: int, least: int = 1) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(least)]
    )


class LabelQuerySet(models.QuerySet["Label"]):
    def open_on(self, on: dt.date) -> "LabelQuerySet":
        """Those that one may apply for on a day."""
        begun = self.filter(valid_from__lte=on)
        return begun.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class Label(models.Model):
    """A label that mission LABEL gives. An application keeps the rules of the day it was made."""

    slug = models.SlugField(_("adresse"), max_length=60, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    description = models.TextField(_("ce qu'il dit d'une solution"), max_length=2000)
    referential = models.ForeignKey(
        Referential, verbose_name=_("référentiel"), on_delete=models.PROTECT, related_name="labels"
    )
    valid_from = models.DateField(_("ouvert à partir du"))
    valid_to = models.DateField(_("ouvert jusqu'au"), null=True, blank=True)
    service = models.TextField(_("service et adresse"), max_length=300)
    decided_by = models.CharField(_("qui décide"), max_length=300)
    validity_months = _number(_("durée du label, en mois"), 24)
    review_days = _number(_("délai d'instruction interne, en jours"), 60)
    answer_days = _number(_("délai de réponse de l'offreur, en jours"), 30)
    silence_months = _number(_("silence valant décision, en mois"), 2)
    silence_effect = models.CharField(
        _("effet du silence"),
        max_length=10,
        choices=[
            (SilenceEffect.REJECTION.value, _("rejet")),
            (SilenceEffect.ACCEPTANCE.value, _("acceptation")),
        ],
        default=SilenceEffect.REJECTION.value,
    )
    legal_basis = models.TextField(_("fondement juridique"), max_length=1000)
    confidence = models.CharField(
        _("degré de certitude"), max_length=200, help_text=_("Qui l'a confirmé, et quand.")
    )
    deemed_days = _number(_("réputé notifié après, en jours"), 15)
    appeal_months = _number(_("délai de recours, en mois"), 2)
    notice_days = _number(_("préavis de suspension ou d'abrogation, en jours"), 15)
    reservation_days = _number(_("délai pour lever une réserve, en jours"), 90)
    withdrawal_months = _number(_("retrait possible pendant, en mois"), 4)
    remedies = models.TextField(_("voies et délais de recours"), max_length=2000)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="label_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("La fin vient après le début."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_below(self, other: "LabelLevel") -> bool:
        """Whether it is worth less than another level of its label."""
        return (self.position, self.pk) < (other.position, other.pk)

    def rules(self) -> Rules:
        """Its rules as they stand."""
        return Rules(
            label=self.name,
            service=self.service,
            decided_by=self.decided_by,
            validity_months=self.validity_months,
            review_days=self.review_days,
            answer_days=self.answer_days,
            warn_days=WARN_DAYS,
            silence_months=self.silence_months,
            silence_effect=SilenceEffect(self.silence_effect),
            legal_basis=self.legal_basis,
            deemed_days=self.deemed_days,
            appeal_months=self.appeal_months,
            notice_days=self.notice_days,
            reservation_days=self.reservation_days,
            withdrawal_months=self.withdrawal_months,
            remedies=self.remedies,
        )


class LabelLevel(models.Model):
    """A level of a label: the least score that each theme of the self-assessment must reach."""

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="levels")
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("nom"), max_length=60)
    description = models.CharField(_("ce qu'il ajoute"), max_length=500, blank=True)
    least_percent = models.PositiveSmallIntegerField(
        _("score le plus bas admis par thème, en %"), default=0
    )
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    class Meta:
        verbose_name = _("niveau de label")
        verbose_name_plural = _("niveaux de label")
        ordering = ("label", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("label", "code"), name="label_level_once"),
            models.CheckConstraint(
                name="label_level_is_a_percentage", condition=Q(least_percent__lte=100)
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_below(self, other: "LabelLevel") -> bool:
        """Whether it is worth less than another level of its label."""
        return (self.position, self.pk) < (other.position, other.pk)
