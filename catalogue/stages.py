"""How far a sheet has come: higher apps say which stages it reached, the catalogue never asks them.

Registered with Wagtail's hooks, like sections of a sheet: a function that gets the listing and the
day, and returns the stage that it knows to be reached, or None.
"""

import datetime as dt

from wagtail import hooks

from catalogue.choices import Stage
from catalogue.models import Listing

HOOK = "register_sheet_stage"


def reached_stage(listing: Listing, on: dt.date) -> Stage:
    """The highest stage that a sheet has reached on a day."""
    found = {Stage.LISTED, *(tell(listing, on) for tell in hooks.get_hooks(HOOK))}
    return next(stage for stage in reversed(Stage) if stage in found)
