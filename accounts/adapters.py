"""What this site decides of allauth."""

import base64
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import tasks
from accounts.models import User
from accounts.permissions import STRONG, must_have_second_factor

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Mails in our words, sent by tasks once the transaction is safe."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("L'adresse ou le mot de passe ne convient pas."),
        "incorrect_password": _("Ce mot de passe ne convient pas."),
        "enter_current_password": _("Tapez votre mot de passe actuel."),
        # Of passwords, codes and keys alike.
        "too_many_login_attempts": _(
            "Trop d'essais sans succès. Attendez quelques minutes avant de réessayer."
        ),
        "rate_limited": _("Trop de demandes en peu de temps. Réessayez dans quelques minutes."),
        "account_inactive": _("Ce compte est suspendu."),
        "duplicate_email": _("C'est déjà l'adresse de votre compte."),
        "same_as_current": _("Le nouveau mot de passe doit différer de l'actuel."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        values = {key: value for key, value in context.items() if isinstance(value, str)}
        transaction.on_commit(lambda: tasks.send.enqueue(template_prefix, email, values))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Refuse an address that opens another account: `User.email` is unique."""
        others = User.objects.filter(email=email_address.email).exclude(pk=email_address.user_id)
        if others.exists():
            messages.error(request, _("Cette adresse sert déjà à un autre compte."))
            return False
        confirmed: bool = super().confirm_email(request, email_address)
        return confirmed


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are kept encrypted; staff always keep a second factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "Ce code ne convient pas. Un code ne sert qu'une fois : attendez le suivant."
        ),
        "cannot_delete_authenticator": _(
            "La gestion du catalogue demande un second facteur : ajoutez-en un autre avant de retirer celui-ci."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that no code fits when SECRET_KEY was lost, so that nobody enters."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("A second factor cannot be read: was SECRET_KEY changed without fallback?")
            return generate_totp_secret()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=STRONG).exclude(
            pk=authenticator.pk
        )
        return not must_have_second_factor(user) or others.exists()

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user)}


def _cipher() -> MultiFernet:
    """Encryption by a key drawn from SECRET_KEY; SECRET_KEY_FALLBACKS still decrypt."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.second-factor")
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))
