"""One file for who reviews or decides: what is judged, what was said, what may be done."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue.evidence import evidence_response
from catalogue.models import Reason
from catalogue.presentation import french_date
from labelling import procedure, reviewing
from labelling.admin.desk import FileScreen, closed, why_closed
from labelling.admin.review_acts import ACTS, acts_for
from labelling.event_words import told_events
from labelling.examining import (
    Examination,
    Line,
    answers_brought,
    examine,
    inline_type,
    piece_of,
)
from labelling.holding import may_take_over, name_of
from labelling.models import Absence, CriterionReview, LabelApplication, Letter
from labelling.permissions import roles_of, user_can_read_file, user_can_read_theme
from labelling.state_words import Audience
from labelling.states import ApplicationState, Role

SHOWN = {
    "tous": (_("Tous les critères"), lambda exam: exam.lines),
    "restants": (_("Ceux qui restent à examiner"), lambda exam: exam.remaining),
    "changes": (_("Ceux que l'offreur a changés"), lambda exam: exam.changed),
}
SCRIPT_WORDS = {
    "choose": _("Choisissez un verdict."),
    "why": _("Dites pourquoi : l'offreur le lit."),
    "saving": _("Enregistrement…"),
    "lost": _("Pas enregistré : vérifiez la connexion, puis enregistrez de nouveau."),
    "done": _("Examiné"),
}


def turn_words(file: LabelApplication) -> str:
    """Whose turn it is, in a sentence."""
    match file.state:
        case ApplicationState.AWAITING_VENDOR:
            words = gettext("À l'offreur de répondre, jusqu'au %s.")
            return words % french_date(file.answer_due_on)
        case ApplicationState.EXPERT_CONSULTED:
            waiting = file.consultations.filter(closed_at__isnull=True).first()
            who = name_of(waiting.expert) if waiting else gettext("l'expert")
            day = french_date(waiting.due_on) if waiting else "–"
            return gettext("Avis de %(who)s attendu le %(day)s.") % {"who": who, "day": day}
        case ApplicationState.PROPOSED:
            return gettext("À une autre personne de décider.")
        case _ if file.is_open:
            return gettext("À la mission LABEL.")
    return gettext("Dossier clos.")


class FileView(FileScreen, TemplateView):
    """The review screen."""

    model: Any = None  # what the viewset gives, and the whole matrix of the tests reads
    template_name = "labelling/admin/review.html"
    page_title = _("Instruction d'une demande")
    typed: dict[str, Any] | None = None

    def closed(self) -> HttpResponse:
        mine = self.file.consultations.filter(expert=self.request.user, closed_at__isnull=True)
        waiting = mine.first()
        if waiting and user_can_read_theme(self.request.user, self.file, waiting.theme):
            return redirect("label_consultation", waiting.pk)
        return super().closed()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, file, today = self.request.user, self.file, timezone.localdate()
        exam = examine(file, today)
        shown = self.request.GET.get("voir", "")
        shown = shown if shown in SHOWN else "tous"
        offered = procedure.offered(user, file)
        roles = roles_of(user, file)
        return super().get_context_data(
            **self._head(user, roles),
            exam=exam,
            themes=self._themes(exam, shown),
            shown=shown,
            views=[
                (name, words, len(lines(exam)), name == shown)
                for name, (words, lines) in SHOWN.items()
            ],
            may_judge=Role.HOLDER in roles and file.state in reviewing.JUDGED_IN,
            verdicts=CriterionReview.Verdict.choices,
            reasons=(reasons := list(Reason.objects.offered(Reason.Purpose.CRITERION))),
            canned={str(reason.pk): reason.text for reason in reasons},
            offered=offered,
            script_words={name: str(words) for name, words in SCRIPT_WORDS.items()},
            acts=acts_for(offered),
            note=ACTS["note"].form(file=file, by=user, auto_id="note_%s"),
            message=ACTS["message"].form(file=file, by=user, auto_id="message_%s"),
            **self._written(),
            **kwargs,
        )

    def _head(self, user: User, roles: frozenset[Role]) -> dict[str, Any]:
        file, today = self.file, timezone.localdate()
        free = file.holder is None or may_take_over(user, file.holder)
        return {
            "state": file.state_for(Audience.STAFF),
            "turn": turn_words(file),
            "is_late": file.is_late_on(today),
            "silence_over": file.is_open and file.silence_on < today,
            "silence_effect": file.terms.silence_effect.value,
            "holder": name_of(file.holder) if file.holder else "",
            "away": Absence.objects.on(today).filter(user=file.holder_id).first(),
            "may_claim": Role.REVIEWER in roles and file.is_open and Role.HOLDER not in roles and free,
            "may_release": Role.HOLDER in roles and file.is_open,
            "today": today,
        }  # fmt: skip

    def _written(self) -> dict[str, Any]:
        file, brought = self.file, answers_brought(self.file)
        return {
            "notes": file.notes.select_related("author"),
            "talk": file.messages.select_related("author"),
            "questions": [
                (one, brought.get(one.round, ()))
                for one in file.questions.select_related("asked_by")
            ],
            "consultations": file.consultations.select_related("expert"),
            "letters": file.letters.all(),
            "events": told_events(file),
            "appeals": file.appeals.all(),
        }

    def _themes(self, exam: Examination, shown: str) -> list[dict[str, Any]]:
        """The themes with the criteria that are shown, each with what was typed of it."""
        wanted = {line.criterion.id for line in SHOWN[shown][1](exam)}
        typed = self.typed or {}
        if typed:
            wanted.add(typed["criterion"])
        return [
            {
                "theme": one.theme,
                "done": one.done,
                "count": len(one.lines),
                "lines": [
                    (line, _fields(line, typed if typed.get("criterion") == line.criterion.id else {}))
                    for line in one.lines
                    if line.criterion.id in wanted
                ],
            }
            for one in exam.themes
        ]  # fmt: skip


def _fields(line: Line, typed: dict[str, Any]) -> dict[str, Any]:
    """What a criterion's form holds: what was typed, else what is stored."""
    row = line.review
    stored = {
        "verdict": row.verdict if row else "",
        "comment": row.comment if row else "",
        "reason": row.reason_id if row else None,
        "edition": row.edition if row else 0,
        "error": "",
        "theirs": None,
    }
    return {**stored, **typed}


