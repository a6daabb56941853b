"""Who is due a reminder, about what: reads only, in a number of queries that follows nothing.

Only what the vendor can act on counts: no sheet that is under review, archived, taken down or
merged, and nothing of a vendor that mission LABEL suspended.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.choices import Consent, Distribution
from catalogue.completeness import REFERENCES, TECHNIQUE
from catalogue.models import (
    Claim,
    Listing,
    Membership,
    Proof,
    ReminderKind,
    Role,
    SolutionPage,
    Submission,
    Suspension,
    Vendor,
)
from catalogue.reminding import (
    DRAFT_STEPS,
    PROOF_STEPS,
    STALE_STEPS,
    UNCONFIRMED,
    last_day_before,
    step_reached,
)

_PROOF_CYCLE = dt.timedelta(days=365)
_AT_ONCE = 200
"""Sheets read together: their texts come along."""


@dataclass(frozen=True)
class Due:
    """A reminder about one sheet or one company, before it is known who gets it.

    `cycle`: a step told since then is not told again. `lines`: what lacks, in French.
    """

    kind: ReminderKind
    step: int
    cycle: dt.datetime
    name: str
    path: str
    since: dt.date
    vendor: str
    listing_id: int | None = None
    vendor_id: int | None = None
    lines: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, dt.date]:
        """The most pressing first: what may be taken down, then what blocks, then the rest."""
        order = (ReminderKind.PROOF, ReminderKind.STALE, ReminderKind.DRAFT)
        first = self.kind == ReminderKind.STALE and self.step == UNCONFIRMED
        return -1 if first else order.index(self.kind), -self.step, self.since


_Told = tuple[int | None, Due]
"""A vendor's id, and what its members may be told."""


def due_by_person(today: dt.date) -> Mapping[int, list[Due]]:
    """Return what each person may be told of that day, whatever they were told before.

    Owners and editors hear of sheets, owners of proofs; nobody without address or whose account
    is closed.
    """
    of_vendor: dict[int | None, list[Due]] = defaultdict(list)
    for vendor_id, due in (*_drafts(today), *_stale(today), *_proofs(today)):
        of_vendor[vendor_id].append(due)
    found: dict[int, list[Due]] = defaultdict(list)
    for row in _reachable().filter(vendor__in=of_vendor).order_by("user_id", "pk"):
        found[row.user_id] += (
            due
            for due in of_vendor[row.vendor_id]
            if due.kind != ReminderKind.PROOF or row.role == Role.OWNER
        )
    return {person: dues for person, dues in found.items() if dues}


def unconfirmed(today: dt.date) -> QuerySet[Listing]:
    """Live sheets of vendors that nobody confirmed for so long that they may be taken down."""
    return _unconfirmed_since(last_day_before(today, STALE_STEPS, UNCONFIRMED))


def _unconfirmed_since(day: dt.date) -> QuerySet[Listing]:
    """The same for a last day of confirmation or publication."""
    rows = Listing.objects.public().filter(vendor__isnull=False)
    return rows.filter(
        Q(confirmed_on__isnull=True) | Q(confirmed_on__lte=day),
        Q(page__last_published_at__isnull=True) | Q(page__last_published_at__lt=_end_of(day)),
        # Published by nobody knows whom, confirmed by nobody: nothing says since when.
        Q(confirmed_on__isnull=False) | Q(page__last_published_at__isnull=False),
    )


def _end_of(day: dt.date) -> dt.datetime:
    return _midnight(day + dt.timedelta(days=1))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _reachable() -> QuerySet[Membership]:
    return Membership.objects.filter(user__is_active=True, user__email__isnull=False)


def _in_hand() -> QuerySet[Listing]:
    """Sheets that their vendor can act on, of vendors who have somebody to be told."""
    reviewed = SolutionPage.objects.filter(_specific_workflow_states__status="in_progress")
    return (
        Listing.objects.filter(
            Exists(_reachable().filter(vendor=OuterRef("vendor"))),
            ~Exists(Suspension.objects.open().filter(vendor=OuterRef("vendor"))),
            ~Exists(Submission.objects.waiting().filter(listing=OuterRef("pk"))),
            archived_at=None,
            taken_down_at=None,
            merged_into=None,
        )
        .exclude(page__in=reviewed.values("pk"))
        .select_related("page", "vendor")
    )


def _drafts(today: dt.date) -> Iterator[_Told]:
    """Sheets never handed in, or sent back, that nobody touched since."""
    returned = SolutionPage.objects.filter(_specific_workflow_states__status="needs_changes")
    decided = Submission.objects.filter(
        listing=OuterRef("pk"), outcome=Submission.Outcome.RETURNED
    ).order_by("-decided_at")
    rows = (
        _in_hand()
        .filter(Q(page__live=False) | Q(page__in=returned.values("pk")), page__locked=False)
        .annotate(returned_at=Subquery(decided.values("decided_at")[:1]))
    )
    for row in rows.order_by("pk").iterator():
        touched = [row.created_at, row.page.latest_revision_created_at, row.returned_at]
        since = timezone.localdate(max(moment for moment in touched if moment))
        if step := step_reached(since, today, DRAFT_STEPS):
            # Told of as a draft, then sent back: that is another thing to take up again.
            cycle = row.returned_at or row.created_at
            yield _about_sheet(row, ReminderKind.DRAFT, step, cycle, since)


