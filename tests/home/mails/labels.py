"""What makes each mail about a label leave: its name → a function, which returns the address."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from labelling import (
    appealing,
    applying,
    awarding,
    chasing,
    deciding,
    lapsing,
    letters,
    reviewing,
    shifting,
)
from labelling.models import Award, LabelApplication
from labelling.states import ApplicationState, AwardState
from tests.home.mails.world import World
from tests.labelling.labels import (
    labelled_sheet,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
)

A = ApplicationState
TODAY = timezone.localdate()


def _file(w: World, state: str = A.UNDER_REVIEW, **columns: Any) -> LabelApplication:
    """A file of the company, which has an owner."""
    assert w.owner
    label = make_label()
    return make_application(state, label=label, listing=labelled_sheet(label, w.vendor), **columns)


def _award(w: World, state: str = AwardState.ACTIVE, **columns: Any) -> Award:
    reserved = state == AwardState.RESERVED
    granted = _file(w, A.GRANTED_WITH_RESERVATIONS if reserved else A.GRANTED, decision="Accordé.")
    return make_award(state, application=granted, **columns)


def _held(w: World, state: str = A.UNDER_REVIEW) -> tuple[LabelApplication, User]:
    holder = make_reviewer()
    return _file(w, state, holder=holder), holder


def letter(w: World) -> str:
    words = letters.Words("receipt", "Accusé", "Reçu.")
    w.do(letters.send, application=_file(w), words=words)
    return w.owner.email


def message(w: World) -> str:
    file, holder = _held(w)
    w.do(applying.write_message, application=file, by=holder, text="Bonjour.")
    return w.owner.email


def message_to_staff(w: World) -> str:
    file, holder = _held(w)
    w.do(applying.write_message, application=file, by=w.owner, text="Bonjour.")
    return holder.email


def _time(w: World, today: dt.date) -> str:
    w.do(lapsing.what_time_did, today=today)
    return w.owner.email


def lapse_soon(w: World) -> str:
    return _time(w, _file(w, A.AWAITING_VENDOR).answer_due_on)


def lapsed(w: World) -> str:
    file = _file(w, A.AWAITING_VENDOR, lapse_warned=3)
    return _time(w, file.answer_due_on + dt.timedelta(days=1))


def expiry(w: World) -> str:
    return _time(w, _award(w).valid_to)


def expired(w: World) -> str:
    day = dt.timedelta(days=1)
    _award(w, granted_on=TODAY - 9 * day, valid_to=TODAY - day)
    return _time(w, TODAY)


def reservation_soon(w: World) -> str:
    return _time(w, _award(w, AwardState.RESERVED).reservations.get().due_on)


def reservation_missed(w: World) -> str:
    due = _award(w, AwardState.RESERVED).reservations.get().due_on
    return _time(w, due + dt.timedelta(days=1))


def reexamined(w: World) -> str:
    w.do(awarding.reexamine, award=_award(w), reason="L'hébergeur a changé.")
    return w.owner.email


def reminder(w: World) -> str:
    file = _file(w, A.AWAITING_VENDOR)
    w.do(chasing.remind, application=file, by=make_reviewer(), text="Il reste une semaine.")
    return w.owner.email


def shifted(w: World) -> str:
    decider = make_decider(_file(w).label)
    w.do(shifting.shift_deadlines, days=2, reason="Panne.", by=decider)
    return w.owner.email


def submitted(w: World) -> str:
    assert w.live
    label = make_label()
    listing = labelled_sheet(label, w.vendor)
    draft = applying.start(listing=listing, label=label, by=w.owner)
    offers = [offer.uid for offer in listing.page.offers.all()]
    words = {"level": label.levels.first(), "offers": offers, "motivation": "Bonjour."}
    applying.save_draft(application=draft, by=w.owner, **words)
    w.do(applying.submit, application=draft, by=w.owner, attested=True)
    return settings.CONTACT_EMAIL


def answered(w: World) -> str:
    file, holder = _held(w, A.AWAITING_VENDOR)
    w.do(applying.answer, application=file, by=w.owner, text="Voici.")
    return holder.email


def withdrawn(w: World) -> str:
    file, holder = _held(w)
    w.do(applying.withdraw, application=file, by=w.owner)
    return holder.email


def _propose(w: World, file: LabelApplication, holder: User) -> None:
    """The holder finds both answers wanting, and proposes to refuse."""
    for criterion in ("SE-01", "DO-01"):
        words = {"verdict": "non-conforme", "comment": "Rien.", "reason": None, "edition": 0}
        reviewing.save_verdict(application=file, criterion=criterion, by=holder, **words)
    proposal = {"outcome": A.REFUSED.value, "level": None, "motives": "Rien ne le montre."}
    w.do(reviewing.propose, application=file, by=holder, **proposal)


def proposed(w: World) -> str:
    file, holder = _held(w)
    decider = make_decider(file.label)
    _propose(w, file, holder)
    return decider.email


def sent_back(w: World) -> str:
    file, holder = _held(w, A.PROPOSED)
    w.do(deciding.send_back, application=file, by=make_decider(file.label), comment="À revoir.")
    return holder.email


def _consulted(w: World) -> tuple[Any, User, User]:
    file, holder = _held(w)
    expert = make_expert()
    words = {"expert": expert, "theme": "securite", "question": "Est-ce sûr ?"}
    return w.do(reviewing.consult, application=file, by=holder, **words), expert, holder


def consulted(w: World) -> str:
    return _consulted(w)[1].email


def advised(w: World) -> str:
    consultation, expert, holder = _consulted(w)
    w.do(reviewing.advise, consultation=consultation, by=expert, opinion="Oui.")
    return holder.email


def appealed(w: World) -> str:
    file = _file(w, A.REFUSED)
    decider = make_decider(file.label)
    words = {"against": "refused", "text": "La pièce était jointe."}
    w.do(appealing.open_appeal, application=file, by=w.owner, **words)
    return decider.email


def unstaffed(w: World) -> str:
    _propose(w, *_held(w))
    return settings.CONTACT_EMAIL


TRIGGERS: dict[str, Callable[[World], str]] = {
    "label/letter": letter,
    "label/message": message,
    "label/message_staff": message_to_staff,
    "label/lapse_soon": lapse_soon,
    "label/lapsed": lapsed,
    "label/expiry": expiry,
    "label/expired": expired,
    "label/reservation_soon": reservation_soon,
    "label/reservation_missed": reservation_missed,
    "label/reexamined": reexamined,
    "label/reminder": reminder,
    "label/shifted": shifted,
    "label/submitted": submitted,
    "label/answered": answered,
    "label/withdrawn": withdrawn,
    "label/proposed": proposed,
    "label/sent_back": sent_back,
    "label/consulted": consulted,
    "label/advised": advised,
    "label/appeal": appealed,
    "label/unstaffed": unstaffed,
}
