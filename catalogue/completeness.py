"""What a draft still lacks before it can be handed in, and in which step to write it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from catalogue.choices import Consent, Distribution
from catalogue.constraints import broken
from catalogue.licences import assess_licence
from catalogue.models import Claim, Offer, SolutionPage

ESSENTIALS, DESCRIPTION, PICTURES = "essentiel", "description", "images"
TECHNIQUE, OFFERS, REFERENCES, SUBMISSION = "technique", "offres", "references", "envoi"
_STEP_OF = {
    **dict.fromkeys(("title", "slug", "summary", "categories", "website"), ESSENTIALS),
    **dict.fromkeys(("description", "features", "benefits", "tags"), DESCRIPTION),
    "logo": PICTURES,
}
_PARENTS = ("page", "offer")
"""What rows below a draft belong to: not saved yet."""


@dataclass(frozen=True)
class Missing:
    """One thing to write or to correct: the step it is in, and a French sentence."""

    step: str
    message: str


def missing(draft: SolutionPage) -> list[Missing]:
    """Return what keeps a draft from being handed in: nothing means it may be.

    Everything is cleaned, children included, since drafts are saved as they come; in a number of
    queries that does not follow that of the children.
    """
    return [
        *lacking(draft.serializable_data()),
        *_refused(draft),
        *_wrong(list(_children(draft))),
        *_consents(draft),
    ]


def lacking(content: Mapping[str, Any]) -> Iterator[Missing]:
    """What every sheet must say, looked for in the content of a revision (plain JSON)."""
    if not content["summary"]:
        yield Missing(ESSENTIALS, _("Écrivez la description courte : elle est sur la carte."))
    if not content["categories"]:
        yield Missing(ESSENTIALS, _("Choisissez au moins une catégorie."))
    if not content["description"]:
        yield Missing(DESCRIPTION, _("Décrivez la solution : ce qu'elle fait, et pour qui."))
    if content["licence"] and not assess_licence(content["licence"]).valid:
        yield Missing(TECHNIQUE, _("Corrigez la licence : c'est un identifiant SPDX."))
    if content["distribution"] == Distribution.FREE and not content["licence"]:
        yield Missing(TECHNIQUE, _("Donnez la licence : un logiciel libre en a une."))
    if content["uses_ai"] and not content["ai_note"]:
        yield Missing(TECHNIQUE, _("Dites à quoi sert l'intelligence artificielle."))


def _refused(draft: SolutionPage) -> Iterator[Missing]:
    for field, messages in _errors(draft.full_clean).items():
        label = "" if field == NON_FIELD_ERRORS else _label(draft, field)
        for message in messages:
            yield Missing(_STEP_OF.get(field, TECHNIQUE), f"{label}{message}")


def _errors(clean: Callable[..., None], **how: Any) -> dict[str, list[str]]:
    try:
        clean(**how)
    except ValidationError as error:
        return error.message_dict
    return {}


def _children(draft: SolutionPage) -> Iterator[tuple[str, str, Model]]:
    """Rows below a draft: the step of each, how it is called there, and the row."""
    for step, label, children in (
        (PICTURES, _("Capture d'écran"), draft.screenshots.all()),
        (TECHNIQUE, _("Raccordement"), draft.integrations.all()),
        (OFFERS, _("Offre"), draft.offers.all()),
        (REFERENCES, _("Référence"), draft.references.all()),
    ):
        for number, child in enumerate(children, 1):
            name = str(child) if hasattr(child, "uid") and str(child) else str(number)
            head = f"{label} « {name} » : "
            yield step, head, child
            for tier in child.tiers.all() if isinstance(child, Offer) else ():
                yield step, head, tier


def _wrong(children: Sequence[tuple[str, str, Model]]) -> Iterator[Missing]:
    found = [_child_errors(row) for _step, _head, row in children]
    refused = broken(
        [
            (row, {*_PARENTS, *errors})
            for (_step, _head, row), errors in zip(children, found, strict=True)
        ]
    )
    for place, (step, head, row) in enumerate(children):
        for field, messages in found[place].items():
            label = "" if field == NON_FIELD_ERRORS else _label(row, field)
            yield from (Missing(step, f"{head}{label}{message}") for message in messages)
        yield from (Missing(step, f"{head}{message}") for message in refused.get(place, ()))


def _child_errors(row: Model) -> dict[str, list[str]]:
    # What a revision refers to was looked up when it was read: what is gone is not in the draft.
    known = [
        field.name
        for field in row._meta.concrete_fields
        if field.is_relation and getattr(row, field.attname) is not None
    ]
    return _errors(
        row.full_clean,
        exclude=(*_PARENTS, *known),
        validate_unique=False,
        validate_constraints=False,
    )


def _consents(draft: SolutionPage) -> Iterator[Missing]:
    """References whose client is said to have agreed in writing, without the writing."""
    claimed = [row for row in draft.references.all() if row.consent == Consent.FILE]
    if not claimed:
        return
    given = set(
        Claim.objects.filter(
            listing__page_id=draft.pk, kind=Claim.Kind.REFERENCE, evidence__isnull=False
        ).values_list("subject", flat=True)
    )
    for row in claimed:
        if row.uid not in given:
            yield Missing(REFERENCES, _("Joignez l'accord écrit de « %s ».") % row.client)


def _label(row: Model, field: str) -> str:
    name = str(getattr(row._meta.get_field(field), "verbose_name", field))
    return f"{name[:1].upper()}{name[1:]} : "
