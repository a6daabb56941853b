"""The rules of a label as they stood when somebody applied: pure, stored with the application."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class SilenceEffect(StrEnum):
    """What the law makes of an administration that does not answer in time."""

    REJECTION = "rejection"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True)
class Rules:
    """Deadlines and words of a label. Days are calendar days, months are those of the calendar.

    :param validity_months: how long an award lasts.
    :param review_days: what mission LABEL gives itself; stops while the vendor has the ball.
    :param answer_days: what the vendor has to answer a question, then its application lapses.
    :param warn_days: how long before that it is warned, each once.
    :param silence_months: when silence is a decision; stops for missing pieces alone.
    :param deemed_days: when a letter left unopened in the vendor's space counts as notified.
    :param appeal_months: how long after its notification a decision may be appealed against.
    :param notice_days: what the vendor has to answer before a suspension or an abrogation.
    :param reservation_days: what it has to lift a reservation, unless the decision says otherwise.
    :param withdrawal_months: how long after it a decision may be withdrawn as unlawful; fraud aside.
    """

    label: str
    service: str
    decided_by: str
    validity_months: int
    review_days: int
    answer_days: int
    warn_days: tuple[int, ...]
    silence_months: int
    silence_effect: SilenceEffect
    legal_basis: str
    deemed_days: int
    appeal_months: int
    notice_days: int
    reservation_days: int
    withdrawal_months: int
    remedies: str

    def as_json(self) -> dict[str, Any]:
        """As it is stored with an application."""
        return {**asdict(self), "warn_days": list(self.warn_days)}


def rules_from(stored: Mapping[str, Any]) -> Rules:
    """The rules that `Rules.as_json` wrote; raises `KeyError` when one lacks."""
    values = {field.name: stored[field.name] for field in fields(Rules)}
    values["warn_days"] = tuple(values["warn_days"])
    values["silence_effect"] = SilenceEffect(values["silence_effect"])
    return Rules(**values)
