"""What each audience calls the states of `labelling.states`."""

from collections.abc import Mapping
from enum import StrEnum

from labelling.states import STATES, AppealState, ApplicationState, AwardState, State, Subject


class Audience(StrEnum):
    """Who reads the name of a state."""

    VENDOR = "vendor"
    STAFF = "staff"
    PUBLIC = "public"


_A, _W, _P = ApplicationState, AwardState, AppealState
_NOT_PUBLIC = ""
"""An application is nobody's business until it is granted."""
_WORDS: Mapping[Subject, tuple[tuple[State, str, str, str], ...]] = {
    Subject.APPLICATION: (
        (_A.DRAFT, "À déposer", "Brouillon de l'offreur", _NOT_PUBLIC),
        (_A.SUBMITTED, "Déposée, recevabilité à l'étude", "Recevabilité à examiner", _NOT_PUBLIC),
        (_A.ADMISSIBLE, "Recevable", "Recevable, à instruire", _NOT_PUBLIC),
        (_A.INADMISSIBLE, "Irrecevable", "Irrecevable", _NOT_PUBLIC),
        (_A.UNDER_REVIEW, "En cours d'instruction", "En instruction", _NOT_PUBLIC),
        (_A.AWAITING_VENDOR, "Votre réponse est attendue", "Chez l'offreur", _NOT_PUBLIC),
        (_A.EXPERT_CONSULTED, "En cours d'instruction", "Chez un expert", _NOT_PUBLIC),
        (_A.PROPOSED, "En attente de décision", "Décision proposée", _NOT_PUBLIC),
        (_A.GRANTED, "Label attribué", "Label attribué", "Label attribué"),
        (
            _A.GRANTED_WITH_RESERVATIONS,
            "Label attribué avec réserves",
            "Label attribué avec réserves",
            "Label attribué avec réserves",
        ),
        (_A.REFUSED, "Label refusé", "Refusée", _NOT_PUBLIC),
        (_A.LAPSED, "Caduque, faute de réponse", "Caduque", _NOT_PUBLIC),
        (_A.WITHDRAWN, "Retirée par vous", "Retirée par l'offreur", _NOT_PUBLIC),
    ),
    Subject.AWARD: (
        (_W.ACTIVE, "En vigueur", "En vigueur", "En vigueur"),
        (_W.RESERVED, "En vigueur, réserves à lever", "Sous réserves", "En vigueur, avec réserves"),
        (
            _W.UNDER_REEXAMINATION,
            "En vigueur, réexamen en cours",
            "À réexaminer",
            "En vigueur, réexamen en cours",
        ),
        (
            _W.SUSPENSION_NOTICE,
            "En vigueur, suspension envisagée",
            "Préavis de suspension",
            "En vigueur",
        ),
        (_W.SUSPENDED, "Suspendu", "Suspendu", "Suspendu"),
        (
            _W.ABROGATION_NOTICE,
            "Abrogation ou retrait envisagé",
            "Préavis d'abrogation ou de retrait",
            "En vigueur",
        ),
        (_W.ABROGATED, "Abrogé", "Abrogé", "Abrogé"),
        (_W.WITHDRAWN, "Retiré", "Retiré", "Retiré"),
        (_W.EXPIRED, "Expiré", "Expiré", "Expiré"),
        (_W.SUPERSEDED, "Renouvelé", "Remplacé par un renouvellement", "Renouvelé"),
    ),
    Subject.APPEAL: (
        (_P.OPENED, "Recours en cours d'examen", "À décider", _NOT_PUBLIC),
        (_P.ALLOWED, "Recours accueilli", "Accueilli", _NOT_PUBLIC),
        (_P.REJECTED, "Recours rejeté", "Rejeté", _NOT_PUBLIC),
        (_P.INADMISSIBLE, "Recours tardif", "Irrecevable, tardif", _NOT_PUBLIC),
    ),
}
STATE_LABELS: Mapping[Subject, Mapping[State, Mapping[Audience, str]]] = {
    subject: {
        state: {Audience.VENDOR: vendor, Audience.STAFF: staff, Audience.PUBLIC: public}
        for state, vendor, staff, public in words
    }
    for subject, words in _WORDS.items()
}
"""What each audience calls a state; empty for what the public is not told."""


def state_label(subject: Subject, state: str, audience: Audience) -> str:
    """What an audience calls a state; empty for what it is not told. Raises `ValueError` on no state."""
    return STATE_LABELS[subject][STATES[subject](state)][audience]
