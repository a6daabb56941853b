"""Handing a sheet over to another company, and taking one over: two pages, one on each side."""

import datetime as dt
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import transfers
from catalogue.models import TRANSFER_DAYS, Transfer
from catalogue.permissions import role_of, user_can_manage
from catalogue.vendor_space.access import FORM, READ, private
from catalogue.vendor_space.access_sheets import own_sheet
from catalogue.vendor_space.forms_transfers import AnswerForm, ProposeForm


@private(*FORM)
def propose(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """For owners: to whom the sheet goes, or the proposal that waits, which may be taken back."""
    opened = own_sheet(request, uid)
    listing = opened.listing
    if not user_can_manage(request.user, listing.vendor):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    if posted is not None and posted.get("action") == "annuler":
        return _cancel(request, uid)
    form = ProposeForm(posted)
    if posted is not None and form.is_valid():
        data = form.cleaned_data
        try:
            transfer = transfers.propose(
                listing=listing, by=request.user, to=data["entreprise"], message=data["message"]
            )
        except Refused as refusal:
            form.add_error("entreprise", str(refusal))
        else:
            told = _("%s est prévenue : la fiche reste à vous jusqu'à sa réponse.")
            messages.success(request, told % transfer.target)
            return redirect("sheet", uid)
    rows = listing.transfers.select_related("target", "source")
    context = {
        "opened": opened,
        "listing": listing,
        "vendor": listing.vendor,
        "form": form,
        "transfer": rows.waiting().first(),
        "closed": rows.exclude(state=Transfer.State.WAITING)[:10],
        "days": TRANSFER_DAYS,
    }
    return render(request, "catalogue/vendor_space/sheet_transfer.html", context)


def _cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    transfer = Transfer.objects.waiting().filter(listing__uid=uid).first()
    try:
        if transfer is None:
            raise Refused(_("Cette proposition est déjà close."))
        transfers.cancel(transfer=transfer, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("La proposition est annulée : la fiche reste à vous."))
    return redirect("sheet_transfer", uid)


@private(*FORM)
def answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """For owners of the company that a sheet is proposed to: read it, then accept or refuse."""
    transfer = _proposed_to(request, uid)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _decide(request, transfer, form.cleaned_data["reponse"])
    context = {
        "transfer": transfer,
        "form": form,
        "vendor": transfer.target,
        "page": transfer.listing.page,
        "until": timezone.localdate(transfer.asked_at) + dt.timedelta(days=TRANSFER_DAYS),
    }
    return render(request, "catalogue/vendor_space/transfer.html", context)


def _decide(request: HttpRequest, transfer: Transfer, words: str) -> HttpResponse:
    accepts = request.POST.get("decision") == "accept"
    try:
        if accepts:
            listing = transfers.accept(transfer=transfer, by=request.user)
            messages.success(request, _("La fiche est à vous, avec tout son historique."))
            return redirect("sheet", listing.uid)
        if request.POST.get("decision") == "refuse":
            transfers.refuse(transfer=transfer, by=request.user, answer=words)
            messages.success(request, _("La proposition est refusée ; l'entreprise est prévenue."))
            return redirect("vendor_space")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("transfer", transfer.uid)


@private(*READ)
def preview(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The sheet's latest version as the public would read it, while it is proposed."""
    transfer = _proposed_to(request, uid)
    if transfer.state != Transfer.State.WAITING:
        raise Http404
    draft = transfer.listing.page.get_latest_revision_as_object()
    context = {**draft.get_context(request), "transfer": transfer, "messages": None}
    template = "catalogue/vendor_space/transfer_preview.html"
    response = TemplateResponse(request, template, context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _proposed_to(request: HttpRequest, uid: uuid.UUID) -> Transfer:
    """A proposal, for owners of the company that it is made to; raises 404 for strangers."""
    rows = Transfer.objects.select_related("listing__page", "source", "target")
    transfer = get_object_or_404(rows, uid=uid)
    if role_of(request.user, transfer.target) is None:
        raise Http404
    if not user_can_manage(request.user, transfer.target):
        raise PermissionDenied
    return transfer
