"""What public bodies say to vendors and of their sheets: questions, answers, « we use it »."""

import uuid

from django.conf import settings
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import Listing
from catalogue.models.vendor import Vendor

_siret = RegexValidator(r"^[0-9]{14}$", _("Un SIRET a quatorze chiffres."))


class Inquiry(models.Model):
    """A public agent writes to a vendor about a sheet. Neither side sees the other's address."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="inquiries")
    vendor = models.ForeignKey(
        Vendor,
        on_delete=models.CASCADE,
        related_name="inquiries",
        help_text=_("À qui il fut écrit : une fiche peut changer d'offreur depuis."),
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="inquiries"
    )
    body = models.CharField(_("organisme"), max_length=200)
    siret = models.CharField(_("SIRET"), max_length=14, validators=[_siret], blank=True)
    subject = models.CharField(_("objet"), max_length=120)
    opened_at = models.DateTimeField(_("ouvert le"), auto_now_add=True)
    closed_at = models.DateTimeField(_("clos le"), null=True, blank=True)

    class Meta:
        verbose_name = _("échange avec un acheteur")
        verbose_name_plural = _("échanges avec des acheteurs")
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return self.subject


class InquiryMessage(models.Model):
    """One message of an exchange."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="messages")
    from_vendor = models.BooleanField(_("de l'offreur"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("message"), max_length=4000, validators=[MinLengthValidator(2)])
    sent_at = models.DateTimeField(_("envoyé le"), auto_now_add=True)
    read_at = models.DateTimeField(_("lu le"), null=True, blank=True)

    class Meta:
        ordering = ("sent_at", "pk")

    def __str__(self) -> str:
        return f"{self.inquiry} ({self.sent_at:%d/%m/%Y})"


class BodyUseQuerySet(models.QuerySet["BodyUse"]):
    def in_force(self) -> "BodyUseQuerySet":
        """Said, and not taken back since."""
        return self.filter(withdrawn_at=None)


class BodyUse(models.Model):
    """A public agent says, signed in by ProConnect, that their body uses a solution.

    `reference` is the reference of the sheet that it confirms, if the sheet names that body.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="uses")
    siret = models.CharField(_("SIRET"), max_length=14, validators=[_siret])
    body = models.CharField(_("organisme"), max_length=200)
    reference = models.UUIDField(_("référence confirmée"), null=True, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="body_uses"
    )
    said_on = models.DateField(_("dit le"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True)

    objects = BodyUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisme utilisateur")
        verbose_name_plural = _("organismes utilisateurs")
        ordering = ("body",)
        constraints = (
            models.UniqueConstraint(
                fields=("listing", "siret"),
                condition=Q(withdrawn_at=None),
                name="body_uses_a_sheet_once",
                violation_error_message=_("Votre organisme l'a déjà dit."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} : {self.listing}"
