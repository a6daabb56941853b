"""Requests about a company: to join it, to dispute who acts for it, to claim one that nobody proved.

Owners decide who joins, moderators judge disputes, ProConnect settles a claim at once. What raises
`Refused` says in French why, and what to do.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.membership import dismiss, enter, must_manage, write_log
from catalogue.models import Membership, Proof, Request, Role, Vendor
from catalogue.permissions import role_of, user_can_judge
from catalogue.proving import (
    employer_siret,
    lock_company,
    prove_by_proconnect,
    tell_about,
    too_often,
)
from catalogue.quotas import DAY, spend

REQUESTS_PER_DAY = 10


@transaction.atomic
def ask(
    *,
    vendor: Vendor,
    user: User,
    kind: str,
    message: str,
    evidence: ContentFile[bytes] | None = None,
) -> Request:
    """Ask the owners to let one in (`join`), or mission LABEL to say who acts (`dispute`).

    An editor may dispute: whoever let them in may be the one who had no right to act.
    Raises `Refused` for other members, when such a request already waits, to join a company without
    owner, and after ten requests in a day.
    """
    vendor = lock_company(vendor)
    role = role_of(user, vendor)
    if role == Role.OWNER or (role and kind == Request.Kind.JOIN):
        raise Refused(_("Vous êtes déjà membre de cette entreprise."))
    if vendor.requests.filter(user=user, kind=kind, state=Request.State.WAITING).exists():
        raise Refused(_("Votre demande est déjà en cours d'examen."))
    owners = vendor.memberships.owners().select_related("user")
    if kind == Request.Kind.JOIN and not owners:
        raise Refused(
            _("Personne ne gère encore cette entreprise : adressez-vous à la mission LABEL.")
        )
    if not spend("company-request", user.pk, most=REQUESTS_PER_DAY, seconds=DAY):
        raise too_often()
    request = Request.objects.create(
        vendor=vendor, user=user, kind=kind, message=message, evidence=evidence
    )
    write_log(vendor, "catalogue.company.request", user, kind=kind)
    joins = kind == Request.Kind.JOIN
    for owner in owners:
        name = "company/join_asked" if joins else "company/disputed"
        tell_about(vendor, name, owner.user, **({"who": str(user)} if joins else {}))
    if not joins:
        _tell_moderators(request)
    return request


@transaction.atomic
def withdraw_request(*, request: Request, by: User) -> None:
    """Give up one's own request. Raises `PermissionDenied` for somebody else's."""
    if request.user_id != by.pk:
        raise PermissionDenied
    fresh = _waiting(lock_company(request.vendor), request)
    _close(fresh, Request.State.WITHDRAWN, by, "")


@transaction.atomic
def decide_join(*, request: Request, by: User, accepted: bool, answer: str = "") -> None:
    """Let somebody who asked join as an editor, or not.

    Raises `PermissionDenied` unless `by` is an owner, `Refused` when it was decided meanwhile.
    """
    vendor = lock_company(request.vendor)
    must_manage(by, vendor)
    if request.kind != Request.Kind.JOIN:
        raise PermissionDenied
    fresh = _waiting(vendor, request)
    state = Request.State.ACCEPTED if accepted else Request.State.REFUSED
    _close(fresh, state, by, answer)
    if accepted:
        enter(vendor, fresh.user, Role.EDITOR)
        tell_about(vendor, "company/join_accepted", fresh.user)
    else:
        tell_about(vendor, "company/join_refused", fresh.user, answer=answer)


@transaction.atomic
def decide_dispute(*, request: Request, by: User, accepted: bool, answer: str) -> None:
    """Say who acts for a company.

    Whoever wins is its only member, as owner, and the proofs of the others are withdrawn; the
    company is unattached until the winner proves (or has proved) to act for it.
    Raises `PermissionDenied` unless `by` may judge this company, `Refused` without an answer or
    when it was decided meanwhile.
    """
    vendor = lock_company(request.vendor)
    if not user_can_judge(by, vendor) or request.user_id == by.pk:
        raise PermissionDenied
    if request.kind != Request.Kind.DISPUTE:
        raise PermissionDenied
    answer = answer.strip()
    if not answer:
        raise Refused(_("Donnez le motif : il est envoyé aux personnes concernées."))
    fresh = _waiting(vendor, request)
    state = Request.State.ACCEPTED if accepted else Request.State.REFUSED
    _close(fresh, state, by, answer)
    if not accepted:
        tell_about(vendor, "company/dispute_refused", fresh.user, answer=answer)
        return
    for other in vendor.memberships.exclude(user=fresh.user).select_related("user"):
        dismiss(other, by, "catalogue.company.remove")
        tell_about(vendor, "company/dispute_lost", other.user, answer=answer)
    vendor.invitations.filter(accepted_at=None).delete()
    _end_proofs(vendor, ~Q(by=fresh.user) | Q(by=None), by, answer)
    enter(vendor, fresh.user, Role.OWNER, tell=False)
    tell_about(vendor, "company/dispute_accepted", fresh.user, answer=answer)


@transaction.atomic
def claim_by_proconnect(*, vendor: Vendor, by: User) -> Membership:
    """Make owner, at once, somebody whom ProConnect says to work for a company nobody proved.

    Its members so far typed a SIREN, which proves nothing: each becomes somebody who asks to join,
    and the new owner decides. Raises `Refused` when ProConnect does not say so, or when the company
    is attached already: its owners decide who joins.
    """
    vendor = lock_company(vendor)
    if not employer_siret(by, vendor):
        raise Refused(_("ProConnect ne vous dit pas employé de cette entreprise."))
    if vendor.is_attached and vendor.memberships.exists():
        raise Refused(
            _("Cette entreprise est déjà rattachée : demandez à ses propriétaires de la rejoindre.")
        )
    for other in vendor.memberships.exclude(user=by).select_related("user"):
        dismiss(other, by, "catalogue.company.set_aside")
        Request.objects.get_or_create(
            vendor=vendor,
            user=other.user,
            kind=Request.Kind.JOIN,
            state=Request.State.WAITING,
            defaults={"message": _("Membre de l'entreprise avant qu'elle soit rattachée.")},
        )
        tell_about(vendor, "company/claimed", other.user)
    vendor.invitations.filter(accepted_at=None).delete()
    reason = _("L'entreprise a été rattachée par ProConnect.")
    _end_proofs(vendor, ~Q(by=by) | Q(by=None), by, reason)
    member = enter(vendor, by, Role.OWNER, tell=False)
    prove_by_proconnect(vendor=vendor, by=by)
    return member


def _end_proofs(vendor: Vendor, whose: Q, by: User, reason: str) -> None:
    now = timezone.now()
    ended = vendor.proofs.in_force().filter(whose)
    count = ended.update(state=Proof.State.REVOKED, reason=reason, decided_at=now, decided_by=by)
    if count:
        write_log(vendor, "catalogue.company.revoke_proof", by, reason=reason, count=count)


def _waiting(vendor: Vendor, request: Request) -> Request:
    fresh = vendor.requests.select_related("user").filter(pk=request.pk).first()
    if fresh is None or fresh.state != Request.State.WAITING:
        raise Refused(_("Cette demande est déjà décidée."))
    return fresh


def _close(request: Request, state: str, by: User, answer: str) -> None:
    request.state, request.answer = state, answer
    request.decided_at, request.decided_by = timezone.now(), by
    request.save()
    data = {"kind": request.kind, "state": str(state), "who": request.user_id}
    write_log(request.vendor, "catalogue.company.decide_request", by, **data)


def _tell_moderators(request: Request) -> None:
    tasks.tell(
        "company/to_examine",
        settings.CONTACT_EMAIL,
        reverse("contestations:inspect", args=[request.pk]),
        company=request.vendor.name,
        what=str(request.get_kind_display()),
    )
