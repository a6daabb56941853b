"""The self-assessments of a sheet, and one of them: themes, proposals, copies, handovers."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.permissions import is_suspended
from catalogue.vendor_space.access import FORM, READ, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from labelling import assessing
from labelling.definition import SUGGESTIONS
from labelling.models import Answer, ReferentialVersion, SelfAssessment
from labelling.standing import Standing
from labelling.vendor_space.access import Answering, own_assessment
from labelling.vendor_space.access_label import waiting_files
from labelling.vendor_space.forms import edition_of
from labelling.vendor_space.versions import rows_of


@private(*FORM)
def assessments(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The questionnaires that a sheet may answer, and where it stands on each; begins one."""
    opened = own_sheet(request, uid)
    if request.method == "POST":
        return _start(request, opened)
    if opened.listing.archived_at:
        return closed(request, opened)
    context = {**frame(opened), "rows": rows_of(opened.listing, timezone.localdate())}
    return render(request, "labelling/vendor_space/assessments.html", context)


def closed(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Back to an archived sheet, which says how to bring it back."""
    messages.warning(request, _("Cette fiche est archivée : rétablissez-la pour répondre."))
    return redirect("sheet", opened.listing.uid)


def frame(opened: Opened) -> dict[str, Any]:
    """What every page about the answers of a sheet shows; what keeps them from being handed in."""
    vendor = opened.listing.vendor
    return {
        "opened": opened,
        "listing": opened.listing,
        "vendor": vendor,
        "is_public": opened.page.live,
        "attached": vendor.is_attached,
        "suspended": is_suspended(vendor),
    }


def _start(request: HttpRequest, opened: Opened) -> HttpResponse:
    uid = opened.listing.uid
    published = ReferentialVersion.objects.published().select_related("referential")
    version = published.filter(
        referential__slug=request.POST.get("referentiel", ""),
        version=request.POST.get("version", ""),
    ).first()
    if version is None:
        messages.error(request, _("Choisissez un questionnaire de la liste."))
        return redirect("assessments", uid)
    try:
        assessing.start(listing=opened.listing, version=version, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("assessments", uid)
    return redirect("assessment_space", uid, version.referential.slug, version.version)


@private(*READ)
def space(request: HttpRequest, uid: uuid.UUID, referential: str, version: str) -> HttpResponse:
    """One self-assessment: its themes, what may be taken over, when it was handed in."""
    here = own_assessment(request, uid, referential, version)
    if here.opened.listing.archived_at:
        return closed(request, here.opened)
    today, standing = timezone.localdate(), here.standing()
    context = {
        **about(here),
        "standing": standing,
        "proposals": [
            (one, SUGGESTIONS[one.source], _edition(standing, one.criterion.id))
            for one in assessing.proposals(here.assessment)
        ],
        "sources": _sources(here),
        "waiting": waiting_files(here.opened.listing, here.assessment.version.referential_id),
        "handovers": here.assessment.handovers.all(),
        "is_to_come": here.assessment.version.valid_from > today,
        "is_over": here.assessment.version.is_replaced_on(today),
    }
    return render(request, "labelling/vendor_space/space.html", context)


def _edition(standing: Standing, criterion: str) -> int:
    """The edition of an answer as it is shown, 0 for none yet."""
    row = standing.answers.get(criterion)
    return row.edition if row else 0


def about(here: Answering) -> dict[str, Any]:
    """What every page of one self-assessment shows."""
    return {
        **frame(here.opened),
        "here": here,
        "version": here.assessment.version,
        "definition": here.assessment.version.definition,
    }


def _sources(here: Answering) -> QuerySet[SelfAssessment]:
    """What may be copied: answers of the same company to the same questionnaire, of any version."""
    return (
        SelfAssessment.objects.filter(
            listing__vendor=here.opened.listing.vendor,
            version__referential=here.assessment.version.referential,
        )
        .exclude(pk=here.assessment.pk)
        .annotate(filled=Count("answers", filter=~Q(answers__value="")))
        .filter(filled__gt=0)
        .select_related("listing__page", "version__referential")
        .order_by("-changed_at", "pk")
    )


@private("POST")
def copy(request: HttpRequest, uid: uuid.UUID, referential: str, version: str) -> HttpResponse:
    """Fill the blanks with the answers of another self-assessment; say what was, and what changed."""
    here = own_assessment(request, uid, referential, version)
    wanted = request.POST.get("source", "")
    source = next((row for row in _sources(here) if str(row.uid) == wanted), None)
    if source is None:
        messages.error(request, _("Choisissez d'où copier des réponses."))
        return redirect(here.address("assessment_space"))
    try:
        copied = assessing.copy_answers(source=source, target=here.assessment, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(here.address("assessment_space"))
    told = ngettext(
        "%(n)d réponse copiée. Ce qui avait déjà une réponse n'a pas changé.",
        "%(n)d réponses copiées. Ce qui avait déjà une réponse n'a pas changé.",
        len(copied.criteria),
    ) % {"n": len(copied.criteria)}
    messages.success(request, told)
    if copied.changed:
        links = format_html_join(
            ", ", '<a href="{}">{}</a>', ((here.question(one), one) for one in copied.changed)
        )
        text = _("Ces questions ont changé depuis, relisez vos réponses : {}.")
        messages.warning(request, format_html(text, links))
    return redirect(here.address("assessment_space"))


@private("POST")
def proposal(request: HttpRequest, uid: uuid.UUID, referential: str, version: str) -> HttpResponse:
    """Answer a question by what the sheet says already, as it was shown."""
    here = own_assessment(request, uid, referential, version)
    shown = request.POST.get("critere", ""), request.POST.get("valeur", "")
    offered = {(one.criterion.id, one.value): one for one in assessing.proposals(here.assessment)}
    back = f"{here.address('assessment_space')}#propositions"
    blank = here.assessment.answers.filter(criterion=shown[0]).first()
    seen = edition_of(request.POST.get("edition", ""))
    if blank is not None and blank.edition != seen:
        return _told_late(request, here, blank, back)
    if shown not in offered:
        messages.error(request, _("Cette proposition ne tient plus : la fiche a changé."))
        return redirect(back)
    criterion = offered[shown].criterion
    try:
        assessing.save_answer(
            assessment=here.assessment,
            criterion=criterion.id,
            value=shown[1],
            justification=blank.justification if blank else "",
            edition=seen,
            by=request.user,
        )
    except assessing.AnswerConflict as late:
        return _told_late(request, here, late.answer, back)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    text = _('Réponse reprise à <a href="{}">{}</a> : complétez-la s\'il le faut.')
    messages.success(request, format_html(text, here.question(criterion.id), criterion.id))
    return redirect(back)


def _told_late(request: HttpRequest, here: Answering, answer: Answer, back: str) -> HttpResponse:
    text = _('Quelqu\'un a répondu à <a href="{}">{}</a> entre-temps : sa réponse reste.')
    where = here.question(answer.criterion), answer.criterion
    messages.error(request, format_html(text, *where))
    return redirect(back)
