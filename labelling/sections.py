"""What the second and third stages bring to a sheet: sections, and the stage that it reached."""

import datetime as dt

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.choices import Stage
from catalogue.models import Listing, SolutionPage
from catalogue.sections import SheetSection
from labelling.models import Award, Result
from labelling.presentation import assessments
from labelling.registry import last_of_each_label, shown, with_everything
from labelling.results import stage_of


def labels(page: SolutionPage, request: HttpRequest) -> SheetSection | None:
    """The labels that a sheet has, or had last, and in what state; nothing if it never had any."""
    listing = getattr(page, "listing", None)  # none for a draft that nobody listed yet
    if listing is None or not _awards(listing):
        return None
    today = timezone.localdate()
    told = [shown(one, today) for one in last_of_each_label(_awards(listing))]
    template = "labelling/register/sheet_section.html"
    return SheetSection("label", _("Label"), template, {"awards": told}, 50)


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


def awarded_stage(listing: Listing, on: dt.date) -> Stage | None:
    """The third stage for a sheet that has a label in force on a day."""
    return Stage.LABELLED if any(one.is_in_force(on) for one in _awards(listing)) else None


def _awards(listing: Listing) -> list[Award]:
    """Awards of a sheet, read once whoever asks: most sheets have none."""
    if listing.pk is None:  # a draft in memory
        return []
    awards = with_everything(Award.objects.defer("facts"))
    prefetch_related_objects([listing], Prefetch("awards", awards))
    return list(listing.awards.all())


def _results(listing: Listing) -> list[Result]:
    """Results of a sheet, read once whoever asks: most sheets have none."""
    if listing.pk is None:  # a draft in memory
        return []
    prefetch_related_objects([listing], "results")
    return list(listing.results.all())
