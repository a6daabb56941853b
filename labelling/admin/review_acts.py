"""What is done to a file beside its verdicts: one screen an act, its form, its service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages

from accounts.services import Refused
from labelling import applying, procedure, reviewing
from labelling.admin import review_forms
from labelling.admin.desk import DeskScreen, FileScreen, closed, why_closed
from labelling.examining import examine
from labelling.models import Consultation, LabelApplication
from labelling.permissions import user_can_read_theme
from labelling.states import Transition


@dataclass(frozen=True)
class Act:
    """An act: what it does, what is typed, the service that does it.

    :param transition: of the tables, that has to be offered; none for what any reader may do.
    """

    label: Any
    explanation: Any
    form: type[review_forms.ActForm]
    done: Any
    run: Callable[..., Any]
    transition: str = ""


def _conflict(*, application: LabelApplication, by: Any, reason: str) -> None:
    reviewing.declare_conflict(vendor=application.vendor, by=by, reason=reason)
    owner = application.listing.vendor
    if owner is not None and owner != application.vendor:
        # The sheet went to another company since: whoever may not judge one judges neither.
        reviewing.declare_conflict(vendor=owner, by=by, reason=reason)


ACTS = {
    "recevable": Act(
        _("Déclarer recevable"),
        _("Le dossier est complet et peut être instruit."),
        review_forms.ActForm,
        _("Le dossier est recevable."),
        reviewing.admit,
        "admit",
    ),
    "commencer": Act(
        _("Commencer l'instruction"),
        _("Les verdicts s'écrivent à partir de maintenant."),
        review_forms.ActForm,
        _("L'instruction est commencée."),
        reviewing.begin,
        "begin",
    ),
    "interroger": Act(
        _("Interroger l'offreur"),
        _("L'offreur reçoit une lettre, et le dossier l'attend. Le délai interne s'arrête."),
        review_forms.AskForm,
        _("La question est envoyée."),
        reviewing.ask,
        "ask",
    ),
    "consulter": Act(
        _("Consulter un expert"),
        _("L'expert lit un thème et rend un avis. Aucun délai ne s'arrête."),
        review_forms.ConsultForm,
        _("L'expert est prévenu."),
        reviewing.consult,
        "consult",
    ),
    "reprendre": Act(
        _("Reprendre sans attendre l'avis"),
        _("L'expert ne lira plus le dossier."),
        review_forms.GoOnForm,
        _("L'instruction reprend."),
        reviewing.go_on,
        "go_on",
    ),
    "proposer": Act(
        _("Proposer une décision"),
        _("Une autre personne décide, ou vous renvoie le dossier."),
        review_forms.ProposeForm,
        _("Votre proposition attend une autre personne."),
        reviewing.propose,
        "propose",
    ),
    "note": Act(
        _("Ajouter une note privée"),
        _("Lue par la mission LABEL seule."),
        review_forms.NoteForm,
        _("Note ajoutée."),
        reviewing.add_note,
    ),
    "message": Act(
        _("Écrire à l'offreur"),
        _("L'offreur est prévenu par courriel et lit le message dans son espace."),
        review_forms.MessageForm,
        _("Message envoyé."),
        applying.write_message,
    ),
    "conflit": Act(
        _("Déclarer un conflit d'intérêts"),
        _(
            "Vous ne lirez plus les dossiers de cet offreur, et ne pourrez ni les prendre ni en décider. "
            "Ceux que vous instruisez sont rendus aussitôt."
        ),
        review_forms.ConflictForm,
        _("Conflit d'intérêts déclaré : ce dossier ne vous est plus ouvert."),
        _conflict,
    ),
}


def acts_for(offered: Sequence[Transition]) -> list[tuple[str, Act]]:
    """What is offered of the table and has its screen here, by the name in the address."""
    names = {row.name for row in offered}
    return [(name, act) for name, act in ACTS.items() if act.transition in names]


class ActView(FileScreen, FormView):
    """The screen of one act. What is refused is said, and nothing that was typed is lost."""

    template_name = "labelling/admin/review_act.html"

    @cached_property
    def act(self) -> Act:
        try:
            return ACTS[self.kwargs["act"]]
        except KeyError:
            raise Http404 from None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        offered = {row.name for row in procedure.offered(request.user, self.file)}
        if self.act.transition and self.act.transition not in offered:
            messages.error(
                request,
                gettext("Ce n'est pas possible en l'état, ou vous n'instruisez pas ce dossier."),
            )
            return redirect(self.file_url)
        return super().get(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        return self.act.form

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "file": self.file, "by": self.request.user}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            self.act.run(application=self.file, by=self.request.user, **form.cleaned_data)
        except (Refused, PermissionDenied) as error:
            form.add_error(None, str(error) or gettext("Vous n'avez pas ce droit sur ce dossier."))
            return self.form_invalid(form)
        messages.success(self.request, self.act.done)
        if self.kwargs["act"] == "conflit":
            return redirect("instruction:index")
        anchor = {"note": "#notes", "message": "#messages"}.get(self.kwargs["act"], "")
        return redirect(f"{self.file_url}{anchor}")

    def get_page_title(self) -> Any:
        return self.act.label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            act=self.act,
            action_url=self.request.path,
            submit_button_label=self.act.label,
            back=self.file_url,
            **kwargs,
        )
        return {**context, "media": context["form"].media}  # of its calendars


class ConsultationView(DeskScreen, FormView):
    """What an expert reads: the question, one theme, its evidence; and where the opinion is written."""

    template_name = "labelling/admin/consultation.html"
    page_title = _("Avis demandé")
    form_class = review_forms.AdviseForm

    @cached_property
    def consultation(self) -> Consultation:
        rows = Consultation.objects.select_related(
            "application__label", "application__vendor", "application__listing__page",
            "application__listing__vendor", "application__handover__assessment__version",
        )  # fmt: skip
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.consultation
        if not user_can_read_theme(request.user, row.application, row.theme):
            return closed(request, why_closed(request.user, row.application))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        about = {"file": self.consultation.application, "by": self.request.user}
        return {**super().get_form_kwargs(), **about}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            reviewing.advise(
                consultation=self.consultation,
                by=self.request.user,
                opinion=form.cleaned_data["opinion"],
            )
        except (Refused, PermissionDenied) as error:
            form.add_error(None, str(error) or gettext("Cet avis est demandé à quelqu'un d'autre."))
            return self.form_invalid(form)
        messages.success(self.request, gettext("Votre avis est rendu. Merci."))
        return redirect("instruction:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.consultation
        exam = examine(row.application, timezone.localdate(), theme=row.theme)
        mine = row.expert_id == self.request.user.pk and row.closed_at is None
        return super().get_context_data(
            consultation=row,
            file=row.application,
            theme=exam.themes[0] if exam.themes else None,
            mine=mine,
            action_url=reverse("label_consultation", args=[row.pk]),
            submit_button_label=gettext("Rendre cet avis"),
            **kwargs,
        )
