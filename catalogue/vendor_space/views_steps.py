"""The written steps of a sheet: saved as one goes, whatever is missing."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue import completeness, drafting
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from catalogue.vendor_space.conflicts import Conflict, conflict_with, seen_revision
from catalogue.vendor_space.forms_pictures import PicturesForm
from catalogue.vendor_space.forms_sheets import DescriptionForm, EssentialsForm, TechniqueForm
from catalogue.vendor_space.steps import BY_CODE, STEPS, Step, following

FORMS: dict[str, Any] = {
    completeness.ESSENTIALS: EssentialsForm,
    completeness.DESCRIPTION: DescriptionForm,
    completeness.PICTURES: PicturesForm,
    completeness.TECHNIQUE: TechniqueForm,
}


@private(*FORM)
def step(request: HttpRequest, uid: uuid.UUID, step: str) -> HttpResponse:
    """One step; « Continuer » saves and goes on. Raises 404 on an unknown step."""
    if step not in FORMS:
        raise Http404
    opened, here = own_sheet(request, uid), BY_CODE[step]
    if request.method != "POST":
        if not opened.can["edit"]:
            return refuse_edit(request, opened)
        return _page(request, opened, here, FORMS[step](instance=opened.draft))
    form = FORMS[step](request.POST, request.FILES, instance=opened.draft)
    if not opened.can["edit"]:
        return _page(request, opened, here, closed(form, opened))
    conflict = conflict_with(
        opened, seen_revision(request), lambda draft: FORMS[step](instance=draft)
    )
    touches = conflict is not None and conflict.touches_form
    if not form.is_valid() or touches:
        return _page(request, opened, here, form, conflict=conflict if touches else None)
    try:
        # Reading a live sheet step by step is not editing it.
        if form.has_changed():
            save(request, opened, form.apply(request.user))
    except drafting.EditConflict as late:
        conflict = Conflict(late.revision.user, late.revision.created_at, [])
        return _page(request, own_sheet(request, uid), here, form, conflict=conflict)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, opened, here, form)
    if conflict is not None:
        messages.info(request, told_of(conflict))
    return leave(request, opened, here)


def save(request: HttpRequest, opened: Opened, draft: Any) -> None:
    """Save a draft as opened; raises as `drafting.save_draft`."""
    drafting.save_draft(listing=opened.listing, draft=draft, seen=opened.seen, by=request.user)


def leave(request: HttpRequest, opened: Opened, here: Step) -> HttpResponse:
    """After a step: the next one, or the sheet's page for who saves and stops."""
    after = following(here)
    if request.POST.get("action") == "rester":
        return redirect(step_url(opened, here))
    if request.POST.get("action") == "quitter" or after is None:
        messages.success(request, _("La fiche est enregistrée."))
        return redirect("sheet", opened.listing.uid)
    return redirect(step_url(opened, after))


def step_url(opened: Opened, here: Step) -> str:
    """Address of a step of a sheet."""
    return f"{reverse('sheet', args=[opened.listing.uid])}etape/{here.code}/"


def refuse_edit(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Back to the sheet's page, which says what may be done instead."""
    messages.warning(request, _told_closed(opened))
    return redirect("sheet", opened.listing.uid)


def closed(form: Any, opened: Opened) -> Any:
    """A form posted after somebody handed the sheet in: what was typed is not lost, nor saved."""
    form.is_valid()
    form.add_error(None, _told_closed(opened))
    return form


def _told_closed(opened: Opened) -> str:
    return _("Cette fiche est « %s » : elle ne se modifie pas en l'état.") % opened.state_label


def told_of(conflict: Conflict) -> str:
    """Words on somebody who saved another part of the sheet meanwhile."""
    return _(
        "%(who)s a enregistré une autre partie de la fiche entre-temps : rien n'est perdu."
    ) % {"who": conflict.by or _("Quelqu'un")}


def frame(opened: Opened, here: Step) -> dict[str, Any]:
    """What every step's page shows around its form."""
    return {
        "opened": opened,
        "listing": opened.listing,
        "vendor": opened.listing.vendor,
        "step": here,
        "steps": STEPS,
        "next_step": following(here),
        "previous": STEPS[here.number - 2] if here.number > 1 else None,
    }


def _page(
    request: HttpRequest,
    opened: Opened,
    here: Step,
    form: Any,
    *,
    conflict: Conflict | None = None,
) -> HttpResponse:
    status = 409 if conflict else 200
    context = {**frame(opened, here), "form": form, "conflict": conflict}
    template = f"catalogue/vendor_space/step_{here.code}.html"
    return render(request, template, context, status=status)
