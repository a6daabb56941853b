"""Wagtail's moderation of sheets leads back to the submissions: it decides, we keep and tell."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from wagtail.admin import signal_handlers
from wagtail.admin.mail import (
    GroupApprovalTaskStateSubmissionEmailNotifier,
    WorkflowStateApprovalEmailNotifier,
    WorkflowStateRejectionEmailNotifier,
    WorkflowStateSubmissionEmailNotifier,
)
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import (
    task_submitted,
    workflow_approved,
    workflow_cancelled,
    workflow_rejected,
    workflow_submitted,
)

from accounts.models import User
from catalogue import drafting
from catalogue.models import Submission
from catalogue.permissions import user_can_edit
from catalogue.workflow import was_read

Outcome = Submission.Outcome


def _waiting(workflow: WorkflowState) -> Submission | None:
    rows = Submission.objects.waiting().filter(workflow_state=workflow)
    return rows.select_related("listing__vendor", "listing__page").first()


@receiver(workflow_approved, sender=WorkflowState)
def sheet_approved(instance: WorkflowState, user: User | None, **kwargs: Any) -> None:
    """The reviewed revision is published by now, unless the task was taken out of use meanwhile."""
    submission = _waiting(instance)
    if submission is None:
        return
    if was_read(instance):
        drafting.settle(submission=submission, outcome=Outcome.APPROVED, by=user)
    else:
        _break_off(instance, submission, user)


@receiver(workflow_rejected, sender=WorkflowState)
def sheet_returned(instance: WorkflowState, user: User | None, **kwargs: Any) -> None:
    """The comment is the moderator's, kept with the task."""
    submission = _waiting(instance)
    if submission is not None:
        comment = instance.current_task_state.comment
        drafting.settle(submission=submission, outcome=Outcome.RETURNED, by=user, comment=comment)


@receiver(workflow_cancelled, sender=WorkflowState)
def review_ended(instance: WorkflowState, user: User | None, **kwargs: Any) -> None:
    """Its vendor took the sheet back, or a moderator published it at once or broke the review off."""
    submission = _waiting(instance)
    if submission is None:
        return
    vendor = submission.listing.vendor
    if _is_public(submission):
        drafting.settle(submission=submission, outcome=Outcome.APPROVED, by=user)
    elif user is not None and vendor is not None and user_can_edit(user, vendor):
        drafting.settle(submission=submission, outcome=Outcome.WITHDRAWN, by=user)
    else:
        _break_off(instance, submission, user)


def _is_public(submission: Submission) -> bool:
    """Whether the public reads what was handed in, or a later version.

    By their dates: what a takedown keeps of a sheet written in bulk is an old version made late.
    """
    read, public = submission.revision, submission.listing.page.live_revision
    if read is None or public is None:
        return False
    return read == public or read.created_at < public.created_at


@transaction.atomic
def _break_off(workflow: WorkflowState, submission: Submission, user: User | None) -> None:
    """Nobody decided: the sheet is its vendor's to correct, wherever its state is read."""
    workflow.status = WorkflowState.STATUS_NEEDS_CHANGES
    workflow.save()
    drafting.settle(submission=submission, outcome=Outcome.RETURNED, by=user)


class _AfterCommit:
    """Wagtail sends where it stands: here once all is stored, since a mail server may be slow."""

    def __call__(self, instance: Any = None, **kwargs: Any) -> None:
        send = super().__call__  # type: ignore[misc]
        transaction.on_commit(lambda: send(instance, **kwargs), robust=True)


class _StaffOnly(_AfterCommit):
    """Wagtail's own mails lead into the admin: for those who may enter it; vendors get ours."""

    def get_recipient_users(self, workflow_state: WorkflowState, **kwargs: Any) -> set[User]:
        people = super().get_recipient_users(workflow_state, **kwargs)  # type: ignore[misc]
        return {person for person in people if person.has_perm("wagtailadmin.access_admin")}


class StaffApproval(_StaffOnly, WorkflowStateApprovalEmailNotifier):
    """To the member of staff who asked for a review: it is approved."""


class StaffRejection(_StaffOnly, WorkflowStateRejectionEmailNotifier):
    """To the member of staff who asked for a review: it is sent back."""


class SheetWaits(_AfterCommit, GroupApprovalTaskStateSubmissionEmailNotifier):
    """To moderators: a sheet waits."""


class SheetSubmitted(_AfterCommit, WorkflowStateSubmissionEmailNotifier):
    """To superusers: a review was asked for."""


_MAILS = (
    (
        task_submitted,
        TaskState,
        "task_submission_email_notifier",
        "group_approval_task_submitted_email_notification",
        SheetWaits(),
    ),
    (
        workflow_submitted,
        WorkflowState,
        "workflow_submission_email_notifier",
        "workflow_state_submitted_email_notification",
        SheetSubmitted(),
    ),
    (
        workflow_approved,
        WorkflowState,
        "workflow_approval_email_notifier",
        "workflow_state_approved_email_notification",
        StaffApproval(),
    ),
    (
        workflow_rejected,
        WorkflowState,
        "workflow_rejection_email_notifier",
        "workflow_state_rejected_email_notification",
        StaffRejection(),
    ),
)
"""Signal, its sender, Wagtail's name of what it connects and under which id, and ours instead."""


def take_over_mails() -> None:
    """Put our notifiers in place of Wagtail's, whether its own are connected yet or not."""
    for signal, sender, name, uid, notifier in _MAILS:
        setattr(signal_handlers, name, notifier)
        signal.disconnect(sender=sender, dispatch_uid=uid)
        signal.connect(notifier, sender=sender, dispatch_uid=uid)
