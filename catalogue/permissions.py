"""What members of a company and public agents may do; staff have Wagtail's rights in the admin."""

from accounts.models import User
from catalogue.bodies import body_of
from catalogue.models import (
    AnomalyReport,
    BodyUse,
    Claim,
    Listing,
    Membership,
    Role,
    Suspension,
    Vendor,
)


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


def user_can_answer(user: User, report: AnomalyReport) -> bool:
    """Whether somebody may decide on a report: a moderator who does not act for the vendor."""
    vendor = report.listing.vendor if report.listing else None
    allowed = user.has_perm("catalogue.change_anomalyreport")
    return allowed and (vendor is None or role_of(user, vendor) is None)


def user_can_verify(user: User, claim: Claim) -> bool:
    """Whether somebody may verify or contest what a vendor says: not one of its members."""
    vendor = claim.listing.vendor
    allowed = user.has_perm("catalogue.change_claim")
    return allowed and (vendor is None or role_of(user, vendor) is None)


def user_can_contact(user: User, vendor: Vendor) -> bool:
    """Whether somebody may write to a vendor: a public agent, who does not act for it."""
    return _is_agent(user) and role_of(user, vendor) is None


def user_can_say_use(user: User, listing: Listing) -> bool:
    """Whether somebody may say that their body uses a solution.

    A public agent whose body ProConnect names, and which is not the vendor itself: nobody confirms
    their own references.
    """
    body = body_of(user) if _is_agent(user) else None
    if body is None or listing.vendor is None:
        return body is not None
    return body.siret[:9] != listing.vendor.siren and role_of(user, listing.vendor) is None


def user_can_withdraw_use(user: User, use: BodyUse) -> bool:
    """Whether somebody may take back what a body said: any public agent whom it employs."""
    body = body_of(user) if _is_agent(user) else None
    return body is not None and body.siret == use.siret


def _is_agent(user: User) -> bool:
    return user.is_authenticated and user.is_active and user.is_agent


def user_can_enforce(user: User, vendor: Vendor | None) -> bool:
    """Whether somebody may hide, put back or merge sheets: a moderator, not in their own cause."""
    allowed = user.has_perm("catalogue.change_listing")
    return allowed and (vendor is None or role_of(user, vendor) is None)


def is_suspended(vendor: Vendor | None) -> bool:
    """Whether mission LABEL hides all that a vendor has in the catalogue."""
    return vendor is not None and Suspension.objects.open().filter(vendor=vendor).exists()
