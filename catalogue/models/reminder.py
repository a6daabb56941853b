"""Reminders that were sent, so that nobody gets too many, and those that people refused."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import Listing
from catalogue.models.vendor import Vendor


class ReminderKind(models.TextChoices):
    """What a reminder is about; each may be refused apart."""

    DRAFT = "draft", _("Fiche commencée et jamais remise")
    STALE = "stale", _("Fiche à confirmer chaque année")
    PROOF = "proof", _("Preuve ou accord qui manque")
    DIGEST = "digest", _("Résumé quotidien de la modération")


class Reminder(models.Model):
    """One mail that nobody asked for, sent once to one person about one thing."""

    kind = models.CharField(max_length=10, choices=ReminderKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders"
    )
    listing = models.ForeignKey(
        Listing, null=True, on_delete=models.CASCADE, related_name="reminders"
    )
    vendor = models.ForeignKey(
        Vendor, null=True, on_delete=models.CASCADE, related_name="reminders"
    )
    step = models.PositiveSmallIntegerField(
        default=0, help_text=_("Le combientième, ou à combien de mois.")
    )
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("rappel")
        verbose_name_plural = _("rappels")
        indexes = (models.Index(fields=("user", "sent_at"), name="reminder_by_user"),)
        constraints = (
            models.CheckConstraint(
                name="reminder_about_one_thing_at_most",
                condition=Q(listing__isnull=True) | Q(vendor__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.sent_at:%d/%m/%Y})"


class ReminderStop(models.Model):
    """Somebody wants no more reminders of a kind."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_stops"
    )
    kind = models.CharField(max_length=10, choices=ReminderKind)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "kind"), name="reminder_stop_once_a_kind"),
        )

    def __str__(self) -> str:
        return f"{self.user} : {self.get_kind_display()}"
