"""Builders of self-assessments, with just what a test needs to say."""

import datetime as dt
from collections.abc import Mapping

from catalogue.models import Claim, Evidence, Listing
from labelling import results
from labelling.claims import key_of
from labelling.facts import facts_of
from labelling.models import Handover, ReferentialVersion, Result, SelfAssessment
from labelling.scoring import asked
from labelling.services import load_referential
from tests.labelling.referentials import HEAD, referential

SINCE = dt.date(2026, 3, 1)


def make_version(*criteria: str, head: str = HEAD) -> ReferentialVersion:
    """A published version that asks these criteria (`tests.labelling.referentials.criterion`)."""
    source = referential(*criteria, head=head)
    return load_referential(source=source, file="essai.toml")[0]


def make_result(
    listing: Listing,
    version: ReferentialVersion,
    answers: Mapping[str, str],
    *,
    justifications: Mapping[str, str] | None = None,
    since: dt.date = SINCE,
) -> Result:
    """What a sheet handed in on a version, as the public reads it; checks no right and no gap."""
    assessment, _new = SelfAssessment.objects.get_or_create(listing=listing, version=version)
    facts = facts_of(listing.page)
    why = justifications or {}
    handover = Handover.objects.create(
        assessment=assessment,
        accuracy_attested=True,
        facts=facts,
        answers={
            one: {
                "value": answers[one],
                "justification": why.get(one, ""),
                "since": since.isoformat(),
            }
            for one in asked(version.definition, answers, facts)
            if one in answers
        },
    )
    return results.store(handover)


def make_claim(result: Result, criterion: str, **columns: object) -> Claim:
    """The claim behind an answer, worth what its columns say."""
    version = result.handover.assessment.version
    kind, key = key_of(version.referential.slug, version.definition.by_id[criterion])
    defaults = {"declared_on": SINCE, **columns}
    return Claim.objects.create(listing=result.listing, kind=kind, key=key, **defaults)


def make_evidence(claim: Claim, title: str = "Certificat", **columns: object) -> Evidence:
    """A piece of evidence at an address, public unless told."""
    return Evidence.objects.create(
        claim=claim, title=title, **{"url": "https://example.org/piece", **columns}
    )
