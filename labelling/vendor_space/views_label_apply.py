"""Asking for a label: what is asked for, the check before it is deposited, a renewal."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue.models import Listing
from catalogue.permissions import user_can_manage
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from labelling import applying, deadlines
from labelling.claims import claims_of
from labelling.eligibility import Ineligible, application_obstacles, obstacles, renewable_from
from labelling.models import Award, Label, LabelApplication
from labelling.states import OPEN, ApplicationState
from labelling.vendor_space.access_label import OwnFile, own_file, own_files, stored_award
from labelling.vendor_space.forms_label import ApplicationForm, DepositForm
from labelling.vendor_space.labels_of import conditions_of, levels_of
from labelling.vendor_space.views import closed, frame
from labelling.vendor_space.views_label import about, offer_names
from labelling.vendor_space.views_label_replies import refuse
from labelling.vendor_space.words_label import silence_words


@private(*FORM)
def apply(request: HttpRequest, uid: uuid.UUID, label: str) -> HttpResponse:
    """What an application asks for, kept as a draft; owners write it, other members read it."""
    opened = own_sheet(request, uid)
    found = get_object_or_404(Label.objects.select_related("referential"), slug=label)
    listing, manages = opened.listing, user_can_manage(request.user, opened.listing.vendor)
    if request.method == "POST" and not manages:
        raise PermissionDenied
    draft = _draft(listing, found)
    if request.method != "POST":
        if listing.archived_at:
            return closed(request, opened)
        if draft is None and (current := _standing(listing, found)):
            return redirect(current)
    form = _form(request, found, listing, draft)
    if request.method == "POST" and form.is_valid() and _is_fresh(form, draft):
        try:
            draft = _save(request, listing, found, form.cleaned_data)
        except Ineligible as lacking:
            form.add_error(None, str(lacking))
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            if request.POST.get("action") == "deposer":
                return redirect("label_submit", draft.uid)
            messages.success(request, _("Le brouillon est enregistré : rien n'est encore déposé."))
            return redirect("label_apply", uid, label)
    return _apply_page(request, opened, found, draft, form, manages=manages)


def _apply_page(
    request: HttpRequest,
    opened: Opened,
    label: Label,
    draft: LabelApplication | None,
    form: ApplicationForm,
    *,
    manages: bool,
) -> HttpResponse:
    listing = opened.listing
    result = listing.results.filter(referential=label.referential_id).first()
    levels = levels_of(label, result)
    context = {
        **frame(opened),
        "label": label,
        "draft": draft,
        "form": form,
        "manages": manages,
        "levels": list(zip(levels, form["niveau"], strict=True)),
        "silence": silence_words(label.rules()),
        "conditions": conditions_of(obstacles(listing, label, draft.level if draft else None)),
        "offers": offer_names(draft, None) if draft else [],
    }
    return render(request, "labelling/vendor_space/label/apply.html", context)


def _draft(listing: Listing, label: Label) -> LabelApplication | None:
    rows = own_files(listing).filter(label=label, state=str(ApplicationState.DRAFT))
    return rows.select_related("label", "level", "listing__page", "renews").first()


def _standing(listing: Listing, label: Label) -> LabelApplication | None:
    """The file that keeps a sheet from asking for a label: it is open, or the label is held."""
    held = Q(award__in=Award.objects.living())
    still = Q(state__in=OPEN)
    return own_files(listing).filter(held | still, label=label).first()


def _form(
    request: HttpRequest, label: Label, listing: Listing, draft: LabelApplication | None
) -> ApplicationForm:
    levels, offers = list(label.levels.all()), list(listing.page.offers.all())
    initial: dict[str, Any] = {"niveau": levels[0].code if len(levels) == 1 else ""}
    if len(offers) == 1:
        initial["offres"] = [str(offers[0].uid)]
    if draft is not None:
        initial = {
            "niveau": draft.level.code,
            "offres": draft.offers,
            "presentation": draft.motivation,
            "vu": stamp(draft),
        }
    data = request.POST if request.method == "POST" else None
    return ApplicationForm(data, levels=levels, offers=offers, initial=initial)


def stamp(draft: LabelApplication) -> str:
    """When a draft was last changed, as a form remembers what it was opened with."""
    return draft.changed_at.isoformat()


def _is_fresh(form: ApplicationForm, draft: LabelApplication | None) -> bool:
    """Whether the draft is still as it was read; says so otherwise, and what it became."""
    if draft is None or form.cleaned_data["vu"] == stamp(draft):
        return True
    text = _(
        "Quelqu'un a enregistré ce brouillon entre-temps (niveau « %(level)s », présentation : "
        "« %(words)s »). Ce que vous avez écrit est intact : enregistrez de nouveau pour le garder."
    )
    words = {"level": draft.level, "words": draft.motivation or "…"}
    form.add_error(None, text % words)
    form.data = form.data.copy()
    form.data["vu"] = stamp(draft)
    return False


def _save(
    request: HttpRequest, listing: Listing, label: Label, data: dict[str, Any]
) -> LabelApplication:
    draft = applying.start(listing=listing, label=label, by=request.user)
    return applying.save_draft(
        application=draft,
        by=request.user,
        level=label.levels.get(code=data["niveau"]),
        offers=[uuid.UUID(one) for one in data["offres"]],
        motivation=data["presentation"],
    )


@private(*FORM)
def deposit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What will be judged, the deadlines, and the attestation: read it once more, then deposit."""
    here = own_file(request, uid)
    application = here.application
    if request.method == "POST" and not here.is_owner:
        raise PermissionDenied
    if request.method != "POST" and application.state != ApplicationState.DRAFT:
        return redirect(application)
    posted = request.POST if request.method == "POST" else None
    form = DepositForm(posted, initial={"vu": stamp(application)})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["vu"] != stamp(application):
            text = _(
                "Cette demande a changé depuis que vous l'avez ouverte : relisez-la ci-dessous."
            )
            form.add_error(None, text)
            form.data = form.data.copy()
            form.data["vu"] = stamp(application)
        elif _deposited(request, form, application):
            text = _("Votre demande est déposée : l'accusé de réception est dans vos lettres.")
            messages.success(request, text)
            return redirect(application)
    return _deposit_page(request, here, form)


