"""Who acts for a company: members and their roles, invitations, and what a closed account leaves.

While a company has members one of them is an owner: whatever changes that holds its row's lock.
What raises `Refused` says in French why, and what to do.
"""

import hashlib
import secrets
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.models import Invitation, Membership, Proof, Request, Role, Vendor
from catalogue.permissions import is_suspended, user_can_manage
from catalogue.proving import (
    lock_company,
    tell_about,
    too_often,
)
from catalogue.quotas import DAY, spend

INVITATIONS_PER_DAY = 20


@transaction.atomic
def invite(*, vendor: Vendor, by: User, email: str, role: str) -> Invitation:
    """Mail somebody a link by which they join; an invitation to the same address is replaced.

    Raises `PermissionDenied` for somebody else than an owner, `Refused` when the address is a
    member's or after twenty invitations in a day.
    """
    vendor = lock_company(vendor)
    must_manage(by, vendor)
    email = email.strip().lower()
    if vendor.memberships.filter(user__email=email).exists():
        raise Refused(_("Cette personne est déjà membre."))
    if not spend("invite", by.pk, most=INVITATIONS_PER_DAY, seconds=DAY):
        raise too_often()
    vendor.invitations.filter(email=email, accepted_at=None).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        vendor=vendor, email=email, role=role, token_hash=_hash(token), invited_by=by
    )
    write_log(vendor, "catalogue.company.invite", by, role=role)
    tasks.tell(
        "company/invited",
        email,
        reverse("company_invitation", args=[token]),
        company=vendor.name,
        by=str(by),
        role=str(invitation.get_role_display()),
    )
    return invitation


