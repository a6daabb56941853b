"""Proofs that somebody may act for a company: the first in force attaches it (design: who proves).

By ProConnect, at once; by a code sent to an address that a moderator approved; by a signed mandate
that a moderator read. What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
import secrets
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.models import Membership, Proof, Vendor
from catalogue.models.company import CODE_MINUTES, MOST_ATTEMPTS
from catalogue.permissions import user_can_judge, user_can_manage
from catalogue.quotas import DAY, HOUR, spend

# Without those that are read for one another.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 8
PROOFS_PER_DAY = 5
CODES_PER_HOUR = 3
_UNDECIDED = (Proof.State.WAITING, Proof.State.CODE_SENT)


def lock_company(vendor: Vendor) -> Vendor:
    """Read a company again under a lock: who acts for it changes one at a time.

    Raises `Refused` when its last member has just erased it.
    """
    fresh: Vendor | None = (
        Vendor.objects.select_for_update(no_key=True).filter(pk=vendor.pk).first()
    )
    if fresh is None:
        raise Refused(_("Cette entreprise n'est plus inscrite."))
    return fresh


def too_often() -> Refused:
    """What somebody who asks for too much in too short a time is told."""
    return Refused(_("Trop de demandes en peu de temps. Réessayez plus tard."))


def employer_siret(user: User, vendor: Vendor) -> str:
    """The SIRET of this company that ProConnect gave for this person, or nothing."""
    sirets = user.sirets if vendor.siren else ()
    return next((siret for siret in sirets if siret[:9] == vendor.siren), "")


@transaction.atomic
def prove_by_proconnect(*, vendor: Vendor, by: User) -> Proof:
    """Attach a company, at once, for an owner whom ProConnect says to work there.

    Raises `PermissionDenied` for somebody else than an owner, `Refused` when ProConnect names no
    establishment of the company or when such a proof of this person was withdrawn.
    """
    vendor = lock_company(vendor)
    _must_manage(by, vendor)
    siret = employer_siret(by, vendor)
    if not siret:
        raise Refused(
            _(
                "ProConnect ne vous dit pas employé de cette entreprise. Reliez votre identité "
                "ProConnect depuis « Mon compte », ou donnez une autre preuve."
            )
        )
    mine = vendor.proofs.filter(by=by, kind=Proof.Kind.PROCONNECT)
    if mine.filter(state=Proof.State.REVOKED).exists():
        raise Refused(_("Votre preuve par ProConnect a été retirée : écrivez à la mission LABEL."))
    known = mine.in_force().first()
    if known:
        return known
    proof = Proof.objects.create(
        vendor=vendor,
        by=by,
        kind=Proof.Kind.PROCONNECT,
        state=Proof.State.ACCEPTED,
        siret=siret,
        decided_at=timezone.now(),
    )
    _log(proof, "catalogue.company.prove", by)
    return proof


@transaction.atomic
def ask_address_proof(*, vendor: Vendor, by: User, email: str) -> Proof:
    """Ask a moderator to approve an address of the company's own domain, which a code then proves.

    Raises `PermissionDenied` for somebody else than an owner, `Refused` for an address at a
    provider open to all, or after five proofs in a day.
    """
    vendor = lock_company(vendor)
    _must_manage(by, vendor)
    email = email.strip().lower()
    if email.rpartition("@")[2] in free_mail_domains():
        raise Refused(
            _(
                "Cette adresse est celle d'un fournisseur ouvert à tous : elle ne prouve rien. "
                "Donnez une adresse au nom de domaine de l'entreprise, ou un mandat signé."
            )
        )
    return _ask(vendor, by, Proof.Kind.EMAIL, email=email)


@transaction.atomic
def ask_mandate_proof(*, vendor: Vendor, by: User, file: ContentFile[bytes]) -> Proof:
    """Hand a signed mandate to the moderators; `file` was made safe (`catalogue.uploads`).

    Raises `PermissionDenied` for somebody else than an owner, `Refused` after five proofs in a day.
    """
    vendor = lock_company(vendor)
    _must_manage(by, vendor)
    return _ask(vendor, by, Proof.Kind.MANDATE, mandate=file)


def _ask(vendor: Vendor, by: User, kind: str, **given: Any) -> Proof:
    if not spend("proof", by.pk, most=PROOFS_PER_DAY, seconds=DAY):
        raise too_often()
    # Asked again: the one before is no longer what the person wants to be judged on.
    vendor.proofs.filter(by=by, kind=kind, state__in=_UNDECIDED).delete()
    proof = Proof.objects.create(
        vendor=vendor, by=by, kind=kind, state=Proof.State.WAITING, **given
    )
    _log(proof, "catalogue.company.ask_proof", by)
    tasks.tell(
        "company/to_examine",
        settings.CONTACT_EMAIL,
        reverse("preuves:inspect", args=[proof.pk]),
        company=vendor.name,
        what=str(proof.get_kind_display()),
    )
    return proof


@transaction.atomic
def approve_proof(*, proof: Proof, by: User) -> Proof:
    """Take a mandate as proof, or approve an address, to which a code goes at once.

    Raises `PermissionDenied` unless `by` may judge this company, `Refused` when it was decided.
    """
    proof = _to_judge(proof, by, (Proof.State.WAITING,))
    if proof.kind == Proof.Kind.EMAIL:
        _send_code(proof, decided_by=by)
        _tell_author(proof, "company/address_approved", address=proof.email)
    else:
        _accept(proof, by)
        _tell_author(proof, "company/proof_accepted")
    return proof


@transaction.atomic
def refuse_proof(*, proof: Proof, by: User, reason: str) -> Proof:
    """Refuse a proof that waits, or take back one in force; its author (or the owners) read why.

    Raises `PermissionDenied` unless `by` may judge this company, `Refused` without a reason or when
    it was refused already.
    """
    proof = _to_judge(proof, by, (*_UNDECIDED, Proof.State.ACCEPTED))
    reason = reason.strip()
    if not reason:
        raise Refused(_("Donnez le motif : il est envoyé à la personne."))
    in_force = proof.state == Proof.State.ACCEPTED
    proof.state = Proof.State.REVOKED if in_force else Proof.State.REFUSED
    proof.reason, proof.decided_at, proof.decided_by, proof.code_hash = reason, _now(), by, ""
    proof.save()
    words = {"kind": str(proof.get_kind_display()), "reason": reason}
    if in_force:
        _log(proof, "catalogue.company.revoke_proof", by, reason=reason)
        for owner in proof.vendor.memberships.owners().select_related("user"):
            tell_about(proof.vendor, "company/proof_revoked", owner.user, **words)
    else:
        _log(proof, "catalogue.company.refuse_proof", by, reason=reason)
        _tell_author(proof, "company/proof_refused", **words)
    return proof


@transaction.atomic
def send_code_again(*, proof: Proof, by: User) -> None:
    """Send a new code to the approved address; the one before is void.

    Raises `PermissionDenied` for somebody else than who asked, `Refused` when there is no code to
    send or after three in an hour.
    """
    proof = _own(proof, by)
    if not spend("code", proof.pk, most=CODES_PER_HOUR, seconds=HOUR):
        raise too_often()
    _send_code(proof)


@transaction.atomic
def confirm_code(*, proof: Proof, by: User, code: str) -> bool:
    """Attach the company if the code is right; a wrong one is counted, and False comes back.

    Raises `PermissionDenied` for somebody else than who asked, `Refused` when no code can be typed
    any more: too old, or tried five times.
    """
    proof = _own(proof, by)
    sent = proof.code_sent_at or dt.datetime.min.replace(tzinfo=dt.UTC)
    if proof.attempts >= MOST_ATTEMPTS:
        raise Refused(_("Cinq essais sans succès : demandez un nouveau code."))
    if _now() > sent + dt.timedelta(minutes=CODE_MINUTES):
        raise Refused(_("Ce code n'est plus valable : demandez-en un nouveau."))
    typed = "".join(character for character in code.upper() if character.isalnum())
    if not check_password(typed, proof.code_hash):
        proof.attempts += 1
        proof.save(update_fields=["attempts"])
        return False
    _accept(proof, proof.decided_by)
    _tell_author(proof, "company/proof_accepted")
    return True


def tell_about(vendor: Vendor, name: str, user: User | None, **values: str) -> None:
    """Mail somebody about a company; the action opens what `_PLACES` says, else the company."""
    if user and user.is_active:
        route, takes_slug = _PLACES.get(name, ("company", True))
        path = reverse(route, args=[vendor.slug] if takes_slug else [])
        tasks.tell(name, user.email, path, company=vendor.name, **values)


_PLACES = {
    "company/member_joined": ("company_members", True),
    "company/join_asked": ("company_requests", True),
    "company/removed": ("vendor_space", False),
    "company/join_refused": ("vendor_space", False),
    "company/claimed": ("vendor_space", False),
    "company/dispute_refused": ("vendor_space", False),
    "company/dispute_lost": ("vendor_space", False),
    "company/disputed": ("company_proofs", True),
    "company/dispute_accepted": ("company_proofs", True),
    "company/address_approved": ("company_proofs", True),
    "company/proof_refused": ("company_proofs", True),
    "company/proof_revoked": ("company_proofs", True),
}
"""Mail → route that its action opens, and whether the route takes the company's slug."""


