"""The decision that a file waits for, on whichever screen shows the file."""

from typing import Any

from django import template

from accounts.models import User
from labelling.admin.decision import panel
from labelling.models import LabelApplication

register = template.Library()


@register.simple_tag
def decision_panel(file: LabelApplication, user: User) -> dict[str, Any]:
    """What there is to decide, as `labelling.admin.decision.panel`."""
    return panel(file, user)
