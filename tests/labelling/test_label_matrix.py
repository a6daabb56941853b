"""Who may do what from which state: every transition × state × person of the tables, none left out.

What is expected follows from the tables and from who these people are, told below; not from
`labelling.permissions`, which is what is tried.
"""

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.services import Refused
from catalogue.models import Role as CompanyRole
from home.services import REVIEWERS
from labelling import events, procedure
from labelling.models import (
    Award,
    ConflictOfInterest,
    Consultation,
    CriterionReview,
    LabelApplication,
)
from labelling.permissions import roles_of
from labelling.states import (
    STATES,
    TRANSITIONS,
    AppealState,
    ApplicationState,
    AwardState,
    Role,
    Subject,
    Transition,
)
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, moderator, person
from tests.labelling.labels import (
    labelled_sheet,
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")
DONE, DENIED, REFUSED = "done", "denied", "refused"
NONE: frozenset[Role] = frozenset()
DECIDES: Mapping[Subject, Role] = {
    Subject.APPLICATION: Role.DECIDER,
    Subject.AWARD: Role.DECIDER,
    Subject.APPEAL: Role.THIRD,
}
AS_NOBODY = {"the clock": Role.CLOCK, "a consequence": Role.CONSEQUENCE, "nobody": None}
"""Who is no person, and the role that a service claims for it."""


class Cast:
    """A file of which everybody is something, and what each may be for the three subjects."""

    def __init__(self, subject: Subject) -> None:
        self.label = make_label()
        self.listing = labelled_sheet(self.label)
        vendor, decides = self.listing.vendor, frozenset({DECIDES[subject]})
        self.holder, self.expert = make_reviewer(), make_expert()
        self.proposer = make_decider(self.label, REVIEWERS)
        self.judge = make_decider(self.label)
        conflicted = make_decider(self.label, REVIEWERS)
        ConflictOfInterest.objects.create(user=conflicted, vendor=vendor)
        self.before, self.verdict = (make_decider(self.label, REVIEWERS) for _ in "ab")
        self.earlier = make_decider(self.label)
        over = {"valid_to": timezone.localdate() - dt.timedelta(days=1)}
        reviewing = frozenset({Role.REVIEWER})
        self.people: dict[str, tuple[Any, frozenset[Role]]] = {
            "anonymous": (AnonymousUser(), NONE),
            "another company's owner": (member(VendorFactory()), NONE),
            "owner": (member(vendor), frozenset({Role.OWNER})),
            "editor": (member(vendor, CompanyRole.EDITOR), frozenset({Role.MEMBER})),
            "reviewer who does not hold the file": (make_reviewer(), reviewing),
            "holder": (self.holder, frozenset({Role.REVIEWER, Role.HOLDER})),
            "expert who is consulted": (self.expert, frozenset({Role.EXPERT})),
            "expert who is not": (make_expert(), NONE),
            "decider": (make_decider(self.label), decides),
            "decider who proposed or gave the notice": (self.proposer, reviewing),
            "decider who decided before": (
                self.judge,
                NONE if subject is Subject.APPEAL else decides,
            ),
            "decider who held the file before": (self.before, reviewing),
            "decider who wrote a verdict": (self.verdict, reviewing),
            "decider who judged something else of the file": (
                self.earlier,
                NONE if subject is Subject.APPEAL else decides,
            ),
            "decider without a delegation": (make_decider(), NONE),
            "decider whose delegation is over": (make_decider(self.label, **over), NONE),
            "decider with a conflict": (conflicted, NONE),
            "moderator": (moderator(), NONE),
            "administrator without a delegation": (self._administrator(), reviewing),
        }

    @staticmethod
    def _administrator() -> Any:
        user = person()
        user.is_staff = user.is_superuser = True
        user.save()
        return user

    def thing(self, subject: Subject, state: str) -> Any:
        """An application, an award or an appeal in a state."""
        held = {"holder": self.holder, "label": self.label, "listing": self.listing}
        mine = {**held, "proposed_by": self.proposer}
        if subject is Subject.APPLICATION:
            made = application = make_application(state, **mine)
        elif subject is Subject.AWARD:
            application = make_application(ApplicationState.GRANTED, **mine)
            made = make_award(state, application=application, notice_by=self.proposer)
        else:
            application = make_application(ApplicationState.REFUSED, **mine)
            columns = {"first_judge": self.proposer, "second_judge": self.judge}
            if state != AppealState.OPENED:
                columns |= {"decided_at": timezone.now(), "decision": "Dit.", "is_late": True}
            made = make_appeal(application, state=str(state), **columns)
        Consultation.objects.create(
            application=application,
            theme="securite",
            expert=self.expert,
            question="Est-ce suffisant ?",
            due_on=timezone.localdate(),
        )
        CriterionReview.objects.create(
            application=application,
            round=1,
            criterion="SE-01",
            verdict=CriterionReview.Verdict.CONFORM,
            changed_by=self.verdict,
        )
        acts = (
            ("claim", self.before, Role.REVIEWER, ""),
            ("drop", self.earlier, Role.DECIDER, "active"),
        )
        for name, by, role, target in acts:
            events.record(application=application, name=name, by=by, role=role, target=target)
        return made


def columns_for(row: Transition, other: Award | None) -> dict[str, Any]:
    """What the services write beside the state, that the database asks for."""
    now, today = timezone.now(), timezone.localdate()
    names: dict[str, dict[str, Any]] = {
        "submit": {"number": "D-2026-9999", "submitted_at": now, "due_on": today, "silence_on": today},
        "ask": {"asked_on": today, "answer_due_on": today},
        "propose": {"proposed_outcome": "granted", "proposal": "Conforme."},
        "reject": {"decision": "Hors champ."},
        **{
            name: {"decision": "Au vu du dossier.", "proposed_outcome": str(state)}
            for name, state in (
                ("grant", ApplicationState.GRANTED),
                ("grant_with_reservations", ApplicationState.GRANTED_WITH_RESERVATIONS),
                ("refuse", ApplicationState.REFUSED),
            )
        },
        "supersede": {"replaced_by": other},
    }  # fmt: skip
    if row.name.startswith("announce_"):
        return {
            "notice_at": now,
            "notice_until": today,
            "notice_reason": "Doute.",
            "notice_by": None,
        }
    if any(isinstance(one, AwardState) for one in row.targets) and row.name != "supersede":
        return {"reason": "Parce que."}
    if any(isinstance(one, AppealState) for one in row.targets):
        return {"decision": "Au vu du recours.", "is_late": True}
    return names.get(row.name, {})


def attempt(thing: Any, row: Transition, columns: Mapping[str, Any], **who: Any) -> str:
    """What becomes of a transition; nothing stays of it."""

    def change(locked: Any) -> None:
        for name, value in columns.items():
            setattr(locked, name, value)

    with transaction.atomic():
        try:
            after = procedure.apply(thing=thing, name=row.name, change=change, **who)
            assert after.state in row.targets
            return DONE
        except PermissionDenied:
            return DENIED
        except Refused:
            return REFUSED
        finally:
            transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch):
    """Nothing that is tried stays: the row and who somebody is for it are read once for all tries.

    Thousands of tries take seconds; that rows are locked and read anew is what races try.
    """
    known: dict[Any, Any] = {}

    def roles(user, thing):
        key = (user.pk, type(thing), thing.pk)
        if key not in known:
            known[key] = roles_of(user, thing)
        return known[key]

    monkeypatch.setattr(procedure, "roles_of", roles)
    monkeypatch.setattr(procedure, "lock", copy.copy)


