"""« Notre organisme l'utilise »: a public agent says it, signed in by ProConnect, for their body.

It may confirm a reference of the sheet, which is then verified for as long as the body says so. A
reference of another name waits for mission LABEL, which is told.
What raises `Refused` says in French why, and what to do.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import tasks, verifying
from catalogue.bodies import body_of, same_body
from catalogue.cloud import Trust
from catalogue.models import BodyUse, Claim, Listing, Reference
from catalogue.permissions import user_can_say_use, user_can_withdraw_use
from catalogue.trust import trust

SHOWN = 50
"""Bodies that a sheet names at most; it counts them all."""
KEPT = dt.timedelta(days=365)
"""How long a use that was taken back is kept."""
_NAME_IN_PROOF = 150


@dataclass(frozen=True)
class Candidate:
    """A reference that a body may say to be itself, and what is known of it so far."""

    uid: uuid.UUID
    client: str
    year: int
    state: Trust

    @property
    def can_be_confirmed(self) -> bool:
        """A contested reference waits for mission LABEL; a verified one stays as it is."""
        return self.state is not Trust.CONTESTED

    @property
    def is_verified(self) -> bool:
        """Whether the public reads it as verified today."""
        return self.state is Trust.VERIFIED


def uses_shown(listing: Listing) -> list[BodyUse]:
    """Bodies that say to use a solution, the latest first, each with `total`, that of all: a query."""
    uses = listing.uses.in_force().annotate(total=Window(Count("pk")))
    return list(uses.order_by("-said_on", "-pk")[:SHOWN])


def uses_of_body(siret: str) -> QuerySet[BodyUse]:
    """What a body says to use, with the sheets."""
    rows = BodyUse.objects.in_force().filter(siret=siret)
    return rows.select_related("listing__page").order_by("-said_on", "-pk")


def candidates(listing: Listing) -> list[Candidate]:
    """The references that a sheet shows, any of which may be the body that reads it."""
    claims = {claim.subject: claim for claim in listing.claims.filter(kind=Claim.Kind.REFERENCE)}
    return [
        Candidate(row.uid, row.client, row.year, _state(claims.get(row.uid)))
        for row in _references(listing)
    ]


@transaction.atomic
def say_use(
    *,
    listing: Listing,
    by: User,
    body: str = "",
    typed: str = "",
    reference: uuid.UUID | None = None,
) -> BodyUse:
    """Say that the body of an agent uses a solution, and maybe confirm the reference that names it.

    :param body: name that the public register gives, used only when ProConnect gives none.
    :param typed: name that the agent gives when neither does: it confirms no reference.
    Raises `PermissionDenied` unless `by` may say so, `Refused` when the sheet is no longer public,
    when the body said it already, when the reference is gone or contested, or nobody names the body.
    """
    rows = Listing.objects.public().select_for_update(of=("self",), no_key=True)
    fresh = rows.select_related("vendor", "page").filter(pk=listing.pk).first()
    if fresh is None:
        raise Refused(_("Cette fiche n'est plus en ligne."))
    told = body_of(by)
    if told is None or not user_can_say_use(by, fresh):
        raise PermissionDenied
    known = told.name or body.strip()
    if reference and not known:
        raise Refused(
            _(
                "Ni ProConnect ni le registre des entreprises ne nomme votre organisme : dites "
                "qu'il utilise la solution sans confirmer de référence."
            )
        )
    name = known or typed.strip()
    if fresh.uses.in_force().filter(siret=told.siret).exists():
        raise Refused(_("Votre organisme l'a déjà dit : rien ne change."))
    use = BodyUse(listing=fresh, siret=told.siret, body=name, reference=reference, agent=by)
    use.full_clean()
    use.save()
    if reference:
        confirm_reference(use=use)
    log(fresh.page, "catalogue.use.say", user=by, data={"body": name, "siret": told.siret})
    _tell(use)
    return use


@transaction.atomic
def confirm_reference(*, use: BodyUse) -> None:
    """Verify the reference of a use, unless somebody else's verification still holds.

    Of another name than the body's, or contested before the public may know, it is not verified:
    mission LABEL is told, and may do it.
    Raises `Refused` when the sheet shows it no more, or while it is contested.
    """
    row = next((row for row in _references(use.listing) if row.uid == use.reference), None)
    if row is None:
        raise Refused(_("Cette référence n'est plus sur la fiche : choisissez-en une autre."))
    claim = _claim(use) or Claim(
        listing=use.listing, kind=Claim.Kind.REFERENCE, subject=use.reference
    )
    state = _state(claim)
    if state is Trust.CONTESTED:
        raise Refused(
            _(
                "Cette référence est contestée : la mission LABEL l'examine. Vous pouvez dire que "
                "votre organisme utilise la solution sans confirmer de référence."
            )
        )
    if state is Trust.VERIFIED:
        return
    if same_body(use.body, row.client) and not _stands_contested(claim):
        _vouch(claim, use)
        return
    if claim.pk is None:
        claim.save()
    tasks.tell(
        "use/to_verify",
        settings.CONTACT_EMAIL,
        reverse("allegations:inspect", args=[claim.pk]),
        body=use.body,
        client=row.client,
        sheet=use.listing.page.title,
    )


@transaction.atomic
def withdraw_use(*, use: BodyUse, by: User) -> None:
    """Take back what a body said, and the verification that it gave with it.

    Raises `PermissionDenied` unless `by` works for that body, `Refused` when it is done already.
    """
    listing = Listing.objects.select_for_update(no_key=True).get(pk=use.listing_id)
    use = BodyUse.objects.select_for_update().get(pk=use.pk)
    if not user_can_withdraw_use(by, use):
        raise PermissionDenied
    if use.withdrawn_at:
        raise Refused(_("C'est déjà retiré."))
    use.withdrawn_at = timezone.now()
    use.save(update_fields=["withdrawn_at"])
    if use.reference:
        _release(use)
    log(
        listing.page, "catalogue.use.withdraw", user=by, data={"body": use.body, "siret": use.siret}
    )


@transaction.atomic
def erase_old_uses(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Erase the uses taken back for longer than they are kept; returns how many."""
    old = BodyUse.objects.filter(withdrawn_at__lt=now - KEPT)
    count = old.count()
    if not dry_run:
        old.delete()
    return count


