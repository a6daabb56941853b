"""What the sheet's page and the dashboard of the vendor space say of labels."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Listing
from catalogue.presentation import french_date
from catalogue.vendor_space.extensions import VendorLine, VendorSection
from labelling.models import Label, LabelApplication, Letter
from labelling.states import LIVING, ApplicationState
from labelling.vendor_space.labels_of import ShownFile, shown_files
from labelling.vendor_space.words_label import is_renewable


def sheet_labels(listing: Listing, request: HttpRequest) -> VendorSection | None:
    """The labels of a sheet, on its page; nothing once it is archived, or while there is no label."""
    if listing.archived_at is not None:
        return None
    lines = label_lines([listing]).get(listing.pk, [])
    if not lines and not Label.objects.open_on(timezone.localdate()).exists():
        return None
    context = {"lines": lines, "url": reverse("labels", args=[listing.uid])}
    return VendorSection(_("Label"), "labelling/vendor_space/label/_section.html", context)


def label_lines(listings: Sequence[Listing]) -> dict[int, list[VendorLine]]:
    """Where the files and awards of each sheet stand, what waits for the company first.

    A fixed number of queries for all sheets.
    """
    today = timezone.localdate()
    # Whoever holds the sheet reads its files: those that it deposited, and all that was granted.
    own = Q(vendor=F("listing__vendor")) | Q(award__isnull=False)
    rows = LabelApplication.objects.filter(own, listing__in=listings)
    closed = Letter.objects.filter(application=OuterRef("pk"), opened_at__isnull=True).order_by()
    unread = Subquery(closed.values("application").annotate(n=Count("pk")).values("n"))
    found: dict[int, list[ShownFile]] = {}
    for one in _told(shown_files(rows.annotate(unread=unread), today)):
        found.setdefault(one.application.listing_id, []).append(one)
    return {
        listing.pk: _lines(listing, found.get(listing.pk, []), today)
        for listing in listings
        if listing.archived_at is None
    }


def _told(files: Iterable[ShownFile]) -> list[ShownFile]:
    """The last file of each sheet and label unless it was withdrawn, and the award that lives."""
    seen, told = set(), []
    for one in files:
        key = one.application.listing_id, one.application.label_id
        lives = one.award is not None and one.award.state in LIVING
        last = key not in seen and one.application.state != ApplicationState.WITHDRAWN
        if last or lives:
            told.append(one)
        seen.add(key)
    return told


def _lines(listing: Listing, files: Iterable[ShownFile], today: dt.date) -> list[VendorLine]:
    def order(one: ShownFile) -> tuple[bool, bool, dt.date]:
        until = one.turn.until
        return until is None, one.turn.is_ours is not True, until or dt.date.max

    lines = []
    for one in sorted(files, key=order):
        address = one.application.get_absolute_url()
        if one.application.state == ApplicationState.DRAFT:
            address = reverse("label_apply", args=[listing.uid, one.application.label.slug])
        lines.append(VendorLine(_words(one, today), address))
        unread = one.application.unread
        if unread:
            text = ngettext("%(n)d lettre non ouverte", "%(n)d lettres non ouvertes", unread)
            words = f"{one.application.label} : {text % {'n': unread}}"
            lines.append(VendorLine(words, f"{one.application.get_absolute_url()}#lettres"))
    return lines


def _words(one: ShownFile, today: dt.date) -> str:
    words = {"label": one.application.label, "state": one.state}
    if one.turn.until:
        words["day"] = french_date(one.turn.until)
        if one.turn.until < today:
            return _("%(label)s : %(state)s, c'était avant le %(day)s") % words
        return _("%(label)s : %(state)s, à faire jusqu'au %(day)s") % words
    if one.award is not None and one.award.state in LIVING:
        words["day"] = french_date(one.award.valid_to)
        if is_renewable(one.award, today):
            return _("%(label)s : à renouveler, valable jusqu'au %(day)s") % words
        return _("%(label)s : %(state)s, valable jusqu'au %(day)s") % words
    return _("%(label)s : %(state)s") % words
