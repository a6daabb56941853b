"""Claims that mission LABEL contests: the vendor is told why and answers before the public reads it.

`Claim.contested_on` is the day it becomes public, which nobody has to do anything for. Abandoned
before that day, a contest stays unknown to the public; after it, it is lifted, for all to read.
What raises `Refused` says in French why, and what to do.
"""

import copy
import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.bodies import same_body
from catalogue.claim_words import about, abouts
from catalogue.due_dates import answer_due_on
from catalogue.models import Claim, Contest, Listing, SheetEvent, Verification
from catalogue.permissions import user_can_edit
from catalogue.verifying import (
    CHANGED,
    day_words,
    end_because_changed,
    locked,
    tell,
    to_check,
    withdraw,
    write,
    written,
)

State = Contest.State
DAY = dt.timedelta(days=1)
DAYS_TO_ANSWER = 10
"""Working days that a vendor has before a contest is public (design: labelling, stage 2)."""
_CHECKED = (Verification.State.WAITING, Verification.State.CONFIRMED)
_LONGEST = 500
_LONGEST_ANSWER = 2000


@transaction.atomic
def open_contest(*, claim: Claim, by: User, reason: str) -> Contest:
    """Contest what a vendor says; its members are told why, and until when to answer.

    Raises `PermissionDenied` unless `by` may verify the claim, `Refused` without a reason, when it is
    contested already, or when the vendor says nothing.
    """
    row = to_check(claim, by)
    words = about(row)
    if row.contests.standing().exists():
        raise Refused(_("Cette allégation est déjà contestée."))
    if not words.said:
        raise Refused(_("L'offreur n'a rien publié à ce sujet : il n'y a rien à contester."))
    contest = Contest.objects.create(
        claim=row,
        reason=written(reason, _LONGEST, _("Écrivez le motif : l'offreur le lit, puis le public.")),
        said=words.said,
        opened_by=by,
        public_from=answer_due_on(timezone.localdate(), DAYS_TO_ANSWER) + DAY,
    )
    _mark(row, contest)
    log(row, "catalogue.claim.contest", user=by, data={"contest": str(contest.uid)})
    deadline = day_words(contest.public_from)
    _tell(contest, "contest/opened", reason=contest.reason, deadline=deadline)
    return contest


@transaction.atomic
def answer(*, contest: Contest, by: User, text: str) -> Contest:
    """Write or correct the vendor's answer, which mission LABEL is told of.

    Raises `PermissionDenied` for who is no member of the company, `Refused` for an empty or long
    answer, or once the contest is decided.
    """
    row = locked(contest.claim)
    vendor = row.listing.vendor
    if vendor is None or not user_can_edit(by, vendor):
        raise PermissionDenied
    fresh = row.contests.get(pk=contest.pk)
    if fresh.state != State.OPEN:
        raise Refused(_("Cette contestation est décidée : la réponse ne change plus."))
    fresh.answer = written(text, _LONGEST_ANSWER, _("Écrivez votre réponse."))
    fresh.answered_by, fresh.answered_at = by, timezone.now()
    fresh.save(update_fields=["answer", "answered_by", "answered_at"])
    log(row, "catalogue.claim.answer", user=by, data={"contest": str(fresh.uid)})
    tasks.tell(
        "contest/answered",
        settings.CONTACT_EMAIL,
        reverse("allegations:inspect", args=[row.pk]),
        company=vendor.name,
        what=about(row).title,
        sheet=row.listing.page.title,
    )
    return fresh


@transaction.atomic
def uphold(*, contest: Contest, by: User, decision: str) -> Contest:
    """Uphold a contest: public from now on, and the claim's verification ends.

    Raises `PermissionDenied` unless `by` may verify the claim, `Refused` without a decision, when it
    is decided already, or before the vendor answered or had the time to.
    """
    row, fresh = _to_decide(contest, by)
    today = timezone.localdate()
    if fresh.state != State.OPEN:
        raise Refused(_("Cette contestation est déjà maintenue."))
    if not fresh.answer and today < fresh.public_from:
        raise Refused(
            _("L'offreur a jusqu'au %(day)s pour répondre : attendez sa réponse ou cette date.")
            % {"day": day_words(fresh.public_from - DAY)}
        )
    fresh.public_from = min(today, fresh.public_from)
    _decide(fresh, State.UPHELD, decision, by)
    _mark(row, fresh)
    if row.verified_on is not None:
        withdraw(row, reason=_("contestation maintenue"), side=SheetEvent.Side.STAFF)
    announce(fresh)
    log(row, "catalogue.claim.uphold", user=by, data={"contest": str(fresh.uid)})
    _tell(fresh, "contest/upheld", reason=fresh.reason, decision=fresh.decision)
    return fresh


@transaction.atomic
def dismiss(*, contest: Contest, by: User, decision: str) -> Contest:
    """Abandon a contest before it is public: the public never hears of it.

    Raises `PermissionDenied` and `Refused` as `uphold` for who and when, `Refused` once it is public.
    """
    row, fresh = _to_decide(contest, by)
    if is_public(fresh, timezone.localdate()):
        raise Refused(_("Cette contestation est publique : levez-la, au lieu de l'abandonner."))
    _settle(row, fresh, State.DISMISSED, decision, by)
    log(row, "catalogue.claim.dismiss", user=by, data={"contest": str(fresh.uid)})
    return fresh


@transaction.atomic
def lift(*, contest: Contest, by: User, decision: str) -> Contest:
    """Lift a contest that is public, decided or not; its history stays.

    Raises `PermissionDenied` and `Refused` as `uphold` for who and when, `Refused` before it is public.
    """
    row, fresh = _to_decide(contest, by)
    if not is_public(fresh, timezone.localdate()):
        raise Refused(_("Cette contestation n'est pas encore publique : abandonnez-la."))
    _settle(row, fresh, State.LIFTED, decision, by)
    log(row, "catalogue.claim.lift", user=by, data={"contest": str(fresh.uid)})
    return fresh


