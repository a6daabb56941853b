"""What mission LABEL does with a claim: one screen an act, its form, its service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from accounts.services import Refused
from catalogue import contesting, verifying
from catalogue.admin import claim_forms
from catalogue.claim_words import about
from catalogue.models import Claim, Contest, Verification
from catalogue.permissions import user_can_verify


@dataclass(frozen=True)
class Act:
    """An act: its name, what it does, what is typed, the service that does it.

    `row` says what it decides on: a `Verification` that waits, a standing `Contest`, or the claim.
    """

    label: Any
    explanation: Any
    form: type[claim_forms.ActForm]
    done: Any
    run: Callable[..., Any]
    row: str = ""
    is_grave: bool = False


_TOLD = _("C'est enregistré ; les membres de l'entreprise sont prévenus.")
ACTS = {
    "verifier": Act(
        _("Vérifier sur une source officielle"),
        _(
            "Une personne suffit si l'organisme officiel le publie sur son propre site : la source fait "
            "foi. Sinon, proposez-le à une seconde personne. Une vérification en vigueur est remplacée."
        ),
        claim_forms.OfficialForm,
        _TOLD,
        verifying.verify_officially,
    ),
    "proposer": Act(
        _("Proposer de vérifier"),
        _("Sans source officielle, une seconde personne de la mission LABEL confirme."),
        claim_forms.ProposalForm,
        _("La proposition attend une seconde personne."),
        verifying.propose,
    ),
    "confirmer": Act(
        _("Confirmer"),
        _("Vous vous portez garant de ce constat, avec la personne qui l'a proposé."),
        claim_forms.ConfirmForm,
        _TOLD,
        verifying.confirm,
        "verification",
    ),
    "ne-pas-confirmer": Act(
        _("Ne pas confirmer"),
        _("La proposition est close ; rien n'en est publié."),
        claim_forms.RefuseForm,
        _("La proposition n'est pas confirmée."),
        verifying.refuse,
        "verification",
        is_grave=True,
    ),
    "mettre-fin": Act(
        _("Mettre fin à la vérification"),
        _(
            "La marque « Vérifié » disparaît aussitôt ; l'historique garde la vérification et le motif."
        ),
        claim_forms.EndForm,
        _TOLD,
        verifying.end,
        is_grave=True,
    ),
    "contester": Act(
        _("Contester"),
        _(
            "L'offreur lit le motif et a dix jours ouvrés pour répondre ou corriger ; ensuite seulement "
            "la contestation est publique."
        ),
        claim_forms.ContestForm,
        _TOLD,
        contesting.open_contest,
        is_grave=True,
    ),
    "maintenir": Act(
        _("Maintenir la contestation"),
        _("Elle est publique dès aujourd'hui, avec la réponse de l'offreur et votre décision."),
        claim_forms.SettleForm,
        _TOLD,
        contesting.uphold,
        "contest",
        is_grave=True,
    ),
    "abandonner": Act(
        _("Abandonner la contestation"),
        _("Elle n'est pas encore publique, et ne le sera jamais."),
        claim_forms.SettleForm,
        _TOLD,
        contesting.dismiss,
        "contest",
    ),
    "lever": Act(
        _("Lever la contestation"),
        _("Elle ne vaut plus ; l'historique public garde le motif, la réponse et votre décision."),
        claim_forms.SettleForm,
        _TOLD,
        contesting.lift,
        "contest",
    ),
}


def acts_for(claim: Claim, user: User) -> list[tuple[str, Act]]:
    """What somebody may do with a claim now, by the name in the address. Services decide again."""
    if not user_can_verify(user, claim):
        return []
    waiting = claim.verifications.waiting().first()
    contest = claim.contests.standing().first()
    names = [] if contest else ["verifier"]
    if waiting is None and contest is None:
        names.append("proposer")
    elif waiting is not None and waiting.proposed_by_id != user.pk:
        names += [] if contest else ["confirmer"]
        names.append("ne-pas-confirmer")
    names += _on_contest(contest)
    if claim.verified_on is not None:
        names.append("mettre-fin")
    return [(name, ACTS[name]) for name in names]


def _on_contest(contest: Contest | None) -> list[str]:
    if contest is None:
        return ["contester"]
    public = contesting.is_public(contest, timezone.localdate())
    upholds = contest.state == Contest.State.OPEN and (public or contest.answer)
    return [*(["maintenir"] if upholds else []), "lever" if public else "abandonner"]


class ActView(WagtailAdminTemplateMixin, FormView):
    """The screen of one act. What is refused is said, and nothing that was typed is lost."""

    template_name = "catalogue/admin/claim_act.html"

    @cached_property
    def act(self) -> Act:
        try:
            return ACTS[self.kwargs["act"]]
        except KeyError:
            raise Http404 from None

    @cached_property
    def claim(self) -> Claim:
        rows = Claim.objects.select_related("listing__page", "listing__vendor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("catalogue.change_claim"):
            raise PermissionDenied
        if not user_can_verify(request.user, self.claim):
            messages.error(
                request, _("Vous agissez pour cette entreprise : quelqu'un d'autre décide.")
            )
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.act.row and self.decided_on() is None:
            return self.gone()
        if self.kwargs["act"] not in dict(acts_for(self.claim, request.user)):
            messages.error(
                request, gettext("Vous ne pouvez pas le faire en l'état : voyez pourquoi.")
            )
            return redirect(self.back)
        return super().get(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        return self.act.form

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "claim": self.claim}

    def get_initial(self) -> dict[str, Any]:
        row = self.decided_on()
        return {"seen": row.uid} if row else {}

    def decided_on(self, uid: Any = None) -> Verification | Contest | None:
        """What the act decides on: what waits, or the row of that uid, be it decided since."""
        if not self.act.row:
            return None
        rows = getattr(self.claim, f"{self.act.row}s")
        if uid is not None:
            return rows.filter(uid=uid).first()
        return (rows.waiting() if self.act.row == "verification" else rows.standing()).first()

    def form_valid(self, form: forms.Form) -> HttpResponse:
        values = {
            name: value for name, value in form.cleaned_data.items() if name not in ("seen", "kind")
        }
        target: dict[str, Any] = {"claim": self.claim}
        if self.act.row:
            target = {self.act.row: self.decided_on(form.cleaned_data["seen"])}
            if target[self.act.row] is None:
                return self.gone()
        try:
            self.act.run(by=self.request.user, **target, **values)
        except Refused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, self.act.done)
        return redirect(self.back)

    def gone(self) -> HttpResponse:
        """What was to be decided is decided."""
        messages.error(self.request, gettext("Il n'y a plus rien à décider : voyez l'historique."))
        return redirect(self.back)

    @property
    def back(self) -> str:
        """The page of the claim."""
        return reverse("allegations:inspect", args=[self.claim.pk])

    def get_page_title(self) -> Any:
        return self.act.label

    def get_page_subtitle(self) -> str:
        return about(self.claim).title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("allegations:index"), "label": _("Allégations et preuves")},
            {"url": self.back, "label": str(self.claim)},
            {"url": "", "label": self.act.label},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            action_url=self.request.path,
            submit_button_label=self.act.label,
            act=self.act,
            claim=self.claim,
            about=about(self.claim),
            row=self.decided_on(),
            back=self.back,
            **kwargs,
        )
        return {**context, "media": context["form"].media}  # of its chooser and its calendar


LOG_ACTIONS = (
    ("verify", _("Vérifier"), _("Allégation vérifiée sur une source officielle")),
    ("propose", _("Proposer de vérifier"), _("Vérification proposée à une seconde personne")),
    ("confirm", _("Confirmer"), _("Vérification confirmée")),
    ("refuse", _("Ne pas confirmer"), _("Vérification non confirmée")),
    ("end", _("Mettre fin"), _("Fin d'une vérification")),
    ("contest", _("Contester"), _("Allégation contestée")),
    ("publish_contest", _("Publier la contestation"), _("Contestation devenue publique")),
    ("answer", _("Répondre"), _("Réponse de l'offreur à la contestation")),
    ("uphold", _("Maintenir"), _("Contestation maintenue")),
    ("dismiss", _("Abandonner"), _("Contestation abandonnée")),
    ("lift", _("Lever"), _("Contestation levée")),
)
"""What services write in a claim's history: last part of the action, label, sentence."""
