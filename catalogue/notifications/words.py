"""What every mail of the catalogue is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext_lazy as _

from accounts.mails import compose

SERVICE = _("Message de service, envoyé parce que vous agissez pour une entreprise du catalogue.")


@dataclass(frozen=True)
class Mail:
    """Words of a mail; `%(…)s` stand for values of the context. `footer` says why it is sent."""

    subject: Any
    text: Any
    action: Any
    warning: Any = ""
    footer: Any = SERVICE


def write(mail: Mail, email: str, values: Mapping[str, str]) -> EmailMultiAlternatives:
    """The mail for an address; `values["url"]` is what its action opens, the others fill its words.

    `values["stop_url"]`, where there is one, is where such mails are refused. Raises KeyError when a
    value that the words hold is missing.
    """
    return compose(
        email,
        subject=str(mail.subject) % values,
        text=str(mail.text) % values,
        action=mail.action,
        url=values["url"],
        warning=mail.warning,
        footer=mail.footer,
        stop_url=values.get("stop_url", ""),
    )
