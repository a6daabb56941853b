"""What makes each mail about a sheet, a report or what waits leave: its name → a function.

Each returns the address that must get the mail.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from catalogue import (
    contesting,
    enforcement,
    exchanges,
    expiring,
    merging,
    reminders,
    reporting,
    transfers,
    uses,
    verifying,
)
from catalogue.choices import Consent
from catalogue.models import BasePage, BuyerCategory, Claim, Listing, Reference, Submission
from home.models import ContactMessage
from home.services import receive_message
from sourcing import services as recommendations
from tests.catalogue import reminders as waiting
from tests.catalogue.agents import OTHER_SIRET, agent
from tests.catalogue.claims import contested, officially
from tests.catalogue.decisions import WHY, reason
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member
from tests.catalogue.vendor_space import sheets
from tests.home.mails.companies import mandate_given
from tests.home.mails.world import ELSEWHERE, World


def _submission(w: World) -> Submission:
    attach(w.vendor, w.owner)
    with w.commit(execute=True):
        return sheets.submit(sheets.draft(w.vendor, w.owner), w.owner)


def handed_in(w: World) -> str:
    _submission(w)
    return w.owner.email


def _decided(w: World, decision: str, **words: str) -> str:
    page = sheets.reread(_submission(w).listing).page
    with w.commit(execute=True):
        getattr(page.current_workflow_task_state, decision)(user=w.judge, **words)
    return w.owner.email


def approved(w: World) -> str:
    return _decided(w, "approve")


def returned(w: World) -> str:
    return _decided(w, "reject", comment="Précisez.")


def _hide(w: World) -> Any:
    arguments = {"reason": reason(), "comment": WHY, "by": w.judge}
    return w.do(enforcement.take_down, listing=w.live, **arguments)


def taken_down(w: World) -> str:
    w.live.page.save_revision().publish()
    _hide(w)
    return w.owner.email


def put_back(w: World) -> str:
    w.live.page.save_revision().publish()
    w.do(enforcement.put_back, takedown=_hide(w), by=w.judge)
    return w.owner.email


def _suspended(w: World) -> Any:
    assert w.live
    return w.do(enforcement.suspend, vendor=w.vendor, reason=reason(), comment=WHY, by=w.judge)


def suspended(w: World) -> str:
    _suspended(w)
    return w.owner.email


def suspension_lifted(w: World) -> str:
    w.do(enforcement.lift_suspension, suspension=_suspended(w), by=w.judge)
    return w.owner.email


def _merge(w: World) -> User:
    """Another company's sheet goes into the live one; returns that company's owner."""
    other = make_sheet("Ardoise bis").listing
    loser = member(other.vendor)
    w.do(merging.merge, duplicate=other, kept=w.live, by=w.judge)
    return loser


def merged(w: World) -> str:
    return _merge(w).email


def kept(w: World) -> str:
    _merge(w)
    return w.owner.email


def _exchange(w: World) -> Any:
    values = {"listing": w.live, "by": agent(), "body": "", "subject": "Données", "text": "Bonjour"}
    return w.do(exchanges.open_exchange, **values)


def written(w: World) -> str:
    _exchange(w)
    return w.owner.email


def answered(w: World) -> str:
    row = _exchange(w)
    w.do(exchanges.answer, exchange=row, by=w.owner, text="Bonjour", from_vendor=True)
    return row.buyer.email


def use_said(w: World) -> str:
    w.do(uses.say_use, listing=w.live, by=agent(siret=OTHER_SIRET))
    return w.owner.email


def use_to_verify(w: World) -> str:
    row = Reference.objects.create(
        page=w.live.page,
        client="Ministère fictif",
        year=2024,
        buyer_category=BuyerCategory.objects.get(slug="etat"),
        consent=Consent.FILE,
        consented_on=timezone.localdate(),
    )
    w.do(uses.say_use, listing=w.live, by=agent(siret=OTHER_SIRET), reference=row.uid)
    return settings.CONTACT_EMAIL


def _report(w: World) -> Any:
    assert w.live
    values = {"path": "/solutions/ardoise/", "reason": "faux", "message": "Le prix est faux."}
    return w.do(reporting.report, email=ELSEWHERE, **values)


def report_received(w: World) -> str:
    _report(w)
    return ELSEWHERE


def report_to_examine(w: World) -> str:
    _report(w)
    return settings.CONTACT_EMAIL


def _shown(w: World) -> Any:
    return w.do(reporting.acknowledge, report=_report(w), by=w.judge)


def report_shown(w: World) -> str:
    _shown(w)
    return w.owner.email


def report_replied(w: World) -> str:
    w.do(reporting.reply, report=_shown(w), by=w.owner, text="C'est corrigé.")
    return settings.CONTACT_EMAIL


def report_closed(w: World) -> str:
    w.do(reporting.handle, report=_shown(w), by=w.judge, answer="C'est corrigé.")
    return w.owner.email


def report_answered(w: World) -> str:
    w.do(reporting.handle, report=_shown(w), by=w.judge, answer="C'est corrigé.")
    return ELSEWHERE


def _claim(w: World) -> Claim:
    """What the live sheet says of its accessibility."""
    return Claim.objects.create(listing=w.live, kind=Claim.Kind.RGAA)


def claim_verified(w: World) -> str:
    w.do(officially, claim=_claim(w), by=w.judge)
    return w.owner.email


def claim_ended(w: World) -> str:
    claim = _claim(w)
    officially(claim, w.judge)
    w.do(verifying.end, claim=claim, reason="retirée de la liste", by=w.judge)
    return w.owner.email


def claim_expired(w: World) -> str:
    ends = officially(_claim(w), w.judge).expires_on
    w.do(expiring.claims_that_ended, today=ends + dt.timedelta(days=1))
    return w.owner.email


def _contest(w: World) -> Any:
    return w.do(contested, claim=_claim(w), by=w.judge)


def contest_opened(w: World) -> str:
    _contest(w)
    return w.owner.email


def _contest_answered(w: World) -> Any:
    contest = _contest(w)
    return w.do(contesting.answer, contest=contest, by=w.owner, text="Voici l'audit.")


def contest_answered(w: World) -> str:
    _contest_answered(w)
    return settings.CONTACT_EMAIL


def contest_upheld(w: World) -> str:
    w.do(contesting.uphold, contest=_contest_answered(w), by=w.judge, decision="Il est périmé.")
    return w.owner.email


def contest_closed(w: World) -> str:
    w.do(contesting.dismiss, contest=_contest(w), by=w.judge, decision="Il est en règle.")
    return w.owner.email


def _proposal(w: World) -> tuple[Any, User]:
    """The live sheet is proposed to another company; the proposal, and that company's owner."""
    target = VendorFactory(siren="732829320")
    taker = member(target)
    attach(target, taker)
    listing = w.live
    return w.do(transfers.propose, listing=listing, by=w.owner, to="732829320"), taker


