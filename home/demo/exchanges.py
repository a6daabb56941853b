"""A public agent of the demo, what she wrote to a vendor, and what fictitious bodies say to use."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from stdnum import luhn

from accounts.models import Identity, User
from catalogue import uses
from catalogue.models import BodyUse, Inquiry, InquiryMessage, Listing, Vendor
from home.demo.chance import demo_uid
from home.demo.companies import OWNER, account
from home.demo.vendors import fictitious_siren, vendor_uid

BUYER = "acheteuse@demo.example"
BODIES = (
    "Commune de Valbrume (fictive)",
    "Département du Haut-Fictif",
    "Agglomération de Trois-Moulins (fictive)",
    "Centre hospitalier de Rivemont (fictif)",
)
"""Bodies that do not exist; the first employs the demo's agent."""
_FIRST_NUMBER = 600_000
"""Past the number of any demo company, so that a SIREN is nobody else's."""
_SHEETS = 10
"""Sheets that other bodies say to use."""
_CONFIRMED = 3
"""Sheets of which the first reference says so itself."""
THREADS: tuple[tuple[str, tuple[tuple[bool, int, str], ...], bool], ...] = (
    (
        "Reprise de nos données",
        ((False, 2, "Pouvez-vous reprendre dix ans d'archives ? Sous quels formats ?"),),
        False,
    ),
    (
        "Démonstration pour une commune de 4 000 habitants",
        (
            (False, 20, "Proposez-vous une démonstration à distance avant l'été ?"),
            (True, 18, "Oui, chaque jeudi. Dites-nous combien de personnes y assisteront."),
        ),
        False,
    ),
    (
        "Durée d'engagement",
        (
            (False, 90, "Le tarif de la fiche suppose-t-il un engagement de quatre ans ?"),
            (True, 88, "Non : un an, renouvelable. La fiche est corrigée."),
            (False, 87, "Merci, c'est clair."),
        ),
        True,
    ),
)
"""Of each exchange: subject, messages (from the vendor? how many days ago, text), whether closed."""


@transaction.atomic
def load_exchanges(seed: int, *, now: dt.datetime) -> list[tuple[str, str, str]]:
    """Make the agent's account, her exchanges and uses; return (role, address, password).

    Idempotent: what she wrote or said since is left alone.
    """
    password = account(BUYER, "Acheteuse")
    buyer = User.objects.get(email=BUYER)
    Identity.objects.get_or_create(
        issuer="https://proconnect.demo.example",
        sub="demo-acheteuse",
        defaults={
            "user": buyer,
            "siret": body_siret(seed, 0),
            "organisation": BODIES[0],
            "roles": "agent_public",
            "last_seen_at": now,
        },
    )
    attached = Vendor.objects.get(uid=vendor_uid(seed, 0))
    public = Listing.objects.public().filter(vendor__is_fictitious=True).order_by("pk")
    sheets = list(public.filter(vendor=attached))
    for number, thread in enumerate(THREADS if sheets else ()):
        _thread(seed, number, thread, sheets[number % len(sheets)], buyer, now)
    _uses(seed, buyer, list(public.exclude(vendor=attached)[:_SHEETS]))
    return [("Acheteuse", BUYER, password)]


def body_siret(seed: int, number: int) -> str:
    """A SIRET that no body has: its SIREN begins with 00, its Luhn keys are right."""
    start = f"{fictitious_siren(seed, _FIRST_NUMBER + number)}0001"
    return start + str(luhn.calc_check_digit(start))


def _thread(
    seed: int,
    number: int,
    thread: tuple[str, tuple[tuple[bool, int, str], ...], bool],
    listing: Listing,
    buyer: User,
    now: dt.datetime,
) -> None:
    subject, written, closed = thread
    first, last = (now - dt.timedelta(days=days) for days in (written[0][1], written[-1][1]))
    exchange, created = Inquiry.objects.get_or_create(
        uid=demo_uid(seed, "exchange", number),
        defaults={
            "listing": listing,
            "vendor": listing.vendor,
            "buyer": buyer,
            "body": BODIES[0],
            "siret": body_siret(seed, 0),
            "subject": subject,
            "closed_at": last if closed else None,
        },
    )
    if not created:
        return
    Inquiry.objects.filter(pk=exchange.pk).update(opened_at=first)
    owner = User.objects.get(email=OWNER)
    for rank, (from_vendor, days, text) in enumerate(written, 1):
        sent = now - dt.timedelta(days=days)
        message = InquiryMessage.objects.create(
            inquiry=exchange,
            from_vendor=from_vendor,
            author=owner if from_vendor else buyer,
            text=text,
            read_at=sent if closed or rank < len(written) else None,
        )
        # Dated by the database when it is created.
        InquiryMessage.objects.filter(pk=message.pk).update(sent_at=sent)


def _uses(seed: int, buyer: User, listings: Sequence[Listing]) -> None:
    """Bodies say to use the first sheets; clients of some confirm the reference that names them."""
    if BodyUse.objects.filter(siret=body_siret(seed, 0)).exists():
        return
    for rank, listing in enumerate(listings):
        for number in range(1, 2 + rank % (len(BODIES) - 1)):
            _use(seed, listing, number, BODIES[number])
    for rank, listing in enumerate(listings[:_CONFIRMED]):
        uses.say_use(listing=listing, by=buyer)
        free = [row for row in uses.candidates(listing) if row.can_be_confirmed]
        if free:
            client = _use(seed, listing, len(BODIES) + rank, free[0].client)
            client.reference = free[0].uid
            client.save()
            uses.confirm_reference(use=client)


def _use(seed: int, listing: Listing, number: int, body: str) -> BodyUse:
    return BodyUse.objects.create(
        uid=demo_uid(seed, "use", listing.uid, number),
        listing=listing,
        siret=body_siret(seed, number),
        body=body,
    )
