"""An application for a label, and all that is written while it is reviewed."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.models import Listing, Vendor
from labelling.deadlines import Clocks
from labelling.models.assessment import Handover
from labelling.models.columns import actor, state_field
from labelling.models.label import Label, LabelLevel
from labelling.rules import Rules, rules_from
from labelling.state_words import Audience, state_label
from labelling.states import DECIDED, OPEN, ApplicationState, Subject

_D = ApplicationState


def _values(*states: str) -> tuple[str, ...]:
    return tuple(str(state) for state in states)


class LabelApplicationQuerySet(models.QuerySet["LabelApplication"]):
    def open(self) -> "LabelApplicationQuerySet":
        """Those that mission LABEL has to lead to an end."""
        return self.filter(state__in=OPEN)

    def deposited(self) -> "LabelApplicationQuerySet":
        """Those that mission LABEL reads: a draft is its company's alone."""
        return self.filter(submitted_at__isnull=False)


class LabelApplication(models.Model):
    """What a company asks for one sheet, and where it stands: state, clocks, people, outcome.

    Written by `labelling.procedure` and the services above it alone; what happened is in its events.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro"), max_length=20, unique=True, null=True, blank=True)
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="applications")
    level = models.ForeignKey(LabelLevel, on_delete=models.PROTECT, related_name="+")
    listing = models.ForeignKey(
        Listing, verbose_name=_("fiche"), on_delete=models.PROTECT, related_name="applications"
    )
    vendor = models.ForeignKey(
        Vendor, verbose_name=_("offreur"), on_delete=models.PROTECT, related_name="applications"
    )
    renews = models.ForeignKey(
        "labelling.Award",
        verbose_name=_("renouvelle"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="renewals",
    )
    offers = models.JSONField(
        _("offres visées"), default=list, help_text=_("Identifiants publics.")
    )
    motivation = models.TextField(_("présentation"), max_length=4000, blank=True)
    state = state_field(Subject.APPLICATION, _D.DRAFT)
    created_at = models.DateTimeField(_("commencée le"), auto_now_add=True)
    created_by = actor(_("commencée par"))
    changed_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    # What is judged: the handover, and what the sheet said when it was last handed in for the label.
    handover = models.ForeignKey(Handover, null=True, on_delete=models.PROTECT, related_name="+")
    rules = models.JSONField(_("règles du label ce jour-là"), default=dict)
    snapshot = models.JSONField(_("ce qui est jugé"), default=dict)
    round = models.PositiveSmallIntegerField(_("tour"), default=1)

    submitted_at = models.DateTimeField(_("déposée le"), null=True, blank=True)
    submitted_by = actor(_("déposée par"))
    due_on = models.DateField(_("à instruire avant le"), null=True, blank=True)
    silence_on = models.DateField(_("décision implicite le"), null=True, blank=True)
    asked_on = models.DateField(_("offreur interrogé le"), null=True, blank=True)
    answer_due_on = models.DateField(_("réponse attendue le"), null=True, blank=True)
    lapse_warned = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    holder = actor(_("instruite par"), "held_applications")
    held_since = models.DateTimeField(_("prise le"), null=True, blank=True)

    proposed_outcome = models.CharField(_("décision proposée"), max_length=30, blank=True)
    proposed_level = models.ForeignKey(
        LabelLevel, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposal = models.TextField(_("motifs proposés"), max_length=8000, blank=True)
    proposed_reservations = models.JSONField(
        _("réserves proposées"), default=list, help_text=_("text, due_on.")
    )
    proposed_by = actor(_("proposée par"))
    proposed_at = models.DateTimeField(_("proposée le"), null=True, blank=True)

    decision = models.TextField(_("motifs de la décision"), max_length=8000, blank=True)
    decided_by = actor(_("décidée par"))
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    closed_at = models.DateTimeField(_("close le"), null=True, blank=True)

    objects = LabelApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande de label")
        verbose_name_plural = _("demandes de label")
        ordering = ("due_on", "pk")
        permissions = (
            ("review_labelapplication", _("Peut instruire des demandes de label")),
            ("advise_labelapplication", _("Peut être consulté sur un thème")),
            ("decide_labelapplication", _("Peut décider d'un label et d'un recours")),
        )
        indexes = (
            models.Index(fields=("state", "due_on"), name="application_queue"),
            models.Index(fields=("state", "silence_on"), name="application_silence"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("listing", "label"),
                condition=Q(state__in=_values(_D.DRAFT, *OPEN)),
                name="application_once_a_sheet_and_label",
                violation_error_message=_("Une demande est déjà en cours pour cette fiche."),
            ),
            models.CheckConstraint(
                name="application_deposited_is_dated",
                condition=Q(state="draft", submitted_at__isnull=True, number__isnull=True)
                | Q(state="withdrawn", submitted_at__isnull=True)
                | (
                    ~Q(state="draft")
                    & Q(
                        submitted_at__isnull=False,
                        number__isnull=False,
                        handover__isnull=False,
                        due_on__isnull=False,
                        silence_on__isnull=False,
                    )
                ),
            ),
            models.CheckConstraint(
                name="application_waits_for_its_vendor_until_a_day",
                condition=Q(
                    state="awaiting_vendor", asked_on__isnull=False, answer_due_on__isnull=False
                )
                | (
                    ~Q(state="awaiting_vendor")
                    & Q(asked_on__isnull=True, answer_due_on__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="application_proposal_is_motivated",
                condition=(
                    Q(state__in=_values(_D.PROPOSED, *DECIDED), proposed_at__isnull=False)
                    & ~Q(proposal="")
                    & Q(proposed_outcome__in=_values(*DECIDED))
                )
                | (
                    ~Q(state__in=_values(_D.PROPOSED, *DECIDED))
                    & Q(proposed_at__isnull=True, proposed_outcome="")
                ),
            ),
            models.CheckConstraint(
                name="application_decided_as_proposed",
                condition=~Q(state__in=_values(*DECIDED)) | Q(proposed_outcome=F("state")),
            ),
            models.CheckConstraint(
                name="application_decided_by_another",
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Une autre personne que celle qui propose décide."),
            ),
            models.CheckConstraint(
                name="application_not_rejected_by_its_reviewer",
                condition=Q(decided_by__isnull=True)
                | Q(holder__isnull=True)
                | ~Q(decided_by=F("holder")),
                violation_error_message=_("Une autre personne que celle qui instruit décide."),
            ),
            models.CheckConstraint(
                name="application_decision_is_dated",
                condition=Q(state__in=_values(_D.INADMISSIBLE, *DECIDED), decided_at__isnull=False)
                | (
                    ~Q(state__in=_values(_D.INADMISSIBLE, *DECIDED))
                    & Q(decided_at__isnull=True, decided_by__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="application_adverse_decision_is_motivated",
                condition=~Q(state__in=("inadmissible", "refused", "granted_with_reservations"))
                | ~Q(decision=""),
            ),
            models.CheckConstraint(
                name="application_closed_is_dated",
                condition=(
                    Q(state__in=_values(_D.DRAFT, *OPEN), closed_at__isnull=True)
                    | (~Q(state__in=_values(_D.DRAFT, *OPEN)) & Q(closed_at__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="application_held_is_dated",
                condition=Q(holder__isnull=True) | Q(held_since__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number or f"{self.label} – {self.listing}"

    def get_absolute_url(self) -> str:
        """Where its company reads it."""
        return reverse("label_file", args=[self.uid])

    @property
    def terms(self) -> Rules:
        """The rules that it is judged by: those of the day it was deposited."""
        return rules_from(self.rules) if self.rules else self.label.rules()

    @property
    def clocks(self) -> Clocks:
        """Both clocks; raises `ValueError` for a draft, which has none."""
        if self.due_on is None or self.silence_on is None:
            raise ValueError("Clocks run from the deposit on.")
        return Clocks(self.due_on, self.silence_on)

    @property
    def is_open(self) -> bool:
        """Whether mission LABEL has to lead it to an end."""
        return self.state in OPEN

    @property
    def gives_less(self) -> bool:
        """Whether the level that is proposed, or was decided, is below the one asked for."""
        return self.proposed_level is not None and self.proposed_level.is_below(self.level)

    def is_late_on(self, on: dt.date) -> bool:
        """Whether mission LABEL is past its own due date; never while the vendor has the ball."""
        waits = self.state == _D.AWAITING_VENDOR
        return self.is_open and not waits and self.due_on is not None and self.due_on < on

    def state_for(self, audience: Audience) -> str:
        """What an audience calls its state."""
        return state_label(Subject.APPLICATION, self.state, audience)
