"""What public agents and vendors write to one another about a sheet.

Neither side ever sees an address or a person of the other: the vendor reads the name of a body, the
agent that of a company. Messages are their own history, so the admin's log holds none of them.
What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks
from catalogue.bodies import body_of
from catalogue.models import Inquiry, InquiryMessage, Listing, Membership, Vendor
from catalogue.permissions import user_can_contact, user_can_edit
from catalogue.proving import lock_company
from catalogue.quotas import DAY, spend

EXCHANGES_PER_DAY = 10
MOST_OPEN = 3
MESSAGES_PER_DAY = 50
KEPT = dt.timedelta(days=365)
"""How long an exchange is kept once it is closed; silent for that long, it is closed."""


def with_unread(exchanges: QuerySet[Inquiry], *, for_vendor: bool) -> QuerySet[Inquiry]:
    """Exchanges with `unread` (messages of the other side) and `last_at`, open and latest first."""
    unread = Q(messages__from_vendor=not for_vendor, messages__read_at=None)
    return exchanges.annotate(
        unread=Count("messages", filter=unread), last_at=Max("messages__sent_at")
    ).order_by(F("closed_at").asc(nulls_first=True), "-last_at", "-pk")


def unread_by(vendor: Vendor) -> int:
    """How many exchanges of a company hold something that nobody there has read yet."""
    waiting = vendor.inquiries.filter(messages__from_vendor=False, messages__read_at=None)
    return waiting.distinct().count()


def has_readers(vendor: Vendor | None) -> bool:
    """Whether somebody reads what is written to a vendor: a member, whom a proof attaches to it."""
    return vendor is not None and vendor.is_attached and _readers(vendor).exists()


@transaction.atomic
def open_exchange(*, listing: Listing, by: User, body: str, subject: str, text: str) -> Inquiry:
    """Write to the vendor of a sheet for the first time.

    :param body: name of the agent's body, used only when ProConnect gives none.
    Raises `PermissionDenied` unless `by` may write to this vendor, `Refused` when the sheet is no
    longer public, when nobody would read the message, after ten exchanges in a day or when three
    are open with this vendor.
    """
    fresh = Listing.objects.public().select_related("vendor").filter(pk=listing.pk).first()
    if fresh is None:
        raise Refused(_("Cette fiche n'est plus en ligne : elle ne reçoit plus de message."))
    if fresh.vendor is None:
        raise Refused(_("Aucun offreur ne tient cette fiche : personne ne vous lirait."))
    vendor = lock_company(fresh.vendor)
    if not user_can_contact(by, vendor):
        raise PermissionDenied
    if not has_readers(vendor):
        raise Refused(_("Personne ne lit les messages de cet offreur : passez par son site."))
    if by.inquiries.filter(vendor=vendor, closed_at=None).count() >= MOST_OPEN:
        raise Refused(
            _(
                "Vous avez déjà trois échanges ouverts avec cet offreur. Poursuivez l'un d'eux, ou "
                "clôturez-en un depuis « Mes échanges »."
            )
        )
    if not spend("exchange", by.pk, most=EXCHANGES_PER_DAY, seconds=DAY):
        raise Refused(
            _("Vous avez ouvert dix échanges aujourd'hui. Réessayez demain : gardez votre texte.")
        )
    told = body_of(by)
    exchange = Inquiry(
        listing=fresh,
        vendor=vendor,
        buyer=by,
        body=(told and told.name) or body.strip(),
        siret=told.siret if told else "",
        subject=subject,
    )
    exchange.full_clean()
    exchange.save()
    _write(exchange, by, text, from_vendor=False)
    return exchange


@transaction.atomic
def answer(*, exchange: Inquiry, by: User, text: str, from_vendor: bool) -> InquiryMessage:
    """Write in an exchange that is open.

    Raises `PermissionDenied` unless `by` takes part on that side, `Refused` when it is closed, when
    nobody would read the answer, or after fifty messages in a day.
    """
    exchange = _own(exchange, by, from_vendor)
    if exchange.closed_at:
        raise Refused(
            _("Cet échange est clos. Rouvrez-le pour répondre.")
            if from_vendor
            else _("Cet échange est clos. Pour en ouvrir un autre, repartez de la fiche.")
        )
    if not from_vendor and not _readers(exchange.vendor).exists():
        raise Refused(_("Plus personne ne lit les messages de cet offreur : passez par son site."))
    if not spend("exchange-message", by.pk, most=MESSAGES_PER_DAY, seconds=DAY):
        raise Refused(_("Vous avez envoyé cinquante messages aujourd'hui. Réessayez demain."))
    return _write(exchange, by, text, from_vendor=from_vendor)


@transaction.atomic
def mark_read(*, exchange: Inquiry, by: User, from_vendor: bool) -> None:
    """Note that one side has read what the other wrote. Raises `PermissionDenied` as `answer`."""
    _must_take_part(exchange, by, from_vendor)
    exchange.messages.filter(from_vendor=not from_vendor, read_at=None).update(
        read_at=timezone.now()
    )


@transaction.atomic
def close(*, exchange: Inquiry, by: User, from_vendor: bool) -> None:
    """End an exchange; closed already, it stays so. Raises `PermissionDenied` as `answer`."""
    exchange = _own(exchange, by, from_vendor)
    if exchange.closed_at is None:
        exchange.closed_at = timezone.now()
        exchange.save(update_fields=["closed_at"])


@transaction.atomic
def reopen(*, exchange: Inquiry, by: User) -> None:
    """Go on with a closed exchange: the vendor's choice, an agent opens another one.

    Raises `PermissionDenied` unless `by` acts for the vendor, `Refused` when the agent is gone.
    """
    exchange = _own(exchange, by, from_vendor=True)
    if exchange.buyer_id is None:
        raise Refused(
            _("La personne qui vous a écrit a fermé son compte : elle ne vous lirait pas.")
        )
    exchange.closed_at = None
    exchange.save(update_fields=["closed_at"])


@transaction.atomic
def erase_old_exchanges(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Erase the exchanges closed for longer than they are kept, and close the silent ones.

    Returns how many were, or would be, erased.
    """
    old = Inquiry.objects.filter(closed_at__lt=now - KEPT)
    count = old.count()
    if not dry_run:
        old.delete()
        silent = Inquiry.objects.filter(closed_at=None).annotate(last=Max("messages__sent_at"))
        ids = list(silent.filter(last__lt=now - KEPT).values_list("pk", flat=True))
        Inquiry.objects.filter(pk__in=ids).update(closed_at=now)
    return count


