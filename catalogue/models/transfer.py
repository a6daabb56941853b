"""A sheet that goes from one company to another, both agreeing."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import Listing
from catalogue.models.vendor import Vendor

TRANSFER_DAYS = 30


class TransferQuerySet(models.QuerySet["Transfer"]):
    def waiting(self) -> "TransferQuerySet":
        """Proposed, and neither answered nor taken back."""
        return self.filter(state=Transfer.State.WAITING)


class Transfer(models.Model):
    """An owner hands a sheet over; an owner of the other company accepts. Its history follows."""

    class State(models.TextChoices):
        WAITING = "waiting", _("proposée")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")
        CANCELLED = "cancelled", _("annulée")
        LAPSED = "lapsed", _("sans réponse")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="transfers")
    source = models.ForeignKey(
        Vendor, verbose_name=_("de"), on_delete=models.CASCADE, related_name="transfers_out"
    )
    target = models.ForeignKey(
        Vendor, verbose_name=_("à"), on_delete=models.CASCADE, related_name="transfers_in"
    )
    message = models.TextField(_("message"), max_length=2000, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("proposée le"), auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("close le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(_("réponse"), max_length=2000, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("cession d'une fiche")
        verbose_name_plural = _("cessions de fiches")
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("listing",),
                condition=Q(state="waiting"),
                name="transfer_waits_once_a_sheet",
                violation_error_message=_("Cette fiche est déjà proposée à une entreprise."),
            ),
            models.CheckConstraint(
                name="transfer_between_two_companies",
                condition=~Q(source=F("target")),
                violation_error_message=_("La fiche est déjà à cette entreprise."),
            ),
            models.CheckConstraint(
                name="transfer_decision_is_dated",
                condition=Q(state="waiting") | Q(decided_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.listing} : {self.source} → {self.target}"
