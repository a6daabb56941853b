"""What mission LABEL does to sheets and vendors: typed reasons, sheets taken down, suspensions."""

import uuid
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import GroupApprovalTask, Revision

from catalogue.models.listing import Listing
from catalogue.models.vendor import Vendor


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered(self, purpose: str) -> "ReasonQuerySet":
        """What moderators choose from, in the order that they gave."""
        return self.filter(purpose=purpose, is_active=True).order_by("position", "label")


class Reason(models.Model):
    """A reason that moderators give, with the text that they start from: data, theirs to edit."""

    class Purpose(models.TextChoices):
        RETURN = "return", _("demander de compléter une fiche")
        TAKEDOWN = "takedown", _("retirer une fiche, suspendre un offreur")
        REPORT = "report", _("répondre à un signalement")
        RECOMMENDATION = "recommendation", _("répondre à une demande de recommandation")
        CRITERION = "criterion", _("motiver l'examen d'un critère")
        LABEL = "label", _("motiver une décision sur un label")

    purpose = models.CharField(_("sert à"), max_length=20, choices=Purpose.choices)
    code = models.SlugField(_("code"), max_length=40)
    label = models.CharField(_("motif"), max_length=120)
    text = models.TextField(
        _("texte proposé"),
        max_length=2000,
        help_text=_("Le point de départ de l'explication : chacun l'adapte avant l'envoi."),
    )
    position = models.PositiveSmallIntegerField(_("rang"), default=0)
    is_active = models.BooleanField(_("proposé"), default=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("motif")
        verbose_name_plural = _("motifs et textes types")
        ordering = ("purpose", "position", "label")
        constraints = (
            models.UniqueConstraint(
                fields=("purpose", "code"),
                name="reason_code_once_a_purpose",
                violation_error_message=_("Ce code sert déjà."),
            ),
        )

    def __str__(self) -> str:
        return self.label


class ModerationTask(GroupApprovalTask):
    """The review of a sheet by mission LABEL: sending it back takes a typed reason.

    What it does differently is in `catalogue/review_task.py`.
    """

    class Meta:
        verbose_name = _("relecture d'une fiche")
        verbose_name_plural = _("relectures de fiches")

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        """What somebody may do with a sheet under review; nobody decides in their own cause."""
        return _rules().actions(obj, user) if super().get_actions(obj, user) else []

    def get_form_for_action(self, action: str) -> Any:
        """Sending back asks for a typed reason."""
        return _rules().form_for(action)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        """What waits for somebody."""
        return _rules().reviewable(super().get_task_states_user_can_moderate(user, **kwargs), user)

    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> None:
        """Decide; raises `PermissionDenied` and `accounts.services.Refused`."""
        _rules().decide(state=task_state, by=user, action=action_name, values=kwargs)


def _rules() -> Any:
    # By name: services stand above models, and it is the model that Wagtail asks.
    return import_module("catalogue.review_task")


class OpenQuerySet(models.QuerySet):
    def open(self):
        """Those that nobody lifted."""
        return self.filter(lifted_at=None)


class Suspension(models.Model):
    """A vendor whose sheets mission LABEL hides, all of them, until it is lifted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="suspensions")
    reason = models.ForeignKey(
        Reason, verbose_name=_("motif"), on_delete=models.PROTECT, related_name="+"
    )
    comment = models.TextField(
        _("explication"), max_length=4000, validators=[MinLengthValidator(10)]
    )
    since = models.DateTimeField(_("depuis le"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_at = models.DateTimeField(_("levée le"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OpenQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension d'un offreur")
        verbose_name_plural = _("suspensions d'offreurs")
        ordering = ("-since",)
        constraints = (
            models.UniqueConstraint(
                fields=("vendor",),
                condition=Q(lifted_at=None),
                name="suspension_open_once_a_vendor",
                violation_error_message=_("Cet offreur est déjà suspendu."),
            ),
        )

    def __str__(self) -> str:
        return str(self.vendor)


class Takedown(models.Model):
    """A sheet that mission LABEL hid at once, and why; `Listing.taken_down_at` says it is open.

    Lifted when a corrected version is approved, or when the sheet is put back as it was
    (`revision`). Those of a suspension are lifted with it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="takedowns")
    suspension = models.ForeignKey(
        Suspension, null=True, blank=True, on_delete=models.CASCADE, related_name="takedowns"
    )
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    reason = models.ForeignKey(
        Reason, verbose_name=_("motif"), on_delete=models.PROTECT, related_name="+"
    )
    comment = models.TextField(
        _("explication"), max_length=4000, validators=[MinLengthValidator(10)]
    )
    at = models.DateTimeField(_("retirée le"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_at = models.DateTimeField(_("remise en ligne le"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OpenQuerySet.as_manager()

    class Meta:
        verbose_name = _("retrait d'une fiche")
        verbose_name_plural = _("retraits de fiches")
        ordering = ("-at",)
        constraints = (
            models.UniqueConstraint(
                fields=("listing",),
                condition=Q(lifted_at=None),
                name="takedown_open_once_a_sheet",
                violation_error_message=_("Cette fiche est déjà retirée."),
            ),
        )

    def __str__(self) -> str:
        return str(self.listing)
