"""The claim behind each answer: where its evidence, verifications and contests are."""

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.claim_words import About
from catalogue.models import Claim, Listing
from labelling.definition import NOT_APPLICABLE, Criterion, Definition
from labelling.models import Handover, ReferentialVersion

Key = tuple[str, str]
"""Kind and key of a claim on a sheet as a whole."""


NO_LIMIT = 120
"""Months that a verification holds at most where the referential sets no age."""


def key_of(slug: str, criterion: Criterion) -> Key:
    """Which claim an answer makes: its own, or the sheet's that it decides (`feeds`).

    :param slug: of the referential; the claim outlives its versions.
    """
    if criterion.feeds is not None:
        return Claim.Kind(criterion.feeds.name).value, ""
    return Claim.Kind.ANSWER.value, f"{slug}/{criterion.id}"


def claims_of(listing: Listing, definition: Definition) -> dict[str, Claim]:
    """Criterion → its claim with its evidence, for those that have one: two queries."""
    wanted = {key_of(definition.slug, one): one.id for one in definition.criteria}
    rows = sheet_claims(definition).filter(listing=listing).order_by("pk")
    rows = rows.select_related("listing__page").prefetch_related("evidence")
    return {wanted[row.kind, row.key]: row for row in rows if (row.kind, row.key) in wanted}


def sheet_claims(definition: Definition) -> QuerySet[Claim]:
    """The claims that answers to a referential make, of all sheets."""
    shared = {one.feeds.name for one in definition.criteria if one.feeds is not None}
    return Claim.objects.filter(
        Q(kind=Claim.Kind.ANSWER, key__startswith=f"{definition.slug}/")
        | Q(kind__in=shared, subject__isnull=True)
    )


def answer_words(criterion: Criterion, value: str) -> str:
    """An answer as people read it; nothing for none.

    What is no answer to this criterion (another version's) is read as it is.
    """
    if value == NOT_APPLICABLE:
        return _("Sans objet")
    labels = {choice.value: choice.label for choice in criterion.choices}
    with suppress(ValueError):
        if criterion.number is not None:
            float(value)
            return f"{value.replace('.', ',')} {criterion.number.unit}".strip()
        if criterion.kind == "date":
            return f"{dt.date.fromisoformat(value):%d/%m/%Y}"
    return labels.get(value, value)


Read = tuple[Handover | None, ReferentialVersion | None]
"""What a sheet handed in on a referential, and the version that its questions are read from."""


def about_answers(claims: Sequence[Claim]) -> dict[uuid.UUID, About]:
    """Words of the answers among claims, for those who check them: one reading a questionnaire."""
    read: dict[tuple[int, str], Read] = {}
    found = {}
    for claim in claims:
        if claim.kind == Claim.Kind.ANSWER:
            slug = claim.key.rpartition("/")[0]
            place = (claim.listing_id, slug)
            if place not in read:
                read[place] = _read(claim.listing, slug)
            found[claim.uid] = _about(claim, *read[place])
    return found


def _about(claim: Claim, handover: Handover | None, known: ReferentialVersion | None) -> About:
    slug, _slash, criterion_id = claim.key.rpartition("/")
    definition = _definition(known.pk, known.sha256) if known else None
    criterion = definition.by_id.get(criterion_id) if definition else None
    if known is None or criterion is None:
        return About(claim.key, "", reverse("sheet", args=[claim.listing.uid]))
    given = handover.answers.get(criterion_id, {}) if handover else {}
    parts = answer_words(criterion, given.get("value", "")), given.get("justification", "")
    place = [claim.listing.uid, slug, known.version, criterion.theme]
    path = reverse("assessment_theme", args=place)
    return About(
        title=f"{criterion.id} {criterion.text}",
        said=" – ".join(part for part in parts if part),  # all that the public reads of it
        path=f"{path}#{criterion.id}",
        max_age_months=criterion.max_age_months or NO_LIMIT,
        expected=criterion.evidence_expected,
    )


def last_handover(listing: Listing, slug: str) -> Handover | None:
    """What the public reads of a sheet on a referential."""
    return _handovers(listing, slug).first()


def _handovers(listing: Listing, slug: str) -> QuerySet[Handover]:
    rows = Handover.objects.filter(
        assessment__listing=listing, assessment__version__referential__slug=slug
    )
    return rows.select_related("assessment__version__referential")


def _read(listing: Listing, slug: str) -> Read:
    heavy = ("assessment__version__source", "assessment__version__data")
    handover = _handovers(listing, slug).defer(*heavy).first()
    if handover is not None:
        return handover, handover.assessment.version
    published = ReferentialVersion.objects.published().defer("source", "data")
    return None, published.filter(referential__slug=slug).first()


@lru_cache(maxsize=8)
def _definition(pk: int, sha256: str) -> Definition:
    """What a published version asks, which never changes; its digest tells it from a namesake."""
    return ReferentialVersion.objects.get(pk=pk, sha256=sha256).definition
