"""Mails about what waits for somebody: the only optional ones."""

from collections.abc import Mapping

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {}
