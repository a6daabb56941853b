"""The labels of a sheet, and one file: where it stands, its dates, letters, questions, motives."""

import uuid
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalogue.permissions import user_can_manage
from catalogue.vendor_space.access import READ, HandedOver, private
from catalogue.vendor_space.access_sheets import own_sheet
from labelling import appealing, letters
from labelling.models import Award, LabelApplication
from labelling.states import AppealState, ApplicationState, Subject
from labelling.vendor_space import words_label as words
from labelling.vendor_space.access_label import OwnFile, former_letter, own_file
from labelling.vendor_space.forms_label import WordsForm
from labelling.vendor_space.labels_of import labels_of
from labelling.vendor_space.moments_label import moments_of
from labelling.vendor_space.views import closed, frame


@private(*READ)
def labels(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The labels that a sheet may ask for, what lacks, and the files and awards that it has."""
    opened = own_sheet(request, uid)
    if opened.listing.archived_at:
        return closed(request, opened)
    context = {
        **frame(opened),
        "rows": labels_of(opened.listing, timezone.localdate()),
        "manages": user_can_manage(request.user, opened.listing.vendor),
        "today": timezone.localdate(),
    }
    return render(request, "labelling/vendor_space/label/labels.html", context)


@private(*READ)
def file(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One file: whose turn it is, its dates, and everything that was written about it."""
    here = own_file(request, uid)
    application = here.application
    if application.state == ApplicationState.DRAFT:
        return redirect("label_apply", application.listing.uid, application.label.slug)
    today = timezone.localdate()
    appeals = list(here.readable(application.appeals.all(), "opened_at"))
    questions = list(here.readable(application.questions.all(), "asked_at"))
    brought = _brought(application)
    for one in questions:
        one.application = application
        one.brought = brought.get(one.round)
    pending = next((one for one in appeals if one.state == AppealState.OPENED), None)
    context = {
        **about(here),
        "turn": words.turn_of(application, here.award, pending, today),
        "moments": moments_of(application, here.award, appeals, questions, today),
        "silence": words.silence_words(application.terms),
        "legal": words.legal_words(application, questions, today),
        "questions": questions,
        "letters": words.shown_letters(_letters(here), application.terms, today),
        "post": here.readable(application.messages.select_related("author"), "at"),
        "form": message_form(here),
        "appeals": appeals,
        "options": () if pending else appealing.appealable(application),
        "reservations": here.award.reservations.all() if here.award else (),
        "decided": here.since is None and application.decided_at is not None,
        "offers": offer_names(application, here.award),
        "may_renew": words.is_renewable(here.award, today) and here.has_sheet,
        **({} if here.since else _verdicts(application)),
        "certificate": words.certificate_of(here.award, today) if here.award else "",
    }
    return render(request, "labelling/vendor_space/label/file.html", context)


def about(here: OwnFile) -> dict[str, Any]:
    """What every page of one file shows."""
    application, today = here.application, timezone.localdate()
    return {
        "here": here,
        "application": application,
        "award": here.award,
        "stands": here.award is not None and here.award.state in words.NOTICES,
        "listing": application.listing,
        "vendor": here.vendor,
        "title": application.listing.page.title,
        "file_url": application.get_absolute_url(),
        "labels_url": reverse("labels", args=[application.listing.uid]) if here.has_sheet else "",
        "state": words.state_words(application, here.award, today),
        "tone": words.tone(application, here.award),
        "today": today,
        "parents": _parents(here),
    }


def _parents(here: OwnFile) -> list[tuple[str, str]]:
    """Where a page below a file is: the space, the sheet, its labels, the file."""
    application = here.application
    uid = application.listing.uid
    sheet = [
        (application.listing.page.title, reverse("sheet", args=[uid])),
        (_("Label"), reverse("labels", args=[uid])),
    ]
    return [
        (_("Espace éditeur"), reverse("vendor_space")),
        *(sheet if here.has_sheet else ()),
        (application.number or application.label.name, application.get_absolute_url()),
    ]


def message_form(here: OwnFile, data: Any = None) -> WordsForm:
    """The form that writes to mission LABEL; told apart from the answer to a question that waits."""
    asked = here.application.state == ApplicationState.AWAITING_VENDOR
    help_text = words.MESSAGE_BESIDE if asked else words.MESSAGE_HELP
    return WordsForm(data, label=words.MESSAGE, help_text=help_text)


def _brought(application: LabelApplication) -> dict[int, list[str]]:
    """What each answer changed in what is judged, by the round of its question."""
    rows = application.events.filter(subject=Subject.APPLICATION.value, name="answer")
    told = rows.values_list("data__round", "data__changes")
    return {new - 1: changes or [] for new, changes in told}


def offer_names(application: LabelApplication, award: Award | None) -> list[str]:
    """Names of the offers that a file is about: as they were when granted, else as they are."""
    if award is not None:
        return [one["name"] for one in award.offers]
    known = {str(one.uid): one.name for one in application.listing.page.offers.all()}
    return [known[one] for one in application.offers if one in known]


def _letters(here: OwnFile) -> list[Any]:
    rows = list(here.readable(here.application.letters.all(), "made_at"))
    for one in rows:
        one.application = here.application
    return rows


def _verdicts(application: LabelApplication) -> dict[str, Any]:
    """The motives by criterion, once something was decided: nobody reads them before."""
    if application.decided_at is None or application.handover is None:
        return {}
    by_id = application.handover.assessment.version.definition.by_id
    rows = words.verdicts_of(application, by_id)
    told = [one for one in rows if one["review"].comment or one["review"].verdict != "conforme"]
    return {"verdicts": told, "conform": len(rows) - len(told)}


@private("GET")
def letter(request: HttpRequest, uid: uuid.UUID, letter: uuid.UUID) -> FileResponse:
    """A letter as it was sent; its first opening notifies it.

    The company that it was sent to keeps it once the sheet is another's: it reads it without a trace.
    """
    try:
        here = own_file(request, uid)
    except HandedOver:
        found = former_letter(request, uid, letter)
        is_former = True
    else:
        found = get_object_or_404(
            here.readable(here.application.letters.all(), "made_at"), uid=letter
        )
        is_former = False
    if not found.file.storage.exists(found.file.name):
        raise Http404
    if not is_former:
        letters.open_letter(letter=found, by=request.user)
    name = f"{found.application.number}-{slugify(found.get_kind_display())}.pdf"
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)
