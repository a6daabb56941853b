"""Last step, and what is done with a sheet as a whole: each a button, each one service."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue import completeness, drafting, terms
from catalogue.due_dates import answer_due_on
from catalogue.presentation import french_date
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from catalogue.vendor_space.forms_sheets import SubmitForm
from catalogue.vendor_space.steps import BY_CODE
from catalogue.vendor_space.views_steps import frame, refuse_edit

HERE = BY_CODE[completeness.SUBMISSION]


@private(*FORM)
def submit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Step 7: what is missing, what one agrees to, when to expect an answer."""
    opened = own_sheet(request, uid)
    if not opened.can["submit"]:
        return refuse_edit(request, opened)
    if request.method != "POST":
        return _page(request, opened, SubmitForm(initial=_initial(opened)))
    form = SubmitForm(request.POST)
    if form.is_valid():
        try:
            row = drafting.submit(
                listing=opened.listing,
                by=request.user,
                seen=form.cleaned_data["vu"],
                terms_version=form.cleaned_data["version"],
                attested=form.cleaned_data["exactitude"] and form.cleaned_data["licence"],
            )
        except drafting.EditConflict as late:
            form = _asked_again(request, opened)
            form.add_error(
                None,
                _("%s a modifié la fiche entre-temps : relisez l'aperçu avant de la remettre.")
                % (late.revision.user or _("Quelqu'un")),
            )
        except ValidationError as error:
            opened = own_sheet(request, uid)
            form = _asked_again(request, opened)
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _("La fiche est remise. Réponse au plus tard le %s.") % french_date(row.due_on),
            )
            return redirect("sheet", uid)
    return _page(request, opened, form)


def _initial(opened: Opened) -> dict[str, Any]:
    current = terms.current()
    return {"version": current.version if current else "", "vu": opened.seen}


def _asked_again(request: HttpRequest, opened: Opened) -> SubmitForm:
    """The form with what was ticked, on the sheet and the terms as they are now."""
    form = SubmitForm({**request.POST.dict(), **_initial(opened)})
    form.is_valid()
    return form


def _page(request: HttpRequest, opened: Opened, form: SubmitForm) -> HttpResponse:
    lacking = completeness.missing(opened.draft)
    today = timezone.localdate()
    context = {
        **frame(opened, HERE),
        "form": form,
        "missing": [(row, BY_CODE[row.step]) for row in lacking],
        "attached": opened.listing.vendor.is_attached,
        "terms": terms.current(),
        "due_on": answer_due_on(today),
    }
    return render(request, "catalogue/vendor_space/step_envoi.html", context)


@private("POST")
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a sheet back from moderation."""
    return _do(
        request, uid, drafting.withdraw, _("La fiche est retirée : vous pouvez la modifier.")
    )


@private("POST")
def archive(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Withdraw a sheet from the catalogue."""
    return _do(request, uid, drafting.archive, _("La fiche est archivée."))


@private("POST")
def restore(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Bring an archived sheet back."""
    return _do(request, uid, drafting.restore, _("La fiche est rétablie."))


@private("POST")
def confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say that a live sheet is still accurate."""
    today = timezone.localdate()
    done = _("C'est noté : la fiche est confirmée aujourd'hui.")
    return _do(request, uid, drafting.confirm, done, on=today)


def _do(
    request: HttpRequest, uid: uuid.UUID, service: Callable[..., None], done: str, **values: Any
) -> HttpResponse:
    opened = own_sheet(request, uid)
    try:
        service(listing=opened.listing, by=request.user, **values)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("sheet", uid)
