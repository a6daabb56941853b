"""Mails about sheets that go from one company to another."""

from collections.abc import Mapping

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {}
