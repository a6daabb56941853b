"""Mails about what buyers and vendors write to one another."""

from collections.abc import Mapping

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {}
