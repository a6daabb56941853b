"""What is wrong with an answer, and what lacks before a self-assessment can be handed in."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Claim
from labelling.definition import (
    LONGEST,
    NOT_APPLICABLE,
    Criterion,
    Definition,
    EvidenceRule,
    Kind,
)
from labelling.scoring import CODED, asked, points

EARLIEST = dt.date(1990, 1, 1)
"""No answer is about anything older: an earlier date is a typing error."""
_NUMBER = re.compile(r"[+-]?\d{1,12}([.,]\d{1,6})?")
_url = URLValidator(schemes=["https", "http"])


class Lack(StrEnum):
    """Why an answer cannot be handed in as it is."""

    ANSWER = "answer"
    INVALID = "invalid"
    JUSTIFICATION = "justification"
    EVIDENCE = "evidence"


@dataclass(frozen=True)
class Gap:
    """What lacks at a criterion, in a sentence that says what to do."""

    criterion: Criterion
    lack: Lack
    message: str


@dataclass(frozen=True)
class Given:
    """An answer as far as gaps go."""

    value: str = ""
    justification: str = ""


def normal(criterion: Criterion, typed: str) -> str:
    """An answer as it is kept, from what was typed: numbers with a point, dates in ISO order.

    Raises `ValidationError` with a French sentence when it is no answer to this criterion. Nothing
    typed is no answer yet, which is no error.
    """
    value = typed.replace("\r\n", "\n").strip()
    if not value:
        return ""
    if value == NOT_APPLICABLE:
        if criterion.na_allowed:
            return value
        raise ValidationError(_("« Sans objet » n'est pas possible ici : choisissez une réponse."))
    if criterion.kind in CODED:
        if value not in {choice.value for choice in criterion.choices}:
            raise ValidationError(_("Choisissez une réponse de la liste."))
        return value
    return _typed(criterion, value)


def _typed(criterion: Criterion, value: str) -> str:
    if len(value) > LONGEST:
        raise ValidationError(_("Pas plus de %d caractères : raccourcissez.") % LONGEST)
    match criterion.kind:
        case Kind.NUMBER:
            return _number(criterion, value)
        case Kind.URL:
            try:
                _url(value)
            except ValidationError:
                raise ValidationError(
                    _("Écrivez une adresse complète, par exemple https://exemple.fr/page.")
                ) from None
        case Kind.DATE:
            return _date(criterion, value)
    return value


def _date(criterion: Criterion, value: str) -> str:
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise ValidationError(_("Écrivez une date, par exemple 2026-03-01.")) from None
    if day < EARLIEST:
        raise ValidationError(_("Cette date est trop ancienne : vérifiez l'année."))
    if day > timezone.localdate() and not criterion.future:
        raise ValidationError(_("Cette date est à venir : donnez celle d'un fait accompli."))
    return day.isoformat()


def _number(criterion: Criterion, value: str) -> str:
    compact = re.sub(r"\s", "", value).rstrip("%")
    bounds = criterion.number
    if not _NUMBER.fullmatch(compact):
        raise ValidationError(_("Écrivez un nombre en chiffres, par exemple 75 ou 87,5."))
    try:
        number = Decimal(compact.replace(",", "."))
    except InvalidOperation:  # pragma: no cover - the expression above accepts numbers only
        raise ValidationError(_("Écrivez un nombre en chiffres.")) from None
    if bounds is not None and not bounds.minimum <= number <= bounds.maximum:
        raise ValidationError(
            _("Écrivez un nombre de %(minimum)s à %(maximum)s.")
            % {"minimum": f"{bounds.minimum:g}", "maximum": f"{bounds.maximum:g}"}
        )
    return format(number.normalize(), "f")


def find_gaps(
    definition: Definition,
    answers: Mapping[str, Given],
    facts: Mapping[str, list[str]],
    claims: Mapping[str, Claim],
    on: dt.date,
) -> list[Gap]:
    """Everything that keeps a self-assessment from being handed in, in the order of the criteria.

    :param claims: criterion → its claim, with its evidence prefetched (drafts count: they are
        handed in with the answers).
    :param on: day at which evidence must still hold.
    """
    values = {criterion: given.value for criterion, given in answers.items()}
    found = []
    for criterion_id in asked(definition, values, facts):
        criterion = definition.by_id[criterion_id]
        given = answers.get(criterion_id, Given())
        gap = _gap(criterion, given, claims.get(criterion_id), on)
        if gap is not None:
            found.append(Gap(criterion, *gap))
    return found


def needs_evidence(criterion: Criterion, value: str) -> bool:
    """Whether an answer must come with a proof: it claims something, and the rule asks for one."""
    return criterion.evidence is EvidenceRule.REQUIRED and points(criterion, value) > 0


def _gap(
    criterion: Criterion, given: Given, claim: Claim | None, on: dt.date
) -> tuple[Lack, str] | None:
    if not given.value:
        return Lack.ANSWER, _("Répondez à cette question.")
    try:
        normal(criterion, given.value)
    except ValidationError as error:
        return Lack.INVALID, error.messages[0]
    if given.value == NOT_APPLICABLE and not given.justification:
        return Lack.JUSTIFICATION, _("Dites pourquoi cette question est sans objet.")
    if needs_evidence(criterion, given.value) and not _has_evidence(claim, on):
        return Lack.EVIDENCE, _("Joignez une pièce ou l'adresse d'une page qui le montre.")
    return None


def _has_evidence(claim: Claim | None, on: dt.date) -> bool:
    if claim is None:
        return False
    return any(p.expires_on is None or p.expires_on >= on for p in claim.evidence.all())
