"""What time does to claims: a verification that ends, a contest that becomes public.

Pages and the index read both from dates; this writes them in the public log and tells the vendor.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue import contesting, tasks, verifying
from catalogue.claim_words import abouts
from catalogue.models import Claim, Listing, SheetEvent


def claims_that_ended(*, today: dt.date, dry_run: bool = False) -> int:
    """Write down the verifications that ended before a day, and the contests public on it; how many.

    One mail a sheet that the public sees, none for community software. Idempotent, and safe to miss
    days: what was told once is known by `expiry_told_for`.
    """
    ended: dict[int, list[int]] = defaultdict(list)
    for pk, listing in _ended(today).order_by("listing", "pk").values_list("pk", "listing"):
        ended[listing].append(pk)
    contests = list(contesting.to_announce(today).select_related("claim").order_by("pk"))
    if not dry_run:
        for pks in ended.values():
            _write_ends(pks, today)
        for contest in contests:
            contesting.announce(contest)
    return sum(map(len, ended.values())) + len(contests)


def _ended(today: dt.date) -> QuerySet[Claim]:
    told = Q(expiry_told_for__isnull=True) | ~Q(expiry_told_for=F("expires_on"))
    return Claim.objects.filter(told, verified_on__isnull=False, expires_on__lt=today)


@transaction.atomic
def _write_ends(pks: Sequence[int], today: dt.date) -> None:
    """Verifications of one sheet that ended: the log, and one mail with a line each."""
    rows = _ended(today).select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    claims = list(rows.select_related("listing__page", "listing__vendor"))
    spoken = abouts(claims)
    lines, paths = [], []
    for claim in claims:
        words, last_day = spoken[claim.uid], claim.expires_on or today
        verifying.end_standing(claim, _("échéance"), last_day + dt.timedelta(days=1))
        day = verifying.day_words(last_day)
        detail = _("%(what)s : échéance le %(day)s") % {"what": words.title, "day": day}
        verifying.write(claim, SheetEvent.Kind.UNVERIFIED, detail)
        claim.expiry_told_for = claim.expires_on
        claim.save(update_fields=["expiry_told_for"])
        lines.append(detail)
        paths.append(words.path)
    if claims:
        _tell(claims[0].listing, lines, paths)


def _tell(listing: Listing, lines: Sequence[str], paths: Sequence[str]) -> None:
    if not (listing.page.live and listing.archived_at is None):
        return
    path = paths[0] if len(set(paths)) == 1 else reverse("sheet", args=[listing.uid])
    values = {"sheet": listing.page.title, "lines": "\n" + "\n".join(lines)}
    tasks.tell_members(listing.vendor, "claim/expired", path, **values)