@cache
def free_mail_domains() -> frozenset[str]:
    """Domains where anybody opens a mailbox."""
    file = Path(__file__).parent / "data" / "free_mail_domains.toml"
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))["domains"])


def _must_manage(user: User, vendor: Vendor) -> None:
    if not user_can_manage(user, vendor):
        raise PermissionDenied


def _to_judge(proof: Proof, by: User, states: tuple[str, ...]) -> Proof:
    """The proof, locked, when `by` may judge it and it is in one of these states."""
    vendor = lock_company(proof.vendor)
    if not user_can_judge(by, vendor) or proof.by_id == by.pk:
        raise PermissionDenied
    fresh = _fresh(proof)
    if fresh.state not in states:
        raise Refused(_("Cette preuve est déjà décidée."))
    return fresh


def _own(proof: Proof, by: User) -> Proof:
    """The proof, locked, when `by` asked for it, still manages the company and awaits a code."""
    vendor = lock_company(proof.vendor)
    _must_manage(by, vendor)
    fresh = _fresh(proof)
    if fresh.by_id != by.pk:
        raise PermissionDenied
    if fresh.state != Proof.State.CODE_SENT:
        raise Refused(_("Aucun code n'est attendu pour cette preuve."))
    return fresh


def _fresh(proof: Proof) -> Proof:
    """The proof as it is under the lock; raises `Refused` when another one took its place."""
    fresh = Proof.objects.select_related("vendor", "by").filter(pk=proof.pk).first()
    if fresh is None:
        raise Refused(_("Cette preuve n'est plus proposée."))
    return fresh