def _deposited(request: HttpRequest, form: DepositForm, application: LabelApplication) -> bool:
    try:
        applying.submit(
            application=application, by=request.user, attested=form.cleaned_data["exactitude"]
        )
    except Ineligible:
        form.add_error(None, _("Il manque encore quelque chose : la liste est ci-dessous."))
    except (Refused, ValidationError) as error:
        refuse(form, error)
    else:
        return True
    return False


def _deposit_page(request: HttpRequest, here: OwnFile, form: DepositForm) -> HttpResponse:
    application, today = here.application, timezone.localdate()
    listing, label = application.listing, application.label
    rules = label.rules()
    result = listing.results.filter(referential=label.referential_id).select_related(
        "handover__assessment__version__referential"
    )
    judged = result.first()
    context = {
        **about(here),
        "form": form,
        "conditions": conditions_of(application_obstacles(application)),
        "offers": offer_names(application, None),
        "rules": rules,
        "silence": silence_words(rules),
        "clocks": deadlines.begin(today, rules),
        "judged": judged,
        **_pieces(listing, judged),
    }
    context["eligible"] = all(one.is_met for one in context["conditions"])
    return render(request, "labelling/vendor_space/label/deposit.html", context)


def _pieces(listing: Listing, judged: Any) -> dict[str, int]:
    """How many pieces go with the answers, and how many of them mission LABEL alone reads."""
    if judged is None:
        return {"pieces": 0, "restricted": 0}
    definition = judged.handover.assessment.version.definition
    pieces = [
        piece
        for claim in claims_of(listing, definition).values()
        for piece in claim.evidence.all()
        if not piece.is_draft
    ]
    return {"pieces": len(pieces), "restricted": sum(not one.is_public for one in pieces)}


@private(*FORM)
def renew(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """For owners: begin the application that renews an award, with what its file said."""
    here = own_file(request, uid)
    award = stored_award(here)
    if not here.is_owner:
        raise PermissionDenied
    refusal = ""
    if request.method == "POST":
        try:
            draft = applying.start(
                listing=award.listing, label=award.label, by=request.user, renews=award
            )
        except (Refused, ValidationError) as error:
            refusal = " ".join(getattr(error, "messages", [str(error)]))
        else:
            text = _("La demande de renouvellement est prête : relisez-la, puis déposez-la.")
            messages.success(request, text)
            return redirect("label_apply", draft.listing.uid, draft.label.slug)
    context = {**about(here), "refusal": refusal, "first": renewable_from(award)}
    return render(request, "labelling/vendor_space/label/renew.html", context)
