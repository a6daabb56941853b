"""What the second stage brings to a sheet: a section with its scores, and the stage it reached."""

import datetime as dt

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.choices import Stage
from catalogue.models import Listing, SolutionPage
from catalogue.sections import SheetSection
from labelling.models import Result
from labelling.presentation import assessments
from labelling.results import stage_of


def self_assessment(page: SolutionPage, request: HttpRequest) -> SheetSection | None:
    """Scores by theme and what the answers are worth; nothing for a sheet without a result."""
    listing = getattr(page, "listing", None)  # none for a draft that nobody listed yet
    if listing is None or not _results(listing):
        return None
    shown = assessments(Result.objects.filter(listing=listing), timezone.localdate())
    context = {"shown": shown, "public": page.live and listing.archived_at is None}
    title = _("Auto-évaluation")
    return SheetSection("auto-evaluation", title, "labelling/sheet_section.html", context, 300)


def assessed_stage(listing: Listing, on: dt.date) -> Stage:
    """The stage that self-assessments make a sheet reach on a day."""
    return stage_of(_results(listing), on)


def _results(listing: Listing) -> list[Result]:
    """Results of a sheet, read once whoever asks: most sheets have none."""
    if listing.pk is None:  # a draft in memory
        return []
    prefetch_related_objects([listing], "results")
    return list(listing.results.all())
