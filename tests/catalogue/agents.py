"""Public agents, whom ProConnect names a body for."""

from itertools import count

from django.utils import timezone

from accounts.models import Identity, User
from catalogue import exchanges
from catalogue.models import Inquiry, Listing, Vendor
from tests.catalogue.people import attach, member

SIRET = "00000001800010"
OTHER_SIRET = "00000002600013"
COMMUNE = "Commune de Valfictif"
_numbers = count(1)


def agent(*, siret: str = SIRET, organisation: str = COMMUNE, roles: str = "agent_public") -> User:
    """Somebody who works for a public body, unless `roles` says otherwise."""
    number = next(_numbers)
    user = User.objects.create_user(
        f"agent{number}@commune.example", "x", first_name="Zélie", last_name="Quidam"
    )
    Identity.objects.create(
        user=user,
        issuer="https://proconnect.example",
        sub=f"agent-{number}",
        siret=siret,
        organisation=organisation,
        roles=roles,
        last_seen_at=timezone.now(),
    )
    return user


def reached(vendor: Vendor) -> User:
    """Give a vendor a proof and an owner, who reads its messages."""
    owner = member(vendor)
    attach(vendor, owner)
    return owner


def exchange_of(
    buyer: User, listing: Listing, text: str = "Reprenez-vous nos données ?"
) -> Inquiry:
    """An exchange that an agent has just opened."""
    return exchanges.open_exchange(
        listing=listing, by=buyer, body="", subject="Nos données", text=text
    )
