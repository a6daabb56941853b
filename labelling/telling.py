"""Telling mission LABEL of what a company does with a file."""

from django.conf import settings
from django.urls import reverse

from catalogue import tasks
from labelling.models import LabelApplication
from labelling.permissions import vendor_of


def desk_path(application: LabelApplication) -> str:
    """Where mission LABEL reads a file."""
    return reverse("instruction:inspect", args=[application.pk])


def tell_mission(application: LabelApplication, name: str) -> None:
    """Mail what happened to a file to mission LABEL's own address."""
    tasks.tell(name, settings.CONTACT_EMAIL, desk_path(application), **_values(application))


def tell_desk(application: LabelApplication, name: str) -> None:
    """Mail it to whoever holds the file, to mission LABEL's own address while nobody does."""
    holder = application.holder
    if holder is None or not holder.is_active:
        tell_mission(application, name)
        return
    tasks.tell(name, holder.email, desk_path(application), **_values(application))


def _values(application: LabelApplication) -> dict[str, str]:
    return {
        "number": application.number or "",
        "company": (vendor_of(application) or application.vendor).name,
        "sheet": application.listing.page.title,
    }
