"""Importing an official list: what it changes, and what ends with it."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from catalogue import claim_words, verifying
from catalogue.list_files import InvalidList, Row, read_rows, with_plain_ends
from catalogue.models import (
    Claim,
    ListImport,
    OfficialEntry,
    OfficialList,
    SheetEvent,
    Verification,
)
from catalogue.official import READ_BY_ALL_SHEETS, forget_lists
from catalogue.signals import document_changed

Kind, State = SheetEvent.Kind, Verification.State
DAY = dt.timedelta(days=1)
EARLIEST = dt.date(2000, 1, 1)
_COMPARED = ("label", "valid_to", "legal_reference", "source_url", "detail")


@dataclass
class Report:
    """What an import did, or would do.

    `of` names the list.
    `changes`: `added`, `ended` and `changed` lines, and the `claims` whose last day moved; all of
    it JSON data, dates in ISO. `row` is None when nothing was written.
    """

    of: str
    dated_on: dt.date
    rows: int = 0
    changes: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"added": [], "ended": [], "changed": [], "claims": []}
    )
    known: bool = False
    """The very file of the last import: nothing was looked at."""
    row: ListImport | None = None

    @property
    def changed(self) -> bool:
        """Whether a line of the list is not what it was."""
        return any(self.changes[kind] for kind in ("added", "ended", "changed"))


@transaction.atomic
def import_list(
    *,
    list: str,
    source: str,
    dated_on: dt.date,
    source_url: str = "",
    by: User | None = None,
    dry_run: bool = False,
    is_fictitious: bool = False,
) -> Report:
    """Make a list what its whole file says; what the file no longer holds ends the day before.

    :param source: CSV text (`catalogue.list_files`).
    :param dated_on: the day at which who publishes the list drew it up.
    :param by: who imports; None for a command.
    :param dry_run: do it all, tell, and take it back.
    :raises InvalidList: with all that is wrong; nothing is written. Also for a list older than the
        last one, or of a day to come.
    :raises ValidationError: an address that is none.
    """
    if by is not None and not by.has_perm("catalogue.add_listimport"):
        raise PermissionDenied
    # One import at a time: the first one of a list has no row of its own to lock.
    ContentType.objects.select_for_update().get(app_label="catalogue", model="listimport")
    text = with_plain_ends(source)
    row = ListImport(
        list=OfficialList(list),
        dated_on=dated_on,
        source_url=source_url,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        by=by,
    )
    row.clean_fields(exclude=["by", "rows", "changes"])
    report = Report(row.list, dated_on)
    last = ListImport.objects.filter(list=row.list).first()
    _check_day(dated_on, last)
    report.known = bool(last and (last.sha256, last.dated_on) == (row.sha256, dated_on))
    if report.known:
        return report
    rows = read_rows(row.list, text, dated_on)
    row.rows = report.rows = len(rows)
    row.save()
    _Writer(row, report, is_fictitious).write(rows)
    row.changes, report.row = report.changes, row
    row.save(update_fields=["changes"])
    log(row, "catalogue.list.import", user=by, data={"rows": row.rows})
    if report.changed and row.list in READ_BY_ALL_SHEETS:
        document_changed.send(sender=ListImport, uids=None)
    forget_lists()
    if dry_run:
        transaction.set_rollback(True)
        report.row = None
    return report


def _check_day(dated_on: dt.date, last: ListImport | None) -> None:
    if not EARLIEST <= dated_on <= timezone.localdate():
        raise InvalidList([_("La date de la liste est celle où elle a été arrêtée, pas à venir.")])
    if last is not None and dated_on < last.dated_on:
        raise InvalidList(
            [
                _(
                    "La dernière liste importée a été arrêtée le %(last)s : celle-ci, du %(this)s, "
                    "est plus ancienne et n'est pas importée."
                )
                % {"last": f"{last.dated_on:%d/%m/%Y}", "this": f"{dated_on:%d/%m/%Y}"}
            ]
        )


class _Writer:
    """Writes the lines of one import and tells what they change."""

    def __init__(self, row: ListImport, report: Report, is_fictitious: bool) -> None:
        self._import, self._report, self._is_fictitious = row, report, is_fictitious
        self._on = row.dated_on
        self._side = SheetEvent.Side.STAFF if row.by else SheetEvent.Side.IMPORT
        self._entries = [*OfficialEntry.objects.select_for_update().filter(list=row.list)]
        self._touched: set[str] = set()

    def write(self, rows: Sequence[Row]) -> None:
        """Add, change and end lines, then let the claims that rest on them follow."""
        stored = {(entry.code, entry.valid_from): entry for entry in self._entries}
        running = {
            entry.code: entry.valid_from
            for entry in sorted(self._entries, key=lambda entry: entry.valid_from)
            if entry.valid_from <= self._on and not self._is_over(entry)
        }
        added, seen = [], set()
        for row in rows:
            begins = row.valid_from or running.get(row.code, self._on)
            entry = stored.get((row.code, begins))
            if entry is None:
                added.append(self._new(row, begins))
            else:
                seen.add(entry.pk)
                self._change(entry, row)
        gone = [
            entry for entry in self._entries if entry.pk not in seen and not self._is_over(entry)
        ]
        OfficialEntry.objects.filter(pk__in=seen).update(last_import=self._import)
        OfficialEntry.objects.bulk_create(added)
        for entry in gone:
            self._end(entry)
        self._follow()

    def _is_over(self, entry: OfficialEntry) -> bool:
        return entry.valid_to is not None and entry.valid_to < self._on

    def _tell(self, kind: str, entry: OfficialEntry, **more: Any) -> None:
        self._touched.add(entry.code)
        line = {"code": entry.code, "label": entry.label, **more}
        self._report.changes[kind].append(line)

    def _new(self, row: Row, begins: dt.date) -> OfficialEntry:
        entry = OfficialEntry(
            list=self._import.list,
            code=row.code,
            valid_from=begins,
            is_fictitious=self._is_fictitious,
            last_import=self._import,
            **{name: getattr(row, name) for name in _COMPARED},
        )
        self._tell("added", entry, **{"from": _said(begins), "to": _said(row.valid_to)})
        return entry

    def _change(self, entry: OfficialEntry, row: Row) -> None:
        """Make a line what the file says, a line that had ended included."""
        fields = {
            name: [_said(getattr(entry, name)), _said(getattr(row, name))]
            for name in _COMPARED
            if getattr(entry, name) != getattr(row, name)
        }
        if not fields:
            return
        for name in fields:
            setattr(entry, name, getattr(row, name))
        entry.save(update_fields=[*fields])
        self._tell("changed", entry, fields=fields)

    def _end(self, entry: OfficialEntry) -> None:
        """End a line the day before the list; one that began no earlier never held: it goes."""
        was = entry.valid_to
        held = entry.valid_from < self._on
        kept = held or entry.claims.exists() or entry.verifications.exists()
        if kept:
            entry.valid_to = max(self._on - DAY, entry.valid_from)
            entry.save(update_fields=["valid_to"])
        else:
            entry.delete()
        to = entry.valid_to if kept else None
        self._tell("ended", entry, was=_said(was), to=_said(to))

    def _follow(self) -> None:
        """Move the last day of what was verified on the lines that changed, and write so.

        What is over already stays over: nobody is told twice.
        """
        periods: dict[str, list[OfficialEntry]] = {}
        same = OfficialEntry.objects.filter(list=self._import.list, code__in=self._touched)
        for entry in same.order_by("valid_from"):
            periods.setdefault(entry.code, []).append(entry)
        for held in _resting_on(self._import.list, self._touched):
            was, until = held.claim.expires_on, held.last_day(periods[held.entry.code])
            if until != was and not (_is_past(until) and _is_past(was)):
                self._move(held, until)

    def _move(self, held: "_Held", until: dt.date | None) -> None:
        claim, words = held.claim, claim_words.about(held.claim)
        was, claim.expires_on = claim.expires_on, until
        over = until is not None and _is_past(until)
        claim.expiry_told_for = until if over else None
        claim.save(update_fields=["expires_on", "expiry_told_for"])
        page, days = claim.listing.page, {"was": _said(was), "to": _said(until)}
        line = {"claim": words.title, "page": page.pk, "sheet": page.title, **days}
        self._report.changes["claims"].append(line)
        log(claim, "catalogue.list.claim", user=self._import.by, data=days)
        if until is not None and over:
            self._over(claim, words, until)
        elif was is not None and (until is None or until > was):
            self._longer(held, words, until)

    def _over(self, claim: Claim, words: claim_words.About, until: dt.date) -> None:
        """Write now what `expiring` would write the night after: the list is the reason."""
        reason = _("la liste « %(list)s » arrêtée au %(day)s ne le dit plus") % {
            "list": self._import.get_list_display(),
            "day": verifying.day_words(self._on),
        }
        verifying.end_standing(claim, reason, until + DAY)
        verifying.write(claim, Kind.UNVERIFIED, f"{words.title} : {reason}", self._side)
        verifying.tell(claim, words, "claim/ended", words.path, reason=reason)

    def _longer(self, held: "_Held", words: claim_words.About, until: dt.date | None) -> None:
        """The list says again, or for longer, what was verified: the verification stands."""
        made = held.made
        if made is not None and made.state == State.ENDED:
            made.state, made.ended_on, made.end_reason = State.CONFIRMED, None, ""
            made.save(update_fields=["state", "ended_on", "end_reason"])
        detail = _("%(what)s : vérification valable jusqu'au %(until)s selon la liste « %(list)s »")
        about_it = {
            "what": words.title,
            "until": verifying.day_words(until) if until else _("une date non fixée"),
            "list": self._import.get_list_display(),
        }
        verifying.write(held.claim, Kind.VERIFIED, detail % about_it, self._side)


def _is_past(day: dt.date | None) -> bool:
    return day is not None and day < timezone.localdate()


@dataclass
class _Held:
    """A verified claim, the line that it rests on, and the verification that made it so, if any."""

    claim: Claim
    entry: OfficialEntry
    made: Verification | None

    def last_day(self, periods: Sequence[OfficialEntry]) -> dt.date | None:
        """Until when it holds: as long as the list does, never beyond its verification.

        Without a verification, what was set before is the most. A claim holds on the day that it
        was verified: the database has it so.
        """
        most = self.made.expires_on if self.made else self.claim.expires_on
        known = [day for day in (most, _listed_until(self.entry, periods)) if day is not None]
        return max(min(known), self.claim.verified_on or dt.date.min) if known else None


def _resting_on(name: str, codes: Iterable[str]) -> Iterator[_Held]:
    """What was verified on lines of a list, locked.

    Whatever ends a verification for another reason than a date clears the claim as well.
    """
    claims = (
        Claim.objects.select_for_update(of=("self",))
        .filter(official__list=name, official__code__in=codes, verified_on__isnull=False)
        .select_related("official", "listing__page", "listing__vendor")
        .order_by("pk")
    )
    for claim in claims:
        made = claim.verifications.public().order_by("-decided_at", "-pk").first()
        if claim.official is not None:
            yield _Held(claim, claim.official, made)


def _listed_until(entry: OfficialEntry, periods: Iterable[OfficialEntry]) -> dt.date | None:
    """Last day of the unbroken time that a code is listed, from one of its lines on."""
    until = next((row.valid_to for row in periods if row.pk == entry.pk), entry.valid_to)
    for row in periods:
        if until is not None and entry.valid_from <= row.valid_from <= until + DAY:
            until = None if row.valid_to is None else max(until, row.valid_to)
    return until


def _said(value: Any) -> Any:
    """A value as JSON data; an absent one is empty."""
    return value.isoformat() if isinstance(value, dt.date) else value or ""
