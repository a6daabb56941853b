"""Sheets and companies that wait since long ago."""

import datetime as dt

from django.utils import timezone

from catalogue.models import BasePage, Listing, Reminder, Vendor
from catalogue.reminders import send_reminders
from tests.catalogue.factories import make_sheet


def ago(days: int) -> dt.datetime:
    """The same time of day in Paris, so many days ago, whether or not clocks changed meanwhile."""
    return timezone.localtime() - dt.timedelta(days=days)


def draft(vendor: Vendor, days: int, title: str = "Ardoise", **content) -> Listing:
    """A draft that nobody touched for so many days."""
    page = make_sheet(title, vendor=vendor, live=False, **content)
    page.save_revision(clean=False)
    BasePage.objects.filter(pk=page.pk).update(latest_revision_created_at=ago(days))
    Listing.objects.filter(page=page).update(created_at=ago(days))
    return Listing.objects.get(page=page)


def live(vendor: Vendor, days: int, title: str = "Ardoise", **content) -> Listing:
    """A live sheet published and confirmed so many days ago."""
    page = make_sheet(title, vendor=vendor, confirmed_on=ago(days).date(), **content)
    BasePage.objects.filter(pk=page.pk).update(last_published_at=ago(days))
    return Listing.objects.get(page=page)


def age(days: int) -> None:
    """Let all that was sent be so many days older."""
    for row in Reminder.objects.all():
        row.sent_at -= dt.timedelta(days=days)
        row.save(update_fields=["sent_at"])


def send() -> int:
    return send_reminders(now=timezone.now())
