"""Who acts for two demo companies: one that is attached, one whose proof waits for a moderator."""

import secrets

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue.models import Membership, Proof, Role, Vendor
from home.demo.chance import demo_uid
from home.demo.people import LOCAL_PASSWORD, is_local
from home.demo.vendors import fictitious_siren, vendor_uid

OWNER = "offreur@demo.example"
EDITOR = "contributrice@demo.example"
CANDIDATE = "candidat@demo.example"
ACCOUNTS = {OWNER: "Offreur", EDITOR: "Contributrice", CANDIDATE: "Candidat"}
_CANDIDATE_NUMBER = 500_000
"""Past the number of any demo company, so that its SIREN is nobody else's."""


@transaction.atomic
def load_companies(seed: int) -> list[tuple[str, str, str]]:
    """Make the vendors' accounts and what they act for; return (role, address, password) of each.

    Idempotent; passwords are told as those of `home.demo.people` are.
    """
    told = [(role, email, account(email, role)) for email, role in ACCOUNTS.items()]
    users = {user.email: user for user in User.objects.filter(email__in=ACCOUNTS)}
    attached = Vendor.objects.get(uid=vendor_uid(seed, 0))
    for email, role in ((OWNER, Role.OWNER), (EDITOR, Role.EDITOR)):
        Membership.objects.get_or_create(
            vendor=attached, user=users[email], defaults={"role": role}
        )
    Proof.objects.get_or_create(
        vendor=attached,
        by=users[OWNER],
        kind=Proof.Kind.EMAIL,
        defaults={
            "state": Proof.State.ACCEPTED,
            "email": attached.contact_email,
            "decided_at": timezone.now(),
        },
    )
    candidate = _candidate(seed)
    Membership.objects.get_or_create(
        vendor=candidate, user=users[CANDIDATE], defaults={"role": Role.OWNER}
    )
    Proof.objects.get_or_create(
        vendor=candidate,
        by=users[CANDIDATE],
        kind=Proof.Kind.EMAIL,
        defaults={"state": Proof.State.WAITING, "email": candidate.contact_email},
    )
    return told


def _candidate(seed: int) -> Vendor:
    """A company that has just registered by hand, without sheets."""
    return Vendor.objects.get_or_create(
        uid=demo_uid(seed, "candidate", 0),
        defaults={
            "slug": "atelier-du-candidat-demo",
            "name": "Atelier du Candidat (démonstration)",
            "legal_name": "Atelier du Candidat SARL",
            "siren": fictitious_siren(seed, _CANDIDATE_NUMBER),
            "region": "53",
            "website": "https://atelier-du-candidat.example",
            "contact_email": "contact@atelier-du-candidat.example",
            "is_fictitious": True,
        },
    )[0]


def account(email: str, role: str) -> str:
    """Make the account if it is missing; its password, empty when it is no longer ours."""
    user = User.objects.filter(email=email).first()
    local = is_local()
    if user:
        return LOCAL_PASSWORD if local and user.check_password(LOCAL_PASSWORD) else ""
    password = LOCAL_PASSWORD if local else secrets.token_urlsafe(12)
    user = User.objects.create_user(email, password, first_name=role, last_name="de démonstration")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return password
