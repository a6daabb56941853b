"""What owners alone do with a file that is on its way or decided: take it back, appeal."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue.presentation import french_date
from catalogue.vendor_space.access import FORM, private
from labelling import appealing, applying
from labelling.states import ApplicationState
from labelling.vendor_space.access_label import own_file
from labelling.vendor_space.forms_label import AppealForm, WordsForm
from labelling.vendor_space.views_label import about
from labelling.vendor_space.views_label_replies import gone, refuse


@private(*FORM)
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """For owners: take an application back, after a page that says what becomes of it."""
    here = own_file(request, uid)
    if not here.is_owner:
        raise PermissionDenied
    if request.method != "POST" and "withdraw" not in here.may:
        messages.info(request, _("Cette demande n'est plus en cours : elle ne se retire plus."))
        return redirect(here.application)
    was_draft = here.application.state == ApplicationState.DRAFT
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        label=_("Pourquoi vous la retirez"),
        help_text=_("La mission LABEL le lit avec le retrait."),
        required=False,
    )
    if request.method == "POST" and "withdraw" not in here.may:
        gone(form)
    elif request.method == "POST" and form.is_valid():
        comment = form.cleaned_data["texte"]
        try:
            applying.withdraw(application=here.application, by=request.user, comment=comment)
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            told = _("Le brouillon est abandonné.") if was_draft else _("La demande est retirée.")
            messages.success(request, told)
            if here.has_sheet:
                return redirect("labels", here.application.listing.uid)
            return redirect(here.application)
    context = {**about(here), "form": form, "was_draft": was_draft}
    return render(request, "labelling/vendor_space/label/withdraw.html", context)


@private(*FORM)
def appeal(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What may be appealed against, until when; owners appeal, a third person decides."""
    here = own_file(request, uid)
    if request.method == "POST" and not here.is_owner:
        raise PermissionDenied
    options = list(appealing.appealable(here.application))
    initial = {"contre": str(options[0].against)} if len(options) == 1 else {}
    posted = request.POST if request.method == "POST" else None
    form = AppealForm(posted, options=options, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            opened = appealing.open_appeal(
                application=here.application,
                against=data["contre"],
                by=request.user,
                text=data["texte"],
            )
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            told = _("Votre recours est formé : une troisième personne l'examine d'ici le %s.")
            messages.success(request, told % french_date(opened.due_on))
            return redirect(here.application)
    context = {**about(here), "form": form, "options": options}
    context["waiting"] = here.application.appeals.open().exists()
    context["appeals"] = here.readable(here.application.appeals.all(), "opened_at")
    return render(request, "labelling/vendor_space/label/appeal.html", context)
