"""What a draft still lacks before it can be handed in, and in which step to write it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from catalogue.choices import Consent, Distribution
from catalogue.licences import assess_licence
from catalogue.models import Claim, Offer, SolutionPage

ESSENTIALS, DESCRIPTION, PICTURES = "essentiel", "description", "images"
TECHNIQUE, OFFERS, REFERENCES, SUBMISSION = "technique", "offres", "references", "envoi"
_STEP_OF = {
    **dict.fromkeys(("title", "slug", "summary", "categories", "website"), ESSENTIALS),
    **dict.fromkeys(("description", "features", "benefits", "tags"), DESCRIPTION),
    "logo": PICTURES,
}


@dataclass(frozen=True)
class Missing:
    """One thing to write or to correct: the step it is in, and a French sentence."""

    step: str
    message: str


def missing(draft: SolutionPage) -> list[Missing]:
    """Return what keeps a draft from being handed in: nothing means it may be.

    Everything is cleaned, children included, since drafts are saved as they come.
    """
    found = [*lacking(draft.serializable_data()), *_refused(draft, _own_errors(draft))]
    for step, label, children in (
        (PICTURES, _("Capture d'écran"), draft.screenshots.all()),
        (TECHNIQUE, _("Raccordement"), draft.integrations.all()),
        (OFFERS, _("Offre"), draft.offers.all()),
        (REFERENCES, _("Référence"), draft.references.all()),
    ):
        found += _children(step, label, children)
    return [*found, *_consents(draft)]


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


def _own_errors(draft: SolutionPage) -> ValidationError | None:
    try:
        draft.full_clean()
    except ValidationError as error:
        return error
    return None


def _refused(draft: SolutionPage, error: ValidationError | None) -> Iterator[Missing]:
    for field, messages in (error.message_dict if error else {}).items():
        label = "" if field == NON_FIELD_ERRORS else _label(draft, field)
        for message in messages:
            yield Missing(_STEP_OF.get(field, TECHNIQUE), f"{label}{message}")


def _children(step: str, label: str, children: Iterable[Any]) -> Iterator[Missing]:
    for number, child in enumerate(children, 1):
        name = str(child) if hasattr(child, "uid") and str(child) else str(number)
        for message in _child_errors(child):
            yield Missing(step, f"{label} « {name} » : {message}")


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


def _child_errors(child: Model) -> Iterator[str]:
    try:
        child.full_clean(exclude=("page", "offer"), validate_unique=False)
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            head = "" if field == NON_FIELD_ERRORS else _label(child, field)
            yield from (f"{head}{message}" for message in messages)
    if isinstance(child, Offer):
        for tier in child.tiers.all():
            yield from _child_errors(tier)


def _label(row: Model, field: str) -> str:
    name = str(getattr(row._meta.get_field(field), "verbose_name", field))
    return f"{name[:1].upper()}{name[1:]} : "
