"""What is sent after the answer was given."""

from itertools import groupby

from django.db import transaction
from django.urls import reverse
from django_tasks import task

from catalogue.models import Vendor
from catalogue.presentation import french_date
from catalogue.tasks import tell_members
from labelling.impact import SheetLosses, affected, results
from labelling.models import ReferentialVersion

SHEETS_TOLD = 10


@task()
def warn_companies(version_pk: int) -> None:
    """Tell each company, in one mail, what its sheets would lose to a version just published."""
    version = ReferentialVersion.objects.select_related("referential").get(pk=version_pk)
    losing = (row for row in affected(version, results(version)) if row.losses and row.vendor_id)
    told = {
        vendor: _lines(list(rows)) for vendor, rows in groupby(losing, lambda row: row.vendor_id)
    }
    with transaction.atomic():
        for vendor in Vendor.objects.filter(pk__in=told):
            tell_members(
                vendor,
                "referentials/losses",
                reverse("vendor_space"),
                what=str(version),
                company=vendor.name,
                since=french_date(version.valid_from),
                lines=told[vendor.pk],
            )


def _lines(rows: list[SheetLosses]) -> str:
    lines = [f"\n« {row.title} » : {' ; '.join(row.losses.in_words())}" for row in rows]
    more = ["\n…"] if len(lines) > SHEETS_TOLD else []
    return "".join(lines[:SHEETS_TOLD] + more)
