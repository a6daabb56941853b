"""An award is born of a decision: what it stands on, and the one that it replaces.

What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue.models import Vendor
from labelling import events, judged, procedure
from labelling.deadlines import add_months
from labelling.models import Award, LabelApplication, Reservation
from labelling.papers import Reservation as ReservationLine
from labelling.states import ApplicationState, AwardState, Role, Subject

_GRANTED = (ApplicationState.GRANTED, ApplicationState.GRANTED_WITH_RESERVATIONS)


@transaction.atomic
def create(*, application: LabelApplication, by: User) -> Award:
    """Make the award of an application that was just granted; it replaces the one in force.

    Raises `PermissionDenied` unless `by` decided it, `Refused` when the sheet is not what was judged.
    """
    row = procedure.lock_file(application)
    if row.state not in _GRANTED or row.decided_by_id != by.pk:
        raise PermissionDenied
    offers, facts = _judged(row)
    today, listing = timezone.localdate(), row.listing
    reserved = row.state == ApplicationState.GRANTED_WITH_RESERVATIONS
    state = AwardState.RESERVED if reserved else AwardState.ACTIVE
    older = Award.objects.living().filter(listing=listing, label=row.label).first()
    number = procedure.next_number("LG")  # its lock makes the next rank ours as well
    award = Award.objects.create(
        number=number,
        application=row,
        label=row.label,
        level=row.proposed_level or row.level,
        listing=listing,
        vendor=row.vendor,
        title=listing.page.title,
        offers=offers,
        facts=facts,
        status_index=(Award.objects.aggregate(Max("status_index"))["status_index__max"] or 0) + 1,
        granted_on=today,
        valid_to=valid_to(row, today),
        # One lives at a time: the new one is born once the older has left it its place.
        state=str(AwardState.EXPIRED if older else state),
        ended_on=today if older else None,
        state_since=today,
    )
    if older is not None:
        supersede(award=older, by_award=award)
        award.state, award.ended_on = str(state), None
        award.save(update_fields=["state", "ended_on"])
    Reservation.objects.bulk_create(
        Reservation(award=award, text=one.text, due_on=one.lift_by)
        for one in (reservations_of(row) if reserved else ())
    )
    note(award, "award", by, target=award.state, level=award.level.code, offers=offers,
          facts=facts, valid_to=award.valid_to, renews=older.number if older else "")  # fmt: skip
    procedure.tell_catalogue(award)
    return award


def valid_to(application: LabelApplication, granted_on: dt.date) -> dt.date:
    """The last day of an award granted on a day."""
    return add_months(granted_on, application.terms.validity_months)


def reservations_of(application: LabelApplication) -> list[ReservationLine]:
    """The reservations that are proposed, each with its last day."""
    return [
        ReservationLine(row["text"], dt.date.fromisoformat(row["due_on"]))
        for row in application.proposed_reservations
    ]


def _judged(application: LabelApplication) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Offers and facts that the award stands on; raises `Refused` when they are others by now."""
    listing = application.listing
    if listing.vendor_id != application.vendor_id or not listing.page.live:
        raise Refused(
            _("La fiche n'est plus publiée, ou une autre entreprise la tient : renvoyez à l'instruction.")
        )  # fmt: skip
    facts = judged.watched(listing, application.offers)
    seen = application.snapshot.get("watched", facts)
    if seen != facts:
        raise Refused(
            _(
                "La solution n'est plus celle qui a été jugée. %s Renvoyez à l'instruction, qui "
                "interrogera l'offreur : sa réponse reprend la fiche telle qu'elle est."
            )
            % what_moved(seen, facts, application.snapshot.get("offers", []), listing.vendor)
        )
    offers = judged.covered(listing, application.offers)
    if not offers:
        raise Refused(_("Aucune offre de la fiche n'est visée : renvoyez à l'instruction."))
    return judged.named(offers), facts


@transaction.atomic
def supersede(*, award: Award, by_award: Award) -> Award:
    """End an award that another one replaces on the same sheet.

    Raises `Refused` when the other is of another sheet or label.
    """
    if (award.listing_id, award.label_id) != (by_award.listing_id, by_award.label_id):
        raise Refused(_("Un renouvellement porte sur la même fiche et le même label."))

    def change(row: Award) -> Mapping[str, Any]:
        row.replaced_by = by_award
        return {"by": by_award.number}

    return procedure.apply(
        thing=award, name="supersede", by=None, as_role=Role.CONSEQUENCE, change=change
    )


def what_moved(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    offers: Sequence[Mapping[str, str]],
    vendor: Vendor | None,
) -> str:
    """What differs between two of `judged.watched`, in French sentences.

    :param offers: uid and name of those that are covered.
    :param vendor: who holds the sheet now.
    """
    old = {"watched": before, "offers": offers}
    new = {"watched": now, "offers": offers, "vendor": {"name": vendor.name if vendor else ""}}
    return " ".join(judged.changes(old, new))


def note(
    award: Award,
    name: str,
    by: User,
    *,
    role: Role = Role.DECIDER,
    comment: str = "",
    target: str = "",
    **data: Any,
) -> None:
    """Write what is no change of state in the chain."""
    events.record(
        application=award.application,
        subject=Subject.AWARD,
        subject_uid=award.uid,
        name=name,
        target=target,
        by=by,
        role=role,
        comment=comment,
        data={"number": award.number, **data},
    )