@transaction.atomic
def forget(user: User) -> None:
    """Leave what a person wrote to the other side, without saying who; nobody would read more."""
    InquiryMessage.objects.filter(author=user).update(author=None)
    user.inquiries.update(buyer=None, closed_at=Coalesce("closed_at", timezone.now()))


def export(user: User) -> list[dict[str, Any]]:
    """What a person wrote, for the copy of their data: not what others answered."""
    columns = (
        "inquiry__subject",
        "inquiry__listing__page__title",
        "inquiry__vendor__name",
        "inquiry__body",
        "from_vendor",
        "text",
        "sent_at",
    )
    return list(InquiryMessage.objects.filter(author=user).values(*columns))


def _own(exchange: Inquiry, by: User, from_vendor: bool) -> Inquiry:
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related("vendor", "buyer")
    fresh = rows.get(pk=exchange.pk)
    _must_take_part(fresh, by, from_vendor)
    return fresh


def _must_take_part(exchange: Inquiry, by: User, from_vendor: bool) -> None:
    if from_vendor:
        takes_part = user_can_edit(by, exchange.vendor)
    else:
        takes_part = by.is_active and exchange.buyer_id == by.pk
    if not takes_part:
        raise PermissionDenied


def _readers(vendor: Vendor) -> QuerySet[Membership]:
    return vendor.memberships.filter(user__is_active=True)


def _write(exchange: Inquiry, by: User, text: str, *, from_vendor: bool) -> InquiryMessage:
    own = exchange.messages.filter(from_vendor=from_vendor)
    # The other side is told once, until it has read.
    told = own.filter(read_at=None).exists()
    message = InquiryMessage(inquiry=exchange, from_vendor=from_vendor, author=by, text=text)
    message.full_clean()
    message.save()
    if not told:
        _tell(exchange, from_vendor)
    return message


def _tell(exchange: Inquiry, from_vendor: bool) -> None:
    """Announce a message to the other side: who wrote about which sheet, never what."""
    sheet = exchange.listing.page.title
    if from_vendor:
        if exchange.buyer and exchange.buyer.is_active:
            path = reverse("buyer_exchange", args=[exchange.uid])
            company = exchange.vendor.name
            tasks.tell(
                "exchange/answered", exchange.buyer.email, path, company=company, sheet=sheet
            )
        return
    path = reverse("vendor_exchange", args=[exchange.vendor.slug, exchange.uid])
    tasks.tell_members(exchange.vendor, "exchange/written", path, body=exchange.body, sheet=sheet)
