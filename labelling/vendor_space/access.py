"""Which self-assessment a page is about, for members of the sheet's company."""

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.urls import reverse

from catalogue.vendor_space.access_sheets import Opened, own_sheet
from labelling.models import SelfAssessment
from labelling.standing import Standing, standing_of


@dataclass(frozen=True)
class Answering:
    """A self-assessment as a member opened it."""

    opened: Opened
    assessment: SelfAssessment

    @property
    def place(self) -> list[str]:
        """What names it in addresses."""
        version = self.assessment.version
        return [str(self.opened.listing.uid), version.referential.slug, version.version]

    def address(self, name: str, *more: str) -> str:
        """One of its pages."""
        return reverse(name, args=[*self.place, *more])

    def question(self, criterion: str) -> str:
        """Where a question stands."""
        theme = self.assessment.version.definition.by_id[criterion].theme
        return f"{self.address('assessment_theme', theme)}#{criterion}"

    def standing(self) -> Standing:
        """Where it stands at this moment."""
        return standing_of(self.assessment)


def own_assessment(
    request: HttpRequest, uid: uuid.UUID, referential: str, version: str
) -> Answering:
    """Open a self-assessment that was begun; raises 404 otherwise, and for anybody else.

    Raises `HandedOver` as `own_sheet` does.
    """
    opened = own_sheet(request, uid)
    rows = opened.listing.self_assessments.select_related("version__referential")
    found = rows.filter(version__version=version, version__referential__slug=referential).first()
    if found is None:
        raise Http404
    # The sheet is read once: its vendor and its page are those that the right was checked on.
    found.listing = opened.listing
    return Answering(opened, found)
