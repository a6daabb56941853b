"""Awards of a label, their reservations, the appeals against what was decided, and the outages."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.models import Listing, Vendor
from labelling.models.application import LabelApplication
from labelling.models.columns import actor, state_field
from labelling.models.label import Label, LabelLevel
from labelling.state_words import Audience, state_label
from labelling.states import IN_FORCE, LIVING, NOTICES, AppealState, AwardState, Subject

_W = AwardState
_NOTICES = tuple(str(state) for state in NOTICES)
_ENDED = (str(_W.ABROGATED), str(_W.WITHDRAWN), str(_W.EXPIRED), str(_W.SUPERSEDED))


class AwardQuerySet(models.QuerySet["Award"]):
    def in_force(self, on: dt.date) -> "AwardQuerySet":
        """Those that make a sheet labelled on a day."""
        return self.filter(state__in=IN_FORCE, valid_to__gte=on, granted_on__lte=on).exclude(
            state=_W.ABROGATION_NOTICE, before=_W.SUSPENDED
        )

    def living(self) -> "AwardQuerySet":
        """Those that time still runs for."""
        return self.filter(state__in=LIVING)


class Award(models.Model):
    """A label granted to named offers of a sheet. Public, with what became of it.

    Written by `labelling.procedure` and the services above it alone.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    application = models.OneToOneField(
        LabelApplication, on_delete=models.PROTECT, related_name="award"
    )
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="awards")
    level = models.ForeignKey(LabelLevel, on_delete=models.PROTECT, related_name="+")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="awards")
    vendor = models.ForeignKey(
        Vendor, verbose_name=_("titulaire"), on_delete=models.PROTECT, related_name="awards"
    )
    title = models.CharField(_("solution"), max_length=255)
    offers = models.JSONField(_("offres couvertes"), help_text=_("uid, name."))
    facts = models.JSONField(
        _("ce dont un changement rouvre l'examen"), help_text=_("Hébergeur, contrôle, licence…")
    )
    status_index = models.PositiveIntegerField(_("rang dans la liste de statuts"), unique=True)
    granted_on = models.DateField(_("attribué le"))
    valid_to = models.DateField(_("valable jusqu'au"), help_text=_("Ce jour compris."))

    state = state_field(Subject.AWARD, _W.ACTIVE)
    state_since = models.DateField(_("depuis le"))
    before = models.CharField(_("état avant le préavis"), max_length=30, blank=True)
    reason = models.TextField(
        _("motif public de l'état"), max_length=4000, blank=True, help_text=_("Publié.")
    )
    notice_at = models.DateTimeField(_("préavis du"), null=True, blank=True)
    notice_by = actor(_("préavis par"))
    notice_until = models.DateField(_("réponse attendue le"), null=True, blank=True)
    notice_reason = models.TextField(_("motif du préavis"), max_length=4000, blank=True)
    notice_reply = models.TextField(_("réponse de l'offreur"), max_length=4000, blank=True)
    decided_by = actor(_("dernière décision par"))
    ended_on = models.DateField(_("a pris fin le"), null=True, blank=True)
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    reminded = models.PositiveSmallIntegerField(
        _("dernier rappel, en jours avant l'échéance"), null=True, blank=True, editable=False
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("attribution du label")
        verbose_name_plural = _("attributions du label")
        ordering = ("-granted_on", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("listing", "label"),
                condition=Q(state__in=[str(state) for state in LIVING]),
                name="award_lives_once_a_sheet_and_label",
            ),
            models.CheckConstraint(
                name="award_ends_after_it_begins", condition=Q(valid_to__gt=F("granted_on"))
            ),
            models.CheckConstraint(
                name="award_notice_is_dated_and_motivated",
                condition=(
                    Q(state__in=_NOTICES, notice_at__isnull=False, notice_until__isnull=False)
                    & ~Q(notice_reason="")
                    & ~Q(before="")
                )
                | ~Q(state__in=_NOTICES),
            ),
            models.CheckConstraint(
                name="award_reexamination_remembers_its_state",
                condition=~Q(state="under_reexamination") | Q(before__in=("active", "reserved")),
            ),
            models.CheckConstraint(
                name="award_loss_is_motivated",
                condition=~Q(state__in=("suspended", "abrogated", "withdrawn")) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="award_end_is_dated",
                condition=Q(state__in=_ENDED, ended_on__isnull=False)
                | (~Q(state__in=_ENDED) & Q(ended_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="award_superseded_by_another",
                condition=Q(state="superseded", replaced_by__isnull=False)
                | (~Q(state="superseded") & Q(replaced_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="award_loss_by_two_people",
                condition=Q(decided_by__isnull=True)
                | Q(notice_by__isnull=True)
                | ~Q(decided_by=F("notice_by")),
                violation_error_message=_("Une autre personne que celle du préavis décide."),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Where anyone reads it."""
        return reverse("award", args=[self.number])

    def is_in_force(self, on: dt.date) -> bool:
        """Whether it makes its sheet labelled on a day (as `AwardQuerySet.in_force`)."""
        suspended = self.state == _W.ABROGATION_NOTICE and self.before == _W.SUSPENDED
        counts = self.state in IN_FORCE and not suspended
        return counts and self.granted_on <= on <= self.valid_to

    def public_state(self, on: dt.date) -> AwardState:
        """The state that the public is told of: a notice is between mission LABEL and the vendor."""
        if self.state in LIVING and self.valid_to < on:
            return _W.EXPIRED
        if self.state in NOTICES:
            return AwardState(self.before)
        return AwardState(self.state)

    def state_for(self, audience: Audience, on: dt.date) -> str:
        """What an audience calls its state on a day."""
        state = self.public_state(on) if audience is Audience.PUBLIC else self.state
        return state_label(Subject.AWARD, state, audience)


class Reservation(models.Model):
    """What has to be put right after a label was granted, and by when."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="reservations")
    text = models.CharField(_("réserve"), max_length=500)
    due_on = models.DateField(_("à lever avant le"), help_text=_("Ce jour compris."))
    answer = models.TextField(_("ce qu'en dit l'offreur"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(_("dit le"), null=True, blank=True)
    answered_by = actor(_("dit par"))
    lifted_at = models.DateTimeField(_("levée le"), null=True, blank=True)
    lifted_by = actor(_("levée par"))
    comment = models.CharField(_("pourquoi"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("réserve")
        verbose_name_plural = _("réserves")
        ordering = ("due_on", "pk")
        constraints = (
            models.CheckConstraint(
                name="reservation_lifted_is_motivated",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | (Q(lifted_at__isnull=False) & ~Q(comment="")),
            ),
            models.CheckConstraint(
                name="reservation_answer_is_dated",
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> "AppealQuerySet":
        """Those that a third person has to decide, the oldest first."""
        return self.filter(state=str(AppealState.OPENED)).order_by("due_on", "pk")


class Appeal(models.Model):
    """A company asks mission LABEL to look again at what it decided: a third person does."""

    class Against(models.TextChoices):
        INADMISSIBLE = "inadmissible", _("l'irrecevabilité")
        REFUSED = "refused", _("le refus")
        LEVEL = "level", _("le niveau attribué")
        RESERVATIONS = "reservations", _("les réserves")
        SUSPENSION = "suspension", _("la suspension")
        ABROGATION = "abrogation", _("l'abrogation")
        WITHDRAWAL = "withdrawal", _("le retrait")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        LabelApplication, on_delete=models.PROTECT, related_name="appeals"
    )
    award = models.ForeignKey(
        Award, null=True, blank=True, on_delete=models.PROTECT, related_name="appeals"
    )
    against = models.CharField(_("contre"), max_length=20, choices=Against.choices)
    text = models.TextField(_("moyens"), max_length=8000)
    state = state_field(Subject.APPEAL, AppealState.OPENED)
    opened_at = models.DateTimeField(_("formé le"))
    opened_by = actor(_("formé par"))
    due_on = models.DateField(_("à décider avant le"))
    until = models.DateField(_("possible jusqu'au"), null=True, blank=True)
    is_late = models.BooleanField(_("hors délai"), default=False)
    # Who proposed and who decided what is appealed against: neither decides again.
    first_judge = actor(_("a proposé"))
    second_judge = actor(_("a décidé"))
    decision = models.TextField(_("décision"), max_length=8000, blank=True)
    decided_by = actor(_("décidé par"))
    decided_at = models.DateTimeField(_("décidé le"), null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("recours")
        verbose_name_plural = _("recours")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("application",),
                condition=Q(state="opened"),
                name="appeal_opened_once_a_file",
                violation_error_message=_("Un recours est déjà en cours sur ce dossier."),
            ),
            models.CheckConstraint(
                name="appeal_decided_by_a_third",
                condition=(
                    Q(decided_by__isnull=True)
                    | (
                        (Q(first_judge__isnull=True) | ~Q(decided_by=F("first_judge")))
                        & (Q(second_judge__isnull=True) | ~Q(decided_by=F("second_judge")))
                    )
                ),
                violation_error_message=_("Une troisième personne décide d'un recours."),
            ),
            models.CheckConstraint(
                name="appeal_decision_is_dated_and_motivated",
                condition=Q(state="opened", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="opened") & Q(decided_at__isnull=False) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="appeal_against_an_award_names_it",
                condition=Q(against__in=("inadmissible", "refused"), award__isnull=True)
                | (~Q(against__in=("inadmissible", "refused")) & Q(award__isnull=False)),
            ),
            models.CheckConstraint(
                name="appeal_inadmissible_is_late",
                condition=~Q(state="inadmissible") | Q(is_late=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.application} : {self.get_against_display()}"


class DeadlineShift(models.Model):
    """An outage moved every deadline that was running; written once."""

    days = models.PositiveSmallIntegerField(_("jours"))
    reason = models.CharField(_("motif"), max_length=300)
    at = models.DateTimeField(_("le"), auto_now_add=True)
    by = actor(_("par"))
    moved = models.PositiveIntegerField(_("dossiers déplacés"), default=0)

    class Meta:
        verbose_name = _("report des échéances")
        verbose_name_plural = _("reports des échéances")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(name="shift_moves_something", condition=Q(days__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.days} jours, {self.at:%d/%m/%Y}"
