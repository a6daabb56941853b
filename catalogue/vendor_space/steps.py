"""The steps of a sheet, in their order."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from catalogue import completeness


class Step(NamedTuple):
    """A step: its code in addresses, its title, how many there are and its rank among them."""

    code: str
    title: object
    number: int


STEPS = tuple(
    Step(code, title, number)
    for number, (code, title) in enumerate(
        (
            (completeness.ESSENTIALS, _("L'essentiel")),
            (completeness.DESCRIPTION, _("Description")),
            (completeness.PICTURES, _("Logo et captures d'écran")),
            (completeness.TECHNIQUE, _("Technique et qualité")),
            (completeness.OFFERS, _("Offres et prix")),
            (completeness.REFERENCES, _("Références")),
            (completeness.SUBMISSION, _("Vérifier et remettre")),
        ),
        1,
    )
)
BY_CODE = {step.code: step for step in STEPS}


def following(step: Step) -> Step | None:
    """The step after, None after the last."""
    return STEPS[step.number] if step.number < len(STEPS) else None
