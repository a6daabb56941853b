"""Everything that alters an account outside allauth's own pages."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.users.models import UserProfile

from accounts import tasks
from accounts.models import Identity, User
from accounts.permissions import user_can_administer_accounts, user_can_reset_second_factor
from accounts.signals import account_closing

UNCONFIRMED_DAYS = 7
"""Sign-ups whose address nobody confirmed are erased after that."""
_SIRET_DIGITS = 14


class Refused(Exception):
    """What was asked is not possible; `reasons` says why and what to do, in French."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons: Sequence[str] = reasons


@dataclass(frozen=True)
class SignedIn:
    """Outcome of a sign-in by an identity: the account, and whether it is a new one.

    `address_taken`: the provider gave an address that opens another account, so it was not copied.
    """

    user: User
    created: bool
    address_taken: bool


def sign_in_identity(*, issuer: str, claims: Mapping[str, Any]) -> SignedIn:
    """Find or make the account of a verified identity, and keep what the provider says of it now.

    `claims` are those of ProConnect's userinfo, already verified. An account is never found by its
    e-mail address; the address is copied only if nobody else has it.
    """
    try:
        return _sign_in(issuer, claims)
    except IntegrityError:  # the same person, or the same address, came in meanwhile
        return _sign_in(issuer, claims)


@transaction.atomic
def _sign_in(issuer: str, claims: Mapping[str, Any]) -> SignedIn:
    identity = Identity.objects.select_related("user").filter(issuer=issuer, sub=claims["sub"])
    known = identity.first()
    user = known.user if known else User.objects.create_user(None, None)
    if known is None:
        Identity.objects.create(
            user=user,
            issuer=issuer,
            sub=claims["sub"],
            **_said(claims),
            last_seen_at=timezone.now(),
        )
        log(instance=user, action="accounts.create", user=user)
    else:
        identity.update(**_said(claims), last_seen_at=timezone.now())
    taken = _complete(user, claims)
    return SignedIn(user, created=known is None, address_taken=taken)


def _said(claims: Mapping[str, Any]) -> dict[str, str]:
    """Columns of an identity from the provider's claims; what has not the right shape is left out."""
    siret = _text(claims, "siret", 20).replace(" ", "")
    is_siret = len(siret) == _SIRET_DIGITS and siret.isascii() and siret.isdigit()
    roles = claims.get("roles")
    words = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return {
        "siret": siret if is_siret else "",
        "organisation": _text(claims, "organization_label", 255),
        "idp_id": _text(claims, "idp_id", 255),
        "roles": " ".join(word for word in words if word and not word.split()[1:])[:500],
    }


def _text(claims: Mapping[str, Any], name: str, most: int) -> str:
    value = claims.get(name)
    return value.replace("\0", "").strip()[:most] if isinstance(value, str) else ""


def _address(claims: Mapping[str, Any]) -> str:
    email = _text(claims, "email", 254).lower()
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def _complete(user: User, claims: Mapping[str, Any]) -> bool:
    """Fill what the account lacks. Returns whether the address was left because another has it."""
    user.first_name = user.first_name or _text(claims, "given_name", 150)
    user.last_name = user.last_name or _text(claims, "usual_name", 150)
    email = _address(claims)
    taken = False
    if email and not user.email:
        taken = (
            User.objects.filter(email=email).exists()
            or EmailAddress.objects.filter(email=email).exclude(user=user).exists()
        )
        if not taken:
            user.email = email
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    user.save(update_fields=["first_name", "last_name", "email"])
    return taken


@transaction.atomic
def link_identity(*, user: User, issuer: str, claims: Mapping[str, Any]) -> Identity:
    """Let an identity open an existing account, as its owner asked for while signed in.

    Raises `Refused` when it opens another account.
    """
    known = Identity.objects.filter(issuer=issuer, sub=claims["sub"]).first()
    if known and known.user_id != user.pk:
        raise Refused(
            _(
                "Cette identité ProConnect ouvre déjà un autre compte. Connectez-vous à ce compte et "
                "fermez-le, ou détachez-en l'identité, puis recommencez."
            )
        )
    identity, created = Identity.objects.update_or_create(
        issuer=issuer,
        sub=claims["sub"],
        defaults={"user": user, **_said(claims), "last_seen_at": timezone.now()},
    )
    if created:
        _tell(user, "accounts/identity_linked", identity=str(identity))
        log(instance=user, action="accounts.link", user=user)
    return identity


