"""What is written on a file while it is reviewed: questions, messages, verdicts, notes, opinions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models import Reason
from labelling.models.application import LabelApplication
from labelling.models.columns import actor


class Question(models.Model):
    """What the vendor is asked while its application waits for it, and what it answered."""

    class Kind(models.TextChoices):
        PRECISION = "precision", _("précision")
        MISSING = "missing", _("pièce manquante")

    application = models.ForeignKey(
        LabelApplication, on_delete=models.CASCADE, related_name="questions"
    )
    round = models.PositiveSmallIntegerField(_("tour"))
    kind = models.CharField(_("nature"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("question"), max_length=4000)
    criteria = models.JSONField(_("critères"), default=list)
    asked_at = models.DateTimeField(_("posée le"), auto_now_add=True)
    asked_by = actor(_("posée par"))
    due_on = models.DateField(_("réponse attendue le"))
    answer = models.TextField(_("réponse"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    answered_by = actor(_("répondu par"))

    class Meta:
        verbose_name = _("question à l'offreur")
        verbose_name_plural = _("questions à l'offreur")
        ordering = ("asked_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="question_answer_is_dated",
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=("application",),
                condition=Q(answered_at__isnull=True),
                name="question_waits_once_a_file",
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]


class ApplicationMessage(models.Model):
    """A public message of a file: the vendor and mission LABEL write to one another; stops no clock."""

    application = models.ForeignKey(
        LabelApplication, on_delete=models.CASCADE, related_name="messages"
    )
    from_staff = models.BooleanField(_("de la mission LABEL"))
    author = actor(_("par"))
    text = models.TextField(_("message"), max_length=4000)
    at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("message d'un dossier")
        verbose_name_plural = _("messages d'un dossier")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class Note(models.Model):
    """A private note of mission LABEL: never in a letter, a message or the vendor's space."""

    application = models.ForeignKey(
        LabelApplication, on_delete=models.CASCADE, related_name="notes"
    )
    author = actor(_("par"))
    text = models.TextField(_("note interne"), max_length=4000)
    at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("note interne")
        verbose_name_plural = _("notes internes")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class CriterionReview(models.Model):
    """What a reviewer makes of one answer in one round; rounds before it stay as they were."""

    class Verdict(models.TextChoices):
        CONFORM = "conforme", _("Conforme")
        NOT_CONFORM = "non-conforme", _("Non conforme")
        UNCLEAR = "a-preciser", _("À préciser")
        NOT_APPLICABLE = "sans-objet", _("Sans objet")

    application = models.ForeignKey(
        LabelApplication, on_delete=models.CASCADE, related_name="reviews"
    )
    round = models.PositiveSmallIntegerField(_("tour"))
    criterion = models.CharField(_("critère"), max_length=20)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices)
    comment = models.TextField(
        _("commentaire"), max_length=2000, blank=True, help_text=_("Repris dans la lettre.")
    )
    reason = models.ForeignKey(
        Reason, verbose_name=_("motif"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    changed_at = models.DateTimeField(_("le"), auto_now=True)
    changed_by = actor(_("par"))
    edition = models.PositiveIntegerField(_("édition"), default=1)

    class Meta:
        verbose_name = _("examen d'un critère")
        verbose_name_plural = _("examens des critères")
        ordering = ("application", "criterion", "round")
        constraints = (
            models.UniqueConstraint(
                fields=("application", "round", "criterion"), name="criterion_reviewed_once_a_round"
            ),
            models.CheckConstraint(
                name="criterion_review_against_is_motivated",
                condition=~Q(verdict__in=("non-conforme", "a-preciser")) | ~Q(comment=""),
                violation_error_message=_("Dites pourquoi : l'offreur le lit."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.criterion} : {self.get_verdict_display()}"


class Consultation(models.Model):
    """An expert asked about one theme; reads that theme alone."""

    application = models.ForeignKey(
        LabelApplication, on_delete=models.CASCADE, related_name="consultations"
    )
    theme = models.CharField(_("thème"), max_length=40)
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("expert"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="consultations",
    )
    question = models.TextField(_("question"), max_length=4000)
    asked_at = models.DateTimeField(_("posée le"), auto_now_add=True)
    asked_by = actor(_("posée par"))
    due_on = models.DateField(_("avis attendu le"))
    opinion = models.TextField(_("avis"), max_length=8000, blank=True)
    given_at = models.DateTimeField(_("rendu le"), null=True, blank=True)
    closed_at = models.DateTimeField(_("close le"), null=True, blank=True)

    class Meta:
        verbose_name = _("consultation d'expert")
        verbose_name_plural = _("consultations d'experts")
        ordering = ("asked_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="opinion_is_dated",
                condition=Q(opinion="", given_at__isnull=True)
                | (~Q(opinion="") & Q(given_at__isnull=False, closed_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=("application",),
                condition=Q(closed_at__isnull=True),
                name="consultation_waits_once_a_file",
            ),
        )

    def __str__(self) -> str:
        return f"{self.theme} ({self.expert})"
