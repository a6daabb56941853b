"""What members of a company may do; staff have Wagtail's own rights in the admin."""

from accounts.models import User
from catalogue.models import Membership, Role, Vendor


def role_of(user: User, vendor: Vendor) -> str | None:
    """Role of somebody in a company, None when they have none or their account is closed."""
    if not user.is_authenticated or not user.is_active:
        return None
    return (
        Membership.objects.filter(user=user, vendor=vendor).values_list("role", flat=True).first()
    )


def user_can_edit(user: User, vendor: Vendor) -> bool:
    """Whether somebody may write for a company: its sheets and its presentation."""
    return role_of(user, vendor) is not None


def user_can_manage(user: User, vendor: Vendor) -> bool:
    """Whether somebody may decide for a company: members, proofs, transfers."""
    return role_of(user, vendor) == Role.OWNER


def user_can_submit(user: User, vendor: Vendor) -> bool:
    """Whether somebody may hand in its sheets: a member, of a company attached by a proof."""
    return user_can_edit(user, vendor) and vendor.is_attached


def user_can_judge(user: User, vendor: Vendor) -> bool:
    """Whether somebody may decide on proofs and disputes: a moderator, not in their own cause."""
    return user.has_perm("catalogue.change_proof") and role_of(user, vendor) is None
