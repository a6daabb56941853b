"""Publication by moderation: what was reviewed is what is published."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState


def publish_reviewed_revision(workflow_state: "WorkflowState", user=None) -> None:
    """Publish the revision that the last task reviewed, not whatever was saved since.

    Called by Wagtail (WAGTAIL_FINISH_WORKFLOW_ACTION) when a workflow is approved; Wagtail's own
    action publishes the latest revision, which nobody may have read.
    """
    reviewed = workflow_state.current_task_state.revision
    reviewed.publish(user=user)
