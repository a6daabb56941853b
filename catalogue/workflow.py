"""Publication by moderation: what was reviewed is what is published."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState


def publish_reviewed_revision(workflow_state: "WorkflowState", user=None) -> None:
    """Publish the revision that the last task reviewed, with what the reviewer corrected in it.

    Called by Wagtail (WAGTAIL_FINISH_WORKFLOW_ACTION) when a workflow is approved; Wagtail's own
    action publishes the latest revision, which nobody may have read. A workflow without a task in
    use is approved at once, by nobody: the sheet stays as it is.
    """
    task = workflow_state.current_task_state
    if task is None:
        return
    latest = workflow_state.content_object.get_latest_revision()
    corrected = task.finished_by_id is not None and latest.user_id == task.finished_by_id
    (latest if corrected else task.revision).publish(user=user)
