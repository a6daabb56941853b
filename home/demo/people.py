"""Accounts of the demo: they exist nowhere else."""

import secrets
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from home.services import DECIDERS, EDITORS, EXPERTS, MODERATORS, REVIEWERS

LOCAL_PASSWORD = "demonstration-2021"  # noqa: S105 (written in the documentation on purpose)
LOCAL_KEY = "DEMONSTRATIONGOUVTECHDEMO2345677"
"""What an authenticator application is given, in base 32; known to all, as the password is."""
ACCOUNTS = {
    "administration@demo.example": ("Administratrice", None),
    "moderation@demo.example": ("Modératrice", MODERATORS),
    "redaction@demo.example": ("Rédacteur", EDITORS),
    "instruction@demo.example": ("Instructrice", REVIEWERS),
    "instruction2@demo.example": ("Instructeur", REVIEWERS),
    "expertise@demo.example": ("Experte", EXPERTS),
    "decision@demo.example": ("Décideuse", DECIDERS),
    "recours@demo.example": ("Décideur", DECIDERS),
}


@transaction.atomic
def load_accounts() -> list[tuple[str, str, str, str]]:
    """Make the demo accounts that are missing; return (role, address, password, key) of each.

    The key is that of the second factor, which the admin asks of everybody. On a site of this very
    machine password and key are known to all; on any other they are drawn and told once. Those of
    an account that exists are never altered: they are told as empty, unless they still are the
    known ones.
    """
    local = is_local()
    told = []
    for email, (role, group) in ACCOUNTS.items():
        user = User.objects.filter(email=email).first()
        if user is None:
            password = LOCAL_PASSWORD if local else secrets.token_urlsafe(12)
            user = _make(email, password, role, group)
        else:
            password = LOCAL_PASSWORD if local and user.check_password(LOCAL_PASSWORD) else ""
        told.append((role, email, password, _second_factor(user, local)))
    return told


def _second_factor(user: User, local: bool) -> str:
    """Confirm the address and give the account a second factor; its key, empty if it is not ours."""
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    known = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if known is None:
        key = LOCAL_KEY if local else generate_totp_secret()
        TOTP.activate(user, key)
        return key
    own = get_adapter().decrypt(known.data["secret"])
    return LOCAL_KEY if local and own == LOCAL_KEY else ""


def is_local() -> bool:
    """Whether nobody but this very machine reaches the site, whatever its default address says."""
    names = [urlsplit(settings.SITE_URL).hostname, *settings.ALLOWED_HOSTS]
    return set(names) <= {"localhost", "127.0.0.1", "::1", "[::1]"}


def _make(email: str, password: str, role: str, group: str | None) -> User:
    names = {"first_name": role, "last_name": "de démonstration"}
    if group is None:
        return User.objects.create_superuser(email, password, **names)
    user = User.objects.create_user(email, password, is_staff=True, **names)
    user.groups.add(Group.objects.get(name=group))
    return user
