"""What a company writes in a file: answers, messages, replies to a notice, what it did for a reservation."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue.claim_words import About
from catalogue.models import Claim
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.access_sheets import own_sheet
from catalogue.vendor_space.views_evidence import give
from labelling import applying
from labelling.claims import answer_words, key_of, last_handover
from labelling.definition import Criterion
from labelling.models import Handover, Question, SelfAssessment
from labelling.standing import Standing, standing_of
from labelling.states import ApplicationState
from labelling.vendor_space.access_label import OwnFile, own_file, stored_award
from labelling.vendor_space.forms_label import AnswerForm, WordsForm
from labelling.vendor_space.views_label import about, message_form
from labelling.vendor_space.words_label import NOTICES


@private(*FORM)
def message(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Write to mission LABEL about a file; stops no clock."""
    here = own_file(request, uid)
    form = message_form(here, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["texte"]
        try:
            applying.write_message(application=here.application, by=request.user, text=text)
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            messages.success(request, _("Votre message est parti : la mission LABEL est prévenue."))
            return redirect(f"{here.application.get_absolute_url()}#messages")
    context = {
        **about(here),
        "form": form,
        "post": here.readable(here.application.messages.select_related("author"), "at"),
    }
    return render(request, "labelling/vendor_space/label/message.html", context)


@private(*FORM)
def answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Answer the question that waits, after putting right the answers and pieces that it is about.

    What is typed is kept in the session while one goes and changes an answer.
    """
    here = own_file(request, uid)
    question = here.application.questions.filter(answered_at__isnull=True).first()
    waits = question is not None and here.application.state == ApplicationState.AWAITING_VENDOR
    if request.method != "POST" and not waits:
        messages.info(request, _("Aucune question n'attend de réponse sur cette demande."))
        return redirect(here.application)
    standing = _standing(here)
    criterion = request.GET.get("piece", "")
    if criterion and standing is not None and question is not None:
        return _add_piece(request, here, standing, _asked(standing, question, criterion))
    kept = f"label-answer-{uid}"
    moved = waits and standing is not None and bool(standing.moved)
    posted = request.POST if request.method == "POST" else None
    form = _answer_form(posted, request.session.get(kept, ""), moved=moved)
    if request.method == "POST" and (there := _on_the_way(request, here, standing, question)):
        request.session[kept] = request.POST.get("texte", "")[:8000]
        return redirect(there)
    if request.method == "POST" and not waits:
        gone(form)
    elif request.method == "POST" and form.is_valid():
        text = form.cleaned_data["texte"]
        try:
            applying.answer(application=here.application, by=request.user, text=text)
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            request.session.pop(kept, None)
            messages.success(request, _("Votre réponse est partie : l'instruction reprend."))
            return redirect(here.application)
    context = {**about(here), "form": form, "question": question if waits else None}
    context |= _handed(here, standing, question)
    return render(request, "labelling/vendor_space/label/answer.html", context)


def _answer_form(data: Any, kept: str, *, moved: bool) -> AnswerForm:
    return AnswerForm(
        data,
        moved=moved,
        label=_("Votre réponse"),
        help_text=_(
            "Dites ce que vous avez précisé, corrigé ou joint. La mission LABEL seule la lit."
        ),
        initial={"texte": kept},
    )


def _standing(here: OwnFile) -> Standing | None:
    """Where the self-assessment that is judged stands now; None when its pages are closed to it."""
    if not here.has_sheet or here.application.listing.archived_at:
        return None
    return standing_of(_assessment(here))


def _assessment(here: OwnFile) -> SelfAssessment:
    """The self-assessment that the next handover comes from: that of the newest one."""
    application = here.application
    newest: Handover | None = last_handover(application.listing, application.label.referential.slug)
    found = (newest or application.handover).assessment
    found.listing = application.listing
    return found


def _asked(standing: Standing, question: Question, criterion: str) -> Criterion:
    """A criterion that a question is about; raises 404 on any other."""
    found = standing.definition.by_id.get(criterion)
    if found is None or criterion not in question.criteria:
        raise Http404
    return found


def _on_the_way(
    request: HttpRequest, here: OwnFile, standing: Standing | None, question: Question | None
) -> str:
    """Where a button leads that is not the one which sends the answer; empty for that one."""
    if standing is None or question is None:
        return ""
    if "piece" in request.POST:
        found = _asked(standing, question, request.POST["piece"])
        return f"{request.path}?piece={found.id}"
    if "question" in request.POST:
        return _place(here, standing, _asked(standing, question, request.POST["question"]))
    return _check(here, standing) if "remettre" in request.POST else ""


def _place(here: OwnFile, standing: Standing, criterion: Criterion) -> str:
    """Where a criterion stands in the self-assessment."""
    version = standing.assessment.version
    place = [here.application.listing.uid, version.referential.slug, version.version]
    return f"{reverse('assessment_theme', args=[*place, criterion.theme])}#{criterion.id}"


def _check(here: OwnFile, standing: Standing) -> str:
    version = standing.assessment.version
    place = [here.application.listing.uid, version.referential.slug, version.version]
    return reverse("assessment_check", args=place)


def _add_piece(
    request: HttpRequest, here: OwnFile, standing: Standing, criterion: Criterion
) -> HttpResponse:
    """The page that adds a piece to a criterion, and leads back to the answer."""
    opened = own_sheet(request, here.application.listing.uid)
    kind, key = key_of(standing.definition.slug, criterion)
    known = opened.listing.claims.filter(kind=kind, key=key, subject=None).first()
    row = standing.answers.get(criterion.id)
    told = About(
        title=f"{criterion.id} {criterion.text}",
        said=answer_words(criterion, row.value) if row else "",
        path=_place(here, standing, criterion),
        expected=criterion.evidence_expected,
    )
    claim = known or Claim(listing=opened.listing, kind=kind, key=key)
    back = reverse("label_answer", args=[here.application.uid])
    return give(request, opened, claim, told, draft=True, back=back)


def _handed(here: OwnFile, standing: Standing | None, question: Question | None) -> dict[str, Any]:
    """What the question is about, and whether what was changed meanwhile is handed in."""
    if standing is None or question is None:
        return {"rows": []}
    by_id = standing.definition.by_id
    rows = []
    for one in question.criteria:
        if one in by_id:
            claim, answer = standing.claims.get(one), standing.answers.get(one)
            rows.append(
                {
                    "criterion": by_id[one],
                    "said": answer_words(by_id[one], answer.value)
                    if answer
                    else standing.public_words(one),
                    "why": answer.justification if answer else "",
                    "pieces": claim.evidence.all() if claim else (),
                }
            )
    return {
        "rows": rows,
        "moved": standing.moved,
        "handed": standing.handover,
        "check": _check(here, standing),
    }


@private(*FORM)
def notice(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Read why a suspension or an abrogation is considered, and reply before anything is decided."""
    here = own_file(request, uid)
    award = stored_award(here)
    if request.method != "POST" and award.state not in NOTICES:
        messages.info(request, _("Aucun préavis n'est en cours sur ce label."))
        return redirect(here.application)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        label=_("Votre réponse"),
        help_text=_("Lue avant toute décision. Une fois envoyée, elle se complète par un message."),
        initial={"texte": award.notice_reply},
    )
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["texte"]
        try:
            applying.reply_to_notice(award=award, by=request.user, text=text)
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            messages.success(
                request, _("Votre réponse est enregistrée : la mission LABEL la lira.")
            )
            return redirect(here.application)
    context = {**about(here), "form": form}
    return render(request, "labelling/vendor_space/label/notice.html", context)


