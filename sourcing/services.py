"""Recommendations that public bodies ask mission LABEL for: received, taken, answered, erased.

An answer names sheets to look at; it never recommends to buy. What raises `Refused` says in French
why, and what to do.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue.due_dates import answer_due_on
from catalogue.models import BuyerCategory, Category, Listing
from catalogue.permissions import role_of
from sourcing import tasks
from sourcing.models import RecommendationRequest

State = RecommendationRequest.State
OPEN = (State.RECEIVED, State.TAKEN)
LONGEST_ANSWER = 6000


@transaction.atomic
def ask(
    *,
    body: str,
    need: str,
    email: str,
    buyer_category: BuyerCategory | None = None,
    category: Category | None = None,
    wanted_by: dt.date | None = None,
    asked_by: User | None = None,
) -> RecommendationRequest:
    """Keep what a public body asks; it is told that it arrived and by when, mission LABEL too."""
    row = RecommendationRequest(
        body=body,
        need=need,
        email=email,
        buyer_category=buyer_category,
        category=category,
        wanted_by=wanted_by,
        asked_by=asked_by,
        due_on=answer_due_on(timezone.localdate()),
    )
    row.full_clean()
    row.save()
    due_on = date_format(row.due_on)
    _tell_body(row, "recommendation/received", due_on=due_on)
    tasks.tell(
        "recommendation/to_study",
        settings.CONTACT_EMAIL,
        reverse("recommandations:inspect", args=[row.pk]),
        body=row.body,
        due_on=due_on,
    )
    return row


@transaction.atomic
def take(*, request: RecommendationRequest, by: User) -> RecommendationRequest:
    """Say who studies a request.

    Raises `PermissionDenied` for who may not answer, `Refused` when somebody has it already.
    """
    row = _to_answer(request, by)
    if row.state == State.TAKEN:
        raise Refused(_("Cette demande est déjà prise par %s.") % row.taken_by)
    return _move(row, State.TAKEN, by, "take", taken_by=by)


@transaction.atomic
def release(*, request: RecommendationRequest, by: User) -> RecommendationRequest:
    """Leave a request to others: one's own, or that of somebody who is away."""
    row = _to_answer(request, by)
    if row.state != State.TAKEN:
        raise Refused(_("Personne n'a pris cette demande."))
    return _move(row, State.RECEIVED, by, "release", taken_by=None)


@transaction.atomic
def answer(
    *, request: RecommendationRequest, by: User, text: str, listings: Iterable[Listing] = ()
) -> RecommendationRequest:
    """Answer, and name public sheets to look at.

    Raises `PermissionDenied` for who may not answer; `Refused` without a text, when somebody else
    has the request, or for a sheet that is not public or of a company that `by` acts for.
    """
    row = _to_close(request, by, text)
    chosen = [listing.pk for listing in listings]
    public = list(Listing.objects.public().filter(pk__in=chosen).select_related("page", "vendor"))
    if len(public) < len(set(chosen)):
        raise Refused(_("Une des fiches n'est pas en ligne : retirez-la de la réponse."))
    for listing in public:
        if listing.vendor and role_of(by, listing.vendor):
            words = _("Vous agissez pour l'offreur de « %s » : laissez quelqu'un d'autre répondre.")
            raise Refused(words % listing.page.title)
    row = _close(row, State.ANSWERED, by, text, "answer")
    row.sheets.set(public)
    _tell_body(row, "recommendation/answered", answer=row.answer)
    return row


@transaction.atomic
def dismiss(*, request: RecommendationRequest, by: User, text: str) -> RecommendationRequest:
    """Close a request that calls for no answer on the merits, and say why; raises as `answer`."""
    row = _close(_to_close(request, by, text), State.DISMISSED, by, text, "dismiss")
    _tell_body(row, "recommendation/dismissed", answer=row.answer)
    return row


@transaction.atomic
def erase_old_requests(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Erase the requests closed for longer than the privacy page promises; return how many."""
    limit = now - RecommendationRequest.retention()
    old = RecommendationRequest.objects.filter(decided_at__lt=limit)
    count = old.count()
    if not dry_run:
        old.delete()
    return count


@transaction.atomic
def forget(*, user: User) -> None:
    """Erase what a person whose account closes has asked for."""
    RecommendationRequest.objects.filter(asked_by=user).delete()


def export(user: User) -> dict[str, Any]:
    """What a person asked for, for the copy of their data."""
    rows = RecommendationRequest.objects.filter(asked_by=user)
    columns = ("body", "need", "wanted_by", "email", "received_at", "state", "answer")
    return {"demandes_de_recommandation": list(rows.values(*columns))}


def _to_answer(request: RecommendationRequest, by: User) -> RecommendationRequest:
    """The request, locked, when `by` may answer it and it is open."""
    if not by.has_perm("sourcing.change_recommendationrequest"):
        raise PermissionDenied
    row = RecommendationRequest.objects.select_for_update().get(pk=request.pk)
    if row.state not in OPEN:
        raise Refused(_("Cette demande est déjà close."))
    return row


def _to_close(request: RecommendationRequest, by: User, text: str) -> RecommendationRequest:
    row = _to_answer(request, by)
    if row.taken_by_id not in (None, by.pk):
        raise Refused(_("%s étudie cette demande : libérez-la d'abord.") % row.taken_by)
    if not text.strip():
        raise Refused(_("Écrivez une réponse : elle est envoyée."))
    if len(text.strip()) > LONGEST_ANSWER:
        raise Refused(_("Raccourcissez la réponse : 6 000 caractères au plus."))
    return row


def _close(
    row: RecommendationRequest, state: str, by: User, text: str, action: str
) -> RecommendationRequest:
    now = timezone.now()
    return _move(row, state, by, action, answer=text.strip(), decided_at=now, decided_by=by)


def _move(
    row: RecommendationRequest, state: str, by: User, action: str, **columns: Any
) -> RecommendationRequest:
    row.state = state
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *columns])
    log(row, f"sourcing.recommendation.{action}", user=by)
    return row


def _tell_body(row: RecommendationRequest, name: str, **values: str) -> None:
    tasks.tell(name, row.email, reverse("recommendation_follow", args=[row.uid]), **values)
