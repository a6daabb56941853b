"""What members of a company do with its sheets: write, hand in, take back, archive, confirm.

Every function locks the page's row first, then checks the right and the state: what the screen
showed may be old. A refusal is a `PermissionDenied` for who has no right, a `ValidationError` with a
French sentence for what the state does not allow.
"""

import datetime as dt
import hashlib
import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision, WorkflowState

from accounts.models import User
from catalogue import completeness, services, sheet_tasks
from catalogue import terms as terms_of_use
from catalogue.due_dates import answer_due_on
from catalogue.models import (
    BasePage,
    CataloguePage,
    Claim,
    Evidence,
    Listing,
    Reference,
    SolutionPage,
    Submission,
    Vendor,
)
from catalogue.permissions import is_suspended, role_of, user_can_edit
from catalogue.states import ACTIONS, STATE_LABELS, Action, Review, SheetState, sheet_state
from catalogue.uploads import SafeEvidence

TEXT_LICENCE = "etalab-2.0"
"""Licence that vendors give on the texts of their sheets (the logo is left out)."""
NO_COMMENT = gettext_lazy(
    "La mission LABEL n'a pas laissé d'explication : écrivez-lui par la page Contact."
)
OTHER_REASON = "autre"


class EditConflict(Exception):
    """Somebody saved the sheet since it was opened: `revision` is theirs."""

    def __init__(self, revision: Revision) -> None:
        super().__init__(revision.pk)
        self.revision = revision


def state_of(listing: Listing, *, stale: bool = False) -> SheetState:
    """Return the state of a sheet; `stale` as `catalogue.presentation.is_stale` says."""
    page = listing.page
    workflow = page.current_workflow_state
    return sheet_state(
        live=page.live,
        review=Review(workflow.status) if workflow else Review.NONE,
        archived=listing.archived_at is not None,
        by_staff=listing.archived_by_staff,
        taken_down=listing.taken_down_at is not None,
        changed=page.has_unpublished_changes,
        stale=stale,
    )


@transaction.atomic
def create_draft(
    *, vendor: Vendor, name: str, by: User, uid: uuid.UUID, website: str = ""
) -> Listing:
    """Enter a new sheet as a draft, with its listing and its first revision.

    :param uid: chosen when the form was opened: sent twice, it makes one sheet.
    Raises `PermissionDenied`, and `ValidationError` on an unusable name or another vendor's uid.
    """
    _require(user_can_edit(by, vendor))
    # Places in the tree are given one at a time, or two pages would take the same.
    node = BasePage.objects.select_for_update().get(pk=CataloguePage.objects.get().pk)
    known = Listing.objects.filter(uid=uid).select_related("page").first()
    if known is not None:
        if known.vendor_id != vendor.pk:
            raise ValidationError(_("Ce formulaire a déjà servi. Rouvrez-le et recommencez."))
        return known
    page = SolutionPage(title=name, website=website, live=False, locale_id=node.locale_id)
    node.add_child(instance=page)
    listing = services.create_listing(page=page, vendor=vendor, by=by, uid=uid)
    page.save_revision(user=by, clean=False)
    return listing


@transaction.atomic
def save_draft(*, listing: Listing, draft: SolutionPage, seen: int | None, by: User) -> Revision:
    """Save a step: a new revision, incomplete if it is; the public version does not move.

    :param draft: the sheet as it was opened, with what was typed.
    :param seen: id of the revision that it was opened from.
    Raises `EditConflict` when there is a newer one: nothing is saved then.
    """
    page = _locked(listing, by, Action.EDIT)
    _check_seen(page, seen)
    return draft.save_revision(user=by, clean=False, log_action=True)


@transaction.atomic
def submit(
    *, listing: Listing, by: User, seen: int | None, terms_version: str, attested: bool
) -> Submission:
    """Hand a sheet in for moderation, as it was read on the last step.

    :param terms_version: version of the terms of use that the person accepted.
    :param attested: whether they attest that the sheet is accurate, and license its texts.
    Raises `ValidationError` when the company is not attached, something is missing or was not
    accepted; `EditConflict` when somebody saved it since.
    """
    page = _locked(listing, by, Action.SUBMIT)
    if listing.vendor is None or not listing.vendor.is_attached:
        raise ValidationError(
            _("Votre entreprise n'est pas encore rattachée : aucune fiche ne peut être remise."),
            code="unattached",
        )
    _check_seen(page, seen)
    terms = _accepted_terms(terms_version, attested)
    if page.latest_revision is None:  # imported in bulk, and never edited since
        page.save_revision(user=by, clean=False)
    draft = page.get_latest_revision_as_object()
    _settle_address(page, draft, by)
    lacking = completeness.missing(draft)
    if lacking:
        raise ValidationError([ValidationError(row.message, code="incomplete") for row in lacking])
    now = timezone.now()
    row = Submission(
        listing=listing,
        revision=page.latest_revision,
        by=by,
        due_on=answer_due_on(timezone.localdate(now)),
        terms_version=terms.version,
        terms_effective_on=terms.effective_on,
        accuracy_attested=attested,
        text_licence=TEXT_LICENCE,
    )
    row.save()
    row.workflow_state = _start_review(page, by)
    row.save(update_fields=["workflow_state"])
    sheet_tasks.after_commit(sheet_tasks.tell_members, row.pk)
    return row


