"""Who needs a second factor, and who may take one away."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.models import User

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Kinds of second factor; recovery codes only stand in for one that is lost."""


def must_have_second_factor(user: User) -> bool:
    """Whether this account reaches the admin: mission LABEL's staff, by flag or by right."""
    return user.is_active and (user.is_staff or user.has_perm("wagtailadmin.access_admin"))


def has_second_factor(user: User) -> bool:
    """Whether an application or a key is set up."""
    return Authenticator.objects.filter(user=user, type__in=STRONG).exists()


def passed_second_factor(request: HttpRequest) -> bool:
    """Whether this very session was opened, or confirmed, with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def user_can_administer_accounts(user: User) -> bool:
    """Accounts and roles are given by administrators alone: who gives roles could take them all."""
    return user.is_active and user.is_superuser


def user_can_reset_second_factor(user: User, account: User) -> bool:
    """An administrator, for somebody else: a stolen session must not drop its own protection."""
    return user_can_administer_accounts(user) and user.pk != account.pk
