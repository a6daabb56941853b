"""Whose sheet a page of the vendor space is about, and what it holds at this moment."""

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from wagtail.models import Revision

from catalogue import drafting
from catalogue.models import Listing, SolutionPage, Transfer
from catalogue.permissions import role_of
from catalogue.presentation import is_stale
from catalogue.states import ACTIONS, STATE_LABELS, Action, SheetState
from catalogue.vendor_space.access import HandedOver


@dataclass(frozen=True)
class Opened:
    """A sheet as a member opened it: its draft, and the revision that it comes from."""

    listing: Listing
    page: SolutionPage
    draft: SolutionPage
    state: SheetState

    @property
    def seen(self) -> int | None:
        """Id of the latest revision, None for a sheet that was never edited."""
        return self.page.latest_revision_id

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def can(self) -> dict[str, bool]:
        """Every action by name, and whether the state allows it."""
        return {action.value: action in ACTIONS[self.state] for action in Action}

    def revision(self, pk: int | None) -> Revision | None:
        """One of the sheet's own revisions."""
        return self.page.revisions.filter(pk=pk).first() if pk else None


def own_sheet(request: HttpRequest, uid: uuid.UUID) -> Opened:
    """Open a sheet for a member of its company; raises 404 for anybody else.

    Raises `HandedOver` for members of a company that had it.
    """
    rows = Listing.objects.select_related("vendor", "page__latest_revision")
    listing = get_object_or_404(rows, uid=uid)
    if listing.vendor is None or role_of(request.user, listing.vendor) is None:
        given = listing.transfers.filter(state=Transfer.State.ACCEPTED)
        if given.filter(source__memberships__user=request.user).exists():
            raise HandedOver
        raise Http404
    page = listing.page
    stale = is_stale(listing.confirmed_on, page.last_published_at, timezone.localdate())
    state = drafting.state_of(listing, stale=page.live and stale)
    return Opened(listing, page, page.get_latest_revision_as_object(), state)
