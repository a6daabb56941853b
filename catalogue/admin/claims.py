"""Claims and their evidence in the admin: their list, and what may be edited of one.

What a claim is worth is no field of a form: services verify and contest it, from its page.
"""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import Column, NumberColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from catalogue.admin.claim_page import ClaimView
from catalogue.admin.columns import day_column
from catalogue.admin.deleting import UnusedOnlyDeleteView
from catalogue.admin.filters import Boxes, Radios
from catalogue.contesting import said_otherwise
from catalogue.forms import ClaimForm
from catalogue.models import Claim, Contest, Evidence, Listing, Verification
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


class ClaimFilterSet(WagtailFilterSet):
    """Claims to look at: of a kind, verified or not, contested, about to lapse, to decide on.

    Answers to questionnaires are many: nobody asked for, they are listed where something waits.
    """

    kind = Boxes(
        label=_("Allégation"),
        choices=[
            *(row for row in Claim.Kind.choices if row[0] != Claim.Kind.ANSWER),
            (Claim.Kind.ANSWER.value, _("Réponses à l'auto-évaluation")),
        ],
    )
    state = Radios(
        label=_("État"),
        method="filter_state",
        choices=[
            ("unverified", _("À vérifier")),
            ("waiting", _("Proposée par quelqu'un d'autre, à confirmer")),
            ("verified", _("Vérifiée")),
            ("contested", _("Contestée")),
            ("answered", _("Contestée, l'offreur a répondu")),
            ("overdue", _("Contestée, le délai de réponse est passé")),
            ("changed", _("Contestée, l'offreur a changé ce qu'il dit depuis")),
            ("expiring", _("Expire dans les 60 jours")),
            ("expired", _("Expirée")),
        ],
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if Claim.Kind.ANSWER in chosen["kind"] or chosen["state"] not in ("", "unverified"):
            return found
        waiting = Q(pk__in=Verification.objects.waiting().values("claim"))
        doubted = Q(pk__in=Contest.objects.standing().values("claim"))
        return found.filter(~Q(kind=Claim.Kind.ANSWER) | waiting | doubted)

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "changed":
            # Words are compared one by one: mission LABEL contests few claims at a time.
            standing = Contest.objects.standing().select_related(
                "claim__listing__page", "claim__listing__vendor"
            )
            return queryset.filter(pk__in=[row.claim_id for row in said_otherwise(standing)])
        today = timezone.localdate()
        waiting = Verification.objects.waiting().exclude(proposed_by=self.request.user)
        open_ones = Contest.objects.filter(state=Contest.State.OPEN)
        return queryset.filter(
            {
                "unverified": Q(verified_on__isnull=True),
                "waiting": Q(pk__in=waiting.values("claim")),
                "verified": Q(verified_on__isnull=False, contested_on__isnull=True)
                & (Q(expires_on__isnull=True) | Q(expires_on__gte=today)),
                "contested": Q(contested_on__isnull=False),
                "answered": Q(pk__in=open_ones.exclude(answer="").values("claim")),
                "overdue": Q(
                    pk__in=open_ones.filter(answer="", public_from__lte=today).values("claim")
                ),
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
        given = Evidence.objects.filter(claim=OuterRef("pk"), is_draft=False).order_by()
        holds = Q(expires_on__isnull=True) | Q(expires_on__gte=timezone.localdate())
        return (
            super()
            .get_base_queryset()
            .select_related("listing__page", "listing__vendor")
            .annotate(
                evidence_count=_count_of(given), holding_evidence=_count_of(given.filter(holds))
            )
        )


def _count_of(pieces: QuerySet[Evidence]) -> Coalesce:
    """Of each claim that is shown, and no other: a join would group all of them."""
    counts = pieces.values("claim").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts), 0)


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


def _name_of(claim: Claim) -> str:
    """Its kind and its sheet; an answer says which criterion it is about."""
    return f"{claim} ({claim.key.rpartition('/')[2]})" if claim.key else str(claim)


def _page_of(claim: Claim) -> str:
    return reverse("allegations:inspect", args=[claim.pk])


class ClaimDeleteView(UnusedOnlyDeleteView):
    """What was verified or contested is history, and an answer belongs to its questionnaire."""

    def is_kept(self, thing: Claim) -> bool:
        history = thing.verifications.exists() or thing.contests.exists()
        return history or thing.kind == Claim.Kind.ANSWER

    def words(self) -> str:
        return gettext("« %s » a un historique ou vient de l'auto-évaluation : elle reste.")


class ClaimViewSet(ModelViewSet):
    """« Allégations et preuves » in the menu."""

    model = Claim
    name = "allegations"
    icon = "check"
    menu_label = _("Allégations et preuves")
    copy_view_enabled = False
    index_view_class = ClaimIndexView
    add_view_class = ClaimCreateView
    inspect_view_enabled = True
    inspect_view_class = ClaimView
    delete_view_class = ClaimDeleteView
    filterset_class = ClaimFilterSet
    ordering = ["-declared_on", "-pk"]
    list_per_page = 50
    search_fields = ["listing__page__title", "listing__vendor__name", "verified_by"]
    search_backend_name = None
    list_display = [
        TitleColumn("claim", label=_("Allégation"), accessor=_name_of, get_url=_page_of),
        Column("vendor", label=_("Offreur"), accessor="listing.vendor"),
        StatusTagColumn(
            "trust",
            label=_("Valeur aujourd'hui"),
            accessor=lambda claim: TRUST_LABELS[_trust(claim)],
            primary=lambda claim: _trust(claim) is Trust.VERIFIED,
        ),
        NumberColumn("evidence_count", label=_("Pièces"), sort_key="evidence_count"),
        day_column("verified_on", _("Vérifiée le")),
        day_column("expires_on", _("Valable jusqu'au")),
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
            EvidencePanel(heading=_("Pièces justificatives"), icon="doc-full"),
        ],
        base_form_class=ClaimForm,
    )


def evidence_file(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """Hand out the file of a piece of evidence to whoever may change claims, as a download.

    Raises 404 when the piece has no file or its company has not handed it in, `PermissionDenied` for
    anyone else.
    """
    if not policy_registry.get_by_type(Claim).user_has_permission(request.user, "change"):
        raise PermissionDenied
    return evidence_response(get_object_or_404(Evidence, uid=uid, is_draft=False))
