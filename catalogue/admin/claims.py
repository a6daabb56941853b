"""Claims and their evidence in the admin: who says so, on what proof, until when."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from catalogue.admin.filters import Boxes, Radios
from catalogue.forms import ClaimForm
from catalogue.models import Claim, Evidence, Listing, Reference
from catalogue.trust import TRUST_LABELS, Trust, trust
from catalogue.views import evidence_response

SOON = dt.timedelta(days=60)


class EvidencePanel(Panel):
    """The pieces of evidence of a claim, edited with it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "catalogue/admin/evidence_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            context["formset"] = self.form.evidence
            return context


class UsesPanel(Panel):
    """The bodies that say to be the client of a reference, to compare with its name."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "catalogue/admin/claim_uses.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk and self.instance.subject)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            claim = self.instance
            said = claim.listing.uses.in_force().filter(reference=claim.subject)
            clients = Reference.objects.filter(page=claim.listing.page_id, uid=claim.subject)
            context = super().get_context_data(parent_context)
            return {**context, "uses": said, "reference": clients.first()}


class ClaimFilterSet(WagtailFilterSet):
    """Claims to look at: of a kind, verified or not, contested, about to lapse."""

    kind = Boxes(label=_("Allégation"), choices=Claim.Kind.choices)
    state = Radios(
        label=_("État"),
        method="filter_state",
        choices=[
            ("unverified", _("À vérifier")),
            ("verified", _("Vérifiée")),
            ("contested", _("Contestée")),
            ("expiring", _("Expire dans les 60 jours")),
            ("expired", _("Expirée")),
        ],
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        return queryset.filter(
            {
                "unverified": Q(verified_on__isnull=True),
                "verified": Q(verified_on__isnull=False, contested_on__isnull=True)
                & (Q(expires_on__isnull=True) | Q(expires_on__gte=today)),
                "contested": Q(contested_on__isnull=False),
                "expiring": Q(expires_on__gte=today, expires_on__lte=today + SOON),
                "expired": Q(expires_on__lt=today),
            }[value]
        )


def _trust(claim: Claim) -> Trust:
    return trust(
        on=timezone.localdate(),
        verified_on=claim.verified_on,
        expires_on=claim.expires_on,
        contested_on=claim.contested_on,
        has_evidence=claim.holding_evidence > 0,
    )


class ClaimIndexView(generic.IndexView):
    """Claims with their sheet and the count of the evidence that still holds."""

    def get_base_queryset(self) -> QuerySet:
        holds = Q(evidence__expires_on__isnull=True) | Q(
            evidence__expires_on__gte=timezone.localdate()
        )
        return (
            super()
            .get_base_queryset()
            .select_related("listing__page", "listing__vendor")
            .annotate(
                evidence_count=Count("evidence"),
                holding_evidence=Count("evidence", filter=holds & Q(evidence__isnull=False)),
            )
        )


class ClaimCreateView(generic.CreateView):
    """A claim; `?listing=` says of which sheet, so that its offers can be chosen."""

    def get_initial(self) -> dict[str, Any]:
        try:
            listing = Listing.objects.filter(uid=uuid.UUID(self.request.GET["listing"])).first()
        except (KeyError, ValueError):
            listing = None
        return {"listing": listing}

    def get_add_url(self) -> str:
        chosen = self.request.GET.get("listing")
        url = super().get_add_url()
        return f"{url}?listing={chosen}" if self.get_initial()["listing"] else url


class ClaimViewSet(ModelViewSet):
    """« Allégations et preuves » in the menu."""

    model = Claim
    name = "allegations"
    icon = "check"
    menu_label = _("Allégations et preuves")
    copy_view_enabled = False
    index_view_class = ClaimIndexView
    add_view_class = ClaimCreateView
    filterset_class = ClaimFilterSet
    ordering = ["-declared_on", "-pk"]
    list_per_page = 50
    search_fields = ["listing__page__title", "listing__vendor__name", "verified_by"]
    search_backend_name = None
    list_display = [
        "__str__",
        Column("vendor", label=_("Offreur"), accessor="listing.vendor"),
        StatusTagColumn(
            "trust",
            label=_("Valeur aujourd'hui"),
            accessor=lambda claim: TRUST_LABELS[_trust(claim)],
            primary=lambda claim: _trust(claim) is Trust.VERIFIED,
        ),
        NumberColumn("evidence_count", label=_("Pièces"), sort_key="evidence_count"),
        DateColumn("verified_on", label=_("Vérifiée le"), sort_key="verified_on"),
        DateColumn("expires_on", label=_("Valable jusqu'au"), sort_key="expires_on"),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("listing", heading=_("Fiche")),
                    FieldRowPanel([FieldPanel("kind"), FieldPanel("declared_on")]),
                    FieldPanel("subject"),
                ],
                heading=_("Ce qui est dit"),
            ),
            UsesPanel(heading=_("Organismes qui disent l'utiliser")),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("verified_on"), FieldPanel("verified_by")]),
                    FieldRowPanel([FieldPanel("source_url"), FieldPanel("expires_on")]),
                ],
                heading=_("Vérification"),
            ),
            MultiFieldPanel(
                [FieldPanel("contested_on"), FieldPanel("contest_reason")],
                heading=_("Contestation"),
            ),
            EvidencePanel(heading=_("Pièces justificatives"), icon="doc-full"),
        ],
        base_form_class=ClaimForm,
    )


def evidence_file(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """Hand out the file of a piece of evidence to whoever may change claims, as a download.

    Raises 404 when the piece has no file, `PermissionDenied` for anyone else.
    """
    if not policy_registry.get_by_type(Claim).user_has_permission(request.user, "change"):
        raise PermissionDenied
    return evidence_response(get_object_or_404(Evidence, uid=uid))