@transaction.atomic
def cancel_invitation(*, invitation: Invitation, by: User) -> None:
    """Make the link of an invitation void. Raises `PermissionDenied` unless `by` is an owner."""
    vendor = lock_company(invitation.vendor)
    must_manage(by, vendor)
    vendor.invitations.filter(pk=invitation.pk, accepted_at=None).delete()
    write_log(vendor, "catalogue.company.uninvite", by)


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link, if it still holds."""
    return Invitation.objects.open().filter(token_hash=_hash(token)).first()


@transaction.atomic
def accept_invitation(*, token: str, user: User) -> Membership:
    """Join by the link of a mail.

    Raises `Refused` when the link no longer holds, `PermissionDenied` unless the invited address
    is a confirmed one of this account.
    """
    found = find_invitation(token)
    if found is None:
        raise Refused(_("Cette invitation n'est plus valable : demandez-en une autre."))
    vendor = lock_company(found.vendor)
    invitation = vendor.invitations.open().filter(pk=found.pk).first()
    if invitation is None:
        raise Refused(_("Cette invitation n'est plus valable : demandez-en une autre."))
    if not user_is_invited(user, invitation):
        raise PermissionDenied
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return enter(vendor, user, invitation.role)


def user_is_invited(user: User, invitation: Invitation) -> bool:
    """Whether an invitation is for one of the confirmed addresses of this account."""
    own = EmailAddress.objects.filter(user=user, verified=True)
    return user.is_active and own.filter(email__iexact=invitation.email).exists()


@transaction.atomic
def change_role(*, membership: Membership, by: User, role: str) -> Membership:
    """Make a member owner or editor.

    Raises `PermissionDenied` unless `by` is an owner, `Refused` for the last owner's own role.
    """
    vendor = lock_company(membership.vendor)
    must_manage(by, vendor)
    member = _fresh(vendor, membership)
    if member.role == role:
        return member
    if role != Role.OWNER:
        _must_leave_an_owner(vendor, member)
        _drop_invitations(vendor, member.user)
    member.role = role
    member.save(update_fields=["role"])
    write_log(vendor, "catalogue.company.role", by, member=member.user_id, role=role)
    if member.user_id != by.pk:
        label = str(member.get_role_display())
        tell_about(vendor, "company/role_changed", member.user, role=label)
    return member


@transaction.atomic
def remove_member(*, membership: Membership, by: User) -> None:
    """Take somebody out of a company.

    Raises `PermissionDenied` unless `by` is an owner, `Refused` for the last owner.
    """
    vendor = lock_company(membership.vendor)
    must_manage(by, vendor)
    member = _fresh(vendor, membership)
    _must_leave_an_owner(vendor, member)
    dismiss(member, by, "catalogue.company.remove")
    if member.user_id != by.pk:
        tell_about(vendor, "company/removed", member.user)


@transaction.atomic
def leave(*, vendor: Vendor, user: User) -> None:
    """Leave a company, which is erased with its only member if `erased_without` them.

    Raises `PermissionDenied` for somebody who is no member, `Refused` for the last owner of a
    company that stays.
    """
    vendor = lock_company(vendor)
    member = vendor.memberships.filter(user=user).first()
    if member is None:
        raise PermissionDenied
    if erased_without(vendor, user):
        write_log(vendor, "catalogue.company.erase", user)
        vendor.delete()
        return
    _must_leave_an_owner(vendor, member)
    dismiss(member, user, "catalogue.company.leave")


def erased_without(vendor: Vendor, user: User) -> bool:
    """Whether nothing is left of a company that this member leaves.

    Sheets and what agents wrote stay; so does a suspension, which erasing would undo.
    """
    others = vendor.memberships.exclude(user=user).exists()
    kept = vendor.listings.exists() or vendor.inquiries.exists()
    return not (others or kept or is_suspended(vendor))


@transaction.atomic
def forget(*, user: User) -> str | None:
    """Take a person whose account closes out of their companies, and erase what names them.

    Returns why it cannot be, in French, for the last owner of a company that goes on: nothing is
    then to be kept of what was written (the caller undoes the transaction).
    """
    for member in user.memberships.select_related("vendor"):
        try:
            leave(vendor=member.vendor, user=user)
        except Refused as refusal:
            return str(refusal)
    user.company_requests.all().delete()
    if user.email:
        Invitation.objects.filter(email=user.email, accepted_at=None).delete()
    for proof in Proof.objects.filter(by=user):
        # That there was a proof stays; whose address or signature it was does not.
        if proof.email:
            proof.email = f"efface@{proof.email.rpartition('@')[2]}"
        if proof.mandate.name:
            # Once this is safe: another app may yet refuse, and everything is undone.
            transaction.on_commit(partial(proof.mandate.storage.delete, proof.mandate.name))
            proof.mandate = ""
        proof.save()
    return None


def export(user: User) -> dict[str, Any]:
    """What the catalogue keeps of a person as somebody who acts for companies, for their copy."""
    return {
        "entreprises": list(user.memberships.values("vendor__name", "role", "since")),
        "preuves": list(
            Proof.objects.filter(by=user).values(
                "vendor__name", "kind", "state", "siret", "email", "asked_at", "reason"
            )
        ),
        "demandes_aux_entreprises": list(
            user.company_requests.values(
                "vendor__name", "kind", "state", "message", "answer", "created_at"
            )
        ),
    }


def enter(vendor: Vendor, user: User, role: str, *, tell: bool = True) -> Membership:
    """Make somebody a member; a member keeps the higher role. Other owners are told."""
    member, created = Membership.objects.get_or_create(
        vendor=vendor, user=user, defaults={"role": role}
    )
    if not created and role == Role.OWNER:
        member.role = role
        member.save(update_fields=["role"])
    vendor.requests.filter(user=user, kind=Request.Kind.JOIN, state=Request.State.WAITING).update(
        state=Request.State.ACCEPTED, decided_at=timezone.now()
    )
    write_log(vendor, "catalogue.company.join", user, member=user.pk, role=member.role)
    if tell and created:
        words = {"who": str(user), "role": str(member.get_role_display())}
        for owner in vendor.memberships.owners().exclude(user=user).select_related("user"):
            tell_about(vendor, "company/member_joined", owner.user, **words)
    return member


def dismiss(member: Membership, by: User, action: str) -> None:
    """End a membership, with the invitations that it sent and the proofs that it asked for."""
    vendor = member.vendor
    _drop_invitations(vendor, member.user)
    undecided = (Proof.State.WAITING, Proof.State.CODE_SENT)
    vendor.proofs.filter(by=member.user, state__in=undecided).delete()
    member_id = member.user_id
    member.delete()
    write_log(vendor, action, by, member=member_id)


def _drop_invitations(vendor: Vendor, user: User) -> None:
    """Who manages no more invites no more: open links of theirs are void."""
    vendor.invitations.filter(invited_by=user, accepted_at=None).delete()


def must_manage(user: User, vendor: Vendor) -> None:
    """Raise `PermissionDenied` for somebody else than an owner."""
    if not user_can_manage(user, vendor):
        raise PermissionDenied


def _must_leave_an_owner(vendor: Vendor, member: Membership) -> None:
    if member.role == Role.OWNER and not vendor.memberships.owners().exclude(pk=member.pk):
        raise Refused(
            _(
                "%(company)s n'a pas d'autre propriétaire : nommez-en un d'abord. Si personne ne peut "
                "l'être, écrivez à la mission LABEL."
            )
            % {"company": vendor.name}
        )


def _fresh(vendor: Vendor, membership: Membership) -> Membership:
    """The membership as it is under the lock; raises `Refused` when it is gone."""
    member = vendor.memberships.select_related("user").filter(pk=membership.pk).first()
    if member is None:
        raise Refused(_("Cette personne n'est plus membre."))
    return member


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def write_log(vendor: Vendor, action: str, by: User, **data: Any) -> None:
    """Write in a company's history; people are named there by the number of their account."""
    log(vendor, action, user=by, data=data)
