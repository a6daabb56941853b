"""What a handover is worth, stored once so that lists and the index never score."""

import datetime as dt
from collections.abc import Iterable

from catalogue.choices import Stage
from labelling.models import Handover, Result
from labelling.scoring import score


def result_of(handover: Handover) -> Result:
    """Score a handover; the result is not stored."""
    assessment = handover.assessment
    version = assessment.version
    found = score(version.definition, handover.values, handover.facts)
    titles = {theme.id: theme.title for theme in version.definition.themes}
    return Result(
        listing=assessment.listing,
        referential=version.referential,
        handover=handover,
        themes=[
            {
                "theme": theme.theme,
                "title": titles[theme.theme],
                "percent": theme.percent,
                "asked": theme.asked,
                "answered": theme.answered,
                "na": theme.not_applicable,
            }
            for theme in found.themes
        ],
        unmet=list(found.unmet),
        asked=list(found.asked),
        valid_to=version.valid_to,
    )


def store(handover: Handover) -> Result:
    """Keep what a handover is worth as its sheet's result on that referential."""
    result = result_of(handover)
    known = Result.objects.filter(listing=result.listing, referential=result.referential)
    result.pk = known.values_list("pk", flat=True).first()
    result.save()
    return result


def stage_of(results: Iterable[Result], on: dt.date) -> Stage:
    """The highest stage that a sheet has reached on a day, from its results."""
    return Stage.ASSESSED if any(one.counts_on(on) for one in results) else Stage.LISTED
