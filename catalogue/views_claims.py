"""The page of a claim: what it is worth today, who verified or contested it, and when."""

import uuid
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.claim_words import About, about
from catalogue.models import Claim, Contest, Listing, Reference, Verification
from catalogue.presentation import claim_proof, told_on
from catalogue.verifying import source_words


@require_safe
def claim_history(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """A claim of a sheet that the public sees; raises 404 for any other, and for what is not public.

    Names no person. A contest is told from the day that it is public.
    """
    today = timezone.localdate()
    checks = Verification.objects.public().select_related("official").order_by("-decided_at", "-pk")
    rows = told_on(Claim.objects.select_related("listing__page"), today).prefetch_related(
        "evidence",
        Prefetch("verifications", queryset=checks),
        Prefetch("contests", queryset=Contest.objects.public_on(today)),
    )
    public = rows.filter(listing__in=Listing.objects.public(), listing__page__slug=slug)
    claim = get_object_or_404(public, uid=uid)
    words = about(claim)
    if not _is_public(claim, words):
        raise Http404
    sheet = claim.listing.page
    context = {
        "claim": claim,
        "about": words,
        "sheet": sheet,
        "parents": [(_("Solutions"), "/solutions/"), (sheet.title, f"/solutions/{sheet.slug}/")],
        "proof": claim_proof(claim, today),
        "checks": [(check, source_words(check)) for check in claim.verifications.all()],
        "vouched": _is_vouched_for(claim),
        "contests": claim.contests.all(),
    }
    return render(request, "catalogue/claim_history.html", context)


def _is_vouched_for(claim: Claim) -> bool:
    """Whether it is verified by who wrote no `Verification`: a body, or before there were any."""
    in_force = [row.state == Verification.State.CONFIRMED for row in claim.verifications.all()]
    return claim.verified_on is not None and not any(in_force)


def _is_public(claim: Any, words: About) -> bool:
    """Whether the public may know that this is claimed.

    A reference without its client's agreement, an offer of a draft or an answer that is not handed
    in are nobody's business; what was once verified or contested in public stays so.
    """
    if claim.kind == Claim.Kind.REFERENCE:
        shown = Reference.objects.public().filter(page=claim.listing.page_id)
        return shown.filter(uid=claim.subject).exists()
    if claim.kind == Claim.Kind.ANSWER:
        return bool(claim.is_checked or claim.is_handed)
    return claim.is_checked or bool(words.said) or claim.subject is None
