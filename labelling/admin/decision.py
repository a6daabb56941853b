"""Deciding on an application: declared inadmissible, decided as proposed, or sent back."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from accounts.models import User
from catalogue.presentation import french_date
from labelling import deciding, granting
from labelling.admin.acts import Act, ActScreen, ReliefForm, why_not, words_field
from labelling.admin.desk import FileScreen
from labelling.deciding import outcome_of
from labelling.holding import name_of
from labelling.models import LabelApplication
from labelling.state_words import Audience, state_label
from labelling.states import ApplicationState, Subject, transition
from labelling.verdicts import asked_of, motives_of

_TOLD = _("C'est décidé ; l'entreprise est prévenue, la lettre est dans son espace.")
_NOW = {
    ApplicationState.GRANTED: _(
        "Le label est attribué et publié aussitôt au registre, avec son badge. La lettre part à votre nom. "
        "Revenir dessus demanderait ensuite un préavis, puis une abrogation ou un retrait."
    ),
    ApplicationState.GRANTED_WITH_RESERVATIONS: _(
        "Le label est attribué et publié aussitôt au registre. Chaque réserve se lève avant sa date, sinon "
        "le label est suspendu de lui-même. La lettre part à votre nom, avec les voies de recours."
    ),
    ApplicationState.REFUSED: _(
        "Le label est refusé. La lettre part à votre nom, avec les motifs, les critères en cause et les "
        "voies de recours. Rien n'est publié."
    ),
}


def panel(file: LabelApplication, user: User) -> dict[str, Any]:
    """What the review screen says of a decision to take: proposal, motives, who may take it."""
    if file.state == ApplicationState.SUBMITTED:
        return {"rejects": not why_not(file, "reject", user)}
    if file.state != ApplicationState.PROPOSED:
        return {}
    name = deciding.DECIDES[outcome_of(file)]
    return {
        "proposed": state_label(Subject.APPLICATION, outcome_of(file), Audience.STAFF),
        "act": transition(Subject.APPLICATION, name),
        "proposer": name_of(file.proposed_by),
        "why_not": deciding.hindrance(file) or why_not(file, name, user),
        "may_send_back": not why_not(file, "send_back", user),
        "motives": motives_of(file, asked_of(file)),
        "reservations": granting.reservations_of(file),
    }


class SeenForm(forms.Form):
    """`seen`: when what the page shows was proposed; what came since is not decided on."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> dt.datetime | None:
        seen = self.cleaned_data["seen"]
        try:
            return dt.datetime.fromisoformat(seen) if seen else None
        except ValueError:
            self.add_error(None, _("La page avait été altérée : relisez la proposition."))
            return None


class ProposalScreen(ActScreen):
    """An act on what is proposed: what was proposed meanwhile is shown, then counts as seen."""

    @property
    def seen(self) -> str:
        """When what the page shows was proposed."""
        return self.file.proposed_at.isoformat() if self.file.proposed_at else ""

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        form.data = {**form.data.dict(), "seen": self.seen}
        return super().form_invalid(form)

    def facts(self) -> list[tuple[Any, Any]]:
        return facts_of(self.file)


class DecisionForm(SeenForm):
    decision = words_field(
        _("Motifs de la décision"),
        8000,
        _("Écrivez les motifs : la lettre les reprend."),
        _("Repris dans la lettre, avec le commentaire de chaque critère. Aucune note interne."),
    )


class SendBackForm(SeenForm):
    comment = words_field(
        _("Ce qui manque"),
        8000,
        _("Écrivez ce qui manque : la personne qui instruit le lit."),
        _("Pour la personne qui instruit ; l'offreur ne le lit pas."),
    )


class DecideView(ProposalScreen):
    """Decide as proposed."""

    @property
    def act(self) -> Act:
        name = deciding.DECIDES[outcome_of(self.file)]
        row = transition(Subject.APPLICATION, name)
        return Act(
            name,
            _(row.label),
            _NOW[outcome_of(self.file)],
            DecisionForm,
            _TOLD,
            lambda file, by, **typed: deciding.decide(application=file, by=by, **typed),
            row.is_grave,
        )

    def why_not(self) -> str:
        stands = self.file.state == ApplicationState.PROPOSED
        return super().why_not() or (deciding.hindrance(self.file) if stands else "")

    def get_initial(self) -> dict[str, Any]:
        return {"decision": self.file.proposal, "seen": self.seen}

    def facts(self) -> list[tuple[Any, Any]]:
        rows = super().facts()
        if self.request.method == "POST":
            # What was typed may be about another proposal: it came meanwhile.
            rows.append((_("Motifs proposés"), self.file.proposal))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(preview="label_decision_letter", **kwargs)


class SendBackView(ProposalScreen):
    """Send a proposal back."""

    act = Act(
        "send_back",
        _("Renvoyer à l'instruction"),
        _(
            "La personne qui instruit est prévenue et reprend le dossier ; l'offreur n'en sait rien. Les "
            "motifs proposés restent comme point de départ."
        ),
        SendBackForm,
        _("Le dossier est renvoyé à l'instruction."),
        lambda file, by, **typed: deciding.send_back(application=file, by=by, **typed),
    )


class RejectView(ActScreen):
    """Declare an application inadmissible."""

    act = Act(
        "reject",
        _("Déclarer irrecevable"),
        _(
            "La demande est close sans être instruite. La lettre part à votre nom, avec les motifs et les "
            "voies de recours. S'il manque seulement une pièce, déclarez-la recevable et demandez la pièce."
        ),
        ReliefForm,
        _TOLD,
        lambda file, by, **typed: deciding.reject(application=file, by=by, **typed),
        is_grave=True,
    )


class LetterView(FileScreen, View):
    """The letter of a proposed decision, before it is taken: with what was typed when it is posted."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._pdf("")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._pdf(request.POST.get("decision", "")[:8000])

    def _pdf(self, decision: str) -> HttpResponse:
        if self.file.state != ApplicationState.PROPOSED:
            return HttpResponse(
                _("Aucune décision n'est proposée : il n'y a pas de lettre à relire."),
                content_type="text/plain; charset=utf-8",
                status=409,
            )
        pdf = deciding.preview(application=self.file, by=self.request.user, decision=decision)
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="projet-de-lettre.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response


def facts_of(file: LabelApplication) -> list[tuple[Any, Any]]:
    """What is decided on, in words."""
    rows = [
        (_("Demande"), f"{file.number} – {file.listing.page.title} – {file.vendor}"),
        (
            _("Décision proposée"),
            state_label(Subject.APPLICATION, outcome_of(file), Audience.STAFF),
        ),
    ]
    if file.proposed_level:
        asked = _("demandé : %s") % file.level
        rows.append((_("Niveau"), f"{file.proposed_level} ({asked})"))
    if file.proposed_at:
        rows.append((_("Proposée par"), f"{name_of(file.proposed_by)}, {french_date(timezone.localdate(file.proposed_at))}"))  # fmt: skip
    rows += [
        (_("Réserve"), _("%(text)s – à lever avant le %(day)s") % {"text": one.text, "day": french_date(one.lift_by)})
        for one in granting.reservations_of(file)
    ]  # fmt: skip
    return rows
