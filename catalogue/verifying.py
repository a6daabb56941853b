"""Claims verified by mission LABEL: on an official source, or by two people; and the end of it.

A claim holds what its confirmed `Verification` found, which pages and the index read.
What raises `Refused` says in French why, and what to do.
"""

import calendar
import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import history, tasks
from catalogue.claim_words import About, about
from catalogue.models import Claim, OfficialEntry, OfficialList, SheetEvent, Verification
from catalogue.permissions import user_can_verify
from catalogue.services import lock_sheet
from catalogue.source_addresses import fault_of, host_of

Ground, State = Verification.Ground, Verification.State
CHANGED = gettext_lazy("l'offreur ne dit plus la même chose")
LISTS: Mapping[str, tuple[OfficialList, ...]] = {
    Claim.Kind.CLOUD: (OfficialList.SECNUMCLOUD,),
    Claim.Kind.FREE: (OfficialList.LICENCES,),
    Claim.Kind.ANSWER: tuple(OfficialList),
}
"""The official lists that a kind of claim may be checked against."""
VERIFIED = ("verified_on", "verified_by", "source_url", "expires_on", "official")
"""What a claim says of its verification: written together, without the rest of the row."""
_PUBLISHERS = {
    OfficialList.SECNUMCLOUD: "ANSSI",
    OfficialList.ADEQUACY: gettext_lazy("Commission européenne"),
    OfficialList.LICENCES: "DINUM",
}
_LONGEST_DETAIL = 300
_LONGEST_FINDING = 500
_LONGEST_REASON = 300
_LONGEST_COMMENT = 2000


def latest_end(claim: Claim, on: dt.date) -> dt.date:
    """The last day that a verification made on a day may hold."""
    months = on.month - 1 + about(claim).max_age_months
    year, month = on.year + months // 12, months % 12 + 1
    return dt.date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


def source_words(made: Verification) -> str:
    """Who vouches for what a verification found, never a person: read `made.official` with it."""
    if made.ground == Ground.PEOPLE:
        return _("deux personnes de la mission LABEL")
    if made.official is None:
        return host_of(made.source_url)
    publisher = _PUBLISHERS[OfficialList(made.official.list)]
    return f"{publisher}, {made.official.get_list_display()}, {made.official.label}"


def entries_for(claim: Claim, on: dt.date) -> QuerySet[OfficialEntry]:
    """The lines in force of the lists that a claim may be checked against."""
    return OfficialEntry.objects.at(on).filter(list__in=LISTS.get(claim.kind, ()))


@transaction.atomic
def verify_officially(
    *,
    claim: Claim,
    by: User,
    finding: str,
    expires_on: dt.date,
    source_url: str = "",
    official: OfficialEntry | None = None,
) -> Verification:
    """Verify a claim alone, on an official source: an address, or a line of an imported list.

    A proposal that waits is set aside, a verification in force ends.
    Raises `PermissionDenied` unless `by` may verify it, `Refused` without a source or a finding,
    for an address that is the vendor's or ours, an end out of bounds, or while it is contested.
    """
    row = to_check(claim, by)
    today = timezone.localdate()
    said = _checkable(row, expires_on, today)
    if source_url:
        vendor = row.listing.vendor
        if fault := fault_of(source_url, vendor.website if vendor else ""):
            raise Refused(fault)
    if official is not None:
        _check_entry(row, official, expires_on, today)
    elif not source_url:
        raise Refused(
            _("Donnez l'adresse de la source officielle, ou choisissez une ligne d'une liste.")
        )
    _set_aside(row, _("Vérifiée entre-temps sur une source officielle."))
    made = Verification(
        claim=row,
        ground=Ground.OFFICIAL,
        state=State.CONFIRMED,
        said=said,
        finding=written(finding, _LONGEST_FINDING, _("Écrivez ce que vous avez constaté.")),
        source_url=source_url or (official.source_url if official else ""),
        official=official,
        expires_on=expires_on,
        proposed_by=by,
        decided_by=by,
        decided_at=timezone.now(),
    )
    _put_in_force(row, made, _publisher(official, made.source_url, today))
    log(row, "catalogue.claim.verify", user=by, data={"verification": str(made.uid)})
    return made


@transaction.atomic
def propose(
    *, claim: Claim, by: User, finding: str, expires_on: dt.date, comment: str = ""
) -> Verification:
    """Propose that a claim be verified; somebody else of mission LABEL decides.

    Raises as `verify_officially`, and `Refused` while another proposal waits.
    """
    row = to_check(claim, by)
    said = _checkable(row, expires_on, timezone.localdate())
    waiting = row.verifications.waiting().first()
    if waiting is not None:
        if waiting.said == said:
            raise Refused(_("Une proposition attend déjà une seconde personne."))
        _set_aside(row, str(CHANGED))
    made = Verification(
        claim=row,
        ground=Ground.PEOPLE,
        said=said,
        finding=written(finding, _LONGEST_FINDING, _("Écrivez ce que vous avez constaté.")),
        expires_on=expires_on,
        proposed_by=by,
        comment=written(comment, _LONGEST_COMMENT),
    )
    _save(made)
    log(row, "catalogue.claim.propose", user=by, data={"verification": str(made.uid)})
    return made


