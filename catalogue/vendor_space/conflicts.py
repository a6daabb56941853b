"""Two people on one sheet: what the other one saved meanwhile, beside what was typed here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from wagtail.models import Revision

from accounts.models import User
from catalogue.models import SolutionPage
from catalogue.vendor_space.access_sheets import Opened
from catalogue.vendor_space.forms_base import shown

Build = Callable[[SolutionPage], Any]
"""Builds the unbound form of a step, or None when what it is about is not in that draft."""


@dataclass(frozen=True)
class Conflict:
    """Who saved what since the form was opened: (label, their value) of each field that moved."""

    by: User | None
    at: Any
    fields: list[tuple[str, str]]

    @property
    def touches_form(self) -> bool:
        """Whether this very form's fields moved, and not only another step."""
        return bool(self.fields)


def seen_revision(request: HttpRequest) -> int | None:
    """Id of the revision that the form was opened from; None when it does not say."""
    typed = request.POST.get("vu", "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def conflict_with(opened: Opened, seen: int | None, build: Build) -> Conflict | None:
    """Return what was saved since `seen`, None when nothing was."""
    if seen == opened.seen or opened.page.latest_revision is None:
        return None
    latest: Revision = opened.page.latest_revision
    before = opened.revision(seen)
    old = build(before.as_object()) if before else None
    new = build(opened.page.get_latest_revision_as_object())
    return Conflict(latest.user, latest.created_at, _moved(old, new))


def _moved(old: Any, new: Any) -> list[tuple[str, str]]:
    if new is None:
        return []
    was, now = (old.written() if old else {}), new.written()
    return [
        (
            str(new.fields[name].label) if name in new.fields else name.capitalize(),
            _words(new, name),
        )
        for name in now
        # What was added meanwhile (a screenshot) overwrites nothing that was typed here.
        if (old is None or name in was) and was.get(name) != now[name]
    ]


def _words(form: Any, name: str) -> str:
    value = form.written()[name]
    if name in form.fields:
        return shown(form.fields[name], value)
    return ", ".join(value) if isinstance(value, list) else str(value)
