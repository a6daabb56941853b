"""What a vendor answers to a version of a referential, what was handed in, and what it is worth."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.models import Listing
from labelling.models.referential import Referential, ReferentialVersion


class SelfAssessment(models.Model):
    """The answers of a sheet to one version, as its company writes them; nobody else reads them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="self_assessments")
    version = models.ForeignKey(
        ReferentialVersion, on_delete=models.PROTECT, related_name="self_assessments"
    )
    created_at = models.DateTimeField(_("commencée le"), auto_now_add=True)
    changed_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    class Meta:
        verbose_name = _("auto-évaluation")
        verbose_name_plural = _("auto-évaluations")
        constraints = (
            models.UniqueConstraint(
                fields=("listing", "version"), name="self_assessment_once_a_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.listing} – {self.version}"


class Answer(models.Model):
    """One answer, as it is written now. `edition` grows at each save: who saw an older one is told.

    What proves it, and what it is worth, is in the claim of the same criterion
    (`labelling.claims`).
    """

    assessment = models.ForeignKey(SelfAssessment, on_delete=models.CASCADE, related_name="answers")
    criterion = models.CharField(_("critère"), max_length=20)
    value = models.TextField(_("réponse"), max_length=2000, blank=True)
    justification = models.TextField(_("justification"), max_length=2000, blank=True)
    edition = models.PositiveIntegerField(_("édition"), default=1)
    changed_at = models.DateTimeField(_("modifiée le"), auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("réponse")
        verbose_name_plural = _("réponses")
        constraints = (
            models.UniqueConstraint(fields=("assessment", "criterion"), name="answer_once"),
        )

    def __str__(self) -> str:
        return f"{self.criterion} : {self.value[:40]}"


class Handover(models.Model):
    """What a company handed in one day, which is what the public reads. Written once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(
        SelfAssessment, on_delete=models.CASCADE, related_name="handovers"
    )
    handed_at = models.DateTimeField(_("remise le"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    terms_version = models.CharField(_("conditions d'utilisation"), max_length=20)
    accuracy_attested = models.BooleanField(_("exactitude attestée"))
    answers = models.JSONField(
        _("réponses"), help_text=_("Critère → value, justification, since (depuis quand).")
    )
    facts = models.JSONField(_("faits de la fiche ce jour-là"))

    class Meta:
        verbose_name = _("remise d'une auto-évaluation")
        verbose_name_plural = _("remises d'auto-évaluations")
        ordering = ("-handed_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="handover_accuracy_is_attested", condition=Q(accuracy_attested=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.assessment}, {self.handed_at:%d/%m/%Y}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it; raises `TypeError` on a second time."""
        if not self._state.adding:
            raise TypeError("What was handed in is never edited.")
        super().save(*args, **kwargs)

    @property
    def values(self) -> dict[str, str]:
        """Criterion → what was answered, as `labelling.scoring` reads it."""
        return {criterion: row["value"] for criterion, row in self.answers.items()}


class ResultQuerySet(models.QuerySet["Result"]):
    def in_force(self, on: dt.date) -> "ResultQuerySet":
        """Those that count on a day: their version of the referential is not over."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class Result(models.Model):
    """What a sheet's last handover on a referential is worth, stored so that nobody scores it again.

    Trust is not in it: it changes by itself with the days, and is derived at reading.
    """

    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, related_name="results", verbose_name=_("fiche")
    )
    referential = models.ForeignKey(Referential, on_delete=models.PROTECT, related_name="results")
    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="+")
    themes = models.JSONField(
        _("scores par thème"), help_text=_("theme, title, percent, asked, answered, na.")
    )
    unmet = models.JSONField(_("critères bloquants non satisfaits"))
    asked = models.JSONField(_("critères posés"))
    valid_to = models.DateField(_("compte jusqu'au"), null=True, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("résultat d'auto-évaluation")
        verbose_name_plural = _("résultats d'auto-évaluation")
        constraints = (
            models.UniqueConstraint(fields=("listing", "referential"), name="result_once"),
        )

    def __str__(self) -> str:
        return str(self.listing)

    def get_absolute_url(self) -> str:
        """Where anyone reads it, answer by answer."""
        return reverse("assessment", args=[self.listing.page.slug, self.referential.slug])

    def counts_on(self, on: dt.date) -> bool:
        """Whether it counts on a day."""
        return self.valid_to is None or self.valid_to >= on
