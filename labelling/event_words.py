"""What the events of a file say to people: on the desk, and in the file that a court reads."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from labelling.holding import name_of
from labelling.models import LabelApplication, LabelEvent
from labelling.procedure import transitions_named
from labelling.states import Role, Subject

ROLES = {
    Role.OWNER: _("l'offreur"),
    Role.MEMBER: _("l'offreur"),
    Role.REVIEWER: _("instruction"),
    Role.HOLDER: _("instruction"),
    Role.EXPERT: _("expert"),
    Role.DECIDER: _("décision"),
    Role.THIRD: _("recours"),
    Role.CLOCK: _("échéance"),
    Role.CONSEQUENCE: _("conséquence"),
}
_OTHERS = {
    "start": _("Demande commencée"),
    "notice_reply": _("Réponse au préavis"),
    "reservation_answer": _("Réponse à une réserve"),
    "claim": _("Dossier pris"),
    "award": _("Label inscrit au registre"),
    "lift_reservation": _("Réserve levée"),
    "restore_later": _("Mesure levée après un recours"),
    "raise_level": _("Niveau demandé donné après un recours"),
    "open": _("Recours formé"),
    "appeal_unstaffed": _("Recours que personne ne pouvait décider"),
    "release": _("Dossier rendu"),
    "conflict": _("Dossier rendu : conflit d'intérêts déclaré"),
    "letter": _("Lettre envoyée"),
    "letter_opened": _("Lettre ouverte par l'offreur"),
    "reminder": _("Offreur relancé"),
    "message": _("Message"),
    "lapse_warned": _("Offreur prévenu de la caducité"),
    "lapse_put_off": _("Caducité repoussée : l'offreur n'avait pas été prévenu"),
    "shift": _("Échéances déplacées"),
    "reservation_reminded": _("Offreur prévenu de la date d'une réserve"),
    "expiry_reminded": _("Offreur prévenu de l'expiration"),
    "export": _("Dossier complet téléchargé"),
}
SHOWN = 200


@dataclass(frozen=True)
class Told:
    """An event in words."""

    event: LabelEvent
    words: Any
    who: str


def told_events(file: LabelApplication) -> list[Told]:
    """The last events of a file, the newest first: two queries."""
    rows = list(file.events.order_by("-position").defer("data")[:SHOWN])
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [Told(row, fact_words(row), _who(row, people)) for row in rows]


def fact_words(event: LabelEvent) -> Any:
    """What was done, in words; its own name for what has none."""
    row = transitions_named(Subject(event.subject)).get(event.name)
    return row.label if row else _OTHERS.get(event.name, event.name)


def _who(event: LabelEvent, people: dict[int, User]) -> str:
    role = str(ROLES[Role(event.actor_role)])
    user = people.get(event.actor_id or 0)
    return f"{name_of(user)} ({role})" if user else role
