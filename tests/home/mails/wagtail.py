"""What makes each of Wagtail's own mails leave, which lead staff into the admin."""

from collections.abc import Callable

from accounts.models import User
from tests.catalogue.factories import make_sheet
from tests.catalogue.people import moderator
from tests.catalogue.vendor_space import sheets
from tests.home.mails.world import World

MAILS = {
    "wagtail/sheet_waits": (
        "La page « %(title)s » a été soumise pour validation dans la tâche « %(task)s ».",
        "–",
    ),
    "wagtail/review_asked": (
        "La page « %(title)s » a été soumise dans le workflow « %(workflow)s ».",
        "–",
    ),
    "wagtail/approved": ("La page « %(title)s » a été approuvée dans « %(workflow)s ».", "–"),
    "wagtail/rejected": (
        "La page « %(title)s » a été rejeté dans le workflow « %(workflow)s ».",
        "–",
    ),
}
"""Their subjects are Wagtail's words; each holds links into the admin instead of one action."""


def sheet_waits(w: World) -> str:
    judge = moderator()
    vendor = sheets.attached_vendor()
    owner = sheets.member(vendor)
    with w.commit(execute=True):
        sheets.submit(sheets.draft(vendor, owner), owner)
    return judge.email


def review_asked(w: World) -> str:
    chief = User.objects.create_superuser("chef@exemple.fr", "x")
    page = make_sheet(live=False)
    with w.commit(execute=True):
        page.save_revision()
        page.get_workflow().start(page, moderator())
    return chief.email


def _decided(w: World, decision: str) -> str:
    author, judge = moderator(), moderator()
    page = make_sheet(live=False)
    page.save_revision(user=author)
    page.get_workflow().start(page, author)
    with w.commit(execute=True):
        getattr(page.current_workflow_task_state, decision)(user=judge)
    return author.email


TRIGGERS: dict[str, Callable[[World], str]] = {
    "wagtail/sheet_waits": sheet_waits,
    "wagtail/review_asked": review_asked,
    "wagtail/approved": lambda w: _decided(w, "approve"),
    "wagtail/rejected": lambda w: _decided(w, "reject"),
}