def _send_code(proof: Proof, **decided: Any) -> None:
    code = "".join(secrets.choice(_ALPHABET) for _position in range(_CODE_LENGTH))
    changes = {
        "state": Proof.State.CODE_SENT,
        "code_hash": make_password(code),
        "code_sent_at": _now(),
        "attempts": 0,
        **decided,
    }
    for name, value in changes.items():
        setattr(proof, name, value)
    proof.save(update_fields=list(changes))
    _log(proof, "catalogue.company.send_code", decided.get("decided_by") or proof.by)
    path = reverse("company_proofs", args=[proof.vendor.slug])
    readable = f"{code[:4]}-{code[4:]}"
    tasks.tell("company/code", proof.email, path, company=proof.vendor.name, code=readable)


def _accept(proof: Proof, by: User | None) -> None:
    proof.state, proof.decided_at, proof.decided_by = Proof.State.ACCEPTED, _now(), by
    proof.code_hash = ""
    proof.save()
    _log(proof, "catalogue.company.prove", by)


def _tell_author(proof: Proof, name: str, **values: str) -> None:
    if Membership.objects.filter(vendor=proof.vendor, user=proof.by).exists():
        tell_about(proof.vendor, name, proof.by, **values)


def _log(proof: Proof, action: str, by: User | None, **data: str) -> None:
    log(proof.vendor, action, user=by, data={"proof": str(proof.uid), "kind": proof.kind, **data})


def _now() -> dt.datetime:
    return timezone.now()
