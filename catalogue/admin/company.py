"""Who acts for companies, in the admin: proofs to decide, disputes, members, recorded values."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import FileField, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import Panel
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from accounts.services import Refused
from catalogue import joining, proving
from catalogue.admin.filters import Radios
from catalogue.admin.policies import ReadPolicy
from catalogue.models import Proof, Request
from catalogue.permissions import user_can_judge

for model in (Proof, Request):
    register_permission_policy(model, ReadPolicy(model, "catalogue.change_proof"))


class DecisionView(generic.InspectView):
    """One thing to decide, with its forms; a decision is a service's, which checks rights again."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.decide(request.POST.get("decision", ""), request.POST.get("reason", ""))
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Décision enregistrée ; les personnes sont prévenues."))
        return redirect(request.path)

    def decide(self, decision: str, reason: str) -> None:
        """Carry out what the moderator chose."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = getattr(self.object, "by_id", None) or getattr(self.object, "user_id", None)
        allowed = user_can_judge(self.request.user, self.object.vendor)
        return super().get_context_data(
            **kwargs, can_judge=allowed and mine != self.request.user.pk, fields_shown=self.shown()
        )

    def shown(self) -> list[tuple[Any, Any]]:
        """What there is to know of the company, beside what was given."""
        vendor = self.object.vendor
        number = vendor.siren or f"{vendor.country} {vendor.national_id}"
        others = vendor.memberships.select_related("user")
        return [
            (_("Entreprise"), f"{vendor.name} – {vendor.legal_name}".strip(" –")),
            (_("Immatriculation"), number),
            (_("Site déclaré"), vendor.website or "–"),
            (_("Membres"), ", ".join(map(str, others)) or "–"),
        ]


class ProofView(DecisionView):
    """A proof: an address beside the company's site, or a mandate to read."""

    template_name = "catalogue/admin/proof.html"
    page_title = _("Preuve de rattachement")

    def decide(self, decision: str, reason: str) -> None:
        if decision == "approve":
            proving.approve_proof(proof=self.object, by=self.request.user)
        elif decision == "refuse":
            proving.refuse_proof(proof=self.object, by=self.request.user, reason=reason)

    def shown(self) -> list[tuple[Any, Any]]:
        proof = self.object
        rows = [
            *super().shown(),
            (_("Preuve"), proof.get_kind_display()),
            (_("Donnée par"), f"{proof.by or '–'}"),
            (_("État"), proof.get_state_display()),
        ]
        if proof.email:
            rows += [
                (_("Adresse"), proof.email),
                (_("Même domaine que le site"), _yes_no(same_domain(proof))),
            ]
        return [*rows, (_("Motif"), proof.reason)] if proof.reason else rows


def same_domain(proof: Proof) -> bool:
    """Whether the address is at the domain of the site that the company declares."""
    _name, _at, domain = proof.email.partition("@")
    host = (proof.vendor.website.split("//")[-1].split("/")[0].split(":")[0]).lower()
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _yes_no(answer: bool) -> Any:
    return _("oui") if answer else _("non : vérifiez ailleurs que le domaine est le sien")


class DisputeView(DecisionView):
    """Somebody disputes who acts for a company."""

    template_name = "catalogue/admin/dispute.html"
    page_title = _("Contestation")

    def decide(self, decision: str, reason: str) -> None:
        if decision in ("approve", "refuse"):
            joining.decide_dispute(
                request=self.object,
                by=self.request.user,
                accepted=decision == "approve",
                answer=reason,
            )

    def shown(self) -> list[tuple[Any, Any]]:
        asked = self.object
        rows = [
            *super().shown(),
            (_("De"), f"{asked.user}"),
            (_("État"), asked.get_state_display()),
            (_("Message"), asked.message),
        ]
        return [*rows, (_("Réponse"), asked.answer)] if asked.answer else rows


class ProofFilterSet(WagtailFilterSet):
    """Proofs by state and kind."""

    state = Radios(label=_("État"), choices=Proof.State.choices)
    kind = Radios(label=_("Preuve"), choices=Proof.Kind.choices)

    class Meta:
        model = Proof
        fields: list[str] = []


