"""What waits for mission LABEL: figures of the admin's first page and of the daily digest."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from catalogue.models import AnomalyReport, Proof, Request, Submission

SOON = dt.timedelta(days=7)
"""A submission due within a week is due soon."""


@dataclass(frozen=True, slots=True)
class Desk:
    """How much waits on a day, and which submissions are late."""

    waiting: int
    """Submissions not decided, whatever their due date."""
    late: int
    """Of which the due date has passed."""
    due_soon: int
    """Of which due that day or within a week; the late ones are not counted again."""
    proofs: int
    disputes: int
    reports: int
    late_submissions: tuple[Submission, ...]
    """The most overdue first, with their sheet and vendor."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at all."""
        return not (self.waiting or self.proofs or self.disputes or self.reports)


def desk(today: dt.date) -> Desk:
    """Return what waits that day, in five queries whatever its number."""
    waiting = Submission.objects.waiting()
    due = list(waiting.values_list("due_on", flat=True))
    late = waiting.filter(due_on__lt=today).select_related("listing__page", "listing__vendor")
    return Desk(
        waiting=len(due),
        late=sum(day < today for day in due),
        due_soon=sum(today <= day <= today + SOON for day in due),
        proofs=Proof.objects.to_decide().count(),
        disputes=Request.objects.filter(
            kind=Request.Kind.DISPUTE, state=Request.State.WAITING
        ).count(),
        reports=AnomalyReport.objects.open().count(),
        late_submissions=tuple(late),
    )


def waiting_counts(today: dt.date | None = None) -> dict[str, int]:
    """Return the same figures by name, those of today unless told otherwise."""
    found = desk(today or timezone.localdate())
    names = ("waiting", "late", "due_soon", "proofs", "disputes", "reports")
    return {name: getattr(found, name) for name in names}
