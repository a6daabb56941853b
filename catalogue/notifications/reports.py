"""Mails about reported anomalies."""

from collections.abc import Mapping

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {}