class ProofIndexView(generic.IndexView):
    """Proofs with their company; those to decide first, unless asked otherwise."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().select_related("vendor", "by")


class ProofViewSet(ModelViewSet):
    """« Preuves de rattachement » in the menu."""

    model = Proof
    name = "preuves"
    icon = "key"
    menu_label = _("Rattachements")
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = ProofIndexView
    inspect_view_class = ProofView
    form_fields = ["kind"]  # nobody adds nor edits one: the viewset asks for it all the same
    filterset_class = ProofFilterSet
    ordering = ["-asked_at"]
    list_per_page = 50
    search_fields = ["vendor__name", "vendor__siren", "email"]
    search_backend_name = None
    list_display = [
        TitleColumn("vendor", label=_("Entreprise"), get_url=lambda row: _inspect("preuves", row)),
        Column("kind", label=_("Preuve"), accessor="get_kind_display", sort_key="kind"),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor="get_state_display",
            primary=lambda row: row.state == Proof.State.WAITING,
            sort_key="state",
        ),
        DateColumn("asked_at", label=_("Demandée le"), sort_key="asked_at"),
    ]


class DisputeIndexView(generic.IndexView):
    """Disputes only: owners decide who joins."""

    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset().select_related("vendor", "user")
        return rows.filter(kind=Request.Kind.DISPUTE)


class DisputeFilterSet(WagtailFilterSet):
    """Disputes by state."""

    state = Radios(label=_("État"), choices=Request.State.choices)

    class Meta:
        model = Request
        fields: list[str] = []


class DisputeViewSet(ModelViewSet):
    """« Contestations » in the menu."""

    model = Request
    name = "contestations"
    icon = "warning"
    menu_label = _("Contestations")
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    index_view_class = DisputeIndexView
    inspect_view_class = DisputeView
    form_fields = ["kind"]
    filterset_class = DisputeFilterSet
    ordering = ["-created_at"]
    list_per_page = 50
    search_fields = ["vendor__name", "vendor__siren", "message"]
    search_backend_name = None
    list_display = [
        TitleColumn(
            "vendor", label=_("Entreprise"), get_url=lambda row: _inspect("contestations", row)
        ),
        Column("user", label=_("De")),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor="get_state_display",
            primary=lambda row: row.state == Request.State.WAITING,
            sort_key="state",
        ),
        DateColumn("created_at", label=_("Reçue le"), sort_key="created_at"),
    ]


def _inspect(name: str, row: Any) -> str:
    return reverse(f"{name}:inspect", args=[row.pk])


class CompanyPanel(Panel):
    """Members of a company, its proofs, and where each value comes from; to read only."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "catalogue/admin/company_panel.html"

        def is_shown(self) -> bool:
            return self.instance.pk is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            vendor = self.instance
            return super().get_context_data(parent_context) | {
                "members": vendor.memberships.select_related("user").order_by("since"),
                "proofs": vendor.proofs.order_by("-asked_at"),
                "values": [
                    (_label(vendor, row.field), row) for row in vendor.recorded_values.all()[:60]
                ],
            }


def _label(vendor: Any, field: str) -> Any:
    names = {column.name: column.verbose_name for column in vendor._meta.concrete_fields}
    checked = {"register": _("vérification au répertoire"), "active": _("en activité")}
    return names.get(field) or checked.get(field, field)


def mandate_file(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """The mandate of a proof, for those who judge it; raises `PermissionDenied` for others."""
    return _file(request, get_object_or_404(Proof, uid=uid), "mandate")


def dispute_file(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """What was given in support of a dispute, for those who judge it."""
    return _file(request, get_object_or_404(Request, uid=uid), "evidence")


def _file(request: HttpRequest, row: Any, field: str) -> FileResponse:
    if not user_can_judge(request.user, row.vendor):
        raise PermissionDenied
    file: FileField = getattr(row, field)
    if not file or not file.storage.exists(file.name):
        raise Http404
    ending = file.name.rpartition(".")[2]
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{field}-{row.uid}.{ending}")


LOG_ACTIONS = (
    ("register", _("Inscrire l'entreprise"), _("Entreprise inscrite par un offreur")),
    ("change", _("Modifier la présentation"), _("Présentation modifiée par un membre")),
    ("check", _("Vérifier au répertoire"), _("Inscription vérifiée au répertoire public")),
    ("join", _("Rejoindre"), _("Une personne est devenue membre")),
    ("leave", _("Quitter"), _("Un membre est parti")),
    ("remove", _("Retirer un membre"), _("Un membre a été retiré")),
    ("set_aside", _("Mettre de côté"), _("Un membre sans preuve est redevenu demandeur")),
    ("role", _("Changer un rôle"), _("Le rôle d'un membre a changé")),
    ("invite", _("Inviter"), _("Une personne a été invitée")),
    ("uninvite", _("Annuler une invitation"), _("Une invitation a été annulée")),
    ("request", _("Demander"), _("Une demande a été déposée")),
    ("decide_request", _("Répondre à une demande"), _("Une demande a été close")),
    ("ask_proof", _("Donner une preuve"), _("Une preuve a été donnée à examiner")),
    ("send_code", _("Envoyer un code"), _("Un code de rattachement a été envoyé")),
    ("prove", _("Rattacher"), _("Une preuve a été acceptée")),
    ("refuse_proof", _("Refuser une preuve"), _("Une preuve a été refusée")),
    ("revoke_proof", _("Retirer une preuve"), _("Une preuve a été retirée")),
    ("transfer", _("Céder une fiche"), _("Une cession de fiche a été proposée ou close")),
    ("erase", _("Effacer"), _("Inscription effacée au départ de son seul membre")),
)
"""What services write in a company's history: last part of the action, label, sentence."""
