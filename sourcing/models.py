"""What buyers ask mission LABEL."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models import BuyerCategory, Category, Listing


class RecommendationRequestQuerySet(models.QuerySet["RecommendationRequest"]):
    def open(self) -> "RecommendationRequestQuerySet":
        """Not answered yet, oldest first."""
        states = (RecommendationRequest.State.RECEIVED, RecommendationRequest.State.TAKEN)
        return self.filter(state__in=states).order_by("received_at")


class RecommendationRequest(models.Model):
    """A public body describes a need and asks what to look at; mission LABEL names sheets to read.

    An answer points at sheets; it never recommends to buy.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("reçue")
        TAKEN = "taken", _("en cours d'étude")
        ANSWERED = "answered", _("répondue")
        DISMISSED = "dismissed", _("classée")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.CharField(_("votre organisme"), max_length=200)
    buyer_category = models.ForeignKey(
        BuyerCategory,
        verbose_name=_("catégorie d'organisme"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("domaine"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    need = models.TextField(_("votre besoin"), max_length=4000, validators=[MinLengthValidator(30)])
    wanted_by = models.DateField(_("réponse utile avant le"), null=True, blank=True)
    email = models.EmailField(_("votre adresse électronique"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField(_("reçue le"), auto_now_add=True)
    due_on = models.DateField(_("réponse attendue le"))
    state = models.CharField(
        _("état"), max_length=10, choices=State.choices, default=State.RECEIVED
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(_("réponse"), max_length=6000, blank=True)
    sheets = models.ManyToManyField(
        Listing, verbose_name=_("fiches à regarder"), blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("répondue le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = RecommendationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de recommandation")
        verbose_name_plural = _("demandes de recommandation")
        constraints = (
            models.CheckConstraint(
                name="recommendation_decision_has_answer",
                condition=~Q(state__in=("answered", "dismissed"))
                | (~Q(answer="") & Q(decided_at__isnull=False)),
                violation_error_message=_("Écrivez une réponse : elle est envoyée."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} ({self.received_at:%d/%m/%Y})"

    @staticmethod
    def retention() -> dt.timedelta:
        """How long a closed request is kept: a year, as the privacy page says."""
        return dt.timedelta(days=365)
