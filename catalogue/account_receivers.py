"""What the catalogue answers accounts: where a vendor lands, what closing and exporting entail."""

from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from accounts.landing import register
from accounts.models import User
from accounts.signals import account_closing, account_exporting
from catalogue import membership
from catalogue.registration import registered


@register
def vendor_landing(user: User) -> str | None:
    """Members land among their companies, an employee before the company that ProConnect names."""
    if user.is_agent:
        return None
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