@transaction.atomic
def close_because_changed(*, claim: Claim, reason: str = "") -> bool:
    """Settle the open contest of a claim: the vendor says something else now. Whether there was one.

    To be called by whoever publishes what the vendor says. What was not public yet never will be.
    One that is upheld stays until mission LABEL lifts it, or words changed and changed back would
    wash it away.
    """
    row = locked(claim)
    fresh = row.contests.filter(state=State.OPEN).first()
    if fresh is None:
        return False
    public = is_public(fresh, timezone.localdate())
    _settle(row, fresh, State.LIFTED if public else State.DISMISSED, reason or str(CHANGED), None)
    return True


@transaction.atomic
def facts_changed(*, listing: Listing, before: Listing | None = None) -> None:
    """Compare what was verified or contested of a sheet with what it says now; end what differs.

    :param before: the sheet as it was, where there may be claims verified without a `Verification`
        (by a body, or before there were any): only it tells what they said.
    """
    checks = Verification.objects.filter(state__in=_CHECKED)
    contests = Contest.objects.filter(state=State.OPEN)
    rows = listing.claims.filter(
        Q(verified_on__isnull=False)
        | Q(pk__in=checks.filter(claim__listing=listing).values("claim"))
        | Q(pk__in=contests.filter(claim__listing=listing).values("claim"))
    ).prefetch_related(Prefetch("verifications", checks), Prefetch("contests", contests))
    claims = list(rows.order_by("pk"))
    words = abouts(claims)
    for claim in claims:
        said = words[claim.uid].said
        if _is_checked_no_more(claim, said, before):
            end_because_changed(claim=claim)
        if any(contest.said != said for contest in claim.contests.all()):
            close_because_changed(claim=claim)


def _is_checked_no_more(claim: Claim, said: str, before: Listing | None) -> bool:
    checks = claim.verifications.all()
    if any(check.said != said for check in checks):
        return True
    in_force = any(check.state == Verification.State.CONFIRMED for check in checks)
    if before is None or in_force or claim.verified_on is None:
        return False
    then = copy.copy(claim)
    then.listing = before
    was = about(then).said
    if claim.kind == Claim.Kind.REFERENCE:
        # What a body vouches for is its name, however it is written.
        return was != said and not same_body(was, said)
    return was != said


def said_otherwise(contests: Iterable[Contest]) -> list[Contest]:
    """Those whose claim says something else than what was contested."""
    rows = list(contests)
    words = abouts([contest.claim for contest in rows])
    return [contest for contest in rows if words[contest.claim.uid].said != contest.said]


@transaction.atomic
def announce(contest: Contest) -> None:
    """Write in the public log that a contest is public, unless it says so already."""
    row = locked(contest.claim)
    fresh = Contest.objects.filter(pk=contest.pk, announced_on__isnull=True)
    contest.announced_on = timezone.localdate()
    if fresh.update(announced_on=contest.announced_on):
        write(row, SheetEvent.Kind.CONTESTED, f"{about(row).title} : {contest.reason}")
        log(row, "catalogue.claim.publish_contest", data={"contest": str(contest.uid)})


def to_announce(on: dt.date) -> QuerySet[Contest]:
    """Those public on a day that the public log does not tell of yet."""
    return Contest.objects.standing().filter(public_from__lte=on, announced_on__isnull=True)


def is_public(contest: Contest, on: dt.date) -> bool:
    """Whether the public reads a standing contest on a day."""
    return contest.public_from <= on


def _to_decide(contest: Contest, by: User) -> tuple[Claim, Contest]:
    row = to_check(contest.claim, by)
    fresh = row.contests.standing().filter(pk=contest.pk).first()
    if fresh is None:
        raise Refused(_("Cette contestation est close : quelqu'un en a décidé."))
    return row, fresh


def _decide(contest: Contest, state: str, decision: str, by: User | None) -> None:
    words = written(decision, _LONGEST, _("Écrivez la décision : l'offreur la lit."))
    # What ends an upheld contest does not hide why it was upheld.
    contest.decision = "\n".join(part for part in (contest.decision, words) if part)
    contest.state, contest.decided_by, contest.decided_at = state, by, timezone.now()
    decided = ("state", "decision", "decided_by", "decided_at", "public_from")
    contest.save(update_fields=decided)


def _settle(row: Claim, contest: Contest, state: str, decision: str, by: User | None) -> None:
    """The claim is contested no more; the public reads so if it read of the contest."""
    side = SheetEvent.Side.VENDOR if by is None else SheetEvent.Side.STAFF
    _decide(contest, state, decision, by)
    row.contested_on, row.contest_reason = None, ""
    row.save(update_fields=["contested_on", "contest_reason"])
    if state == State.LIFTED:
        announce(contest)
        write(row, SheetEvent.Kind.SETTLED, f"{about(row).title} : {decision.strip()}", side)
    outcome = str(contest.get_state_display())
    _tell(contest, "contest/closed", outcome=outcome, decision=contest.decision)


def _mark(row: Claim, contest: Contest) -> None:
    row.contested_on, row.contest_reason = contest.public_from, contest.reason
    row.save(update_fields=["contested_on", "contest_reason"])


def _tell(contest: Contest, name: str, **values: str) -> None:
    row = contest.claim
    if row.listing.vendor is not None:
        path = reverse("company_contest", args=[row.listing.vendor.slug, contest.uid])
        tell(row, about(row), name, path, **values)
