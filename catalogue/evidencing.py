"""Pieces of evidence that members of a company attach to what their sheets say.

Each function locks the sheet's listing, then checks the right and the state. What raises `Refused`
says in French why, and what to do; a `ValidationError` names the parameter that is wrong.
Titles and names of files may hold personal data: neither is ever logged.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue.models import Claim, Evidence, Listing, Verification
from catalogue.permissions import role_of
from catalogue.quotas import DAY, spend
from catalogue.services import lock_sheet
from catalogue.signals import document_changed, evidence_removing
from catalogue.uploads import SafeEvidence

MOST_PIECES = 10
"""Pieces that one claim holds at most."""
PIECES_PER_DAY = 100
"""Pieces that one company adds in a day: a whole questionnaire, not a store of files."""
OVER = gettext_lazy("Cette pièce n'est plus valable : déposez celle qui l'a remplacée.")


@transaction.atomic
def ensure_claim(
    *, listing: Listing, kind: str, subject: uuid.UUID | None = None, key: str = ""
) -> Claim:
    """Return the claim of that kind, entered if the sheet had none yet."""
    claim, _created = Claim.objects.get_or_create(
        listing=listing, kind=kind, subject=subject, key=key
    )
    return claim


@transaction.atomic
def add_evidence(
    *,
    claim: Claim,
    by: User,
    title: str,
    url: str = "",
    file: SafeEvidence | None = None,
    is_public: bool,
    restriction_reason: str = "",
    expires_on: dt.date | None = None,
    draft: bool,
) -> Evidence:
    """Attach a file, or the address of a public page, to a claim of one's own company.

    :param claim: an unsaved one is entered with its first piece.
    :param restriction_reason: why it is a trade secret, which the public reads; only for a piece
        that is not public.
    :param expires_on: last day that it holds (included).
    :param draft: not handed in yet: it counts for nothing, and only the company reads it.
    Raises `PermissionDenied` for somebody else than a member, `ValidationError` on a value that
    is not right, `Refused` when the sheet or the claim takes no piece, or when it has this one.
    """
    listing = _locked(claim, by)
    piece = Evidence(
        title=title.strip(),
        url=url.strip(),
        is_public=is_public,
        restriction_reason=_reason(is_public, restriction_reason),
        is_draft=draft,
        expires_on=expires_on,
    )
    piece.clean_fields(exclude=("claim", "file"))
    if not any(sign.isprintable() and not sign.isspace() for sign in piece.title):
        raise ValidationError({"title": _("Donnez un intitulé qui se lit.")})
    if bool(piece.url) == bool(file):
        raise ValidationError(_("Donnez un fichier ou une adresse, pas les deux."))
    if piece.url:
        _check_address(piece.url)
    if expires_on is not None and expires_on < timezone.localdate():
        raise ValidationError({"expires_on": OVER})
    return _attach(piece, listing, claim, by, file.file if file else None)


@transaction.atomic
def copy_evidence(*, piece: Evidence, claim: Claim, by: User, draft: bool) -> Evidence:
    """Attach to a claim a piece that the same company gave for another, as it is there.

    The file is copied: each piece is removed or restricted for itself.
    Raises as `add_evidence`; `Refused` too when the piece is over or its file is lost.
    """
    source = piece.claim.listing
    listing = _locked(claim, by)
    if source.vendor_id != listing.vendor_id or _is_consent(piece.claim):
        raise PermissionDenied
    if piece.expires_on and piece.expires_on < timezone.localdate():
        raise Refused(str(OVER))
    content, name = None, piece.file.name
    if name:
        if not piece.file.storage.exists(name):
            raise Refused(_("Le fichier de cette pièce est perdu : déposez-le à nouveau."))
        with piece.file.open("rb") as stored:
            new_name = f"{uuid.uuid4().hex}{PurePath(name).suffix}"
            content = ContentFile(stored.read(), name=new_name)
    kept = ("title", "url", "is_public", "restriction_reason", "expires_on")
    copy = Evidence(is_draft=draft, **{name: getattr(piece, name) for name in kept})
    return _attach(copy, listing, claim, by, content)


@transaction.atomic
def remove_evidence(*, piece: Evidence, by: User) -> None:
    """Take a piece away, with its file.

    Raises `PermissionDenied` for somebody else than a member, `Refused` while a verification that
    waits, or holds, rests on what was given before it, or while another app needs it.
    """
    listing = _locked(piece.claim, by)
    piece = _fresh(piece)
    if not piece.is_draft and _is_relied_on(piece):
        raise Refused(
            _(
                "Une vérification s'appuie sur cette pièce : elle reste tant que cette vérification "
                "vaut. Vous pouvez la réserver."
            )
        )
    if not piece.is_draft:
        answers = evidence_removing.send(sender=Evidence, piece=piece)
        if reasons := [str(reason) for _receiver, reason in answers if reason]:
            raise Refused(*reasons)
    _log(listing, "remove", by, piece)
    piece.delete()


@transaction.atomic
def change_restriction(*, piece: Evidence, by: User, is_public: bool, reason: str = "") -> Evidence:
    """Make a piece public, or a trade secret with a reason that the public reads.

    Raises `PermissionDenied` for somebody else than a member, `ValidationError` without a reason.
    """
    listing = _locked(piece.claim, by)
    piece = _fresh(piece)
    piece.restriction_reason = _reason(is_public, reason)
    piece.is_public = is_public
    piece.clean_fields(exclude=("claim", "file"))
    piece.save(update_fields=["is_public", "restriction_reason"])
    _log(listing, "restrict", by, piece)
    return piece


@transaction.atomic
def hand_over_evidence(*, claims: Iterable[Claim]) -> None:
    """From now on the pieces that wait on these claims count, and are read by who may read them.

    Whoever hands the answers in answers for rights, and keeps a trace of it.
    """
    waiting = Evidence.objects.filter(claim__in=[claim.pk for claim in claims], is_draft=True)
    concerned = Listing.objects.filter(claims__evidence__in=waiting).order_by().distinct()
    uids = list(concerned.values_list("uid", flat=True))
    if uids:
        waiting.update(is_draft=False)
        document_changed.send(sender=Listing, uids=uids)


def _locked(claim: Claim, by: User) -> Listing:
    """Lock the listing of a claim; refuse who has no right, and a sheet that left the catalogue."""
    listing = lock_sheet(claim.listing)
    if listing.vendor is None or role_of(by, listing.vendor) is None:
        raise PermissionDenied
    if listing.merged_into_id:
        raise Refused(_("Cette fiche est regroupée avec une autre : ses pièces ne changent plus."))
    if listing.archived_at:
        raise Refused(_("Cette fiche est archivée : rétablissez-la pour changer ses pièces."))
    if _is_consent(claim):
        raise Refused(
            _(
                "L'accord d'un client se donne à l'étape « Références », et n'est lu que de la mission LABEL."
            )
        )
    return listing


def _fresh(piece: Evidence) -> Evidence:
    """The piece as it is under the lock; raises `Refused` when it is gone."""
    fresh: Evidence | None = Evidence.objects.select_related("claim").filter(pk=piece.pk).first()
    if fresh is None:
        raise Refused(_("Cette pièce n'est plus là."))
    return fresh


def _is_consent(claim: Claim) -> bool:
    """Whether the pieces of a claim are writings of a client, which nobody publishes."""
    return claim.kind == Claim.Kind.REFERENCE


def _attach(
    piece: Evidence, listing: Listing, claim: Claim, by: User, content: ContentFile[bytes] | None
) -> Evidence:
    """Write a piece that was checked, unless the claim has it, or enough."""
    if content is not None:
        piece.sha256 = hashlib.sha256(content.read()).hexdigest()
        content.seek(0)
    if claim.pk is None:
        claim = ensure_claim(listing=listing, kind=claim.kind, subject=claim.subject, key=claim.key)
    known = list(claim.evidence.values_list("url", "sha256"))
    if any(row == (piece.url, piece.sha256) for row in known):
        raise Refused(_("Cette pièce est déjà jointe ici : une fois suffit."))
    if len(known) >= MOST_PIECES:
        raise Refused(_("Dix pièces au plus : retirez-en une d'abord."))
    if not spend("evidence", listing.vendor_id, most=PIECES_PER_DAY, seconds=DAY):
        raise Refused(_("Votre entreprise a déposé cent pièces aujourd'hui : continuez demain."))
    piece.claim = claim
    if content is not None:
        piece.file = content
    piece.save()
    _log(listing, "add", by, piece)
    return piece


def _is_relied_on(piece: Evidence) -> bool:
    """Whether mission LABEL looks at a piece, or said that it proves something that still holds."""
    claim, today = piece.claim, timezone.localdate()
    if claim.verifications.filter(state=Verification.State.WAITING).exists():
        return True
    holds = claim.expires_on is None or claim.expires_on >= today
    return claim.verified_on is not None and holds and piece.added_on <= claim.verified_on


def _check_address(url: str) -> None:
    """Refuse what nobody else could follow, or what proves nothing. Raises `ValidationError`."""
    try:
        URLValidator(schemes=["https"])(url)
    except ValidationError as error:
        message = _("Donnez une adresse publique complète, qui commence par https://.")
        raise ValidationError({"url": message}) from error
    address = urlsplit(url)
    if address.username or address.password:
        raise ValidationError({"url": _("Donnez une adresse sans identifiant ni mot de passe.")})
    if address.hostname == urlsplit(settings.SITE_URL).hostname:
        message = _("Une page du catalogue ne prouve rien : donnez l'adresse de la source.")
        raise ValidationError({"url": message})


def _reason(is_public: bool, reason: str) -> str:
    """Why a piece is restricted, nothing for a public one. Raises `ValidationError`."""
    reason = "" if is_public else " ".join(reason.split())
    if not (is_public or reason):
        message = _("Dites pourquoi cette pièce relève du secret des affaires : le public le lira.")
        raise ValidationError({"restriction_reason": message})
    return reason


def _log(listing: Listing, action: str, by: User, piece: Evidence) -> None:
    data: dict[str, Any] = {
        "claim": str(piece.claim.uid),
        "kind": piece.claim.kind,
        "piece": str(piece.uid),
        "public": piece.is_public,
    }
    log(listing.page, f"catalogue.evidence.{action}", user=by, data=data)
