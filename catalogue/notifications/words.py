"""What every mail of the catalogue is made of."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

SERVICE = _("Message de service, envoyé parce que vous agissez pour une entreprise du catalogue.")


@dataclass(frozen=True)
class Mail:
    """Words of a mail; `%(…)s` stand for values of the context. `footer` says why it is sent."""

    subject: Any
    text: Any
    action: Any
    warning: Any = ""
    footer: Any = SERVICE
