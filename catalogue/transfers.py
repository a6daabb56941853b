"""A sheet handed over to another company: one proposes, the other accepts, all of it follows.

Every function locks both companies, then the sheet: what the screen showed may be old. What raises
`Refused` says in French why, and what to do.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import drafting, services, tasks
from catalogue.membership import must_manage, write_log
from catalogue.models import (
    TRANSFER_DAYS,
    BasePage,
    Listing,
    SolutionPage,
    Transfer,
    Vendor,
)
from catalogue.permissions import is_suspended, user_can_manage
from catalogue.proving import too_often
from catalogue.quotas import DAY, spend
from catalogue.states import ACTIONS, STATE_LABELS, Action

PROPOSALS_PER_DAY = 20


def find_company(text: str) -> Vendor:
    """The registered company that somebody names: by SIREN, national number, name or address.

    By its name only if it publishes something: who registers and shows nothing yet is nobody's
    business. Raises `Refused` when there is none, or several of that name.
    """
    text = " ".join(text.split())
    digits = text.replace(" ", "")
    found = Vendor.objects.filter(siren=digits) if digits.isdecimal() else Vendor.objects.none()
    found = found or Vendor.objects.exclude(national_id="").filter(national_id=text)
    shown = Vendor.objects.with_live_sheets()
    found = found or shown.filter(slug=text.lower()) or shown.filter(name__iexact=text)
    if len(found) > 1:
        raise Refused(_("Plusieurs entreprises répondent à ce nom : donnez le SIREN."))
    if not found:
        raise Refused(
            _(
                "Aucune entreprise inscrite ne répond à ce nom ou à ce numéro. Vérifiez le SIREN ; "
                "si elle n'est pas encore au catalogue, elle doit d'abord s'inscrire."
            )
        )
    return found[0]


@transaction.atomic
def propose(*, listing: Listing, by: User, to: str, message: str = "") -> Transfer:
    """Propose a sheet to the company that `to` names (as `find_company` reads it).

    Raises `PermissionDenied` unless `by` is an owner of the sheet's company, `Refused` when the
    sheet or one of the companies may not be part of a transfer, when a proposal waits already, and
    after twenty proposals in a day, found or not.
    """
    if listing.vendor is None:
        raise PermissionDenied
    must_manage(by, listing.vendor)
    if not spend("transfer", by.pk, most=PROPOSALS_PER_DAY, seconds=DAY):
        raise too_often()
    source, target = _lock_companies(listing.vendor, find_company(to))
    must_manage(by, source)
    listing = _lock_sheet(listing)
    if listing.vendor_id != source.pk:
        raise PermissionDenied
    if source == target:
        raise Refused(_("La fiche est déjà à cette entreprise."))
    _must_be_possible(listing, source, target)
    if listing.transfers.waiting().exists():
        raise Refused(_("Cette fiche est déjà proposée à une entreprise : annulez d'abord."))
    transfer = Transfer.objects.create(
        listing=listing, source=source, target=target, message=message, asked_by=by
    )
    _log(transfer, by)
    _tell_owners(transfer, target, "transfers/proposed", "transfer", transfer.uid)
    return transfer


@transaction.atomic
def accept(*, transfer: Transfer, by: User) -> Listing:
    """Take a sheet over: it stays as it is, live or not, and all that is known of it follows.

    Raises `PermissionDenied` unless `by` is an owner of the company that it is proposed to,
    `Refused` when it was closed meanwhile, or when something that made it possible no longer holds.
    """
    transfer = _open(transfer, by, of="target")
    source, target = transfer.source, transfer.target
    listing = _lock_sheet(transfer.listing)
    if listing.vendor_id != source.pk:
        raise Refused(_("Cette fiche n'est plus à %s : rien ne change.") % source)
    if transfer.asked_by is None or not user_can_manage(transfer.asked_by, source):
        # Else somebody who was turned out would still give the company's sheets away.
        raise Refused(
            _(
                "La personne qui proposait cette fiche ne gère plus %s : faites-la proposer à nouveau."
            )
            % source
        )
    _must_be_possible(listing, source, target)
    services.change_listing(listing=listing, by=by, vendor=target)
    _close(transfer, Transfer.State.ACCEPTED, by)
    _tell_members(transfer, source, "transfers/given", reverse("vendor_space"), company=target)
    there = reverse("sheet", args=[listing.uid])
    _tell_members(transfer, target, "transfers/received", there, company=source)
    return listing


@transaction.atomic
def refuse(*, transfer: Transfer, by: User, answer: str = "") -> None:
    """Decline a sheet. Raises as `accept`, but never for what no longer holds."""
    transfer = _open(transfer, by, of="target")
    _close(transfer, Transfer.State.REFUSED, by, answer)
    place = ("sheet_transfer", transfer.listing.uid)
    _tell_owners(transfer, transfer.source, "transfers/refused", *place, answer=answer)


@transaction.atomic
def cancel(*, transfer: Transfer, by: User) -> None:
    """Take a proposal back.

    Raises `PermissionDenied` unless `by` is an owner of the company that proposed it, `Refused` when
    it was closed meanwhile.
    """
    transfer = _open(transfer, by, of="source")
    _close(transfer, Transfer.State.CANCELLED, by)
    _tell_owners(transfer, transfer.target, "transfers/cancelled", "vendor_space")


def lapse(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Close what nobody answered in thirty days, each by itself; return how many there are."""
    late = Transfer.objects.waiting().filter(asked_at__lt=now - dt.timedelta(days=TRANSFER_DAYS))
    if dry_run:
        return late.count()
    return sum(_lapse(pk, now) for pk in late.values_list("pk", flat=True))


