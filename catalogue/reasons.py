"""The typed reasons that moderators give, as people read them."""

from django.utils.translation import gettext as _

from catalogue.models import Reason, Submission


def reason_of(submission: Submission) -> str:
    """Return the label of the reason for which a sheet came back; empty when it did not.

    A submission keeps the code: the label is the one that moderators wrote last.
    """
    if not submission.reason:
        return ""
    # A review also ends when a sheet is taken down, for a reason of that.
    purposes = (Reason.Purpose.RETURN, Reason.Purpose.TAKEDOWN)
    known = Reason.objects.filter(purpose__in=purposes, code=submission.reason)
    labels = known.order_by("purpose").values_list("label", flat=True)
    return labels.first() or _("Autre précision à apporter")
