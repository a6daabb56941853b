"""What an offer is worth at the moment of reading: cloud level, trust, tariff and totals.

Reads models, applies the pure rules, knows no HTML. The sheet, the search documents and the
comparison all say the same thing because they all ask here.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue import cloud, licences, models, official, pricing
from catalogue.choices import Deployment, Distribution, Origin, Pricing, Source, Stage
from catalogue.reminding import FRESH_DAYS
from catalogue.trust import trust

STALE_AFTER = dt.timedelta(days=FRESH_DAYS)
"""A sheet that nobody confirmed or published for that long is to be confirmed again."""

CARD_NOTICES = {
    Source.VENDOR: gettext_lazy(
        "Fiche déposée par l'éditeur (auto-référencée) ; ni vérifiée ni recommandée par l'État, "
        "sauf mention « vérifié »."
    ),
    Source.SILL: gettext_lazy(
        "Logiciel communautaire repris du SILL (Licence Ouverte 2.0) ; licence gratuite, "
        "prestations non chiffrées."
    ),
}
"""What `sheet_notice` says, short enough for a card or a line of an export."""

Configurations = Mapping[tuple[pricing.Metric, pricing.Need], pricing.ReferenceConfiguration]


@dataclass(frozen=True)
class OfferQuote:
    """What an offer costs for a need: why there is a total or none, euros HT, and what it covers.

    `label` says the configuration (« pour 100 agents sur 48 mois »), empty when there is none.
    """

    kind: pricing.PriceKind
    total: Decimal | None
    label: str = ""
    expired: bool = False


def offer_facts(offer: models.Offer, vendor: models.Vendor | None) -> cloud.OfferFacts:
    """Facts of an offer for the doctrine « Cloud au centre ».

    Control of the vendor is that of its declared origin; unknown stays unknown.
    """
    origin = vendor.origin if vendor else Origin.UNKNOWN
    return cloud.OfferFacts(
        deployment=cloud.Deployment(offer.deployment or Deployment.SAAS),
        secnumcloud=cloud.SecNumCloud(offer.secnumcloud),
        hosting_countries=tuple(offer.hosting_countries or ()),
        host_outside_eu_control=offer.host_outside_eu_control,
        vendor_outside_eu_control=(None if origin == Origin.UNKNOWN else origin == Origin.OUTSIDE),
        reversibility_documented=offer.reversibility_documented,
        multi_zone=offer.multi_zone,
        gdpr_contract=offer.gdpr_contract,
        state_cloud=offer.state_cloud,
    )


def assess_offer(
    offer: models.Offer,
    vendor: models.Vendor | None,
    claims: Iterable[models.Claim],
    on: dt.date,
    lists: official.Lists | None = None,
) -> tuple[cloud.CloudAssessment, cloud.Trust]:
    """Assess an offer towards « Cloud au centre » at a date, and say what its claim is worth.

    :param claims: claims of the sheet with their evidence; those of other offers are ignored.
    :param lists: official lists of that day: give them to assess many offers.
    """
    state = claim_trust(find_claim(claims, models.Claim.Kind.CLOUD, offer.uid), on)
    adequate = (lists or official.lists_on(on)).adequate
    facts = offer_facts(offer, vendor)
    return cloud.assess(facts, state, on, adequate_countries=adequate), state


def sheet_openness(
    page: models.SolutionPage,
    listing: models.Listing | None,
    lists: official.Lists | None = None,
) -> licences.Openness:
    """What the catalogue makes of a sheet's declared distribution: free, declared free, not free.

    :param lists: official lists of the day, today's by default: give them to judge many sheets.
    """
    return licences.openness(
        page.distribution,
        page.licence,
        page.repository_url,
        bool(listing and listing.repository_reachable_on) or None,
        (lists or official.lists_on(timezone.localdate())).licences,
    )


def shown_distribution(page: models.SolutionPage, openness: licences.Openness) -> str:
    """Code of the distribution that counts: the declaration, unless the licence is not free."""
    refused = openness.verdict is licences.OpennessVerdict.NOT_FREE
    return Distribution.SOURCE_AVAILABLE.value if refused else page.distribution


def shown_rgaa(page: models.SolutionPage, listing: models.Listing | None, on: dt.date) -> str:
    """Code of the RGAA state that counts on a day: the self-assessment's, else the sheet's own."""
    return (listing.assessed_rgaa(on) if listing else "") or page.rgaa


def sheet_notice(listing: models.Listing | None, stage: Stage = Stage.LISTED) -> tuple[str, str]:
    """Who wrote the sheet and what we vouch for, in our words: title and text."""
    if listing is not None and listing.source == Source.SILL:
        return (
            _("Logiciel communautaire"),
            _(
                "Cette fiche reprend le Socle interministériel de logiciels libres (SILL), sous "
                "%(licence)s. Aucun offreur ne la tient. La licence du logiciel est gratuite ; "
                "l'hébergement et les prestations ne sont pas chiffrés."
            )
            % {"licence": listing.source_licence},
        )
    text = _(
        "L'offreur a rédigé cette fiche et en répond. L'administration n'a ni vérifié ni "
        "approuvé ce qu'elle dit, sauf là où une marque « Vérifié » l'indique. Y figurer ne "
        "vaut pas recommandation de l'État."
    )
    if stage is Stage.LABELLED:
        label = _(
            "La mission LABEL a labellisé les offres nommées sous « Label », et elles seules."
        )
        text = f"{text} {label}"
    return _("Fiche déposée par l'éditeur (auto-référencée)"), text


def reference_configurations(on: dt.date) -> Configurations:
    """Configurations in force at a date, as mission LABEL set them: one query."""
    rows = models.ReferenceConfiguration.objects.at(on)
    return {
        (pricing.Metric(row.metric), pricing.Need(row.size)): pricing.ReferenceConfiguration(
            metric=pricing.Metric(row.metric),
            size=pricing.Need(row.size),
            quantity=row.quantity,
            months=row.months,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows.order_by("valid_from")
    }


def offer_tariff(offer: models.Offer) -> pricing.Tariff | None:
    """Return the public tariff of an offer, None when it has none (or a draft without sense).

    Reads `offer.tiers`: prefetch them.
    """
    if offer.pricing != Pricing.PRICED or not offer.metric or not offer.period:
        return None
    try:
        return pricing.Tariff(
            metric=pricing.Metric(offer.metric),
            setup=offer.setup_price or Decimal(0),
            recurring=offer.unit_price or Decimal(0),
            period=pricing.Period(offer.period),
            flat=offer.flat_price or Decimal(0),
            tiers=tuple(
                pricing.Tier(tier.from_quantity, tier.unit_price)
                for tier in offer.tiers.all()
                if tier.from_quantity is not None and tier.unit_price is not None
            ),
        )
    except ValueError:  # a draft is saved before it is right
        return None


def offer_price(
    offer: models.Offer, need: str, configurations: Configurations, on: dt.date
) -> OfferQuote:
    """Return what an offer costs for a need (`petit`, `moyen`, `grand`) at a date.

    An expired price is no price: `unpriced` with `expired`. So is a tariff that says nothing of
    the quantity needed (it begins at a higher tier).
    """
    if offer.pricing == Pricing.QUOTE:
        return OfferQuote(pricing.PriceKind.QUOTE, None)
    if offer.pricing == Pricing.FREE:
        expired = offer.is_price_expired(on)
        kind = pricing.PriceKind.UNPRICED if expired else pricing.PriceKind.FREE
        return OfferQuote(kind, None if expired else Decimal("0.00"), expired=expired)
    tariff = offer_tariff(offer)
    configuration = tariff and configurations.get((tariff.metric, pricing.Need(need)))
    if tariff is None or configuration is None:
        return OfferQuote(pricing.PriceKind.UNPRICED, None)
    if offer.is_price_expired(on):
        return OfferQuote(pricing.PriceKind.UNPRICED, None, configuration.label, expired=True)
    if not _covers(offer, tariff, configuration.quantity):
        return OfferQuote(pricing.PriceKind.UNPRICED, None, configuration.label)
    total = pricing.total_cost(tariff, configuration.quantity, configuration.months)
    return OfferQuote(pricing.price_kind(total), total, configuration.label)


def _covers(offer: models.Offer, tariff: pricing.Tariff, quantity: int) -> bool:
    """Whether the tariff gives a price for that many units: none below the first of its tiers."""
    if offer.unit_price is not None or not tariff.tiers:
        return True
    return min(tier.from_quantity for tier in tariff.tiers) <= quantity


@dataclass(frozen=True)
class Proof:
    """Who says a claim is true, since when, until when, and on which evidence.

    `reserved` says why each piece that the public does not read is a trade secret, `url` is the page
    of the claim: who verified or contested it, and when.
    """

    state: cloud.Trust
    words: str
    source_url: str = ""
    evidence: tuple[models.Evidence, ...] = ()
    reserved: tuple[str, ...] = ()
    url: str = ""

    @property
    def verified(self) -> bool:
        """Whether somebody other than the vendor vouches for it at the date of reading."""
        return self.state is cloud.Trust.VERIFIED


def find_claim(
    claims: Iterable[models.Claim], kind: str, subject: uuid.UUID | None
) -> models.Claim | None:
    """The claim of a kind on an offer or reference, or on the sheet as a whole (None)."""
    return next((c for c in claims if c.kind == kind and c.subject == subject), None)


def claim_trust(claim: models.Claim | None, on: dt.date) -> cloud.Trust:
    """What a claim is worth at a date; no claim is worth the word of the vendor.

    Reads `claim.evidence`: prefetch it.
    """
    if claim is None:
        return trust(on=on)
    return trust(
        on=on,
        verified_on=claim.verified_on,
        expires_on=claim.expires_on,
        contested_on=claim.contested_on,
        has_evidence=any(_holds(piece, on) for piece in claim.evidence.all()),
    )


def proof_of(
    claims: Iterable[models.Claim], kind: str, subject: uuid.UUID | None, on: dt.date
) -> Proof:
    """Say in French who vouches for something, with the evidence that still holds."""
    return claim_proof(find_claim(claims, kind, subject), on)


def claim_proof(claim: models.Claim | None, on: dt.date) -> Proof:
    """The same of a claim in hand; reads `claim.listing.page`: have them fetched with it."""
    state = claim_trust(claim, on)
    if claim is None:
        return Proof(state, _("Déclaré par l'offreur, non vérifié"))
    holding = [piece for piece in claim.evidence.all() if _holds(piece, on)]
    return Proof(
        state,
        _proof_words(claim, state),
        claim.source_url,
        evidence=tuple(piece for piece in holding if piece.is_public),
        reserved=tuple(piece.restriction_reason for piece in holding if not piece.is_public),
        url=reverse("claim_history", args=[claim.listing.page.slug, claim.uid]),
    )


def french_date(day: dt.date) -> str:
    """A date as people write it: 1 mars 2026."""
    words = date_format(day, "j F Y").replace(" ", pricing.NBSP)
    return f"1er{words[1:]}" if day.day == 1 else words


def is_stale(confirmed_on: dt.date | None, published_at: dt.datetime | None, on: dt.date) -> bool:
    """Whether nobody confirmed or published the sheet for a year."""
    published_on = published_at and timezone.localdate(published_at)
    known = [day for day in (confirmed_on, published_on) if day]
    return bool(known) and on - max(known) > STALE_AFTER


def told_on(claims: QuerySet[models.Claim], on: dt.date) -> QuerySet[models.Claim]:
    """Claims with what the public may read of them on a day.

    `is_checked`: a verification or a contest; `is_handed`: a piece. An answer's claim has a page
    once there is one or the other.
    """
    checks = models.Verification.objects.public().filter(claim=OuterRef("pk"))
    contests = models.Contest.objects.public_on(on).filter(claim=OuterRef("pk"))
    pieces = models.Evidence.objects.filter(claim=OuterRef("pk"), is_draft=False)
    return claims.annotate(
        is_checked=Exists(checks.order_by()) | Exists(contests.order_by()),
        is_handed=Exists(pieces),
    )


def holding(on: dt.date) -> QuerySet[models.Evidence]:
    """Pieces that count on a day: what `claim_trust` asks of those in hand."""
    lasting = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
    return models.Evidence.objects.filter(lasting, is_draft=False)


def _holds(piece: models.Evidence, on: dt.date) -> bool:
    return not piece.is_draft and (piece.expires_on is None or piece.expires_on >= on)


def _proof_words(claim: models.Claim, state: cloud.Trust) -> str:
    if state is cloud.Trust.CONTESTED:
        return _("Contesté le %(date)s : %(reason)s") % {
            "date": french_date(claim.contested_on),
            "reason": claim.contest_reason,
        }
    if state is cloud.Trust.EXPIRED:
        return _("Expiré : valable jusqu'au %(date)s") % {"date": french_date(claim.expires_on)}
    if state is cloud.Trust.VERIFIED:
        words = _("Vérifié par %(who)s le %(date)s") % {
            "who": claim.verified_by,
            "date": french_date(claim.verified_on),
        }
        if claim.expires_on:
            words += _(", valable jusqu'au %(date)s") % {"date": french_date(claim.expires_on)}
        return words
    declared = {"date": french_date(claim.declared_on)}
    if state is cloud.Trust.JUSTIFIED:
        return _("Déclaré le %(date)s, pièce fournie, non vérifié") % declared
    return _("Déclaré par l'offreur le %(date)s, non vérifié") % declared
