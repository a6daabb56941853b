"""Which file of a label a page is about, for members of the company whose file it is."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from catalogue.models import Listing, SheetEvent, Vendor
from catalogue.permissions import role_of
from catalogue.vendor_space.access import HandedOver
from labelling.models import Award, LabelApplication, Letter
from labelling.permissions import roles_of
from labelling.states import ApplicationState, Role, Subject, possible


@dataclass(frozen=True)
class OwnFile:
    """A file as a member opened it: its award if it was granted, and on what ground they read it.

    :param since: when the sheet came to the company, if another one applied: what that one wrote and
        was told before stays its own.
    """

    application: LabelApplication
    award: Award | None
    vendor: Vendor
    roles: frozenset[Role]
    since: dt.datetime | None = None

    def readable(self, rows: QuerySet[Any], column: str) -> QuerySet[Any]:
        """Of what was written about the file, dated by a column, what is the company's to read."""
        return rows if self.since is None else rows.filter(**{f"{column}__gte": self.since})

    @property
    def is_owner(self) -> bool:
        """Whether the reader deposits, withdraws, appeals and renews for the company."""
        return Role.OWNER in self.roles

    @property
    def has_sheet(self) -> bool:
        """Whether the company still holds the sheet: its pages are closed to it otherwise."""
        listing: Listing = self.application.listing
        return listing.vendor_id == self.vendor.pk

    @property
    def may(self) -> frozenset[str]:
        """Names of what the table offers the reader on the application."""
        return self._offered(self.roles)

    @property
    def possible(self) -> frozenset[str]:
        """The same for an owner: what an editor is told that an owner does."""
        return self._offered(frozenset({Role.OWNER}))

    def _offered(self, roles: frozenset[Role]) -> frozenset[str]:
        rows = possible(Subject.APPLICATION, self.application.state, roles)
        return frozenset(row.name for row in rows)


def own_file(request: HttpRequest, uid: uuid.UUID) -> OwnFile:
    """Open a file for a member of its company; raises 404 for anybody else.

    Once the label is granted the file follows the sheet, and a draft is nobody's without it: raises
    `HandedOver` for members of the company that applied, when another holds the sheet.
    """
    rows = LabelApplication.objects.select_related(
        "label__referential",
        "level",
        "vendor",
        "listing__page",
        "listing__vendor",
        "handover__assessment__version__referential",
        "award__level",
    )
    application = get_object_or_404(rows, uid=uid)
    award = getattr(application, "award", None)
    if award is not None:
        # Read once: what is said of it names its file and its sheet.
        award.application, award.listing, award.label = (
            application,
            application.listing,
            application.label,
        )
    vendor = application.listing.vendor if award else application.vendor
    holds = application.listing.vendor_id == application.vendor_id
    roles = roles_of(request.user, application).intersection({Role.OWNER, Role.MEMBER})
    is_left = application.state == ApplicationState.DRAFT and not holds
    if vendor is None or not roles or is_left:
        if role_of(request.user, application.vendor) is not None:
            raise HandedOver
        raise Http404
    since = None if vendor == application.vendor else _handed_over_at(application.listing)
    return OwnFile(application, award, vendor, roles, since)


def former_letter(request: HttpRequest, uid: uuid.UUID, letter: uuid.UUID) -> Letter:
    """A letter to the company that applied, for its members once another one holds the sheet.

    Raises `HandedOver` for what was written since, and for who is not of that company.
    """
    rows = Letter.objects.select_related("application__listing", "application__vendor")
    row = get_object_or_404(rows, uid=letter, application__uid=uid)
    file = row.application
    is_former = role_of(request.user, file.vendor) is not None
    if not is_former or row.made_at >= _handed_over_at(file.listing):
        raise HandedOver
    return row


def _handed_over_at(listing: Listing) -> dt.datetime:
    """When a sheet last changed companies; now, when nothing says it."""
    passages = listing.events.filter(kind=SheetEvent.Kind.TRANSFERRED)
    return passages.aggregate(last=Max("at"))["last"] or timezone.now()


def own_files(listing: Listing) -> QuerySet[LabelApplication]:
    """The files on a sheet that whoever holds it reads: theirs, and all that was granted."""
    return LabelApplication.objects.filter(listing=listing).filter(
        Q(vendor=listing.vendor) | Q(award__isnull=False)
    )


def waiting_files(listing: Listing, referential_id: int) -> QuerySet[LabelApplication]:
    """Files on a sheet, of whoever holds it, that wait for an answer about a self-assessment."""
    return own_files(listing).filter(
        state=str(ApplicationState.AWAITING_VENDOR), label__referential=referential_id
    )


def stored_award(here: OwnFile) -> Award:
    """The award of a file; raises 404 when the label was not granted."""
    if here.award is None:
        raise Http404
    return here.award
