"""Mails of the catalogue: plain text and HTML, in French, one action each; all in docs/mails.md."""

from collections.abc import Mapping

from django.core.mail import EmailMultiAlternatives

from catalogue.notifications import (
    claims,
    company,
    exchanges,
    labels,
    moderation,
    referentials,
    reminders,
    reports,
    transfers,
)
from catalogue.notifications.words import Mail, write

MAILS: Mapping[str, Mail] = {
    **company.MAILS,
    **moderation.MAILS,
    **reports.MAILS,
    **exchanges.MAILS,
    **transfers.MAILS,
    **reminders.MAILS,
    **claims.MAILS,
    **referentials.MAILS,
    **labels.MAILS,
}
"""Name of each mail and what it says."""


def message(name: str, email: str, values: Mapping[str, str]) -> EmailMultiAlternatives:
    """The mail of that name for an address; `values` as in `words.write`.

    Raises KeyError on a name without words, or when a value that they hold is missing.
    """
    return write(MAILS[name], email, values)
