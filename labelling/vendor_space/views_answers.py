"""A theme of the questionnaire, saved as a page or question by question."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.services import Refused
from catalogue import evidencing
from catalogue.claim_words import About
from catalogue.models import Claim, Evidence
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.views_evidence import give
from labelling.claims import answer_words, key_of
from labelling.definition import Theme
from labelling.standing import Standing
from labelling.vendor_space.access import Answering, own_assessment
from labelling.vendor_space.forms import AnswerForm
from labelling.vendor_space.questions import Saved, questions_of, save_all, save_one
from labelling.vendor_space.views import about, closed


@private(*FORM)
def theme(
    request: HttpRequest, uid: uuid.UUID, referential: str, version: str, theme: str
) -> HttpResponseBase:
    """The questions of a theme; each that was changed is saved, whatever is wrong with others."""
    here = own_assessment(request, uid, referential, version)
    definition = here.assessment.version.definition
    shown = next((one for one in definition.themes if one.id == theme), None)
    if shown is None:
        raise Http404
    if request.method != "POST":
        if here.opened.listing.archived_at:
            return closed(request, here.opened)
        return _page(request, here, shown, here.standing(), Saved())
    asked = set(here.standing().asked)
    saved = save_all(
        assessment=here.assessment,
        criteria=definition.of_theme(theme),
        data=request.POST,
        by=request.user,
    )
    standing = here.standing()
    if saved.refused:
        return _page(request, here, shown, standing, saved)
    _tell(request, saved, [one for one in standing.asked if one not in asked])
    return _leave(request, here, shown)


@private("POST")
def answer(
    request: HttpRequest, uid: uuid.UUID, referential: str, version: str, criterion: str
) -> JsonResponse:
    """Save one question while others are being typed; answers in JSON for the script.

    200 with the new edition, the questions of the theme that are asked and the progress; 409 with
    a piece of page that shows the other answer; 422 with what is wrong.
    """
    here = own_assessment(request, uid, referential, version)
    found = here.assessment.version.definition.by_id.get(criterion)
    if found is None:
        raise Http404
    form, saved = AnswerForm(request.POST, criterion=found), Saved()
    save_one(assessment=here.assessment, form=form, by=request.user, saved=saved)
    if theirs := saved.conflicts.get(criterion):
        context = {"criterion": found, "theirs": theirs, "user": request.user}
        html = render_to_string("labelling/vendor_space/_conflict.html", context)
        return JsonResponse({"edition": theirs.answer.edition, "html": html}, status=409)
    if saved.refused:
        errors = (error for messages in form.errors.values() for error in messages)
        return JsonResponse({"message": " ".join(errors)}, status=422)
    standing = here.standing()
    row = standing.answers.get(criterion)
    ours = next(one for one in standing.themes if one.theme.id == found.theme)
    return JsonResponse(
        {
            "edition": row.edition if row else 0,
            "asked": [
                one for one in standing.asked if standing.definition.by_id[one].theme == found.theme
            ],
            "answered": ours.answered,
            "total": ours.asked,
            "progress": progress_words(ours.answered, ours.asked),
        }
    )


@private(*FORM)
def add_piece(
    request: HttpRequest, uid: uuid.UUID, referential: str, version: str, criterion: str
) -> HttpResponseBase:
    """Add a piece to a question. Whatever its claim is, nobody else reads it before the handover."""
    here = own_assessment(request, uid, referential, version)
    definition = here.assessment.version.definition
    found = definition.by_id.get(criterion)
    if found is None:
        raise Http404
    listing = here.opened.listing
    if request.method != "POST" and listing.archived_at:
        return closed(request, here.opened)
    kind, key = key_of(definition.slug, found)
    known = listing.claims.filter(kind=kind, key=key, subject=None).first()
    claim = known or Claim(listing=listing, kind=kind, key=key)
    row = here.assessment.answers.filter(criterion=criterion).first()
    back = here.question(criterion)
    about = About(
        title=f"{found.id} {found.text}",
        said=answer_words(found, row.value) if row else "",
        path=back,
        expected=found.evidence_expected,
    )
    return give(request, here.opened, claim, about, draft=True, back=back)


def progress_words(answered: int, asked: int) -> str:
    """How far a theme is: « 3 réponses sur 8 »."""
    words = ngettext("%(n)d réponse sur %(total)d", "%(n)d réponses sur %(total)d", answered)
    return words % {"n": answered, "total": asked}


def _tell(request: HttpRequest, saved: Saved, opened: list[str]) -> None:
    if saved.done:
        messages.success(request, _("Vos réponses sont enregistrées."))
    if opened:
        new = ngettext(
            "Votre réponse ouvre une question : %(ids)s.",
            "Vos réponses ouvrent %(n)d questions : %(ids)s.",
            len(opened),
        )
        messages.info(request, new % {"n": len(opened), "ids": ", ".join(opened)})


def _leave(request: HttpRequest, here: Answering, shown: Theme) -> HttpResponseBase:
    """After saving: where the button that was pressed leads."""
    data = request.POST
    if "piece" in data:
        return _to_evidence(here, data["piece"])
    if "reserver" in data or "retirer" in data:
        return _change_piece(request, here, shown)
    for choice in ("garder", "prendre"):
        if data.get(choice) in here.assessment.version.definition.by_id:
            return redirect(here.question(data[choice]))
    # A browser keeps the anchor of the page that it leaves, unless it is given another.
    match data.get("action"):
        case "quitter":
            return redirect(f"{here.address('assessment_space')}#contenu")
        case "suivant" if following := _following(here, shown):
            return redirect(f"{here.address('assessment_theme', following.id)}#contenu")
        case "suivant":
            return redirect(f"{here.address('assessment_check')}#contenu")
    return redirect(here.address("assessment_theme", shown.id))


def _to_evidence(here: Answering, criterion: str) -> HttpResponseBase:
    """The page that adds a piece to a question."""
    if criterion not in here.assessment.version.definition.by_id:
        raise Http404
    return redirect(here.address("assessment_piece", criterion))


def _change_piece(request: HttpRequest, here: Answering, shown: Theme) -> HttpResponseBase:
    """Take a piece of the theme away, or go and say who may read it; then back to its question."""
    listing, data = here.opened.listing, request.POST
    criterion, piece = _piece(here, shown, data.get("retirer") or data.get("reserver", ""))
    back = here.question(criterion)
    if "reserver" in data:
        place = [listing.uid, piece.claim.uid, piece.uid]
        there = reverse("sheet_evidence_restrict", args=place)
        return redirect(f"{there}?{urlencode({'suite': back})}")
    try:
        evidencing.remove_evidence(piece=piece, by=request.user)
        messages.success(request, _("La pièce est retirée."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


def _piece(here: Answering, shown: Theme, uid: str) -> tuple[str, Evidence]:
    """A piece of the theme with its question; raises 404 on any other."""
    standing = here.standing()
    for criterion in standing.definition.of_theme(shown.id):
        claim = standing.claims.get(criterion.id)
        for piece in claim.evidence.all() if claim else ():
            if str(piece.uid) == uid:
                return criterion.id, piece
    raise Http404


def _following(here: Answering, shown: Theme) -> Theme | None:
    themes = here.assessment.version.definition.themes
    rank = themes.index(shown) + 1
    return themes[rank] if rank < len(themes) else None


def _page(
    request: HttpRequest, here: Answering, shown: Theme, standing: Standing, saved: Saved
) -> HttpResponse:
    criteria = standing.definition.of_theme(shown.id)
    questions = questions_of(standing, criteria, timezone.localdate(), saved)
    ours = next(one for one in standing.themes if one.theme.id == shown.id)
    context = {
        **about(here),
        "standing": standing,
        "theme": shown,
        "ours": ours,
        "progress": progress_words(ours.answered, ours.asked),
        "number": standing.definition.themes.index(shown) + 1,
        "following": _following(here, shown),
        "questions": questions,
        "wrong": [one for one in questions if one.form.errors],
        "conflicts": [one for one in questions if one.theirs],
        "saved": saved,
    }
    status = 409 if saved.conflicts else 200
    return render(request, "labelling/vendor_space/theme.html", context, status=status)