@transaction.atomic
def forget(user: User) -> None:
    """What a body said stands without the person who said it."""
    BodyUse.objects.filter(agent=user).update(agent=None)


def export(user: User) -> list[dict[str, Any]]:
    """What a person said for their body, for the copy of their data."""
    columns = ("listing__page__title", "body", "siret", "said_on", "withdrawn_at")
    return list(user.body_uses.values(*columns))


def _references(listing: Listing) -> Iterable[Reference]:
    shown = Reference.objects.public().filter(page=listing.page_id, buyer_category__isnull=False)
    return shown.order_by("client", "pk")


def _state(claim: Claim | None) -> Trust:
    if claim is None:
        return Trust.DECLARED
    return trust(
        on=timezone.localdate(),
        verified_on=claim.verified_on,
        expires_on=claim.expires_on,
        contested_on=claim.contested_on,
    )


def _vouched_by(use: BodyUse) -> dict[str, Any]:
    """Who verifies a reference, and since when, as its claim says."""
    words = _("un agent de %(body)s, par ProConnect") % {"body": use.body[:_NAME_IN_PROOF]}
    return {"verified_by": words, "verified_on": use.said_on}


def _release(use: BodyUse) -> None:
    """Drop the verification that a use gave; another body that said the same takes it over."""
    claim = _claim(use)
    if claim is None or any(getattr(claim, k) != v for k, v in _vouched_by(use).items()):
        return
    clients = Reference.objects.filter(page=use.listing.page_id, uid=use.reference)
    client = clients.values_list("client", flat=True).first() or ""
    others = use.listing.uses.in_force().filter(reference=use.reference).order_by("said_on", "pk")
    other = next((row for row in others if same_body(row.body, client)), None)
    if other is None or _stands_contested(claim):
        _set(claim, verified_by="", verified_on=None)
    else:
        _set(claim, **_vouched_by(other))


def _claim(use: BodyUse) -> Claim | None:
    same = use.listing.claims.select_for_update().filter(kind=Claim.Kind.REFERENCE)
    return same.about(use.reference).first()


def _stands_contested(claim: Claim) -> bool:
    """Whether mission LABEL doubts it, even if only the vendor knows so far."""
    return claim.contested_on is not None or (
        claim.pk is not None and claim.contests.standing().exists()
    )


def _vouch(claim: Claim, use: BodyUse) -> None:
    """Verify a reference; nothing stays of a check that lapsed."""
    if claim.pk is not None and claim.expires_on is not None:
        ended = claim.expires_on + dt.timedelta(days=1)
        verifying.end_standing(claim, _("échéance"), ended)
    nothing = {"expires_on": None, "official": None, "source_url": ""}
    _set(claim, **nothing, **_vouched_by(use))


def _set(claim: Claim, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(claim, name, value)
    claim.save(update_fields=list(columns) if claim.pk else None)


def _tell(use: BodyUse) -> None:
    """Tell the members of the company that a body says to use its solution."""
    page, vendor = use.listing.page, use.listing.vendor
    path = f"/solutions/{page.slug}/"
    tasks.tell_members(vendor, "use/said", path, body=use.body, sheet=page.title)