class VerdictView(FileView):
    """Saves the verdict on one criterion: a page for a form, JSON for the script."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, criterion = request.POST, self.kwargs["criterion"]
        reason = self._reason()
        self.typed = {
            "criterion": criterion,
            "verdict": asked.get("verdict", ""),
            "comment": asked.get("comment", ""),
            "reason": reason.pk if reason else None,
            "edition": int(asked["edition"]) if asked.get("edition", "").isdecimal() else 0,
        }
        if "insert" in asked:
            if reason is not None:
                self.typed["comment"] = "\n".join(
                    part for part in (self.typed["comment"].strip(), reason.text) if part
                )
            return self.render_to_response(self.get_context_data())
        try:
            row = reviewing.save_verdict(
                application=self.file, by=request.user, **{**self.typed, "reason": reason}
            )
        except reviewing.VerdictConflict as conflict:
            words = gettext("Quelqu'un a enregistré un autre verdict entre-temps : relisez-le.")
            return self._refused(words, 409, conflict.review)
        except (Refused, PermissionDenied) as error:
            words = str(error) or gettext("Vous n'avez pas ce droit sur ce dossier.")
            return self._refused(words, 403 if isinstance(error, PermissionDenied) else 400)
        if self._by_script:
            exam = examine(self.file, timezone.localdate())
            words = gettext("Enregistré à %s.") % timezone.localtime().strftime("%H:%M")
            themes = {one.theme.id: one.done for one in exam.themes}
            views = {name: len(lines(exam)) for name, (_words, lines) in SHOWN.items()}
            told = {"done": exam.done, "themes": themes, "views": views}
            return JsonResponse({"edition": row.edition, "words": words, **told})
        shown = asked.get("voir", "")
        query = f"?voir={shown}" if shown in SHOWN and shown != "tous" else ""
        return redirect(f"{self.file_url}{query}#{criterion}")

    @property
    def _by_script(self) -> bool:
        return self.request.headers.get("x-requested-with") == "XMLHttpRequest"

    def _reason(self) -> Reason | None:
        given = self.request.POST.get("reason", "")
        rows = Reason.objects.offered(Reason.Purpose.CRITERION)
        return rows.filter(pk=given).first() if given.isdecimal() else None

    def _refused(
        self, words: str, status: int, theirs: CriterionReview | None = None
    ) -> HttpResponse:
        if self._by_script:
            told = {"verdict": theirs.verdict, "comment": theirs.comment} if theirs else None
            answer = {"error": words, "theirs": told, "edition": theirs.edition if theirs else None}
            return JsonResponse(answer, status=status)
        self.typed = {**(self.typed or {}), "error": words, "theirs": theirs}
        if theirs is not None:
            # Saving again replaces theirs, now that it has been read.
            self.typed["edition"] = theirs.edition
        return self.render_to_response(self.get_context_data(), status=status)


@xframe_options_sameorigin
def piece(request: HttpRequest, pk: int, uid: Any) -> HttpResponse:
    """A file of evidence for who reads its criterion: shown beside it when its type is safe.

    Each opening is logged. Raises 404 for what is not evidence of this file.
    """
    rows = LabelApplication.objects.deposited().select_related("listing", "vendor", "handover")
    file = get_object_or_404(rows, pk=pk)
    found = piece_of(file, uid)
    if found is None or not found[0].file:
        if not user_can_read_file(request.user, file):
            return closed(request, why_closed(request.user, file))
        raise Http404
    evidence, theme = found
    if not user_can_read_theme(request.user, file, theme):
        return closed(request, why_closed(request.user, file))
    response = evidence_response(evidence)
    log(file, "labelling.file.piece", user=request.user, data={"uid": str(evidence.uid)})
    shown_as = inline_type(evidence)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    if shown_as and "telecharger" not in request.GET:
        response["Content-Type"] = shown_as
        response["Content-Disposition"] = response["Content-Disposition"].replace(
            "attachment", "inline", 1
        )
    # Chromium shows no PDF in a sandbox: what is one runs in its own viewer, without our pages' rights.
    sandbox = "" if shown_as == "application/pdf" else "sandbox; "
    response["Content-Security-Policy"] = (
        f"{sandbox}default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; "
        "frame-ancestors 'self'"
    )
    return response


def letter(request: HttpRequest, pk: int, uid: Any) -> HttpResponse:
    """A letter of the file, as the company got it; reading it here notifies nobody."""
    rows = Letter.objects.select_related("application__listing", "application__vendor")
    row = get_object_or_404(rows, uid=uid, application=pk)
    if not user_can_read_file(request.user, row.application):
        return closed(request, why_closed(request.user, row.application))
    name = f"{row.application.number}-{row.kind}.pdf"
    try:
        return FileResponse(row.file.open("rb"), as_attachment=True, filename=name)
    except FileNotFoundError:  # the storage lost it
        raise Http404 from None
