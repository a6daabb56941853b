"""A sheet that changed may no longer be the one that was labelled."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from catalogue.signals import document_changed
from labelling import awarding, judged
from labelling.granting import what_moved
from labelling.models import Award
from labelling.states import Subject, transition


@receiver(document_changed)
def look_again(uids: Sequence[uuid.UUID] | None, **_kwargs: Any) -> None:
    """Open the re-examination of awards whose host, control, holder or licence changed.

    One query when none of these sheets is labelled; three more for each that is. What concerns all
    sheets at once (a vocabulary, a threshold, an official list) changes none of that.
    """
    if uids is None:
        return
    states = transition(Subject.AWARD, "reexamine").sources
    rows = Award.objects.filter(state__in=states, listing__uid__in=list(uids)).exclude(facts={})
    for award in rows.select_related("listing__vendor", "listing__page"):
        facts = judged.watched(award.listing, [one["uid"] for one in award.offers])
        if facts != award.facts:
            reason = what_moved(award.facts, facts, award.offers, award.listing.vendor)
            awarding.reexamine(award=award, reason=reason)
