"""What mission LABEL hides and puts back: one sheet at once, or all those of a vendor.

What somebody decides takes the right from `user_can_enforce` (a moderator, never in their own cause).
What is about a vendor locks its row, then the pages of its sheets; what is about a sheet, its page.
What raises `Refused` says in French why, and what to do.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.log_actions import log
from wagtail.models import Revision

from accounts.models import User
from accounts.services import Refused
from catalogue import history, services, tasks
from catalogue.models import (
    BasePage,
    Listing,
    Reason,
    SheetEvent,
    SolutionPage,
    Submission,
    Suspension,
    Takedown,
    Vendor,
)
from catalogue.permissions import is_suspended, user_can_enforce
from catalogue.proving import lock_company

SHORTEST = 10
"""Characters that an explanation has at least: a vendor cannot answer « hors sujet »."""
GONE = gettext_lazy("Cette fiche n'existe plus.")
Kind = SheetEvent.Kind


@transaction.atomic
def take_down(*, listing: Listing, reason: Reason, comment: str, by: User) -> Takedown:
    """Hide a live sheet at once, end its review, and tell the company's members why.

    Raises `PermissionDenied` for who may not, `Refused` when the public does not see the sheet or
    the explanation is too short.
    """
    page = lock_sheet(listing, by)
    check_words(reason, comment)
    if page.listing.archived_at is not None:
        raise Refused(_("Cette fiche est archivée : elle n'est déjà plus au catalogue."))
    if not page.live:
        raise Refused(_("Cette fiche n'est pas en ligne."))
    row = _hide(page, reason=reason, comment=comment, by=by)
    _tell_about(page, "moderation/taken_down", reason=reason.label, comment=comment)
    return row


@transaction.atomic
def put_back(*, takedown: Takedown, by: User) -> None:
    """Publish again exactly what the public saw; a review under way goes on.

    Raises `Refused` when that was done already, the vendor is suspended, the sheet is archived, or
    the revision is no longer kept.
    """
    page = lock_sheet(takedown.listing, by)
    row = Takedown.objects.select_for_update().get(pk=takedown.pk)
    if row.lifted_at is not None:
        raise Refused(_("Ce retrait est déjà levé."))
    if is_suspended(page.listing.vendor):
        raise Refused(_("L'offreur est suspendu : levez d'abord la suspension."))
    if page.listing.archived_at is not None:
        raise Refused(_("Cette fiche est archivée : rétablissez-la d'abord."))
    if row.revision is None:
        raise Refused(
            _("La version retirée n'est plus gardée : publiez la fiche depuis sa page d'édition.")
        )
    _show_again(row, page, by)
    _tell_about(page, "moderation/put_back")


@transaction.atomic
def suspend(*, vendor: Vendor, reason: Reason, comment: str, by: User) -> Suspension:
    """Hide all that a vendor has in the catalogue, end its reviews, and tell its members why.

    From then on nobody hands in nor restores its sheets. Raises `PermissionDenied` for who may not,
    `Refused` when it is suspended already or the explanation is too short.
    """
    vendor = _locked_vendor(vendor, by)
    check_words(reason, comment)
    if is_suspended(vendor):
        raise Refused(_("Cet offreur est déjà suspendu."))
    row = Suspension.objects.create(vendor=vendor, reason=reason, comment=comment, by=by)
    for page in locked_pages(Listing.objects.filter(vendor=vendor)):
        if page.live and page.listing.archived_at is None:
            _hide(page, reason=reason, comment=comment, by=by, suspension=row)
        else:
            end_review(page, by, comment, reason.code)
    log(vendor, "catalogue.enforcement.suspend", user=by, data={"reason": reason.code})
    _tell_members(vendor, "moderation/suspended", reason=reason.label, comment=comment)
    return row


@transaction.atomic
def lift_suspension(*, suspension: Suspension, by: User) -> None:
    """Put back what this suspension hid, and nothing that was hidden on its own grounds.

    A sheet archived since stays archived; one whose version is no longer kept stays hidden on its
    own. Raises `Refused` when it is lifted already.
    """
    vendor = _locked_vendor(suspension.vendor, by)
    row = Suspension.objects.select_for_update().get(pk=suspension.pk)
    if row.lifted_at is not None:
        raise Refused(_("Cette suspension est déjà levée."))
    row.lifted_at, row.lifted_by = timezone.now(), by
    row.save(update_fields=["lifted_at", "lifted_by"])
    hidden = {takedown.listing_id: takedown for takedown in row.takedowns.open()}
    for page in locked_pages(Listing.objects.filter(pk__in=hidden)):
        takedown = hidden[page.listing.pk]
        if takedown.revision is None:
            takedown.suspension = None
            takedown.save(update_fields=["suspension"])
        else:
            _show_again(takedown, page, by)
    log(vendor, "catalogue.enforcement.lift", user=by)
    _tell_members(vendor, "moderation/suspension_lifted")


@transaction.atomic
def published(*, page: SolutionPage) -> None:
    """Lift the takedown of a sheet that has just been published, unless its vendor is suspended.

    Only mission LABEL publishes, and vendors through its approval: whoever publishes a corrected
    version lifts. Wagtail does not say who it was: its own log does. The sheet of a suspended
    vendor goes back out of sight; that version is what will come back.
    """
    listing = Listing.objects.select_for_update(no_key=True).filter(page_id=page.pk).first()
    fresh = SolutionPage.objects.select_related("listing__vendor", "live_revision").get(pk=page.pk)
    if listing is None or not fresh.live:  # Wagtail tells also of what is scheduled for later
        return
    takedown = listing.takedowns.open().first()
    suspension = _suspension_of(listing.vendor)
    if suspension is not None:
        _hide_again(fresh, takedown, suspension)
    elif takedown is not None:
        _lift(takedown, None)
        _note(fresh, Kind.PUT_BACK)
        if not listing.submissions.waiting().exists():  # else its approval tells them
            _tell_about(fresh, "moderation/put_back")


@transaction.atomic
def archive(*, listing: Listing, by: User) -> None:
    """Withdraw a sheet for good: its company does not bring it back; a review under way ends.

    Raises `PermissionDenied` for who may not, `Refused` when it is archived already.
    """
    page = lock_sheet(listing, by)
    if page.listing.archived_at is not None:
        raise Refused(_("Cette fiche est déjà archivée."))
    end_review(page, by, _("La mission LABEL a archivé la fiche."), "archivee")
    services.change_listing(listing=page.listing, by=by, archived=True)


@transaction.atomic
def restore(*, listing: Listing, by: User) -> None:
    """Bring an archived sheet back as it was, whoever archived it; a merge is undone so.

    Raises `Refused` when it is not archived, `ValidationError` when its vendor is suspended.
    """
    page = lock_sheet(listing, by)
    if page.listing.archived_at is None:
        raise Refused(_("Cette fiche n'est pas archivée."))
    services.change_listing(listing=page.listing, by=by, archived=False)


@transaction.atomic
def change(*, listing: Listing, by: User, archived: bool | None = None, **columns: Any) -> Listing:
    """Set what no revision holds of a sheet, as `services.change_listing` does, for mission LABEL.

    :param archived: True as `archive`, False as `restore`, None leaves it.
    Raises `PermissionDenied` also for who acts for the vendor that it goes to; else as these three.
    """
    listing = lock_sheet(listing, by).listing
    if not user_can_enforce(by, columns.get("vendor")):
        raise PermissionDenied
    services.change_listing(listing=listing, by=by, **columns)
    if archived is not None:
        (archive if archived else restore)(listing=listing, by=by)
    return listing


@transaction.atomic
def confirm(*, listing: Listing, by: User) -> None:
    """Say that a live sheet is accurate today; raises `Refused` for one that nobody sees."""
    page = lock_sheet(listing, by)
    if not page.live or page.listing.archived_at is not None:
        raise Refused(_("Cette fiche n'est pas en ligne."))
    services.change_listing(listing=page.listing, by=by, confirmed_on=timezone.localdate())


def lock_sheet(listing: Listing, by: User) -> SolutionPage:
    """Lock a sheet and read it again; raises `PermissionDenied` for who may not hide or merge it."""
    page = next(locked_pages(Listing.objects.filter(pk=listing.pk)), None)
    if page is None:
        raise Refused(str(GONE))
    if not user_can_enforce(by, page.listing.vendor):
        raise PermissionDenied
    return page


def locked_pages(listings: QuerySet[Listing]) -> Iterator[SolutionPage]:
    """Lock the pages of some listings, always in the same order, and read each again."""
    keys = sorted(listings.values_list("page_id", flat=True))
    list(BasePage.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    for key in keys:
        yield SolutionPage.objects.select_related("listing__vendor", "live_revision").get(pk=key)


def check_words(reason: Reason, comment: str) -> None:
    """Raise `Refused` unless the reason is one for hiding, with an explanation."""
    if reason.purpose != Reason.Purpose.TAKEDOWN or len(comment.strip()) < SHORTEST:
        raise Refused(
            _("Choisissez un motif, et expliquez-le en %d caractères au moins.") % SHORTEST
        )


def end_review(
    page: SolutionPage, by: User | None, comment: str, reason: str, *, hidden: bool = False
) -> None:
    """End the moderation of a sheet without approving it, with a return that says why.

    Its mail is not sent: the decision that ends it has its own. A sheet hidden by it reads as
    taken down, another as sent back: so does its workflow then.
    """
    Submission.objects.filter(listing__page=page.pk, outcome=Submission.Outcome.WAITING).update(
        outcome=Submission.Outcome.RETURNED,
        decided_at=timezone.now(),
        decided_by=by,
        comment=comment[:4000],
        reason=reason,
    )
    workflow = page.current_workflow_state
    if workflow is not None:
        workflow.cancel(user=by)
        if not hidden:
            workflow.status = workflow.STATUS_NEEDS_CHANGES
            workflow.save(update_fields=["status"])


def _hide(
    page: SolutionPage,
    *,
    reason: Reason,
    comment: str,
    by: User | None,
    suspension: Suspension | None = None,
) -> Takedown:
    row = Takedown.objects.create(
        listing=page.listing,
        suspension=suspension,
        revision=_live_revision(page),
        reason=reason,
        comment=comment,
        by=by,
    )
    end_review(page, by, comment, reason.code, hidden=True)
    page.listing.taken_down_at = row.at
    page.listing.save(update_fields=["taken_down_at"])
    # Nobody has the right to unpublish a sheet by Wagtail's own means (`CatalogueTester`).
    UnpublishPageAction(page, user=by).execute(skip_permission_checks=True)
    log(page, "catalogue.enforcement.take_down", user=by, data={"reason": reason.code})
    _note(page, Kind.TAKEN_DOWN)
    return row


def _hide_again(page: SolutionPage, takedown: Takedown | None, suspension: Suspension) -> None:
    """Take what has just been published of a suspended vendor out of sight."""
    if takedown is None:
        reason, comment = suspension.reason, suspension.comment
        _hide(page, reason=reason, comment=comment, by=None, suspension=suspension)
        return
    takedown.revision, takedown.suspension = page.live_revision, suspension
    takedown.save(update_fields=["revision", "suspension"])
    page.unpublish()


def _live_revision(page: SolutionPage) -> Revision:
    """The revision that the public reads; made from the page's own rows when there is none.

    Sheets written in bulk have no revision. The one made here is older than any draft, which stays
    the latest.
    """
    if page.live_revision is not None:
        return page.live_revision
    if page.latest_revision is None:
        return page.save_revision(clean=False)
    return Revision.objects.create(
        content_object=page,
        base_content_type=page.get_base_content_type(),
        object_str=str(page),
        content=page.serializable_data(),
        created_at=page.last_published_at or page.latest_revision.created_at,
    )


def _show_again(takedown: Takedown, page: SolutionPage, by: User) -> None:
    published_at = page.last_published_at
    _lift(takedown, by)
    action = PublishPageRevisionAction(takedown.revision, user=by)
    # Wagtail cancels the review of what it publishes; here something else is under review.
    action.object._current_workflow_states = []
    action.execute(skip_permission_checks=True)
    # Nobody confirmed anything: the sheet is as old as it was.
    BasePage.objects.filter(pk=page.pk).update(last_published_at=published_at)
    log(page, "catalogue.enforcement.put_back", user=by)
    _note(page, Kind.PUT_BACK)


def _lift(takedown: Takedown, by: User | None) -> None:
    takedown.lifted_at, takedown.lifted_by = timezone.now(), by
    takedown.save(update_fields=["lifted_at", "lifted_by"])
    takedown.listing.taken_down_at = None
    takedown.listing.save(update_fields=["taken_down_at"])


def _note(page: SolutionPage, kind: str) -> None:
    # The public log does not say the reason: a mistaken one would stick to the sheet.
    history.record(listing=page.listing, kind=kind, side=SheetEvent.Side.STAFF)


def _locked_vendor(vendor: Vendor, by: User) -> Vendor:
    vendor = lock_company(vendor)
    if not user_can_enforce(by, vendor):
        raise PermissionDenied
    return vendor


def _suspension_of(vendor: Vendor | None) -> Suspension | None:
    if vendor is None:
        return None
    return Suspension.objects.open().filter(vendor=vendor).select_related("reason").first()


def _tell_about(page: SolutionPage, name: str, **values: str) -> None:
    listing = page.listing
    path = reverse("sheet", args=[listing.uid])
    tasks.tell_members(listing.vendor, name, path, sheet=page.title, **values)


def _tell_members(vendor: Vendor, name: str, **values: str) -> None:
    path = reverse("company", args=[vendor.slug])
    tasks.tell_members(vendor, name, path, company=vendor.name, **values)
