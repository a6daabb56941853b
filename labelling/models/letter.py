"""Letters of a file."""

import datetime as dt
import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import evidence_storage
from labelling.deadlines import appeal_until, notified_on
from labelling.models.application import LabelApplication
from labelling.models.columns import actor


class Letter(models.Model):
    """A letter to the company, as it was sent: a file that never changes, read in its space.

    The mail only announces it; the first opening is what notifies it, or the days that the label
    says without one.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("accusé de réception")
        INADMISSIBLE = "inadmissible", _("irrecevabilité")
        QUESTION = "question", _("demande de précisions ou de pièces")
        LAPSE = "lapse", _("caducité")
        GRANTED = "granted", _("attribution du label")
        RESERVED = "reserved", _("attribution avec réserves")
        REFUSED = "refused", _("refus")
        NOTICE = "notice", _("préavis")
        SUSPENSION = "suspension", _("suspension")
        ABROGATION = "abrogation", _("abrogation")
        WITHDRAWAL = "withdrawal", _("retrait")
        RELIEF = "relief", _("levée, maintien ou rétablissement")
        APPEAL = "appeal", _("décision sur recours")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        LabelApplication, on_delete=models.PROTECT, related_name="letters"
    )
    kind = models.CharField(_("nature"), max_length=20, choices=Kind.choices)
    title = models.CharField(_("objet"), max_length=200)
    file = models.FileField(_("fichier"), upload_to="%Y/%m/", storage=evidence_storage)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    made_at = models.DateTimeField(_("du"))
    opened_at = models.DateTimeField(_("ouverte le"), null=True, blank=True)
    opened_by = actor(_("ouverte par"))
    appeal_shift = models.PositiveSmallIntegerField(
        _("jours ajoutés au délai de recours"), default=0
    )

    class Meta:
        verbose_name = _("lettre")
        verbose_name_plural = _("lettres")
        ordering = ("made_at", "pk")

    def __str__(self) -> str:
        return self.title

    def notified_on(self, on: dt.date) -> dt.date | None:
        """The day that it counts as notified, None when it does not yet."""
        opened = timezone.localdate(self.opened_at) if self.opened_at else None
        made = timezone.localdate(self.made_at)
        return notified_on(made, opened, self.application.terms.deemed_days, on)

    def appeal_until(self, on: dt.date) -> dt.date | None:
        """The last day to appeal against what it says, None while it is not notified."""
        notified = self.notified_on(on)
        if notified is None:
            return None
        last = appeal_until(notified, self.application.terms.appeal_months)
        return last + dt.timedelta(days=self.appeal_shift)