@transaction.atomic
def _lapse(pk: int, now: dt.datetime) -> bool:
    rows = Transfer.objects.waiting().select_for_update(of=("self",))
    transfer = rows.select_related("listing__page", "source", "target").filter(pk=pk).first()
    if transfer is None:
        return False
    transfer.state, transfer.decided_at = Transfer.State.LAPSED, now
    transfer.save()
    place = ("sheet_transfer", transfer.listing.uid)
    _tell_owners(transfer, transfer.source, "transfers/lapsed", *place)
    return True


def export(user: User) -> list[dict[str, Any]]:
    """Transfers that a person proposed or closed, for the copy of their data."""
    columns = ("listing__page__title", "source__name", "target__name", "state", "asked_at")
    rows = Transfer.objects.filter(Q(asked_by=user) | Q(decided_by=user))
    return [dict(row) for row in rows.values(*columns, "message", "answer")]


def _lock_companies(source: Vendor, target: Vendor) -> tuple[Vendor, Vendor]:
    """Both under a lock, in one order: two transfers that cross do not wait for one another."""
    rows = (
        Vendor.objects.select_for_update(no_key=True)
        .filter(pk__in={source.pk, target.pk})
        .order_by("pk")
    )
    found = {row.pk: row for row in rows}
    if len(found) < len({source.pk, target.pk}):
        raise Refused(_("Cette entreprise n'est plus inscrite."))
    return found[source.pk], found[target.pk]


def _lock_sheet(listing: Listing) -> Listing:
    BasePage.objects.select_for_update().get(pk=listing.page_id)
    fresh = Listing.objects.select_related("vendor").get(pk=listing.pk)
    fresh.page = SolutionPage.objects.get(pk=fresh.page_id)
    return fresh


def _open(transfer: Transfer, by: User, *, of: str) -> Transfer:
    """A proposal as it is under the locks, for an owner of its `source` or `target`."""
    locked = _lock_companies(transfer.source, transfer.target)
    must_manage(by, locked[0] if of == "source" else locked[1])
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("listing", "asked_by")
    fresh = rows.get(pk=transfer.pk)
    fresh.source, fresh.target = locked
    if fresh.state != Transfer.State.WAITING:
        raise Refused(
            _("Cette proposition est close : %s.") % str(fresh.get_state_display()).lower()
        )
    return fresh


def _must_be_possible(listing: Listing, source: Vendor, target: Vendor) -> None:
    state = drafting.state_of(listing)
    if Action.TRANSFER not in ACTIONS[state] or listing.merged_into_id or listing.page.locked:
        raise Refused(
            _("La fiche ne se cède pas en l'état : elle est « %s ».") % STATE_LABELS[state]
            if Action.TRANSFER not in ACTIONS[state]
            else _("La mission LABEL a regroupé ou verrouillé cette fiche : elle ne se cède pas.")
        )
    for vendor in (source, target):
        if not vendor.is_attached or is_suspended(vendor):
            # Unattached or suspended: which of the two is between the company and mission LABEL.
            raise Refused(
                _(
                    "%s ne peut pas céder ni reprendre de fiche pour le moment : le rattachement de "
                    "l'entreprise est à vérifier auprès de la mission LABEL."
                )
                % vendor
            )


def _close(transfer: Transfer, state: str, by: User, answer: str = "") -> None:
    transfer.state, transfer.answer = state, answer
    transfer.decided_at, transfer.decided_by = timezone.now(), by
    transfer.save()
    _log(transfer, by)


def _log(transfer: Transfer, by: User) -> None:
    data = {"sheet": str(transfer.listing.uid), "state": str(transfer.state)}
    write_log(transfer.source, "catalogue.company.transfer", by, **data, to=transfer.target.slug)
    write_log(
        transfer.target, "catalogue.company.transfer", by, **data, source=transfer.source.slug
    )


def _tell_owners(
    transfer: Transfer, whom: Vendor, name: str, route: str, *place: object, **words: str
) -> None:
    other = transfer.target if whom == transfer.source else transfer.source
    path = reverse(route, args=place)
    tasks.tell_owners(whom, name, path, sheet=_sheet(transfer), company=other.name, **words)


def _tell_members(transfer: Transfer, whom: Vendor, name: str, path: str, company: Vendor) -> None:
    tasks.tell_members(whom, name, path, sheet=_sheet(transfer), company=company.name)


def _sheet(transfer: Transfer) -> str:
    page = transfer.listing.page
    name: str = page.draft_title or page.title
    return name
