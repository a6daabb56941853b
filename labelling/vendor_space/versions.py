"""The versions of referentials that a sheet may answer, and where it stands on each."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from catalogue.models import Listing
from labelling.differences import Difference, difference
from labelling.impact import Losses, losses
from labelling.models import ReferentialVersion, SelfAssessment
from labelling.presentation import versions_in_force
from labelling.standing import Standing, standing_of


@dataclass(frozen=True)
class Row:
    """A version, and where the sheet stands on it, None when it was not begun.

    `before` is the last version that the sheet answered, `changes` and `losses` what this one asks
    otherwise and what that would cost; nothing once this one is begun.
    """

    version: ReferentialVersion
    is_to_come: bool
    is_replaced: bool
    standing: Standing | None = None
    before: ReferentialVersion | None = None
    changes: Difference | None = None
    losses: Losses | None = None


def rows_of(listing: Listing, today: dt.date) -> list[Row]:
    """Versions in force and to come, by referential, the latest first; replaced ones if begun."""
    begun = {row.version_id: row for row in listing.self_assessments.all()}
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    published = ReferentialVersion.objects.published().filter(running | Q(pk__in=begun))
    versions = list(
        published.select_related("referential").order_by("referential__title", "-valid_from", "-pk")
    )
    rows, current = [], versions_in_force(today)
    for version in versions:
        to_come = version.valid_from > today
        replaced = not to_come and version != current.get(version.referential_id)
        if not replaced or version.pk in begun:
            row = Row(version, to_come, replaced)
            rows.append(_filled(row, listing, begun, versions))
    return rows


def _filled(
    row: Row,
    listing: Listing,
    begun: dict[int, SelfAssessment],
    versions: Iterable[ReferentialVersion],
) -> Row:
    version = row.version
    if version.pk in begun:
        assessment = begun[version.pk]
        assessment.listing, assessment.version = listing, version
        return Row(version, row.is_to_come, row.is_replaced, standing_of(assessment))
    older = (
        one
        for one in versions
        if one.pk in begun
        and one.referential_id == version.referential_id
        and one.valid_from < version.valid_from
    )
    before = next(older, None)
    if before is None:
        return row
    changes = difference(before.definition, version.definition)
    return Row(version, row.is_to_come, False, None, before, changes, losses(listing, version))
