"""Columns that several models of labelling have."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labelling.state_words import Audience, state_label
from labelling.states import STATES, Subject


def state_field(subject: Subject, default: str) -> models.CharField:
    """The state of something, chosen by `labelling.procedure` alone."""
    choices = [
        (str(state), state_label(subject, state, Audience.STAFF)) for state in STATES[subject]
    ]
    return models.CharField(
        _("état"), max_length=30, choices=choices, default=str(default), editable=False
    )


def actor(label: Any, related: str = "+") -> models.ForeignKey:
    """Somebody who did something; the row outlives their account, events keep their id."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name=related,
    )
