"""Applications for a label, awards and appeals: their states, and who leads from one to another.

Pure tables (docs/decisions/0024): buttons, rights, the admin, the diagrams of docs/label.md and the
tests read them; `labelling.procedure` is the one place that acts on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What has states."""

    APPLICATION = "application"
    AWARD = "award"
    APPEAL = "appeal"


class Role(StrEnum):
    """On which ground somebody acts on a file; `labelling.permissions.roles_of` says who has which."""

    OWNER = "owner"
    MEMBER = "member"
    REVIEWER = "reviewer"
    HOLDER = "holder"
    EXPERT = "expert"
    DECIDER = "decider"
    THIRD = "third"
    CLOCK = "clock"
    CONSEQUENCE = "consequence"


class ApplicationState(StrEnum):
    """Of an application; the same word may be a state of an award: look up by `Subject`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    UNDER_REVIEW = "under_review"
    AWAITING_VENDOR = "awaiting_vendor"
    EXPERT_CONSULTED = "expert_consulted"
    PROPOSED = "proposed"
    GRANTED = "granted"
    GRANTED_WITH_RESERVATIONS = "granted_with_reservations"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class AwardState(StrEnum):
    """Of an award."""

    ACTIVE = "active"
    RESERVED = "reserved"
    UNDER_REEXAMINATION = "under_reexamination"
    SUSPENSION_NOTICE = "suspension_notice"
    SUSPENDED = "suspended"
    ABROGATION_NOTICE = "abrogation_notice"
    ABROGATED = "abrogated"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class AppealState(StrEnum):
    """Of an appeal."""

    OPENED = "opened"
    ALLOWED = "allowed"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"


State = ApplicationState | AwardState | AppealState
_A, _W, _P = ApplicationState, AwardState, AppealState


@dataclass(frozen=True)
class Transition:
    """A way from states to another, who may take it, and whether it has to be motivated.

    Several targets: the state that the award was in before it (`Award.before`) decides.
    """

    name: str
    label: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    roles: tuple[Role, ...]
    needs_comment: bool = False
    is_grave: bool = False

    @property
    def target(self) -> State:
        """Where it leads; the first of several."""
        return self.targets[0]


OPEN = (
    _A.SUBMITTED,
    _A.ADMISSIBLE,
    _A.UNDER_REVIEW,
    _A.AWAITING_VENDOR,
    _A.EXPERT_CONSULTED,
    _A.PROPOSED,
)
"""States of an application that mission LABEL has to lead to an end."""
DECIDED = (_A.GRANTED, _A.GRANTED_WITH_RESERVATIONS, _A.REFUSED)
"""States that a proposal and a decision by two people led to."""
FINAL: Mapping[Subject, frozenset[State]] = {
    # What was granted goes on as an award.
    Subject.APPLICATION: frozenset(
        {_A.LAPSED, _A.WITHDRAWN, _A.GRANTED, _A.GRANTED_WITH_RESERVATIONS}
    ),
    Subject.AWARD: frozenset({_W.EXPIRED, _W.SUPERSEDED}),
    Subject.APPEAL: frozenset({_P.ALLOWED, _P.REJECTED, _P.INADMISSIBLE}),
}
"""States that nothing leads out of; the others that look like an end may be appealed against."""
IN_FORCE = (
    _W.ACTIVE,
    _W.RESERVED,
    _W.UNDER_REEXAMINATION,
    _W.SUSPENSION_NOTICE,
    _W.ABROGATION_NOTICE,
)
"""States in which a sheet counts as labelled: a notice takes nothing away."""
NOTICES = (_W.SUSPENSION_NOTICE, _W.ABROGATION_NOTICE)
LIVING = (*IN_FORCE, _W.SUSPENDED)
"""States of an award that time still runs for."""

TRANSITIONS: Mapping[Subject, tuple[Transition, ...]] = {
    Subject.APPLICATION: (
        Transition("submit", "Déposer la demande", (_A.DRAFT,), (_A.SUBMITTED,), (Role.OWNER,)),
        Transition(
            "admit", "Déclarer recevable", (_A.SUBMITTED,), (_A.ADMISSIBLE,), (Role.HOLDER,)
        ),
        Transition(
            "reject",
            "Déclarer irrecevable",
            (_A.SUBMITTED,),
            (_A.INADMISSIBLE,),
            (Role.DECIDER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "begin", "Commencer l'instruction", (_A.ADMISSIBLE,), (_A.UNDER_REVIEW,), (Role.HOLDER,)
        ),
        Transition(
            "ask",
            "Interroger l'offreur",
            (_A.UNDER_REVIEW,),
            (_A.AWAITING_VENDOR,),
            (Role.HOLDER,),
            needs_comment=True,
        ),
        Transition(
            "answer",
            "Répondre",
            (_A.AWAITING_VENDOR,),
            (_A.UNDER_REVIEW,),
            (Role.OWNER, Role.MEMBER),
            needs_comment=True,
        ),
        Transition(
            "lapse", "Constater la caducité", (_A.AWAITING_VENDOR,), (_A.LAPSED,), (Role.CLOCK,)
        ),
        Transition(
            "consult",
            "Consulter un expert",
            (_A.UNDER_REVIEW,),
            (_A.EXPERT_CONSULTED,),
            (Role.HOLDER,),
            needs_comment=True,
        ),
        Transition(
            "advise",
            "Rendre un avis",
            (_A.EXPERT_CONSULTED,),
            (_A.UNDER_REVIEW,),
            (Role.EXPERT,),
            needs_comment=True,
        ),
        Transition(
            "go_on",
            "Reprendre sans attendre l'avis",
            (_A.EXPERT_CONSULTED,),
            (_A.UNDER_REVIEW,),
            (Role.HOLDER,),
            needs_comment=True,
        ),
        Transition(
            "propose",
            "Proposer une décision",
            (_A.UNDER_REVIEW,),
            (_A.PROPOSED,),
            (Role.HOLDER,),
            needs_comment=True,
        ),
        Transition(
            "send_back",
            "Renvoyer à l'instruction",
            (_A.PROPOSED,),
            (_A.UNDER_REVIEW,),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition("grant", "Attribuer le label", (_A.PROPOSED,), (_A.GRANTED,), (Role.DECIDER,)),
        Transition(
            "grant_with_reservations",
            "Attribuer le label avec réserves",
            (_A.PROPOSED,),
            (_A.GRANTED_WITH_RESERVATIONS,),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition(
            "refuse",
            "Refuser le label",
            (_A.PROPOSED,),
            (_A.REFUSED,),
            (Role.DECIDER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "withdraw",
            "Retirer la demande",
            (_A.DRAFT, *OPEN),
            (_A.WITHDRAWN,),
            (Role.OWNER, Role.CONSEQUENCE),
            is_grave=True,
        ),
        Transition(
            "reopen",
            "Reprendre l'instruction après un recours",
            (_A.INADMISSIBLE, _A.REFUSED),
            (_A.UNDER_REVIEW,),
            (Role.CONSEQUENCE,),
            needs_comment=True,
        ),
    ),
    Subject.AWARD: (
        Transition(
            "lift",
            "Lever les réserves",
            (_W.RESERVED,),
            (_W.ACTIVE,),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition(
            "miss",
            "Suspendre faute de réserves levées",
            (_W.RESERVED,),
            (_W.SUSPENDED,),
            (Role.CLOCK,),
            needs_comment=True,
        ),
        Transition(
            "announce_suspension",
            "Engager une suspension",
            (_W.ACTIVE, _W.RESERVED, _W.UNDER_REEXAMINATION),
            (_W.SUSPENSION_NOTICE,),
            (Role.REVIEWER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "suspend",
            "Suspendre",
            (_W.SUSPENSION_NOTICE,),
            (_W.SUSPENDED,),
            (Role.DECIDER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "suspend_urgently",
            "Suspendre en urgence",
            (_W.ACTIVE, _W.RESERVED, _W.UNDER_REEXAMINATION, _W.SUSPENSION_NOTICE),
            (_W.SUSPENDED,),
            (Role.DECIDER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "drop_suspension",
            "Renoncer à suspendre",
            (_W.SUSPENSION_NOTICE,),
            (_W.ACTIVE, _W.RESERVED, _W.UNDER_REEXAMINATION),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition(
            "reinstate",
            "Rétablir",
            (_W.SUSPENDED,),
            (_W.ACTIVE,),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition(
            "announce_abrogation",
            "Engager une abrogation ou un retrait",
            (_W.ACTIVE, _W.RESERVED, _W.UNDER_REEXAMINATION, _W.SUSPENDED),
            (_W.ABROGATION_NOTICE,),
            (Role.REVIEWER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "abrogate",
            "Abroger",
            (_W.ABROGATION_NOTICE,),
            (_W.ABROGATED,),
            (Role.DECIDER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "withdraw",
            "Retirer, illégal dès l'origine",
            (_W.ABROGATION_NOTICE,),
            (_W.WITHDRAWN,),
            (Role.DECIDER,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "drop_abrogation",
            "Renoncer à abroger",
            (_W.ABROGATION_NOTICE,),
            (_W.ACTIVE, _W.RESERVED, _W.UNDER_REEXAMINATION, _W.SUSPENDED),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition(
            "reexamine",
            "Réexaminer : la solution a changé",
            (_W.ACTIVE, _W.RESERVED),
            (_W.UNDER_REEXAMINATION,),
            (Role.CONSEQUENCE,),
            needs_comment=True,
        ),
        Transition(
            "maintain",
            "Maintenir le label",
            (_W.UNDER_REEXAMINATION,),
            (_W.ACTIVE, _W.RESERVED),
            (Role.DECIDER,),
            needs_comment=True,
        ),
        Transition(
            "restore",
            "Rétablir après un recours",
            (_W.RESERVED, _W.SUSPENDED, _W.ABROGATED, _W.WITHDRAWN),
            (_W.ACTIVE,),
            (Role.CONSEQUENCE,),
            needs_comment=True,
        ),
        Transition("expire", "Constater l'expiration", LIVING, (_W.EXPIRED,), (Role.CLOCK,)),
        Transition(
            "supersede",
            "Remplacer par le renouvellement",
            LIVING,
            (_W.SUPERSEDED,),
            (Role.CONSEQUENCE,),
        ),
    ),
    Subject.APPEAL: (
        Transition(
            "allow",
            "Faire droit au recours",
            (_P.OPENED,),
            (_P.ALLOWED,),
            (Role.THIRD,),
            needs_comment=True,
        ),
        Transition(
            "dismiss",
            "Rejeter le recours",
            (_P.OPENED,),
            (_P.REJECTED,),
            (Role.THIRD,),
            needs_comment=True,
            is_grave=True,
        ),
        Transition(
            "declare_late",
            "Déclarer le recours tardif",
            (_P.OPENED,),
            (_P.INADMISSIBLE,),
            (Role.THIRD,),
            needs_comment=True,
            is_grave=True,
        ),
    ),
}
"""All that may happen; what is not here is refused. An application begins as a draft, an award as
active or reserved, an appeal as opened: the services that create them say who may."""

INITIAL: Mapping[Subject, tuple[State, ...]] = {
    Subject.APPLICATION: (_A.DRAFT,),
    Subject.AWARD: (_W.ACTIVE, _W.RESERVED),
    Subject.APPEAL: (_P.OPENED,),
}

STATES: Mapping[Subject, type[ApplicationState] | type[AwardState] | type[AppealState]] = {
    Subject.APPLICATION: ApplicationState,
    Subject.AWARD: AwardState,
    Subject.APPEAL: AppealState,
}


def transition(subject: Subject, name: str) -> Transition:
    """The transition of that name; raises `KeyError` when there is none."""
    for row in TRANSITIONS[subject]:
        if row.name == name:
            return row
    raise KeyError(name)


def possible(subject: Subject, state: State, roles: frozenset[Role]) -> tuple[Transition, ...]:
    """What somebody with these roles may do from a state, in the order of the table."""
    return tuple(
        row
        for row in TRANSITIONS[subject]
        if state in row.sources and roles.intersection(row.roles)
    )
