"""People of the review desk: who signs, who is away, who may not judge, and how they read the queue."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.models import Vendor
from labelling.models.label import Label


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self, on: dt.date) -> "DelegationQuerySet":
        """Those that let sign on a day."""
        return self.filter(valid_from__lte=on, valid_to__gte=on, user__is_active=True)


class Delegation(models.Model):
    """In which capacity, and by which act, somebody signs decisions on a label."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("personne"),
        on_delete=models.CASCADE,
        related_name="delegations",
    )
    label = models.ForeignKey(
        Label, verbose_name=_("label"), on_delete=models.CASCADE, related_name="delegations"
    )
    capacity = models.CharField(_("qualité"), max_length=200)
    act = models.CharField(_("acte de délégation"), max_length=300)
    valid_from = models.DateField(_("à partir du"))
    valid_to = models.DateField(_("jusqu'au"))

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("délégation de signature")
        verbose_name_plural = _("délégations de signature")
        ordering = ("-valid_from", "pk")
        constraints = (
            models.CheckConstraint(
                name="delegation_ends_after_it_begins",
                condition=Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("La fin vient après le début."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} ({self.label})"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: dt.date) -> "AbsenceQuerySet":
        """Who is away on a day."""
        return self.filter(first_day__lte=day, last_day__gte=day)


class Absence(models.Model):
    """Somebody of mission LABEL is away: their files show up with whoever replaces them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("personne"),
        on_delete=models.CASCADE,
        related_name="absences",
    )
    first_day = models.DateField(_("premier jour"))
    last_day = models.DateField(_("dernier jour"))
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("remplacée par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replacements",
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("-first_day", "pk")
        constraints = (
            models.CheckConstraint(
                name="absence_ends_after_it_begins",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("La fin vient après le début."),
            ),
            models.CheckConstraint(
                name="absence_is_replaced_by_another",
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("user")),
                violation_error_message=_("Une autre personne remplace celle qui est absente."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.first_day:%d/%m/%Y} – {self.last_day:%d/%m/%Y}"


class SavedFilter(models.Model):
    """A selection of the queue that somebody keeps under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="label_filters"
    )
    name = models.CharField(_("nom"), max_length=60)
    query = models.CharField(_("filtres"), max_length=500)

    class Meta:
        verbose_name = _("filtre enregistré")
        verbose_name_plural = _("filtres enregistrés")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "name"),
                name="label_filter_once_a_name",
                violation_error_message=_("Vous avez déjà un filtre de ce nom."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('instruction:index')}?{self.query}"


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    def standing(self) -> "ConflictQuerySet":
        """Those that nobody ended."""
        return self.filter(ended_at__isnull=True)


class ConflictOfInterest(models.Model):
    """Somebody of mission LABEL says that they may not judge a company: they take none of its files."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conflicts"
    )
    vendor = models.ForeignKey(
        Vendor, verbose_name=_("offreur"), on_delete=models.CASCADE, related_name="conflicts"
    )
    reason = models.CharField(_("motif"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("déclaré le"), auto_now_add=True)
    ended_at = models.DateTimeField(_("terminé le"), null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflit d'intérêts")
        verbose_name_plural = _("conflits d'intérêts")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "vendor"),
                condition=Q(ended_at__isnull=True),
                name="conflict_declared_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.vendor}"
