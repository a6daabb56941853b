"""What visitors report, and what became of it."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import Listing


class AnomalyReportQuerySet(models.QuerySet["AnomalyReport"]):
    def open(self) -> "AnomalyReportQuerySet":
        """Neither handled nor dismissed, oldest first."""
        states = (AnomalyReport.State.RECEIVED, AnomalyReport.State.ACKNOWLEDGED)
        return self.filter(state__in=states).order_by("received_at")


class AnomalyReport(models.Model):
    """Somebody says that something on a page is wrong; no account is needed.

    The vendor of the sheet reads the reason and the message once mission LABEL has acknowledged
    them, never the address of who wrote.
    """

    class Reason(models.TextChoices):
        FALSE = "faux", _("Une information est fausse ou trompeuse")
        OUTDATED = "perime", _("Une information n'est plus à jour")
        ENDORSEMENT = "caution", _("La fiche laisse croire à une recommandation de l'État")
        CLAIM = "allegation", _("Un label, une certification ou une qualification n'est pas fondé")
        REFERENCE = (
            "reference",
            _("Un organisme cité n'est pas client, ou n'a pas donné son accord"),
        )
        RIGHTS = "droits", _("Un texte, un logo ou une image est repris sans droit")
        DUPLICATE = "doublon", _("La fiche fait double emploi avec une autre")
        SCOPE = "hors-champ", _("La solution n'a pas sa place dans ce catalogue")
        ILLEGAL = "illicite", _("Le contenu est illicite")
        PAGE = "page", _("La page s'affiche ou fonctionne mal")
        OTHER = "autre", _("Autre chose")

    class State(models.TextChoices):
        RECEIVED = "received", _("reçu")
        ACKNOWLEDGED = "acknowledged", _("en cours d'examen")
        HANDLED = "handled", _("traité")
        DISMISSED = "dismissed", _("classé sans suite")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(
        Listing,
        verbose_name=_("fiche concernée"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
    )
    path = models.CharField(_("page concernée"), max_length=300)
    reason = models.CharField(_("motif"), max_length=20, choices=Reason.choices)
    message = models.TextField(_("message"), max_length=2000, validators=[MinLengthValidator(10)])
    email = models.EmailField(_("adresse électronique"), blank=True)
    received_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    state = models.CharField(
        _("état"), max_length=15, choices=State.choices, default=State.RECEIVED
    )
    acknowledged_at = models.DateTimeField(_("pris en charge le"), null=True, blank=True)
    decided_at = models.DateTimeField(_("clos le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(_("réponse"), max_length=4000, blank=True)
    vendor_reply = models.TextField(_("réponse de l'offreur"), max_length=4000, blank=True)
    vendor_replied_at = models.DateTimeField(_("réponse de l'offreur le"), null=True, blank=True)
    vendor_replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AnomalyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("signalement")
        verbose_name_plural = _("signalements")
        constraints = (
            models.CheckConstraint(
                name="report_decision_has_answer",
                condition=~Q(state__in=("handled", "dismissed"))
                | (~Q(answer="") & Q(decided_at__isnull=False)),
                violation_error_message=_("Donnez une réponse : elle est envoyée."),
            ),
            models.CheckConstraint(
                name="report_taken_up_is_dated",
                condition=~Q(state="acknowledged") | Q(acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="report_reply_is_dated",
                condition=Q(vendor_reply="") | Q(vendor_replied_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.path})"

    @staticmethod
    def retention() -> dt.timedelta:
        """How long the address and the words of a closed report are kept: a year."""
        return dt.timedelta(days=365)
