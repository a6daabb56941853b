"""Who checked a claim and how, and who contested it: rows that are the claim's history."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.listing import Claim
from catalogue.models.official import OfficialEntry


def _actor(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


class VerificationQuerySet(models.QuerySet["Verification"]):
    def waiting(self):
        """Proposed by one person, for another to decide on; the oldest first."""
        return self.filter(state=Verification.State.WAITING).order_by("proposed_at", "pk")

    def public(self):
        """Those that made a claim verified, be it no longer."""
        return self.filter(state__in=(Verification.State.CONFIRMED, Verification.State.ENDED))


class Verification(models.Model):
    """A check of a claim: on an official source by one person, or by two people of mission LABEL.

    What a confirmed one found is copied on the claim, which pages and the index read.
    """

    class Ground(models.TextChoices):
        OFFICIAL = "official", _("source officielle")
        PEOPLE = "people", _("deux personnes de la mission LABEL")

    class State(models.TextChoices):
        WAITING = "waiting", _("attend une seconde personne")
        CONFIRMED = "confirmed", _("confirmée")
        REFUSED = "refused", _("non confirmée")
        ENDED = "ended", _("ne vaut plus")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="verifications")
    ground = models.CharField(_("fondement"), max_length=10, choices=Ground.choices)
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.WAITING)
    said = models.TextField(_("ce que l'offreur disait"), blank=True)
    finding = models.CharField(_("constat"), max_length=500, help_text=_("Publié."))
    source_url = models.URLField(_("source officielle"), blank=True)
    official = models.ForeignKey(
        OfficialEntry,
        verbose_name=_("ligne de la liste officielle"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="verifications",
    )
    expires_on = models.DateField(_("valable jusqu'au"), help_text=_("Ce jour compris."))
    proposed_by = _actor(_("proposée par"))
    proposed_at = models.DateTimeField(_("proposée le"), auto_now_add=True)
    decided_by = _actor(_("décidée par"))
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    comment = models.TextField(_("commentaire interne"), max_length=2000, blank=True)
    ended_on = models.DateField(_("ne vaut plus depuis le"), null=True, blank=True)
    end_reason = models.CharField(_("pourquoi"), max_length=300, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("vérification")
        verbose_name_plural = _("vérifications")
        ordering = ("-proposed_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state="waiting"),
                name="verification_waits_once_a_claim",
                violation_error_message=_("Une vérification de cette allégation attend déjà."),
            ),
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state="confirmed"),
                name="verification_confirmed_once_a_claim",
            ),
            models.CheckConstraint(
                name="verification_by_two_people",
                condition=~Q(ground="people")
                | Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Une autre personne que celle qui propose confirme."),
            ),
            models.CheckConstraint(
                name="verification_names_its_official_source",
                condition=~Q(ground="official") | ~Q(source_url="") | Q(official__isnull=False),
                violation_error_message=_("Donnez l'adresse de la source officielle."),
            ),
            models.CheckConstraint(
                name="verification_decision_is_dated",
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="verification_end_is_dated",
                condition=(Q(state="ended") & Q(ended_on__isnull=False) & ~Q(end_reason=""))
                | (~Q(state="ended") & Q(ended_on__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim} ({self.get_state_display()})"


class ContestQuerySet(models.QuerySet["Contest"]):
    def standing(self):
        """Not settled: open, or upheld and not lifted since."""
        return self.filter(state__in=(Contest.State.OPEN, Contest.State.UPHELD))

    def public_on(self, on):
        """Those that the public may read on a day: the vendor had time to answer."""
        return self.filter(Q(public_from__lte=on), ~Q(state=Contest.State.DISMISSED))


class Contest(models.Model):
    """Mission LABEL doubts a claim: the vendor is told why, has time to answer, then all may read.

    The claim's `contested_on` is `public_from`: nobody has to do anything for that day to count.
    """

    class State(models.TextChoices):
        OPEN = "open", _("ouverte")
        UPHELD = "upheld", _("maintenue")
        DISMISSED = "dismissed", _("abandonnée")
        LIFTED = "lifted", _("levée")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="contests")
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("motif"), max_length=500, help_text=_("Publié."))
    said = models.TextField(_("ce que l'offreur disait"), blank=True)
    opened_by = _actor(_("ouverte par"))
    opened_at = models.DateTimeField(_("ouverte le"), auto_now_add=True)
    public_from = models.DateField(
        _("publique à partir du"), help_text=_("L'offreur répond avant ce jour.")
    )
    announced_on = models.DateField(_("publiée le"), null=True, blank=True, editable=False)
    answer = models.TextField(_("réponse de l'offreur"), max_length=2000, blank=True)
    answered_by = _actor(_("répondu par"))
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    decision = models.TextField(_("décision"), blank=True, help_text=_("Publiée."))
    decided_by = _actor(_("décidée par"))
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contestation d'une allégation")
        verbose_name_plural = _("contestations d'allégations")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state__in=("open", "upheld")),
                name="contest_stands_once_a_claim",
                violation_error_message=_("Cette allégation est déjà contestée."),
            ),
            models.CheckConstraint(name="contest_is_motivated", condition=~Q(reason="")),
            models.CheckConstraint(
                name="contest_answer_is_dated",
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="contest_decision_is_dated_and_motivated",
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False) & ~Q(decision="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim} ({self.get_state_display()})"
