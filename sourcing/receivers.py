"""What buyers' requests answer accounts: what closing one and exporting it entail."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_closing, account_exporting
from sourcing import services


@receiver(account_closing)
def forget_requests(user: User, **kwargs: Any) -> None:
    """Nothing that a person asked for outlives their account."""
    services.forget(user=user)


@receiver(account_exporting)
def export_requests(user: User, **kwargs: Any) -> dict[str, Any]:
    """Recommendations that a person asked for."""
    return services.export(user)