def _stale(today: dt.date) -> Iterator[_Told]:
    first = last_day_before(today, STALE_STEPS, min(STALE_STEPS))
    rows = _in_hand().filter(pk__in=_unconfirmed_since(first).values("pk"))
    for row in rows.order_by("pk").iterator():
        published = row.page.last_published_at
        known = (row.confirmed_on, published and timezone.localdate(published))
        since = max(day for day in known if day)
        step = step_reached(since, today, STALE_STEPS)
        yield _about_sheet(row, ReminderKind.STALE, step, _midnight(since), since)


def _about_sheet(
    row: Listing, kind: ReminderKind, step: int, cycle: dt.datetime, since: dt.date
) -> _Told:
    due = Due(
        kind=kind,
        step=step,
        cycle=cycle,
        name=row.page.draft_title or row.page.title,
        path=reverse("sheet", args=[row.uid]),
        since=since,
        vendor=str(row.vendor),
        listing_id=row.pk,
    )
    return row.vendor_id, due


@dataclass(frozen=True)
class _Lack:
    """Something that a company must prove: since when, in words, and the page where it does."""

    since: dt.date
    line: str
    path: str


def _proofs(today: dt.date) -> Iterator[_Told]:
    """One reminder a company, which lists all that lacks and leads to the first of it."""
    lacks: dict[int | None, list[_Lack]] = defaultdict(list)
    names: dict[int | None, str] = {}
    for vendor in _unattached():
        names[vendor.pk] = str(vendor)
        lacks[vendor.pk].append(
            _Lack(
                timezone.localdate(
                    max(vendor.first_sheet, vendor.revoked_at or vendor.first_sheet)
                ),
                _("Le rattachement : prouvez que vous pouvez agir pour l'entreprise."),
                reverse("company_proofs", args=[vendor.slug]),
            )
        )
    for row, lack in _sheet_lacks():
        names[row.vendor_id] = str(row.vendor)
        lacks[row.vendor_id].append(lack)
    for vendor_id, found in lacks.items():
        since = min(lack.since for lack in found)
        if step := step_reached(since, today, PROOF_STEPS):
            yield (
                vendor_id,
                Due(
                    kind=ReminderKind.PROOF,
                    step=step,
                    cycle=_midnight(today) - _PROOF_CYCLE,
                    name=names[vendor_id],
                    path=found[0].path,
                    since=since,
                    vendor=names[vendor_id],
                    vendor_id=vendor_id,
                    lines=tuple(lack.line for lack in found),
                ),
            )


def _unattached() -> QuerySet[Any]:
    """Companies that have a draft and no proof, and that wait for nobody."""
    drafts = Listing.objects.filter(vendor=OuterRef("pk"), archived_at=None, page__live=False)
    proofs = Proof.objects.filter(vendor=OuterRef("pk"))
    revoked = proofs.filter(state=Proof.State.REVOKED).order_by("-decided_at")
    return (
        Vendor.objects.filter(
            Exists(drafts),
            ~Exists(proofs.in_force()),
            ~Exists(proofs.to_decide()),
            ~Exists(Suspension.objects.open().filter(vendor=OuterRef("pk"))),
        )
        .annotate(
            first_sheet=Min("listings__created_at"),
            revoked_at=Subquery(revoked.values("decided_at")[:1]),
        )
        .order_by("pk")
    )


def _sheet_lacks() -> Iterator[tuple[Listing, _Lack]]:
    """What live sheets and drafts say without its proof; read in batches with their texts."""
    rows = (
        _in_hand()
        .filter(page__locked=False)
        .select_related("page__latest_revision")
        .order_by("vendor_id", "pk")
    )
    batch: list[Listing] = []
    for row in rows.iterator(chunk_size=_AT_ONCE):
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield from _lacks_of(batch)
            batch = []
    yield from _lacks_of(batch)


def _lacks_of(rows: Iterable[Listing]) -> Iterator[tuple[Listing, _Lack]]:
    rows = list(rows)
    written = set(
        Claim.objects.filter(
            listing__in=rows, kind=Claim.Kind.REFERENCE, evidence__isnull=False
        ).values_list("subject", flat=True)
    )
    for row in rows:
        revision = row.page.latest_revision
        content = revision.content if revision else row.page.serializable_data()
        name = content.get("title") or row.page.title
        since = timezone.localdate(row.page.latest_revision_created_at or row.created_at)
        for client in _without_consent(content, written):
            line = _("« %(sheet)s » : l'accord de « %(client)s » manque à la référence.")
            yield (
                row,
                _Lack(since, line % {"sheet": name, "client": client}, _step(row, REFERENCES)),
            )
        if _unfounded_free(row, content):
            line = _("« %(sheet)s » : dite libre, sans dépôt du code que tout le monde peut lire.")
            yield row, _Lack(since, line % {"sheet": name}, _step(row, TECHNIQUE))


def _without_consent(content: Mapping[str, Any], written: set[uuid.UUID]) -> Iterator[str]:
    for reference in content.get("references", ()):
        consent = reference["consent"]
        if consent == Consent.NONE or (
            consent == Consent.FILE and uuid.UUID(str(reference["uid"])) not in written
        ):
            yield reference["client"]


def _unfounded_free(row: Listing, content: Mapping[str, Any]) -> bool:
    """Whether a sheet says « libre » while nobody reads the code; a draft is tried once live."""
    if content.get("distribution") != Distribution.FREE:
        return False
    if not content.get("repository_url"):
        return True
    return row.page.live and row.repository_reachable_on is None


def _step(row: Listing, step: str) -> str:
    return reverse("sheet_step", args=[row.uid, step])
