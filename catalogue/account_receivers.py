"""What the catalogue answers accounts: where people land, what closing and exporting entail."""

from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from accounts.landing import register
from accounts.models import User
from accounts.signals import account_closing, account_exporting
from catalogue import exchanges, membership, reminders, transfers, uses
from catalogue.registration import registered


@register
def catalogue_landing(user: User) -> str | None:
    """An agent lands before what their body uses, members among their companies.

    An employee lands before the company that ProConnect names.
    """
    if user.is_agent:
        return reverse("agent_home")
    if user.memberships.exists():
        return reverse("vendor_space")
    if not user.sirets:
        return None
    known = registered(siren=user.sirets[0][:9])
    return reverse("company_ask", args=[known.slug]) if known else reverse("company_register")


@receiver(account_closing)
def leave_companies(user: User, **kwargs: Any) -> str | None:
    """The last owner of a company hands it over first."""
    return membership.forget(user=user)


@receiver(account_exporting)
def export_companies(user: User, **kwargs: Any) -> dict[str, Any]:
    """Companies, proofs and requests of a person."""
    return membership.export(user)


@receiver(account_closing)
def leave_exchanges(user: User, **kwargs: Any) -> None:
    """What was written or said for a body stays with its readers, without the person."""
    exchanges.forget(user)
    uses.forget(user)


@receiver(account_exporting)
def export_exchanges(user: User, **kwargs: Any) -> dict[str, Any]:
    """Messages that a person wrote, and what they said that their body uses."""
    return {"messages": exchanges.export(user), "solutions_utilisees": uses.export(user)}


@receiver(account_closing)
def forget_reminders(user: User, **kwargs: Any) -> None:
    """Nobody is left to be reminded."""
    reminders.forget(user=user)


@receiver(account_exporting)
def export_reminders(user: User, **kwargs: Any) -> dict[str, Any]:
    """Reminders that a person was sent, and refused."""
    return reminders.export(user)


@receiver(account_exporting)
def export_transfers(user: User, **kwargs: Any) -> dict[str, Any]:
    """Sheets that a person handed over, took over or declined for a company."""
    return {"cessions_de_fiches": transfers.export(user)}
