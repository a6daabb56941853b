"""The copy of one's data that the GDPR promises (articles 15 and 20)."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts.models import User
from accounts.signals import account_exporting


def export_account(user: User) -> dict[str, Any]:
    """Everything the site keeps of a person, as JSON can hold it; secrets are left out."""
    sections: dict[str, Any] = {
        "compte": {
            "identifiant": str(user.uid),
            "adresse": user.email,
            "prenom": user.first_name,
            "nom": user.last_name,
            "inscrit_le": user.date_joined,
            "derniere_connexion": user.last_login,
            "mission_label": user.is_staff,
            "groupes": list(user.groups.order_by("name").values_list("name", flat=True)),
        },
        "adresses": list(
            EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified")
        ),
        "identites": list(
            user.identities.order_by("pk").values(
                "issuer", "sub", "siret", "organisation", "idp_id", "roles", "last_seen_at"
            )
        ),
        "seconds_facteurs": list(
            Authenticator.objects.filter(user=user)
            .order_by("pk")
            .values("type", "created_at", "last_used_at")
        ),
        "sessions": list(
            UserSession.objects.filter(user=user)
            .order_by("pk")
            .values("ip", "user_agent", "created_at", "last_seen_at")
        ),
    }
    for _receiver, more in account_exporting.send(sender=User, user=user):
        if isinstance(more, dict):
            sections.update(more)
    return sections