def _accepted_terms(version: str, attested: bool) -> terms_of_use.Terms:
    terms = terms_of_use.current()
    if terms is None:
        raise ValidationError(
            _("Les conditions d'utilisation ne sont pas publiées : réessayez plus tard.")
        )
    if version != terms.version:
        raise ValidationError(
            _("Les conditions d'utilisation ont changé : lisez-les et acceptez-les à nouveau."),
            code="terms",
        )
    if not attested:
        raise ValidationError(
            _("Attestez que la fiche est exacte et acceptez la licence de ses textes."),
            code="attestation",
        )
    return terms


def _settle_address(page: SolutionPage, draft: SolutionPage, by: User) -> None:
    """Give a sheet that was never public the address of its name, which may have changed since."""
    if page.first_published_at or slugify(draft.title) == slugify(page.title):
        return
    BasePage.objects.select_for_update().get(pk=CataloguePage.objects.get().pk)
    page.title = page.draft_title = draft.title
    page.slug = draft.slug = page._get_autogenerated_slug(slugify(draft.title) or "fiche")
    page.save(clean=False)
    draft.save_revision(user=by, clean=False)
    page.refresh_from_db()


def _start_review(page: SolutionPage, by: User) -> WorkflowState:
    returned = page.current_workflow_state
    if returned is not None:
        returned.resume(user=by)
        return returned
    workflow = page.get_workflow()
    if workflow is None:
        raise ValidationError(_("La modération n'est pas ouverte : réessayez plus tard."))
    return workflow.start(page, by)


@transaction.atomic
def withdraw(*, listing: Listing, by: User) -> None:
    """Take a sheet back from moderation, to change it; the public version does not move."""
    page = _locked(listing, by, Action.WITHDRAW)
    # The signal that Wagtail sends settles the submission (catalogue/moderation.py).
    page.current_workflow_state.cancel(user=by)


@transaction.atomic
def settle(
    *, submission: Submission, outcome: str, by: User | None, comment: str = "", reason: str = ""
) -> None:
    """Write what became of a submission, and tell the company's members unless they did it.

    Called when Wagtail's workflow ends; a submission that is settled already stays as it is.
    """
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if row.outcome != Submission.Outcome.WAITING:
        return
    row.outcome, row.decided_at, row.decided_by = outcome, timezone.now(), by
    if outcome == Submission.Outcome.RETURNED:
        row.comment, row.reason = comment or str(NO_COMMENT), reason or OTHER_REASON
    row.save()
    if outcome == Submission.Outcome.APPROVED:
        confirmed = timezone.localdate(row.submitted_at)
        services.change_listing(listing=row.listing, by=by, confirmed_on=confirmed)
        sheet_tasks.after_commit(sheet_tasks.check_repository, row.listing_id)
    if outcome != Submission.Outcome.WITHDRAWN:
        sheet_tasks.after_commit(sheet_tasks.tell_members, row.pk)


@transaction.atomic
def keep_consent(*, listing: Listing, reference: Reference, file: SafeEvidence, by: User) -> None:
    """Keep the writing by which a client agrees to be named, for moderators only."""
    _locked(listing, by, Action.EDIT)
    claim, _created = Claim.objects.get_or_create(
        listing=listing, subject=reference.uid, kind=Claim.Kind.REFERENCE
    )
    Evidence.objects.create(
        claim=claim,
        title=_("Accord écrit de %s") % reference.client[:150],
        file=file.file,
        sha256=hashlib.sha256(file.file.read()).hexdigest(),
        is_public=False,
        restriction_reason=_("Accord d'un client : lu par la mission LABEL seulement."),
    )


@transaction.atomic
def archive(*, listing: Listing, by: User) -> None:
    """Withdraw a sheet from the catalogue: its address says so, nothing is lost."""
    _locked(listing, by, Action.ARCHIVE)
    services.change_listing(listing=listing, by=by, archived=True)


@transaction.atomic
def restore(*, listing: Listing, by: User) -> None:
    """Bring an archived sheet back as it was."""
    _locked(listing, by, Action.RESTORE)
    services.change_listing(listing=listing, by=by, archived=False)


@transaction.atomic
def confirm(*, listing: Listing, by: User, on: dt.date) -> None:
    """Say that a live sheet is still accurate, that day."""
    _locked(listing, by, Action.CONFIRM)
    services.change_listing(listing=listing, by=by, confirmed_on=on)


def _locked(listing: Listing, by: User, action: Action) -> SolutionPage:
    """Lock a sheet and read it again; refuse who has no right, and what its state does not allow."""
    BasePage.objects.select_for_update().get(pk=listing.page_id)
    listing.refresh_from_db()
    page = SolutionPage.objects.get(pk=listing.page_id)
    listing.page = page
    _require(listing.vendor is not None and role_of(by, listing.vendor) is not None)
    state = state_of(listing)
    if action not in ACTIONS[state]:
        raise ValidationError(
            _("Ce n'est pas possible : la fiche est « %(state)s »."),
            params={"state": STATE_LABELS[state]},
            code="state",
        )
    if action in (Action.SUBMIT, Action.RESTORE) and is_suspended(listing.vendor):
        raise ValidationError(services.SUSPENDED, code="suspended")
    if page.locked and action in (Action.EDIT, Action.SUBMIT):
        raise ValidationError(
            _("La mission LABEL a verrouillé cette fiche : écrivez-lui par la page Contact."),
            code="locked",
        )
    return page


def _check_seen(page: SolutionPage, seen: int | None) -> None:
    if page.latest_revision_id != seen and page.latest_revision is not None:
        raise EditConflict(page.latest_revision)


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied
