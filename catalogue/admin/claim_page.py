"""The page of a claim in the admin: what is said, its proofs, who checked or contested it, what to do."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import generic

from catalogue.admin.claim_acts import acts_for
from catalogue.claim_words import about
from catalogue.contesting import said_otherwise
from catalogue.models import Claim
from catalogue.permissions import user_can_verify
from catalogue.presentation import claim_proof
from catalogue.trust import TRUST_LABELS
from catalogue.verifying import source_words


class ClaimView(generic.InspectView):
    """One claim. A piece that its company has not handed in yet is not shown."""

    template_name = "catalogue/admin/claim.html"
    page_title = _("Allégation")

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("listing__page", "listing__vendor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, user, today = self.object, self.request.user, timezone.localdate()
        proof = claim_proof(claim, today)
        checks = claim.verifications.select_related("official", "proposed_by", "decided_by")
        return super().get_context_data(
            **kwargs,
            about=about(claim),
            proof=proof,
            worth=TRUST_LABELS[proof.state],
            pieces=claim.evidence.filter(is_draft=False).order_by("-added_on", "pk"),
            checks=[(row, source_words(row)) for row in checks],
            contests=claim.contests.select_related("opened_by", "answered_by", "decided_by"),
            changed=said_otherwise(claim.contests.standing()),
            uses=self.uses(),
            sheet_url=reverse("wagtailadmin_pages:edit", args=[claim.listing.page_id]),
            acts=[
                (reverse("claim_act", args=[claim.pk, name]), act)
                for name, act in acts_for(claim, user)
            ],
            may_act=user_can_verify(user, claim),
            today=today,
        )

    def uses(self) -> list[Any]:
        """The bodies that say to be the client of a reference, to compare with its name."""
        claim: Claim = self.object
        if claim.kind != Claim.Kind.REFERENCE or claim.subject is None:
            return []
        return list(claim.listing.uses.in_force().filter(reference=claim.subject))
