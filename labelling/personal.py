"""What files of labels keep of a person: their copy of it, and what closing their account changes."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from labelling import events
from labelling.holding import hold
from labelling.models import (
    Absence,
    Appeal,
    ApplicationMessage,
    Award,
    ConflictOfInterest,
    Consultation,
    CriterionReview,
    Delegation,
    LabelApplication,
    Letter,
    Note,
    Question,
    Reservation,
    SavedFilter,
)
from labelling.procedure import lock_file
from labelling.states import Role

Rows = list[dict[str, Any]]


def export(user: User) -> dict[str, Any]:
    """What a person wrote, asked or decided in files of labels, for the copy of their data."""
    number = "application__number"
    files = LabelApplication.objects
    sections: dict[str, Rows] = {
        "demandes_de_label": _rows(
            files.filter(created_by=user), "number", "listing__page__title", "motivation"
        ),
        "questions_posees": _rows(Question.objects.filter(asked_by=user), number, "text"),
        "reponses": _rows(Question.objects.filter(answered_by=user), number, "answer"),
        "messages": _rows(ApplicationMessage.objects.filter(author=user), number, "text", "at"),
        "notes": _rows(Note.objects.filter(author=user), number, "text", "at"),
        "examens": _rows(
            CriterionReview.objects.filter(changed_by=user),
            number,
            "criterion",
            "verdict",
            "comment",
        ),
        "avis": _rows(Consultation.objects.filter(expert=user), number, "question", "opinion"),
        "propositions": _rows(
            files.filter(proposed_by=user), "number", "proposed_outcome", "proposal"
        ),
        "decisions": _rows(files.filter(decided_by=user), "number", "state", "decision"),
        "preavis": _rows(Award.objects.filter(notice_by=user), "number", "notice_reason"),
        "reserves": _rows(
            Reservation.objects.filter(answered_by=user), "award__number", "text", "answer"
        ),
        "recours": _rows(Appeal.objects.filter(opened_by=user), number, "against", "text"),
        "recours_decides": _rows(Appeal.objects.filter(decided_by=user), number, "decision"),
        "lettres_ouvertes": _rows(
            Letter.objects.filter(opened_by=user), number, "title", "opened_at"
        ),
        "delegations": _rows(
            Delegation.objects.filter(user=user),
            "label__name",
            "capacity",
            "act",
            "valid_from",
            "valid_to",
        ),
        "absences": _rows(Absence.objects.filter(user=user), "first_day", "last_day"),
        "conflits_d_interets": _rows(
            ConflictOfInterest.objects.filter(user=user), "vendor__name", "reason", "declared_at"
        ),
        "filtres": _rows(SavedFilter.objects.filter(user=user), "name", "query"),
    }
    return {"dossiers_de_label": {name: rows for name, rows in sections.items() if rows}}


@transaction.atomic
def forget(*, user: User) -> None:
    """Give back the files that a person whose account closes holds, and end what is theirs alone.

    What they wrote in files stays: it is part of procedures, whose events name a number and a role.
    """
    for row in LabelApplication.objects.open().filter(holder=user).order_by("pk"):
        fresh = lock_file(row)
        hold(fresh, None)
        events.record(application=fresh, name="release", by=user, role=Role.HOLDER)
    SavedFilter.objects.filter(user=user).delete()
    Absence.objects.filter(user=user).delete()
    ConflictOfInterest.objects.filter(user=user, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )


def _rows(rows: QuerySet[Any], *columns: str) -> Rows:
    return list(rows.order_by("pk").values(*columns))
