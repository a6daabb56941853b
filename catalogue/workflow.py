"""Publication by moderation: what was reviewed is what is published."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState


def was_read(workflow_state: "WorkflowState") -> bool:
    """Whether somebody approved the last task of a workflow that ended as approved."""
    task = workflow_state.current_task_state
    return task is not None and task.status == task.STATUS_APPROVED


def publish_reviewed_revision(workflow_state: "WorkflowState", user=None) -> None:
    """Publish the revision that the last task reviewed, with what the reviewer corrected in it.

    Called by Wagtail (WAGTAIL_FINISH_WORKFLOW_ACTION) when a workflow is approved; Wagtail's own
    action publishes the latest revision, which nobody may have read. A workflow whose tasks were all
    taken out of use ends as approved, by nobody: the sheet stays as it is.
    """
    task = workflow_state.current_task_state
    if not was_read(workflow_state):
        return
    latest = workflow_state.content_object.get_latest_revision()
    corrected = task.finished_by_id is not None and latest.user_id == task.finished_by_id
    (latest if corrected else task.revision).publish(user=user)