def proposed(w: World) -> str:
    return _proposal(w)[1].email


def given(w: World) -> str:
    transfer, taker = _proposal(w)
    w.do(transfers.accept, transfer=transfer, by=taker)
    return w.owner.email


def received(w: World) -> str:
    transfer, taker = _proposal(w)
    w.do(transfers.accept, transfer=transfer, by=taker)
    return taker.email


def refused(w: World) -> str:
    transfer, taker = _proposal(w)
    w.do(transfers.refuse, transfer=transfer, by=taker)
    return w.owner.email


def cancelled(w: World) -> str:
    transfer, taker = _proposal(w)
    w.do(transfers.cancel, transfer=transfer, by=w.owner)
    return taker.email


def lapsed(w: World) -> str:
    _proposal(w)
    w.do(transfers.lapse, now=timezone.now() + dt.timedelta(days=31))
    return w.owner.email


def _recommendation(w: World) -> Any:
    need = "Un outil pour suivre le courrier entrant de la mairie."
    return w.do(recommendations.ask, body="Commune de Ficti", need=need, email=ELSEWHERE)


def asked(w: World) -> str:
    _recommendation(w)
    return ELSEWHERE


def to_study(w: World) -> str:
    _recommendation(w)
    return settings.CONTACT_EMAIL


def recommended(w: World) -> str:
    arguments = {"by": w.judge, "text": "Voici ce que nous regarderions.", "listings": [w.live]}
    w.do(recommendations.answer, request=_recommendation(w), **arguments)
    return ELSEWHERE


def dismissed(w: World) -> str:
    w.do(recommendations.dismiss, request=_recommendation(w), by=w.judge, text="Hors du champ.")
    return ELSEWHERE


def _reminded(w: World, make: Callable[..., Listing], days: int) -> str:
    attach(w.vendor, w.owner)
    make(w.vendor, days)
    waiting.send()
    return w.owner.email


def unattached(w: World) -> str:
    owner = w.owner
    waiting.draft(w.vendor, 13)
    BasePage.objects.update(latest_revision_created_at=timezone.now())
    waiting.send()
    return owner.email


def digest(w: World) -> str:
    judge = w.judge
    mandate_given(w)
    reminders.send_digests(now=timezone.now())
    return judge.email


def wrote(w: World) -> str:
    subject = ContactMessage.Subject.QUESTION
    w.do(receive_message, subject=subject, message="Bonjour", email=ELSEWHERE)
    return settings.CONTACT_EMAIL


TRIGGERS: dict[str, Callable[[World], str]] = {
    "sheet/waiting": handed_in,
    "sheet/approved": approved,
    "sheet/returned": returned,
    "moderation/taken_down": taken_down,
    "moderation/put_back": put_back,
    "moderation/suspended": suspended,
    "moderation/suspension_lifted": suspension_lifted,
    "moderation/merged": merged,
    "moderation/kept": kept,
    "exchange/written": written,
    "exchange/answered": answered,
    "use/said": use_said,
    "use/to_verify": use_to_verify,
    "report/received": report_received,
    "report/to_examine": report_to_examine,
    "report/shown": report_shown,
    "report/replied": report_replied,
    "report/closed": report_closed,
    "report/answered": report_answered,
    "claim/verified": claim_verified,
    "claim/ended": claim_ended,
    "claim/expired": claim_expired,
    "contest/opened": contest_opened,
    "contest/answered": contest_answered,
    "contest/upheld": contest_upheld,
    "contest/closed": contest_closed,
    "transfers/proposed": proposed,
    "transfers/given": given,
    "transfers/received": received,
    "transfers/refused": refused,
    "transfers/cancelled": cancelled,
    "transfers/lapsed": lapsed,
    "recommendation/received": asked,
    "recommendation/to_study": to_study,
    "recommendation/answered": recommended,
    "recommendation/dismissed": dismissed,
    "reminders/draft": lambda w: _reminded(w, waiting.draft, 14),
    "reminders/draft_last": lambda w: _reminded(w, waiting.draft, 120),
    "reminders/stale_11": lambda w: _reminded(w, waiting.live, 335),
    "reminders/stale_12": lambda w: _reminded(w, waiting.live, 366),
    "reminders/stale_18": lambda w: _reminded(w, waiting.live, 548),
    "reminders/proof": unattached,
    "reminders/digest": digest,
    "home/contact": wrote,
}
