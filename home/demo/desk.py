"""What waits on the moderators' desk in the demo: sheets handed in, one sent back, one edited."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import drafting, review_task, terms
from catalogue.choices import Consent
from catalogue.models import Category, Listing, SolutionPage, Submission, Vendor
from home.demo.chance import demo_uid
from home.demo.companies import OWNER
from home.demo.reports import MODERATOR
from home.demo.vendors import vendor_uid

TWO_WEEKS = dt.timedelta(days=14)


class _New(NamedTuple):
    """A sheet that was never public: when an answer is due, in days, and why it went back if so."""

    name: str
    summary: str
    description: str
    category: str
    due_in: int
    reason: str = ""


HANDED_IN = (
    _New(
        "Ardoise Délibérations (démonstration)",
        "Prépare les séances d'une assemblée et publie ses délibérations.",
        "Ordre du jour, convocations, votes et registre des actes d'une assemblée fictive.",
        "juridique",
        -2,
    ),
    _New(
        "Ardoise Salles (démonstration)",
        "Réserve les salles et le matériel d'une collectivité.",
        "Calendrier des salles, règles de réservation et états des lieux, pour des agents fictifs.",
        "prise-de-rendez-vous",
        3,
    ),
    _New(
        "Ardoise Guichet (démonstration)",
        "La meilleure solution du marché pour l'accueil du public.",
        "Prise de rendez-vous et file d'attente d'un accueil fictif.",
        "accueil-chatbot",
        5,
        "promotion",
    ),
)
"""Sheets of the demo company beside the number that is asked for."""


@transaction.atomic
def load_desk(seed: int, *, today: dt.date) -> None:
    """Hand in the demo company's sheets that are not there yet; due dates count from `today`."""
    vendor = Vendor.objects.get(uid=vendor_uid(seed, 0))
    owner = User.objects.get(email=OWNER)
    moderator = User.objects.filter(email=MODERATOR).first()
    for rank, new in enumerate(HANDED_IN):
        uid = demo_uid(seed, "desk", rank)
        if Listing.objects.filter(uid=uid).exists():
            continue
        listing = drafting.create_draft(vendor=vendor, name=new.name, by=owner, uid=uid)
        _write(listing, owner, new)
        row = _hand_in(listing, owner, today, new.due_in)
        if new.reason and moderator is not None:
            values = {"reason": new.reason, "comment": ""}
            review_task.decide_on(
                submission=row, by=moderator, action=review_task.RETURN, values=values
            )
    _edit_one(vendor, owner, today)


def _write(listing: Listing, by: User, new: _New) -> None:
    page = SolutionPage.objects.get(pk=listing.page_id)
    draft = page.get_latest_revision_as_object()
    draft.summary, draft.description = new.summary, new.description
    draft.categories.set(Category.objects.filter(slug=new.category))
    drafting.save_draft(listing=listing, draft=draft, seen=page.latest_revision_id, by=by)


def _edit_one(vendor: Vendor, by: User, today: dt.date) -> None:
    """A change of a sheet that stays online meanwhile."""
    public = Listing.objects.public().filter(vendor=vendor)
    if Submission.objects.filter(listing__in=public).exists() or not public.exists():
        return
    listing = public.order_by("uid").first()
    page = SolutionPage.objects.get(pk=listing.page_id)
    draft = page.get_latest_revision_as_object()
    draft.description = f"{draft.description}\n\nUne version mobile est proposée depuis peu."
    # Nobody joined to the demo's sheets the writings by which clients agree to be named.
    draft.references = [row for row in draft.references.all() if row.consent != Consent.FILE]
    drafting.save_draft(listing=listing, draft=draft, seen=page.latest_revision_id, by=by)
    _hand_in(listing, by, today, 9)


def _hand_in(listing: Listing, by: User, today: dt.date, days: int) -> Submission:
    due_on = today + dt.timedelta(days=days)
    page = SolutionPage.objects.get(pk=listing.page_id)
    row = drafting.submit(
        listing=listing,
        by=by,
        seen=page.latest_revision_id,
        terms_version=terms.current().version,
        attested=True,
    )
    # As if it were some days ago: an answer is due two weeks later.
    row.due_on, row.submitted_at = due_on, timezone.now() - (today + TWO_WEEKS - due_on)
    row.save(update_fields=["due_on", "submitted_at"])
    return row
