"""What the sheet's page and the dashboard of the vendor space say of self-assessments."""

from collections.abc import Sequence

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Listing
from catalogue.presentation import french_date
from catalogue.vendor_space.extensions import VendorLine, VendorSection
from labelling.models import Handover, ReferentialVersion, SelfAssessment


def self_assessments(listing: Listing, request: HttpRequest) -> VendorSection | None:
    """The questionnaires of a sheet, on its page; nothing once it is archived."""
    lines = assessment_lines([listing]).get(listing.pk)
    if not lines:
        return None
    context = {"lines": lines, "url": reverse("assessments", args=[listing.uid])}
    return VendorSection(_("Auto-évaluation"), "labelling/vendor_space/_section.html", context)


def assessment_lines(listings: Sequence[Listing]) -> dict[int, list[VendorLine]]:
    """Where each sheet stands on each questionnaire in force: two queries for all of them."""
    current: dict[int, ReferentialVersion] = {}
    in_force = ReferentialVersion.objects.in_force(timezone.localdate())
    for version in in_force.select_related("referential").defer("source", "data"):
        current.setdefault(version.referential_id, version)
    begun: dict[tuple[int, int], list[SelfAssessment]] = {}
    for row in _begun(listings):
        begun.setdefault((row.listing_id, row.version.referential_id), []).append(row)
    return {
        listing.pk: [
            _line(listing, version, begun.get((listing.pk, referential), []))
            for referential, version in current.items()
        ]
        for listing in listings
        if listing.archived_at is None
    }


def _begun(listings: Sequence[Listing]) -> Sequence[SelfAssessment]:
    handed = Handover.objects.filter(assessment=OuterRef("pk")).order_by("-handed_at")
    filled = Count("answers", filter=~Q(answers__value=""))
    rows = SelfAssessment.objects.filter(listing__in=listings).select_related("version")
    rows = rows.defer("version__source", "version__data")
    return rows.annotate(filled=filled, handed_at=Subquery(handed.values("handed_at")[:1]))


def _line(
    listing: Listing, version: ReferentialVersion, begun: Sequence[SelfAssessment]
) -> VendorLine:
    here = next((row for row in begun if row.version_id == version.pk), None)
    words = {"what": version.referential.title, "version": version.version}
    if here is None:
        older = any(row.handed_at for row in begun)
        text = (
            _("%(what)s : la version %(version)s est parue, reprenez vos réponses")
            if older
            else _("%(what)s : à commencer")
        )
        return VendorLine(text % words, reverse("assessments", args=[listing.uid]))
    if here.handed_at is None:
        text = ngettext(
            "%(what)s : %(n)d réponse, pas encore remise",
            "%(what)s : %(n)d réponses, pas encore remises",
            here.filled,
        )
        words["n"] = here.filled
    else:
        words["day"] = french_date(timezone.localdate(here.handed_at))
        text = (
            _("%(what)s : remise le %(day)s, modifiée depuis")
            if here.changed_at > here.handed_at
            else _("%(what)s : remise le %(day)s")
        )
    place = [listing.uid, version.referential.slug, version.version]
    return VendorLine(text % words, reverse("assessment_space", args=place))
