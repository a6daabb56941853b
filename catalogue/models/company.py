"""Who may act for a company: members, proofs, invitations, requests to join, disputes."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import evidence_storage
from catalogue.models.vendor import Vendor

INVITATION_DAYS = 14
CODE_MINUTES = 60
MOST_ATTEMPTS = 5


class Role(models.TextChoices):
    """What a member may do: owners also manage members, transfer sheets and apply for labels."""

    OWNER = "owner", _("propriétaire")
    EDITOR = "editor", _("contributeur")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def owners(self) -> "MembershipQuerySet":
        """Memberships of owners."""
        return self.filter(role=Role.OWNER)


class Membership(models.Model):
    """A person who acts for a company. While a company has members, one at least is an owner."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("rôle"), max_length=10, choices=Role)
    since = models.DateTimeField(_("depuis"), auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membre")
        verbose_name_plural = _("membres")
        constraints = (models.UniqueConstraint(fields=("vendor", "user"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class ProofQuerySet(models.QuerySet["Proof"]):
    def in_force(self) -> "ProofQuerySet":
        """Accepted, and not revoked since."""
        return self.filter(state=Proof.State.ACCEPTED)

    def to_decide(self) -> "ProofQuerySet":
        """What waits for a moderator, oldest first."""
        return self.filter(state=Proof.State.WAITING).order_by("asked_at")


class Proof(models.Model):
    """Something that shows that a person may act for a company: one in force attaches it.

    By ProConnect: a SIRET of the company's SIREN in a signed identity. By e-mail: a code sent to an
    address of the company's own domain, which a moderator approved first. By a signed mandate, which
    a moderator reads. The law of design/product.md: unattached companies draft and submit nothing.
    """

    class Kind(models.TextChoices):
        PROCONNECT = "proconnect", _("ProConnect")
        EMAIL = "email", _("adresse électronique de l'entreprise")
        MANDATE = "mandate", _("mandat signé")

    class State(models.TextChoices):
        WAITING = "waiting", _("à examiner")
        CODE_SENT = "code", _("code envoyé")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")
        REVOKED = "revoked", _("retirée")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="proofs")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(_("preuve"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("état"), max_length=10, choices=State.choices)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    email = models.EmailField(_("adresse"), blank=True)
    code_hash = models.CharField(max_length=128, blank=True, editable=False)
    code_sent_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    mandate = models.FileField(
        _("mandat"), storage=evidence_storage, upload_to="mandats/", blank=True
    )
    asked_at = models.DateTimeField(_("demandée le"), auto_now_add=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(_("motif"), max_length=1000, blank=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("preuve de rattachement")
        verbose_name_plural = _("preuves de rattachement")
        constraints = (
            models.CheckConstraint(
                name="proof_has_what_its_kind_needs",
                condition=Q(kind="proconnect", state__in=("accepted", "revoked"))
                & Q(siret__regex=r"^[0-9]{14}$")
                | Q(kind="email") & ~Q(email="")
                | Q(kind="mandate") & ~Q(state="code"),
            ),
            models.CheckConstraint(
                name="proof_refusal_has_reason",
                condition=~Q(state__in=("refused", "revoked")) | ~Q(reason=""),
                violation_error_message=_("Donnez le motif : il est envoyé à la personne."),
            ),
            models.CheckConstraint(
                name="proof_decision_is_dated",
                condition=Q(state__in=("waiting", "code")) | Q(decided_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.vendor} : {self.get_kind_display()} ({self.get_state_display()})"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither taken up nor out of date."""
        return self.filter(accepted_at=None, expires_at__gt=timezone.now())


def _in_two_weeks() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=INVITATION_DAYS)


class Invitation(models.Model):
    """An owner asks somebody in. The mail holds the token; here is its hash only."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("adresse électronique"))
    role = models.CharField(_("rôle"), max_length=10, choices=Role, default=Role.EDITOR)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valable jusqu'au"), default=_in_two_weeks)
    accepted_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("vendor", "email"),
                condition=Q(accepted_at=None),
                name="invitation_open_once_an_address",
                violation_error_message=_("Cette personne est déjà invitée."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.vendor} : {self.email}"


class Request(models.Model):
    """Somebody who is not a member wants in: owners decide to let them join, moderators disputes."""

    class Kind(models.TextChoices):
        JOIN = "join", _("demande à rejoindre l'entreprise")
        DISPUTE = "dispute", _("conteste qui agit pour l'entreprise")

    class State(models.TextChoices):
        WAITING = "waiting", _("à examiner")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")
        WITHDRAWN = "withdrawn", _("abandonnée")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="company_requests"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.WAITING)
    message = models.TextField(_("message"), max_length=2000, validators=[MinLengthValidator(10)])
    evidence = models.FileField(
        _("pièce"), storage=evidence_storage, upload_to="contestations/", blank=True
    )
    created_at = models.DateTimeField(_("reçue le"), auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(_("réponse"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("demande sur une entreprise")
        verbose_name_plural = _("demandes sur des entreprises")
        constraints = (
            models.UniqueConstraint(
                fields=("vendor", "user", "kind"),
                condition=Q(state="waiting"),
                name="company_request_waits_once",
                violation_error_message=_("Votre demande est déjà en cours d'examen."),
            ),
            models.CheckConstraint(
                name="company_request_decision_is_dated",
                condition=Q(state="waiting") | Q(decided_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.vendor} : {self.user}"


class RecordedValue(models.Model):
    """Where a value of a company comes from: the register, its own words, or mission LABEL."""

    class Source(models.TextChoices):
        REGISTER = "register", _("répertoire public des entreprises")
        VENDOR = "vendor", _("déclaré par l'entreprise")
        MODERATOR = "moderator", _("saisi par la mission LABEL")

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="recorded_values")
    field = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-recorded_at", "-pk")

    def __str__(self) -> str:
        return f"{self.vendor} : {self.field}"
