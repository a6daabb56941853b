"""What makes each mail about a company leave: its name → a function that does it.

Each returns the address that must get the mail.
"""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.files.base import ContentFile

from catalogue import (
    joining,
    membership,
    proving,
)
from catalogue.models import Membership, Proof, Role
from tests.catalogue.company_api import SARL
from tests.catalogue.people import attach, member, person
from tests.home.mails.world import ELSEWHERE, World


def _asked(w: World, kind: str = "join") -> Any:
    owner = w.owner  # a company that nobody manages is not joined
    assert owner
    message = "Je dirige le support de cette entreprise."
    return w.do(joining.ask, vendor=w.vendor, user=person(), kind=kind, message=message)


def invited(w: World) -> str:
    values = {"vendor": w.vendor, "by": w.owner, "email": ELSEWHERE, "role": Role.EDITOR}
    w.do(membership.invite, **values)
    return ELSEWHERE


def joined_by_invitation(w: World) -> str:
    friend = person(ELSEWHERE)
    invited(w)
    token = re.search(r"/invitation/([^/\s]+)/", mail.outbox[-1].body)[1]
    w.do(membership.accept_invitation, token=token, user=friend)
    return w.owner.email


def _editor(w: World) -> Membership:
    assert w.owner
    return Membership.objects.get(user=member(w.vendor, Role.EDITOR))


def role_changed(w: World) -> str:
    row = _editor(w)
    w.do(membership.change_role, membership=row, by=w.owner, role=Role.OWNER)
    return row.user.email


def removed(w: World) -> str:
    row = _editor(w)
    w.do(membership.remove_member, membership=row, by=w.owner)
    return row.user.email


def join_asked(w: World) -> str:
    _asked(w)
    return w.owner.email


def join_accepted(w: World) -> str:
    request = _asked(w)
    w.do(joining.decide_join, request=request, by=w.owner, accepted=True)
    return request.user.email


def join_refused(w: World) -> str:
    request = _asked(w)
    w.do(joining.decide_join, request=request, by=w.owner, accepted=False, answer="Non.")
    return request.user.email


def claimed(w: World) -> str:
    assert w.owner
    w.do(joining.claim_by_proconnect, vendor=w.vendor, by=person(siret=f"{SARL}00034"))
    return w.owner.email


def disputed(w: World) -> str:
    _asked(w, "dispute")
    return w.owner.email


def _judged(w: World, accepted: bool) -> Any:
    request = _asked(w, "dispute")
    arguments = {"request": request, "by": w.judge, "accepted": accepted, "answer": "Lu et pesé."}
    w.do(joining.decide_dispute, **arguments)
    return request


def dispute_accepted(w: World) -> str:
    return _judged(w, True).user.email


def dispute_lost(w: World) -> str:
    _judged(w, True)
    return w.owner.email


def dispute_refused(w: World) -> str:
    return _judged(w, False).user.email


def _address(w: World) -> Proof:
    proof = w.do(proving.ask_address_proof, vendor=w.vendor, by=w.owner, email="a@fictilog.example")
    return w.do(proving.approve_proof, proof=proof, by=w.judge)


def address_approved(w: World) -> str:
    _address(w)
    return w.owner.email


def code_sent(w: World) -> str:
    return _address(w).email


def mandate_given(w: World) -> Proof:
    file = ContentFile(b"%PDF-1.4", "mandat.pdf")
    return w.do(proving.ask_mandate_proof, vendor=w.vendor, by=w.owner, file=file)


def to_examine(w: World) -> str:
    mandate_given(w)
    return settings.CONTACT_EMAIL


def proof_accepted(w: World) -> str:
    w.do(proving.approve_proof, proof=mandate_given(w), by=w.judge)
    return w.owner.email


def proof_refused(w: World) -> str:
    w.do(proving.refuse_proof, proof=mandate_given(w), by=w.judge, reason="Illisible")
    return w.owner.email


def proof_revoked(w: World) -> str:
    proof = attach(w.vendor, w.owner)
    w.do(proving.refuse_proof, proof=proof, by=w.judge, reason="Mandat fini")
    return w.owner.email


TRIGGERS: dict[str, Callable[[World], str]] = {
    "company/invited": invited,
    "company/member_joined": joined_by_invitation,
    "company/role_changed": role_changed,
    "company/removed": removed,
    "company/join_asked": join_asked,
    "company/join_accepted": join_accepted,
    "company/join_refused": join_refused,
    "company/claimed": claimed,
    "company/disputed": disputed,
    "company/dispute_accepted": dispute_accepted,
    "company/dispute_refused": dispute_refused,
    "company/dispute_lost": dispute_lost,
    "company/code": code_sent,
    "company/address_approved": address_approved,
    "company/proof_accepted": proof_accepted,
    "company/proof_refused": proof_refused,
    "company/proof_revoked": proof_revoked,
    "company/to_examine": to_examine,
}