@transaction.atomic
def confirm(*, verification: Verification, by: User, comment: str = "") -> Verification:
    """Confirm what somebody else proposed: the claim is verified by mission LABEL.

    Raises `PermissionDenied` unless `by` may verify it, `Refused` for the one who proposed it, when
    it no longer waits, when its end has passed, or when the vendor says something else since.
    """
    row, waiting = _to_decide(verification, by)
    if waiting.said != _checkable(row, waiting.expires_on, timezone.localdate()):
        raise Refused(
            _(
                "L'offreur a changé ce qu'il dit depuis la proposition : relisez, puis proposez à "
                "nouveau."
            )
        )
    _decide(waiting, State.CONFIRMED, by, comment)
    _put_in_force(row, waiting, _("la mission LABEL"))
    log(row, "catalogue.claim.confirm", user=by, data={"verification": str(waiting.uid)})
    return waiting


@transaction.atomic
def refuse(*, verification: Verification, by: User, comment: str) -> Verification:
    """Do not confirm what somebody else proposed; the comment is for mission LABEL alone.

    Raises `PermissionDenied` and `Refused` as `confirm` for who and when, `Refused` without comment.
    """
    row, waiting = _to_decide(verification, by)
    written(comment, _LONGEST_COMMENT, _("Écrivez pourquoi : la personne qui propose le lira."))
    _decide(waiting, State.REFUSED, by, comment)
    _save(waiting)
    log(row, "catalogue.claim.refuse", user=by, data={"verification": str(waiting.uid)})
    return waiting


@transaction.atomic
def end(*, claim: Claim, reason: str, by: User) -> Claim:
    """Take a verification back; the reason is public.

    Raises `PermissionDenied` unless `by` may verify the claim, `Refused` without a reason or when it
    is not verified.
    """
    row = to_check(claim, by)
    if row.verified_on is None:
        raise Refused(_("Cette allégation n'est plus vérifiée : il n'y a rien à retirer."))
    why = written(reason, _LONGEST_REASON, _("Écrivez pourquoi : le motif est publié."))
    withdraw(row, reason=why, side=SheetEvent.Side.STAFF)
    log(row, "catalogue.claim.end", user=by, data={"reason": why})
    return row


@transaction.atomic
def end_because_changed(*, claim: Claim, reason: str = "") -> bool:
    """End what was verified of a claim, and set aside what waits: the vendor says something else.

    :param reason: public, in French.
    Returns whether a verification ended. To be called by whoever publishes what the vendor says.
    """
    row = locked(claim)
    why = (reason or str(CHANGED))[:_LONGEST_REASON]
    _set_aside(row, why)
    if row.verified_on is None:
        return False
    withdraw(row, reason=why, side=SheetEvent.Side.VENDOR)
    return True


def withdraw(row: Claim, *, reason: str, side: str) -> None:
    """Clear what a locked claim says of its verification, write it in the log, tell the members.

    One that had lapsed was told already.
    """
    today = timezone.localdate()
    held = row.expires_on is None or row.expires_on >= today
    words = about(row)
    end_standing(row, reason, today)
    row.verified_on, row.verified_by, row.source_url = None, "", ""
    row.expires_on, row.official = None, None
    row.save(update_fields=VERIFIED)
    if held:
        write(row, SheetEvent.Kind.UNVERIFIED, f"{words.title} : {reason}", side)
        tell(row, words, "claim/ended", words.path, reason=reason)


def end_standing(row: Claim, reason: str, on: dt.date) -> None:
    """The verification in force of a claim is worth nothing from a day on."""
    for standing in row.verifications.filter(state=State.CONFIRMED):
        standing.state, standing.ended_on, standing.end_reason = State.ENDED, on, reason
        standing.save(update_fields=["state", "ended_on", "end_reason"])


def to_check(claim: Claim, by: User) -> Claim:
    """The claim, locked, for somebody who may verify or contest it."""
    row = locked(claim)
    if not user_can_verify(by, row):
        raise PermissionDenied
    return row


def locked(claim: Claim) -> Claim:
    """The claim as it is stored, for the time of the transaction."""
    listing = lock_sheet(claim.listing)
    row = Claim.objects.select_for_update(of=("self",)).filter(pk=claim.pk).first()
    if row is None:
        raise Refused(_("Cette allégation n'existe plus."))
    row.listing = listing
    return row


def written(words: str, longest: int, missing: str = "") -> str:
    """What was written, without spaces around it; raises `Refused` when it lacks or is too long."""
    words = words.strip()
    if missing and not words:
        raise Refused(missing)
    if len(words) > longest:
        raise Refused(_("Raccourcissez le texte : %(n)s caractères au plus.") % {"n": longest})
    return words


