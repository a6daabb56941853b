"""Signing people in as the site asks it of them: staff with a second factor."""

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.test import Client

from accounts.models import User
from accounts.permissions import has_second_factor


def add_totp(user: User) -> str:
    """Give an account an authenticator application; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def totp_code(secret: str) -> str:
    """The code that the application shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in_staff(client: Client, user: User) -> Client:
    """Open a session that has passed a second factor, without the pages that lead there."""
    if not has_second_factor(user):
        add_totp(user)
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client
