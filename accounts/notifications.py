"""Mails about accounts: plain text and HTML, in French, one action each; listed in docs/mails.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.mails import compose

SERVICE = _("Message de service, envoyé pour la sécurité de votre compte.")


@dataclass(frozen=True)
class Mail:
    """Words of a mail; `%(…)s` stand for values of the context.

    `url` is the address that the action opens: a value of the context, or the name of a route.
    """

    subject: Any
    text: Any
    action: Any
    url: str
    warning: Any = ""


_NOT_YOU = _(
    "Si vous n'êtes pas à l'origine de cette demande, ignorez ce message : rien ne change."
)
_ALARM = _(
    "Si ce n'est pas vous, changez tout de suite votre mot de passe, puis fermez les autres sessions."
)
_SECURE = (_("Vérifier mon compte"), "account_home", _ALARM)
_CONFIRM = Mail(
    _("Confirmez votre adresse électronique"),
    _(
        "Vous avez donné l'adresse %(email)s au Catalogue GouvTech. Confirmez qu'elle est à vous : "
        "le lien vaut deux jours."
    ),
    _("Confirmer mon adresse"),
    "activate_url",
    _NOT_YOU,
)

MAILS: Mapping[str, Mail] = {
    "account/email/email_confirmation_signup": _CONFIRM,
    "account/email/email_confirmation": _CONFIRM,
    "account/email/account_already_exists": Mail(
        _("Vous avez déjà un compte"),
        _(
            "Quelqu'un, sans doute vous, a voulu créer un compte avec l'adresse %(email)s. Elle en a "
            "déjà un : connectez-vous, ou choisissez un nouveau mot de passe."
        ),
        _("Choisir un nouveau mot de passe"),
        "password_reset_url",
        _NOT_YOU,
    ),
    "account/email/unknown_account": Mail(
        _("Aucun compte à cette adresse"),
        _(
            "Quelqu'un, sans doute vous, a demandé un nouveau mot de passe pour l'adresse %(email)s. "
            "Aucun compte n'y est ouvert : essayez une autre adresse, ou créez un compte."
        ),
        _("Créer un compte"),
        "signup_url",
        _NOT_YOU,
    ),
    "account/email/password_reset_key": Mail(
        _("Choisissez un nouveau mot de passe"),
        _(
            "Vous avez demandé un nouveau mot de passe. Le lien vaut une heure et ne sert qu'une fois."
        ),
        _("Choisir un mot de passe"),
        "password_reset_url",
        _NOT_YOU,
    ),
    "account/email/password_changed": Mail(
        _("Votre mot de passe a changé"),
        _("Le mot de passe de votre compte vient d'être changé. Vos autres sessions sont fermées."),
        *_SECURE,
    ),
    "account/email/password_reset": Mail(
        _("Votre mot de passe a changé"),
        _("Un nouveau mot de passe vient d'être choisi par le lien reçu à cette adresse."),
        *_SECURE,
    ),
    "account/email/password_set": Mail(
        _("Votre compte a un mot de passe"),
        _("Un mot de passe vient d'être ajouté à votre compte."),
        *_SECURE,
    ),
    "account/email/email_changed": Mail(
        _("Votre adresse a changé"),
        _("Votre compte s'ouvre désormais avec l'adresse %(to_email)s au lieu de %(from_email)s."),
        *_SECURE,
    ),
    "account/email/email_deleted": Mail(
        _("Une adresse a été retirée"),
        _("L'adresse %(deleted_email)s a été retirée de votre compte."),
        *_SECURE,
    ),
    "mfa/email/totp_activated": Mail(
        _("Second facteur activé"),
        _("Une application d'authentification protège désormais votre compte."),
        *_SECURE,
    ),
    "mfa/email/totp_deactivated": Mail(
        _("Second facteur désactivé"),
        _("L'application d'authentification ne protège plus votre compte."),
        *_SECURE,
    ),
    "mfa/email/webauthn_added": Mail(
        _("Clé d'accès ajoutée"),
        _("Une clé d'accès vient d'être ajoutée à votre compte."),
        *_SECURE,
    ),
    "mfa/email/webauthn_removed": Mail(
        _("Clé d'accès retirée"),
        _("Une clé d'accès vient d'être retirée de votre compte."),
        *_SECURE,
    ),
    "mfa/email/recovery_codes_generated": Mail(
        _("Nouveaux codes de secours"),
        _("De nouveaux codes de secours remplacent les anciens, qui ne servent plus."),
        *_SECURE,
    ),
    "accounts/identity_linked": Mail(
        _("ProConnect ouvre votre compte"),
        _("Votre identité ProConnect (%(identity)s) ouvre désormais votre compte."),
        *_SECURE,
    ),
    "accounts/identity_unlinked": Mail(
        _("ProConnect n'ouvre plus votre compte"),
        _("Votre identité ProConnect (%(identity)s) n'ouvre plus votre compte."),
        *_SECURE,
    ),
    "accounts/second_factor_reset": Mail(
        _("Votre second facteur a été retiré"),
        _(
            "Un administrateur a retiré votre second facteur et fermé vos sessions. Motif : "
            "%(reason)s. Connectez-vous pour en activer un nouveau."
        ),
        _("Activer un second facteur"),
        "mfa_index",
        _("Si vous ne l'aviez pas demandé, prévenez la mission LABEL en répondant à ce message."),
    ),
    "accounts/invited": Mail(
        _("Votre compte est ouvert"),
        _(
            "La mission LABEL vous a ouvert un compte sur le Catalogue GouvTech (%(email)s). "
            "Choisissez votre mot de passe : un lien vous sera envoyé à cette adresse."
        ),
        _("Choisir mon mot de passe"),
        "account_reset_password",
    ),
    "accounts/closed": Mail(
        _("Votre compte est fermé"),
        _("Votre compte est fermé et vos données personnelles sont effacées."),
        _("Retourner au catalogue"),
        "search",
        _("Si ce n'est pas vous, prévenez-nous tout de suite en répondant à ce message."),
    ),
}
"""Name of each mail, allauth's names for its own, and what it says. None is optional."""


def message(name: str, email: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The mail of that name for an address. Raises KeyError on a name without words."""
    mail = MAILS[name]
    values = {key: value for key, value in context.items() if isinstance(value, str)}
    values["email"] = email
    address = values.get(mail.url) or f"{settings.SITE_URL}{reverse(mail.url)}"
    return compose(
        email,
        subject=str(mail.subject),
        text=mail.text % values,
        action=mail.action,
        url=address,
        warning=mail.warning,
        footer=SERVICE,
    )
