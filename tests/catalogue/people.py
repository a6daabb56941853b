"""People who act for companies, or want to."""

from itertools import count

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.models import Identity, User
from catalogue.models import Membership, Proof, Role, Vendor
from home.services import MODERATORS

_numbers = count(1)


def person(email: str = "", *, siret: str = "", agent: bool = False) -> User:
    """Somebody with a confirmed address, and the employer that ProConnect names if one is given."""
    number = next(_numbers)
    email = email or f"personne{number}@entreprise.example"
    user = User.objects.create_user(email, "une phrase assez longue")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if siret or agent:
        Identity.objects.create(
            user=user,
            issuer="https://proconnect.example",
            sub=str(number),
            siret=siret,
            roles="agent_public" if agent else "",
            last_seen_at=timezone.now(),
        )
    return user


def member(vendor: Vendor, role: str = Role.OWNER, **about: str) -> User:
    """Somebody who acts for a company."""
    user = person(**about)
    Membership.objects.create(vendor=vendor, user=user, role=role)
    return user


def moderator() -> User:
    """Somebody of mission LABEL who may decide."""
    user = person()
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=MODERATORS))
    return user


def reviewer() -> User:
    """Somebody of mission LABEL who enters the admin, and moderates nothing."""
    user = person()
    user.is_staff = True
    user.save()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def attach(vendor: Vendor, by: User | None = None) -> Proof:
    """Give a company a mandate that was accepted."""
    return Proof.objects.create(
        vendor=vendor,
        by=by,
        kind=Proof.Kind.MANDATE,
        state=Proof.State.ACCEPTED,
        decided_at=timezone.now(),
    )
