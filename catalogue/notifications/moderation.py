"""Mails about what mission LABEL decides on sheets and vendors."""

from collections.abc import Mapping

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {}
