"""What follows a decision on a sheet, once it is safely stored."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from catalogue.models import Listing, Submission
from catalogue.publiccode import repository_answers
from catalogue.sheet_mails import submission_mails


def after_commit(job: Any, *args: int) -> None:
    """Enqueue a task once the transaction is over: what it reads is there then."""
    transaction.on_commit(lambda: job.enqueue(*args))


@task()
def tell_members(submission_id: int) -> None:
    """Mail every member of the company where a submission stands."""
    rows = Submission.objects.select_related("listing__page", "listing__vendor")
    for mail in submission_mails(rows.get(pk=submission_id)):
        mail.send()


@task()
def check_repository(listing_id: int) -> None:
    """Note whether anyone may read the source code of a live sheet (« libre » needs it)."""
    listing = Listing.objects.select_related("page").get(pk=listing_id)
    address = listing.page.repository_url
    answers = bool(address) and repository_answers(address)
    listing.repository_reachable_on = timezone.localdate() if answers else None
    listing.save(update_fields=["repository_reachable_on"])
