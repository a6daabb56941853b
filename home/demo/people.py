"""Accounts of the demo: they exist nowhere else."""

import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from home.services import EDITORS, MODERATORS

LOCAL_PASSWORD = "demonstration-2021"  # noqa: S105 (written in the documentation on purpose)
ACCOUNTS = {
    "administration@demo.example": ("Administratrice", None),
    "moderation@demo.example": ("Modératrice", MODERATORS),
    "redaction@demo.example": ("Rédacteur", EDITORS),
}


@transaction.atomic
def load_accounts() -> list[tuple[str, str, str]]:
    """Make the demo accounts that are missing; return (role, address, password) of each.

    On a site of this very machine the password is known to all; on any other it is drawn and
    told once. The password of an account that exists is never altered: it is told as empty,
    unless it still is the known one.
    """
    local = _is_local()
    told = []
    for email, (role, group) in ACCOUNTS.items():
        user = User.objects.filter(email=email).first()
        if user is None:
            password = LOCAL_PASSWORD if local else secrets.token_urlsafe(12)
            user = _make(email, password, role, group)
        else:
            password = LOCAL_PASSWORD if local and user.check_password(LOCAL_PASSWORD) else ""
        told.append((role, email, password))
    return told


def _is_local() -> bool:
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
