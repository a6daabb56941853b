"""What accounts hears from allauth."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import STRONG


@receiver(authenticator_added)
def count_as_passed(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Whoever sets a second factor up has just used it: do not ask for it again at once."""
    if authenticator.type in STRONG:
        record_authentication(
            request, user, method="mfa", id=authenticator.pk, type=authenticator.type
        )