CELLS = [(subject, state) for subject in Subject for state in STATES[subject]]


@pytest.mark.parametrize(("subject", "state"), CELLS, ids=lambda one: str(one))
def test_everybody_does_what_the_tables_say_and_nothing_else(subject, state):
    cast = Cast(subject)
    thing = procedure.lock(cast.thing(subject, state))
    other = make_award() if subject is Subject.AWARD else None
    wrong, tried = [], 0
    for row in TRANSITIONS[subject]:
        columns = columns_for(row, other)
        if row.name == "submit":
            columns["handover"] = cast.listing.results.get().handover
        tries = [
            *((name, {"by": user}, roles) for name, (user, roles) in cast.people.items()),
            *(
                (name, {"by": None, "as_role": role}, frozenset({role} - {None}))
                for name, role in AS_NOBODY.items()
            ),
        ]
        for name, who, roles in tries:
            wanted = DENIED
            if roles & set(row.roles):
                wanted = DONE if state in row.sources else REFUSED
            got = attempt(thing, row, columns, comment="Parce que.", **who)
            tried += 1
            if got != wanted:
                wrong.append(f"{row.name}: {name} is {got}, not {wanted}")
            if wanted == DONE and row.needs_comment:
                silent = attempt(thing, row, columns, comment=" ", **who)
                if silent != REFUSED:
                    wrong.append(f"{row.name}: {name} needs to say why, and is {silent}")
    for name, (user, roles) in cast.people.items():
        wanted = [
            r.name for r in TRANSITIONS[subject] if state in r.sources and roles & set(r.roles)
        ]
        if [r.name for r in procedure.offered(user, thing)] != wanted:
            wrong.append(f"{name} is offered something else than {wanted}")
    assert not wrong, "\n".join(wrong)
    assert tried == len(TRANSITIONS[subject]) * (len(cast.people) + len(AS_NOBODY))
    fresh = type(thing).objects.get(pk=thing.pk)
    assert fresh.state == state, "nothing stays of what was tried"
    assert LabelApplication.objects.get(listing=cast.listing).events.count() == 2
