"""What happened to files, in one chain: a line that is altered or taken away breaks all after it."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from labelling.models.application import LabelApplication

GENESIS = "0" * 64
"""What the first event is chained to."""


class LabelEventQuerySet(models.QuerySet["LabelEvent"]):
    def update(self, **kwargs: Any) -> int:
        """Raises `TypeError`: an event is never edited."""
        raise TypeError("An event is never edited.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises `TypeError`: an event is never deleted."""
        raise TypeError("An event is never deleted.")


class LabelEvent(models.Model):
    """One thing that somebody did to an application, its award or an appeal. Written once.

    Keeps the actor's number and role, not the account: it outlives it. `digest` is the SHA-256 of all
    its columns with that of the event before it (`labelling.events`).
    """

    position = models.PositiveBigIntegerField(_("rang"), unique=True)
    application = models.ForeignKey(
        LabelApplication, on_delete=models.PROTECT, related_name="events"
    )
    subject = models.CharField(_("objet"), max_length=12)
    subject_uid = models.UUIDField(_("identifiant de l'objet"))
    name = models.CharField(_("fait"), max_length=40)
    source = models.CharField(_("état avant"), max_length=30, blank=True)
    target = models.CharField(_("état après"), max_length=30, blank=True)
    at = models.DateTimeField(_("le"))
    actor_id = models.PositiveBigIntegerField(_("par (numéro)"), null=True)
    actor_role = models.CharField(_("en tant que"), max_length=20)
    comment = models.TextField(_("motif"), blank=True)
    data = models.JSONField(_("instantané"), default=dict)
    previous = models.CharField(_("empreinte précédente"), max_length=64)
    digest = models.CharField(_("empreinte"), max_length=64, unique=True)

    objects = LabelEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("fait d'un dossier de label")
        verbose_name_plural = _("faits des dossiers de label")
        ordering = ("position",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.position} {self.subject} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it; raises `TypeError` on a second time."""
        if not self._state.adding:
            raise TypeError("An event is never edited.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Raises `TypeError`: an event is never deleted."""
        raise TypeError("An event is never deleted.")

    def computed_digest(self) -> str:
        """The digest that its columns come to."""
        told = {
            "position": self.position,
            "application": self.application_id,
            "subject": self.subject,
            "subject_uid": str(self.subject_uid),
            "name": self.name,
            "source": self.source,
            "target": self.target,
            "at": self.at.astimezone(dt.UTC).isoformat(),
            "actor_id": self.actor_id,
            "actor_role": self.actor_role,
            "comment": self.comment,
            "data": self.data,
            "previous": self.previous,
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class EventHead(models.Model):
    """The end of the chain: locked by who writes the next event, so that there is one next."""

    position = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        default_permissions = ()
        constraints = (models.CheckConstraint(name="event_head_is_one", condition=models.Q(pk=1)),)

    def __str__(self) -> str:
        return f"{self.position} {self.digest}"


class Counter(models.Model):
    """The last number given of a series and year, locked by who takes the next."""

    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("series", "year"), name="counter_once"),)

    def __str__(self) -> str:
        return f"{self.series}-{self.year}: {self.last}"