@transaction.atomic
def unlink_identity(*, user: User, identity: Identity) -> None:
    """Detach an identity. Raises `Refused` when nothing else would open the account."""
    others = user.identities.exclude(pk=identity.pk).exists()
    if not others and not (user.has_usable_password() and user.email):
        raise Refused(
            _(
                "C'est le seul moyen d'ouvrir ce compte : ajoutez d'abord une adresse et un mot de passe."
            )
        )
    words = str(identity)
    user.identities.filter(pk=identity.pk).delete()
    _tell(user, "accounts/identity_unlinked", identity=words)
    log(instance=user, action="accounts.unlink", user=user)


@transaction.atomic
def rename(*, user: User, first_name: str, last_name: str) -> None:
    """Change the name that others read."""
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])


@transaction.atomic
def close_account(*, user: User) -> None:
    """Erase a person: nobody can sign in any more, and events keep nothing but the row's number.

    Raises `Refused` with the sentences of the apps that need something done first, and for the
    last administrator.
    """
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    # Locked, so that two administrators who leave at once do not both leave.
    if user.is_superuser and len(administrators.select_for_update().order_by("pk")) < 2:
        raise Refused(_("Vous êtes le dernier administrateur : nommez-en un autre d'abord."))
    answers = account_closing.send(sender=User, user=user)
    reasons = [str(reason) for _receiver, reason in answers if reason]
    if reasons:
        raise Refused(*reasons)
    email = user.email
    log(instance=user, action="accounts.close", user=user, title=f"#{user.pk}")
    _end_sessions(user)
    for rows in (EmailAddress, Authenticator, Identity, UserProfile):
        rows._default_manager.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.email = None
    user.first_name = user.last_name = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    if email:
        transaction.on_commit(lambda: tasks.send.enqueue("accounts/closed", email, {}))


@transaction.atomic
def reset_second_factor(*, user: User, by: User, reason: str) -> None:
    """Take away the second factor of somebody who lost it, and end their sessions.

    Raises `Refused` unless `by` is an administrator and somebody else.
    """
    if not user_can_reset_second_factor(by, user):
        raise Refused(_("Seul un autre administrateur peut retirer ce second facteur."))
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    log(instance=user, action="accounts.second_factor_reset", user=by, data={"reason": reason})
    _tell(user, "accounts/second_factor_reset", reason=reason)


@transaction.atomic
def invite(*, user: User, by: User) -> None:
    """Give an account that an administrator has just made its confirmed address, and tell the person.

    Raises `Refused` unless `by` is an administrator.
    """
    if not user_can_administer_accounts(by):
        raise Refused(_("Seul un administrateur peut ouvrir un compte à quelqu'un."))
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    _tell(user, "accounts/invited")


@transaction.atomic
def follow_address(*, user: User) -> None:
    """After an administrator corrected an address: the confirmed one is that, and no other."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    if user.email:
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


@transaction.atomic
def end_sessions(*, user: User) -> None:
    """Sign somebody out everywhere."""
    _end_sessions(user)


@transaction.atomic
def erase_stale(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Erase sign-ups never confirmed and traces of sessions that ended; returns how many rows."""
    limit = now - dt.timedelta(days=UNCONFIRMED_DAYS)
    unconfirmed = User.objects.filter(
        date_joined__lt=limit,
        last_login=None,
        is_active=True,
        is_staff=False,
        is_superuser=False,
        emailaddress__verified=False,
    ).exclude(emailaddress__verified=True)
    alive = Session.objects.filter(expire_date__gte=now).values("session_key")
    ended = UserSession.objects.exclude(session_key__in=alive)
    count = unconfirmed.count() + ended.count()
    if not dry_run:
        unconfirmed.delete()
        ended.delete()
    return count


def _end_sessions(user: User) -> None:
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    UserSession.objects.filter(user=user).delete()


def _tell(user: User, name: str, **values: str) -> None:
    email = user.email
    if email:
        transaction.on_commit(lambda: tasks.send.enqueue(name, email, values))
