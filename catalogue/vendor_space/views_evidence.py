"""The pieces of evidence of a sheet: who of the company adds, reads, reserves or removes them.

Pages of other apps lead here too, and say by `?suite=` where to come back.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import claim_words, evidencing
from catalogue.evidence import evidence_response
from catalogue.models import Claim, Evidence
from catalogue.vendor_space.access import FORM, READ, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from catalogue.vendor_space.forms_evidence import EvidenceForm, RestrictionForm
from catalogue.vendor_space.stated import find_claim, read_page, rows_of


@private(*READ)
def claims(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What the sheet says that others may check, what it is worth today, and on which pieces."""
    opened = own_sheet(request, uid)
    rows, past = rows_of(opened, timezone.localdate())
    context = {**_frame(opened), "rows": rows, "past": past, "suite": request.path}
    return render(request, "catalogue/vendor_space/sheet_claims.html", context)


@private(*FORM)
def add(request: HttpRequest, uid: uuid.UUID, claim: uuid.UUID) -> HttpResponse:
    """Add a piece to a claim."""
    opened = own_sheet(request, uid)
    found = _own_claim(opened, claim)
    opened.listing.page = read_page(opened)
    found.listing = opened.listing
    # Of an answer nothing is read before it is handed in; what the sheet says is public already.
    draft = found.kind == Claim.Kind.ANSWER
    return give(request, opened, found, claim_words.about(found), draft=draft)


@private(*FORM)
def first(
    request: HttpRequest, uid: uuid.UUID, kind: str, subject: uuid.UUID | None = None
) -> HttpResponse:
    """Add a piece to what the sheet says, whether somebody entered that claim already or not."""
    opened = own_sheet(request, uid)
    claim = find_claim(opened, (kind, subject))
    if claim is None:
        raise Http404
    return give(request, opened, claim, claim_words.about(claim), draft=False)


@private("POST")
def remove(
    request: HttpRequest, uid: uuid.UUID, claim: uuid.UUID, piece: uuid.UUID
) -> HttpResponse:
    """Take a piece away."""
    opened = own_sheet(request, uid)
    found = get_object_or_404(_own_claim(opened, claim).evidence, uid=piece)
    try:
        evidencing.remove_evidence(piece=found, by=request.user)
        messages.success(request, _("La pièce est retirée."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request, opened)


@private(*FORM)
def restrict(
    request: HttpRequest, uid: uuid.UUID, claim: uuid.UUID, piece: uuid.UUID
) -> HttpResponse:
    """Reserve a piece with a reason, or make it public."""
    opened = own_sheet(request, uid)
    found = get_object_or_404(_own_claim(opened, claim).evidence, uid=piece)
    initial = {"restricted": not found.is_public, "restriction_reason": found.restriction_reason}
    form = RestrictionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            evidencing.change_restriction(
                piece=found,
                by=request.user,
                is_public=not data["restricted"],
                reason=data["restriction_reason"],
            )
        except (ValidationError, Refused) as error:
            form.refuse(error)
        else:
            told = (
                _("La pièce est réservée.") if data["restricted"] else _("La pièce est publique.")
            )
            messages.success(request, told)
            return _back(request, opened)
    context = {"piece": found, "button": _("Enregistrer"), "heading": _("Accès à la pièce")}
    return _form_page(request, opened, form, **context)


@private(*READ)
def file(request: HttpRequest, uid: uuid.UUID, piece: uuid.UUID) -> FileResponse:
    """One of the company's own files, be it reserved or not handed in yet."""
    opened = own_sheet(request, uid)
    return evidence_response(
        get_object_or_404(Evidence, uid=piece, claim__listing=opened.listing.pk)
    )


def give(
    request: HttpRequest,
    opened: Opened,
    claim: Claim,
    about: claim_words.About,
    *,
    draft: bool,
    back: str = "",
) -> HttpResponse:
    """The page that adds a piece to a claim of the sheet, entered or not yet, and what it posts.

    :param draft: whether the piece waits for the handover of the self-assessment that it proves.
    :param back: where it leads once done, instead of where `suite` says.
    """
    back = back or _origin(request, opened)
    pieces = _reusable(opened, claim)
    form = EvidenceForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), pieces=pieces
    )
    if request.method == "POST" and form.is_valid():
        try:
            _attach(form.cleaned_data, claim, by=request.user, draft=draft)
        except (ValidationError, Refused) as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _("La pièce est jointe : elle comptera une fois l'auto-évaluation remise.")
                if draft
                else _("La pièce est jointe."),
            )
            return HttpResponseRedirect(back)
    context = {"about": about, "draft": draft, "back": back}
    context |= {"heading": _("Ajouter une pièce"), "button": _("Joindre la pièce")}
    return _form_page(request, opened, form, **context)


def _attach(data: dict[str, Any], claim: Claim, **who: Any) -> None:
    if data.get("piece"):
        evidencing.copy_evidence(piece=data["piece"], claim=claim, **who)
        return
    evidencing.add_evidence(
        claim=claim,
        title=data["title"],
        url=data["url"],
        file=data["file"],
        is_public=not data["restricted"],
        restriction_reason=data["restriction_reason"],
        expires_on=data["expires_on"],
        **who,
    )


def _reusable(opened: Opened, claim: Claim) -> list[Evidence]:
    """Pieces of the sheet that still hold and that this claim lacks, each once."""
    rows = Evidence.objects.filter(claim__listing=opened.listing.pk).exclude(
        claim__kind=Claim.Kind.REFERENCE
    )
    rows = rows.exclude(expires_on__lt=timezone.localdate()).order_by("title", "pk")
    found: dict[tuple[str, str], Evidence] = {}
    here = set()
    for row in rows:
        found.setdefault((row.url, row.sha256), row)
        if row.claim_id == claim.pk:
            here.add((row.url, row.sha256))
    return [row for key, row in found.items() if key not in here]


def _own_claim(opened: Opened, uid: uuid.UUID) -> Claim:
    """A claim of the sheet; what a client signed is given elsewhere, with the reference."""
    own = opened.listing.claims.exclude(kind=Claim.Kind.REFERENCE)
    found: Claim = get_object_or_404(own, uid=uid)
    return found


def _back(request: HttpRequest, opened: Opened) -> HttpResponse:
    """To where the person came from in the vendor space, else to the pieces of the sheet."""
    return HttpResponseRedirect(_origin(request, opened))


def _origin(request: HttpRequest, opened: Opened) -> str:
    there = request.GET.get("suite", "")
    own = there.startswith(reverse("vendor_space"))
    if own and url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return there
    return reverse("sheet_claims", args=[opened.listing.uid])


def _frame(opened: Opened) -> dict[str, Any]:
    listing = opened.listing
    closed = bool(listing.archived_at)
    return {"opened": opened, "listing": listing, "vendor": listing.vendor, "closed": closed}


def _form_page(request: HttpRequest, opened: Opened, form: Any, **context: Any) -> HttpResponse:
    context = {"back": _origin(request, opened), **_frame(opened), "form": form, **context}
    context["action"] = request.get_full_path()
    return render(request, "catalogue/vendor_space/sheet_evidence.html", context)
