"""Referentials and their versions, as published."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from labelling.definition import Definition, build_definition


class Referential(models.Model):
    """A questionnaire under a name that stays; what it asks is in its versions."""

    slug = models.SlugField(_("adresse"), max_length=60, unique=True)
    title = models.CharField(_("nom"), max_length=200)

    class Meta:
        verbose_name = _("référentiel")
        verbose_name_plural = _("référentiels")
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title


class PublishedVersion(Exception):
    """A published version never changes: make a new one."""


class ReferentialVersionQuerySet(models.QuerySet["ReferentialVersion"]):
    def published(self) -> "ReferentialVersionQuerySet":
        """What anyone may read, the latest first."""
        return self.filter(published_at__isnull=False).order_by("-valid_from", "-pk")

    def in_force(self, on: dt.date) -> "ReferentialVersionQuerySet":
        """Published ones that have begun and are not over, the latest first; one a referential counts."""
        begun = self.published().filter(valid_from__lte=on)
        return begun.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class ReferentialVersion(models.Model):
    """What a referential asks from a day on. Immutable once published; read by anyone then."""

    referential = models.ForeignKey(Referential, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(_("version"), max_length=20)
    source = models.TextField(_("texte du fichier"))
    data = models.JSONField(_("définition"))
    sha256 = models.CharField(_("empreinte SHA-256 du fichier"), max_length=64)
    valid_from = models.DateField(_("en vigueur à partir du"))
    valid_to = models.DateField(_("en vigueur jusqu'au"), null=True, blank=True)
    published_at = models.DateTimeField(_("publiée le"), null=True, blank=True)

    objects = ReferentialVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version de référentiel")
        verbose_name_plural = _("versions de référentiels")
        ordering = ("referential", "-valid_from", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("referential", "version"), name="referential_version_once"
            ),
            models.CheckConstraint(
                name="referential_version_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                violation_error_message=_("La fin vient après le début."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.referential} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; raises `PublishedVersion` when what is stored was published already."""
        stored = ReferentialVersion.objects.published().filter(pk=self.pk)
        if self.pk and stored.exists():
            raise PublishedVersion(str(self))
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("referential_version", args=[self.referential.slug, self.version])

    def is_replaced_on(self, on: dt.date) -> bool:
        """Whether it has begun and applies no more: it is over, or a later one has begun."""
        applying = ReferentialVersion.objects.in_force(on).filter(referential=self.referential_id)
        return self.valid_from <= on and applying.values_list("pk", flat=True).first() != self.pk

    @cached_property
    def definition(self) -> Definition:
        """What it asks."""
        return build_definition(self.data)
