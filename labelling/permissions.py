"""Who writes referentials: staff who may change them, as groups give it in the admin."""

from accounts.models import User


def user_can_draft(user: User) -> bool:
    """Whether somebody may prepare versions and publish them."""
    return user.is_active and user.has_perm("labelling.change_referentialversion")


def user_can_read_drafts(user: User) -> bool:
    """Whether somebody may read what is not published yet, and what it would do."""
    return user.is_active and (
        user.has_perm("labelling.view_referentialversion") or user_can_draft(user)
    )
