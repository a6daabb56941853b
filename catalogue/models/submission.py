"""What a vendor hands in for moderation, what they agreed to then, and what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, WorkflowState

from catalogue.models.listing import Listing


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def waiting(self) -> "SubmissionQuerySet":
        """Not decided yet, the most urgent first."""
        return self.filter(outcome=Submission.Outcome.WAITING).order_by("due_on", "submitted_at")


class Submission(models.Model):
    """One submission of a sheet: the revision handed in, and what was agreed to that day.

    Wagtail's workflow moderates it; this row keeps what the workflow does not: the due date that
    the vendor sees, the terms and the licence agreed to, the typed reason of a return.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("en cours d'examen")
        WITHDRAWN = "withdrawn", _("retirée par l'offreur")
        APPROVED = "approved", _("publiée")
        RETURNED = "returned", _("à compléter")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="submissions")
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    workflow_state = models.ForeignKey(
        WorkflowState, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(_("remise le"), auto_now_add=True)
    due_on = models.DateField(_("réponse attendue le"))
    terms_version = models.CharField(_("conditions d'utilisation"), max_length=20)
    terms_effective_on = models.DateField(_("conditions en vigueur depuis le"))
    accuracy_attested = models.BooleanField(_("exactitude attestée"))
    text_licence = models.CharField(_("licence des textes"), max_length=60)
    outcome = models.CharField(
        _("issue"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(_("motif"), max_length=40, blank=True)
    comment = models.TextField(_("explication"), max_length=4000, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("remise d'une fiche")
        verbose_name_plural = _("remises de fiches")
        ordering = ("-submitted_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("listing",),
                condition=Q(outcome="waiting"),
                name="submission_waits_once_a_sheet",
                violation_error_message=_("Cette fiche est déjà en cours d'examen."),
            ),
            models.CheckConstraint(
                name="submission_accuracy_is_attested", condition=Q(accuracy_attested=True)
            ),
            models.CheckConstraint(
                name="submission_decision_is_dated",
                condition=Q(outcome="waiting") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="submission_return_has_comment",
                condition=~Q(outcome="returned") | (~Q(comment="") & ~Q(reason="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.listing} ({self.get_outcome_display()})"
