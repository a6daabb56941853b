"""Rights on models that services write: what screens of the admin may do with them."""

from typing import Any

from django.db.models import Model
from wagtail.permission_policies import ModelPermissionPolicy


class NarrowPolicy(ModelPermissionPolicy):
    """Rights that a subclass narrows action by action; to have any of several follows from it."""

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class ReadPolicy(NarrowPolicy):
    """Read by who has one right, written by services only."""

    def __init__(self, model: type[Model], right: str = "") -> None:
        """
        :param right: `app.codename`; that of changing the model itself by default.
        """
        super().__init__(model)
        self.right = right or self._get_permission_name("change")

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and user.has_perm(self.right)
