"""Reported anomalies: anybody reports, mission LABEL decides, the vendor of the sheet is heard.

What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.models import AnomalyReport, Listing
from catalogue.permissions import user_can_answer, user_can_edit

State = AnomalyReport.State
OPEN = (State.RECEIVED, State.ACKNOWLEDGED)
SHEET = re.compile(r"(?:.*/solutions/)?(?P<slug>[-\w]{1,255})(?:[/?#].*)?", re.ASCII)
LONGEST_ANSWER = 4000
_LONGEST_PATH = 300
_PRIVATE = re.compile(
    r"/(?:compte|connexion|demander|espace-editeur|gestion|messages|projets|signaler|utilisations)/"
)
"""Areas whose addresses hold secrets (links of mails, private pages): only the area is kept."""


def find_listing(address: str) -> Listing | None:
    """The public sheet that a visitor means by its address or its slug, if any."""
    match = SHEET.fullmatch(address.strip())
    if not match:
        return None
    public = Listing.objects.public().select_related("page", "vendor")
    return public.filter(page__slug=match["slug"]).first()


def own_path(address: str) -> str:
    """The path of one of our own pages, without its query; the home page for anything else."""
    address = address.strip().removeprefix(settings.SITE_URL)
    try:
        path = urlsplit(address).path if re.match(r"/(?![/\\])", address) else ""
    except ValueError:
        path = ""
    if not path.isprintable() or len(path) > _LONGEST_PATH:
        return "/"
    private = _PRIVATE.match(path)
    if private:
        return private.group()
    try:
        resolve(path)
    except Resolver404:
        return "/"
    return path


@transaction.atomic
def report(*, path: str, reason: str, message: str, email: str = "") -> AnomalyReport:
    """Keep what somebody reports about a page; mission LABEL is told, and they are if they can be.

    :param path: as `own_path` gives it; the sheet concerned is read there.
    :param email: where to answer, if anywhere.
    """
    row = AnomalyReport(
        path=path, listing=find_listing(path), reason=reason, message=message, email=email
    )
    row.full_clean()
    row.save()
    tasks.tell(
        "report/to_examine",
        settings.CONTACT_EMAIL,
        reverse("signalements:inspect", args=[row.pk]),
        motive=str(row.get_reason_display()),
        page=row.path,
    )
    _tell_author(row, "report/received", motive=str(row.get_reason_display()))
    return row


@transaction.atomic
def acknowledge(*, report: AnomalyReport, by: User) -> AnomalyReport:
    """Take a report up: the members of the company whose sheet it is read it from now on.

    Raises `PermissionDenied` for who may not answer it, `Refused` when it is taken up or closed.
    """
    row = _to_decide(report, by)
    if row.state != State.RECEIVED:
        raise Refused(_("Ce signalement est déjà pris en charge."))
    row.state, row.acknowledged_at = State.ACKNOWLEDGED, timezone.now()
    row.save(update_fields=["state", "acknowledged_at"])
    log(row, "catalogue.report.acknowledge", user=by)
    _tell_members(row, "report/shown")
    return row


@transaction.atomic
def handle(*, report: AnomalyReport, by: User, answer: str) -> AnomalyReport:
    """Close a report that was right; the answer goes to who wrote it and, taken up, to the vendor.

    Raises `PermissionDenied` for who may not answer it, `Refused` without an answer or when it is
    closed.
    """
    return _close(report, by, State.HANDLED, answer)


@transaction.atomic
def dismiss(*, report: AnomalyReport, by: User, answer: str) -> AnomalyReport:
    """Close a report that calls for nothing; otherwise as `handle`."""
    return _close(report, by, State.DISMISSED, answer)


@transaction.atomic
def reply(*, report: AnomalyReport, by: User, text: str) -> AnomalyReport:
    """Write or correct the one reply of the vendor, which mission LABEL is told of.

    Raises `PermissionDenied` for somebody else than a member of the company, `Refused` for an
    empty or long reply or when the report is not under examination.
    """
    row = _lock(report)
    listing = row.listing
    if listing is None or listing.vendor is None or not user_can_edit(by, listing.vendor):
        raise PermissionDenied
    if row.state != State.ACKNOWLEDGED:
        raise Refused(_("Ce signalement n'est plus à l'examen : la réponse ne change plus."))
    row.vendor_reply, row.vendor_replied_by = _answer(text), by
    row.vendor_replied_at = timezone.now()
    row.save(update_fields=["vendor_reply", "vendor_replied_at", "vendor_replied_by"])
    log(row, "catalogue.report.reply", user=by)
    tasks.tell(
        "report/replied",
        settings.CONTACT_EMAIL,
        reverse("signalements:inspect", args=[row.pk]),
        company=listing.vendor.name,
        sheet=listing.page.title,
    )
    return row


@transaction.atomic
def erase_old_reports(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Erase the address and the words of reports closed for longer than promised; return how many.

    That there was a report, on what page and why, stays.
    """
    # A report has words until they are erased.
    old = AnomalyReport.objects.filter(decided_at__lt=now - AnomalyReport.retention())
    old = old.exclude(message="")
    if dry_run:
        return old.count()
    return old.update(
        email="",
        message="",
        vendor_reply="",
        vendor_replied_by=None,
        answer=_("Réponse effacée un an après la clôture."),
    )


def _close(report: AnomalyReport, by: User, state: str, answer: str) -> AnomalyReport:
    row = _to_decide(report, by)
    row.state, row.answer = state, _answer(answer)
    row.decided_at, row.decided_by = timezone.now(), by
    row.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    log(row, f"catalogue.report.{'handle' if state == State.HANDLED else 'dismiss'}", user=by)
    outcome = str(row.get_state_display())
    _tell_author(row, "report/answered", outcome=outcome, answer=row.answer)
    if row.acknowledged_at:
        _tell_members(row, "report/closed", outcome=outcome, answer=row.answer)
    return row


def _answer(text: str) -> str:
    """What was written, without spaces around it; raises `Refused` when empty or too long."""
    text = text.strip()
    if not text:
        raise Refused(_("Écrivez une réponse : elle est envoyée."))
    if len(text) > LONGEST_ANSWER:
        raise Refused(_("Raccourcissez la réponse : 4 000 caractères au plus."))
    return text


def _to_decide(report: AnomalyReport, by: User) -> AnomalyReport:
    """The report, locked, when `by` may answer it and it is open."""
    row = _lock(report)
    if not user_can_answer(by, row):
        raise PermissionDenied
    if row.state not in OPEN:
        raise Refused(_("Ce signalement est déjà clos."))
    return row


def _lock(report: AnomalyReport) -> AnomalyReport:
    return AnomalyReport.objects.select_for_update().get(pk=report.pk)


def _tell_author(row: AnomalyReport, name: str, **values: str) -> None:
    tasks.tell(name, row.email, reverse("report_follow", args=[row.uid]), **values)


def _tell_members(row: AnomalyReport, name: str, **values: str) -> None:
    listing = row.listing
    if listing is None or listing.vendor is None:
        return
    path = reverse("company_report", args=[listing.vendor.slug, row.uid])
    values |= {"sheet": listing.page.title, "motive": str(row.get_reason_display())}
    tasks.tell_members(listing.vendor, name, path, **values)