@private(*FORM)
def reservation(request: HttpRequest, uid: uuid.UUID, pk: int) -> HttpResponse:
    """Say what was done about a reservation, for mission LABEL to lift it."""
    here = own_file(request, uid)
    found = get_object_or_404(stored_award(here).reservations, pk=pk)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        label=_("Ce que vous avez fait"),
        help_text=_(
            "Dites où la mission LABEL peut le vérifier : une page, une pièce de la fiche."
        ),
        initial={"texte": found.answer},
    )
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["texte"]
        try:
            applying.answer_reservation(reservation=found, by=request.user, text=text)
        except (Refused, ValidationError) as error:
            refuse(form, error)
        else:
            messages.success(
                request, _("C'est noté : la mission LABEL vérifie, puis lève la réserve.")
            )
            return redirect(f"{here.application.get_absolute_url()}#reserves")
    context = {**about(here), "form": form, "reservation": found}
    return render(request, "labelling/vendor_space/label/reservation.html", context)


def gone(form: Any) -> None:
    """Say of a page that was open too long why nothing is sent; what was typed stays on it."""
    form.full_clean()
    form.errors.clear()
    text = _("Ce n'est plus possible : ce dossier a changé depuis que vous avez ouvert la page.")
    form.add_error(None, text)


def refuse(form: Any, error: Refused | ValidationError) -> None:
    """Say what a service refused above what was typed."""
    form.add_error(None, error if isinstance(error, ValidationError) else str(error))
