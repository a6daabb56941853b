"""What labelling answers accounts: what closing and exporting entail."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_closing, account_exporting
from labelling import personal


@receiver(account_closing)
def leave_files(user: User, **kwargs: Any) -> None:
    """Nobody is left to review them."""
    personal.forget(user=user)


@receiver(account_exporting)
def export_files(user: User, **kwargs: Any) -> dict[str, Any]:
    """What a person wrote, asked or decided in files of labels."""
    return personal.export(user)