def write(row: Claim, kind: str, detail: str, side: str = SheetEvent.Side.STAFF) -> None:
    """A line in the public log of the sheet, if the public ever saw the sheet."""
    if row.listing.was_public:
        short = detail if len(detail) <= _LONGEST_DETAIL else f"{detail[: _LONGEST_DETAIL - 1]}…"
        history.record(listing=row.listing, kind=kind, side=side, detail=short)


def tell(row: Claim, words: About, name: str, path: str, **values: str) -> None:
    """Mail the members of the company, if the sheet has one."""
    about_it = {"what": words.title, "sheet": row.listing.page.title}
    tasks.tell_members(row.listing.vendor, name, path, **about_it, **values)


def day_words(day: dt.date) -> str:
    """A date in a message."""
    return f"{day:%d/%m/%Y}"


def _checkable(row: Claim, expires_on: dt.date, today: dt.date) -> str:
    """What the vendor says, when it can be verified until that day."""
    if row.contests.standing().exists():
        raise Refused(
            _("Cette allégation est contestée : abandonnez ou levez d'abord la contestation.")
        )
    said = about(row).said
    if not said:
        raise Refused(_("L'offreur n'a rien publié à ce sujet : il n'y a rien à vérifier."))
    last = latest_end(row, today)
    if not today <= expires_on <= last:
        raise Refused(
            _("Choisissez une échéance entre aujourd'hui et le %(last)s.")
            % {"last": day_words(last)}
        )
    return said


def _check_entry(row: Claim, official: OfficialEntry, expires_on: dt.date, today: dt.date) -> None:
    if not entries_for(row, today).filter(pk=official.pk).exists():
        raise Refused(
            _("Choisissez une ligne en vigueur d'une liste qui porte sur cette allégation.")
        )
    if row.kind == Claim.Kind.CLOUD and not _says_qualified(row):
        raise Refused(
            _(
                "L'offre ne se dit ni qualifiée SecNumCloud ni hébergée sur une offre qui l'est : cette "
                "ligne ne prouve rien d'elle."
            )
        )
    if official.valid_to is not None and expires_on > official.valid_to:
        raise Refused(
            _("La ligne choisie ne vaut que jusqu'au %(last)s : l'échéance ne peut la dépasser.")
            % {"last": day_words(official.valid_to)}
        )


def _says_qualified(row: Claim) -> bool:
    """Whether the offer of a cloud claim says that a SecNumCloud qualification covers it."""
    offers = row.listing.page.offers.filter(uid=row.subject)
    return bool(offers.filter(secnumcloud__in=("hosting", "service")).exists())


def _publisher(official: OfficialEntry | None, source_url: str, today: dt.date) -> str:
    """Who publishes the source, never who read it."""
    if official is None:
        return host_of(source_url)
    dated_on = official.last_import.dated_on if official.last_import else today
    return _("%(who)s, liste du %(day)s") % {
        "who": _PUBLISHERS[OfficialList(official.list)],
        "day": day_words(dated_on),
    }


def _to_decide(verification: Verification, by: User) -> tuple[Claim, Verification]:
    """The claim and the proposal that waits, for somebody else than who proposed it."""
    row = to_check(verification.claim, by)
    waiting = row.verifications.waiting().filter(pk=verification.pk).first()
    if waiting is None:
        raise Refused(_("Cette proposition n'attend plus : quelqu'un en a décidé."))
    if waiting.proposed_by_id == by.pk:
        raise Refused(_("Une autre personne que celle qui propose en décide."))
    return row, waiting


def _decide(waiting: Verification, state: str, by: User, comment: str) -> None:
    waiting.state, waiting.decided_by, waiting.decided_at = state, by, timezone.now()
    both = "\n".join(filter(None, (waiting.comment, comment.strip())))
    waiting.comment = written(both, _LONGEST_COMMENT)


def _set_aside(row: Claim, why: str) -> None:
    """What waits is decided by nobody: something else came first."""
    waiting = row.verifications.waiting().first()
    if waiting is not None:
        waiting.state, waiting.decided_at = State.REFUSED, timezone.now()
        waiting.comment = "\n".join(filter(None, (waiting.comment, why)))
        waiting.save(update_fields=["state", "decided_at", "comment"])


def _put_in_force(row: Claim, made: Verification, who: str) -> None:
    today = timezone.localdate()
    end_standing(row, _("remplacée par une vérification plus récente"), today)
    _save(made)
    row.verified_on, row.verified_by = today, who[:200]
    row.source_url, row.official = made.source_url, made.official
    row.expires_on, row.expiry_told_for = made.expires_on, None
    row.save(update_fields=[*VERIFIED, "expiry_told_for"])
    words = about(row)
    until = day_words(made.expires_on)
    detail = _("%(what)s : vérifié par %(who)s, valable jusqu'au %(until)s")
    write(
        row,
        SheetEvent.Kind.VERIFIED,
        detail % {"what": words.title, "who": row.verified_by, "until": until},
    )
    path = f"/solutions/{row.listing.page.slug}/"
    tell(row, words, "claim/verified", path, by=row.verified_by, until=until)


def _save(made: Verification) -> None:
    """Save a verification; raises `Refused` for what its columns or its claim do not allow."""
    try:
        made.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    made.save()
