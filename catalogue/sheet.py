"""All that a sheet shows, gathered at the moment of reading: facts with who says so, no HTML.

A fixed number of queries whatever the number of offers, references and captures; a draft without
listing, vendor or sense is shown as far as it goes.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import PageLogEntry

from catalogue import licences, pricing
from catalogue.choices import Consent, Distribution, OfferKind, Rgaa, Source, Stage
from catalogue.models import (
    BodyUse,
    Claim,
    Listing,
    PurchaseVehicle,
    Reference,
    ReferenceConfiguration,
    Screenshot,
    SolutionIntegration,
    SolutionPage,
    Vendor,
)
from catalogue.offer_sheet import Fact, OfferSheet, offer_sheet
from catalogue.official import Lists, lists_on
from catalogue.presentation import (
    french_date,
    is_stale,
    proof_of,
    reference_configurations,
    sheet_notice,
    sheet_openness,
    shown_rgaa,
)
from catalogue.stages import reached_stage
from catalogue.uses import uses_shown

HISTORY_ENTRIES = 10


@dataclass(frozen=True)
class Badge:
    """A mark under the title: what it is about, short words, why, a DSFR icon, a tone of mark."""

    what: str
    label: str
    why: str
    icon: str
    tone: str = ""


@dataclass(frozen=True)
class ShownReference:
    """A client that agreed to be named, and whether the body itself confirmed it."""

    client: str
    year: int
    confirmed: bool
    note: str


@dataclass(frozen=True)
class Event:
    """A dated line of the sheet's journal."""

    on: dt.date
    label: str


@dataclass(frozen=True)
class Sheet:
    """What the templates of a sheet read."""

    page: SolutionPage
    listing: Listing | None
    vendor: Vendor | None
    on: dt.date
    need: pricing.Need
    openness: licences.Openness
    stage: Stage
    notice: tuple[str, str]
    offers: Sequence[OfferSheet] = ()
    trials: Sequence[OfferSheet] = ()
    compliance: Sequence[Fact] = ()
    integrations: Sequence[tuple[str, Sequence[SolutionIntegration]]] = ()
    references: Sequence[tuple[str, Sequence[ShownReference]]] = ()
    audience: Sequence[Fact] = ()
    service: Sequence[Fact] = ()
    journal: Sequence[Event] = ()
    stale: bool = False
    categories: Sequence[str] = ()
    screenshots: Sequence[Screenshot] = ()
    uses: Sequence[BodyUse] = ()

    @property
    def needs(self) -> list[tuple[str, str]]:
        """Sizes of reference configurations that totals are known for: code and French label."""
        return ReferenceConfiguration.Size.choices

    @property
    def badges(self) -> list[Badge]:
        """Stage, openness, size, origin, and cloud of the best offer."""
        return _badges(self)

    @property
    def community(self) -> bool:
        """Whether the sheet is community software, without a vendor."""
        return self.listing is not None and self.listing.source == Source.SILL

    @property
    def best(self) -> OfferSheet | None:
        """The production offer whose cloud assessment ranks best, the first declared if equal."""
        return min(self.offers, key=lambda shown: shown.cloud_rank, default=None)

    @property
    def cheapest(self) -> OfferSheet | None:
        """The production offer with the lowest total for the need, None if none is priced."""
        priced = [shown for shown in self.offers if shown.quote.total is not None]
        return min(priced, key=lambda shown: shown.quote.total or 0, default=None)

    @property
    def vehicles(self) -> list[PurchaseVehicle]:
        """Contracts still running through which an offer can be bought, each once."""
        running = (vehicle for shown in self.offers for vehicle in shown.vehicles)
        return list({vehicle.pk: vehicle for vehicle in running}.values())


def build_sheet(page: SolutionPage, *, need: pricing.Need, on: dt.date) -> Sheet:
    """Gather a sheet for a need at a date, from the live rows or from a draft in memory."""
    listing = _listing(page)
    vendor = listing.vendor if listing else None
    claims = _claims(listing) if listing and listing.pk else []
    configurations, lists = reference_configurations(on), lists_on(on)
    stage = reached_stage(listing, on) if listing else Stage.LISTED
    shown = [
        offer_sheet(offer, vendor, claims, configurations, need=need, on=on, lists=lists)
        for offer in _offers(page)
    ]
    openness = sheet_openness(page, listing, lists)
    offers = [row for row in shown if row.offer.kind != OfferKind.TRIAL]
    return Sheet(
        page=page,
        listing=listing,
        vendor=vendor,
        on=on,
        need=need,
        openness=openness,
        stage=stage,
        notice=sheet_notice(listing, stage),
        offers=offers,
        trials=[row for row in shown if row.offer.kind == OfferKind.TRIAL],
        compliance=_compliance(page, listing, openness, claims, on, lists),
        integrations=_integrations(page),
        references=_references(page, claims, on),
        audience=_audience(page),
        service=_service(page),
        journal=_journal(page, listing),
        stale=is_stale(listing.confirmed_on if listing else None, page.last_published_at, on),
        categories=[category.name for category in page.categories.all()],
        screenshots=_screenshots(page),
        uses=uses_shown(listing) if listing and listing.pk else (),
    )


def _listing(page: SolutionPage) -> Listing | None:
    try:
        return page.listing
    except ObjectDoesNotExist:  # a draft that nobody listed yet
        return None


def _offers(page: SolutionPage) -> list:
    offers = page.offers.all()
    if isinstance(offers, QuerySet):  # a draft holds its children in memory
        offers = offers.prefetch_related("tiers", "vehicles__body")
    return list(offers)


def _screenshots(page: SolutionPage) -> list[Screenshot]:
    shots = page.screenshots.all()
    if isinstance(shots, QuerySet):
        shots = shots.select_related("image").prefetch_related("image__renditions")
    return list(shots)


def _badges(sheet: Sheet) -> list[Badge]:
    badges = [_stage_badge(sheet), _openness_badge(sheet)]
    if sheet.vendor:
        badges += [
            Badge(
                _("Taille"),
                sheet.vendor.get_size_display(),
                _("Taille de l'offreur. Source : %(source)s.")
                % {"source": sheet.vendor.get_size_source_display()},
                "building-line",
            ),
            Badge(
                _("Origine"),
                _("Contrôle : %(origin)s") % {"origin": sheet.vendor.get_origin_display()},
                sheet.vendor.origin_proof or _("L'offreur n'a pas dit qui le contrôle."),
                "map-pin-2-line",
            ),
        ]
    return badges


def _stage_badge(sheet: Sheet) -> Badge:
    if sheet.community:
        label, why = _("Logiciel communautaire"), _("Repris du SILL, sans offreur.")
        return Badge(_("Étape"), label, why, "team-line")
    why, icon, tone = {
        Stage.LISTED: (
            _("Première étape : l'éditeur se référence lui-même."), "file-text-line", "",
        ),
        Stage.ASSESSED: (
            _("Deuxième étape : l'éditeur a répondu au questionnaire public."),
            "survey-line",
            "justified",
        ),
        Stage.LABELLED: (
            _("Troisième étape : la mission LABEL a labellisé des offres de la solution."),
            "award-line",
            "verified",
        ),
    }[sheet.stage]  # fmt: skip
    return Badge(_("Étape"), str(sheet.stage.label), why, icon, tone)


def _openness_badge(sheet: Sheet) -> Badge:
    verdict = sheet.openness.verdict
    if verdict is licences.OpennessVerdict.FREE:
        label, tone = str(Distribution.FREE.label), "justified"
    else:
        label, tone = sheet.openness.label, ""
    return Badge(_("Distribution"), label, sheet.openness.reason, "code-s-slash-line", tone)


def _compliance(
    page: SolutionPage,
    listing: Listing | None,
    openness: licences.Openness,
    claims: Iterable[Claim],
    on: dt.date,
    lists: Lists,
) -> list[Fact]:
    score = None if page.rgesn_score is None else f"{page.rgesn_score}{pricing.NBSP}%"
    code = shown_rgaa(page, listing, on)
    rgaa = "" if code == Rgaa.UNKNOWN else str(Rgaa(code).label)
    return [
        Fact(
            _("Accessibilité (RGAA)"),
            rgaa,
            proof=proof_of(claims, Claim.Kind.RGAA, None, on) if rgaa else None,
            url=page.rgaa_url,
            url_label=_("Déclaration d'accessibilité"),
        ),
        Fact(
            _("Éco-conception (RGESN)"),
            score or "",
            _("Score déclaré par l'offreur.") if score else "",
        ),
        Fact(
            _("Distribution"),
            openness.label,
            openness.reason,
            proof=proof_of(claims, Claim.Kind.FREE, None, on)
            if openness.verdict is licences.OpennessVerdict.FREE
            else None,
        ),
        Fact(
            _("Licence"),
            page.licence,
            licences.assess_licence(page.licence, lists.licences).message if page.licence else "",
        ),
        Fact(
            _("Code source"),
            _reachable(listing) if page.repository_url else "",
            url=page.repository_url,
            url_label=_("Dépôt du code"),
        ),
    ]


def _claims(listing: Listing) -> list[Claim]:
    return list(listing.claims.of_sheet().prefetch_related("evidence"))


def _reachable(listing: Listing | None) -> str:
    if listing is None or listing.repository_reachable_on is None:
        return _("Dépôt indiqué, pas encore joint")
    return _("Dépôt joint le %(date)s") % {"date": french_date(listing.repository_reachable_on)}


def _integrations(page: SolutionPage) -> list[tuple[str, list[SolutionIntegration]]]:
    rows = [
        row
        for row in page.integrations.select_related("integration")
        if row.state != "sans-objet" and row.integration_id
    ]
    order = {"integre": 0, "en-cours": 1, "prevu": 2}
    rows.sort(key=lambda row: (order.get(row.state, 3), row.integration.position))
    return [
        (state, list(group)) for state, group in groupby(rows, lambda row: row.get_state_display())
    ]


def _references(
    page: SolutionPage, claims: Sequence[Claim], on: dt.date
) -> list[tuple[str, list[ShownReference]]]:
    rows = [
        row
        for row in page.references.select_related("buyer_category")
        if row.consent != Consent.NONE and row.buyer_category_id
    ]
    rows.sort(
        key=lambda row: (row.buyer_category.position, row.buyer_category.name, -(row.year or 0))
    )
    return [
        (name, [_shown_reference(row, claims, on) for row in group])
        for name, group in groupby(rows, lambda row: row.buyer_category.name)
    ]


def _shown_reference(row: Reference, claims: Sequence[Claim], on: dt.date) -> ShownReference:
    proof = proof_of(claims, Claim.Kind.REFERENCE, row.uid, on)
    return ShownReference(
        client=row.client,
        year=row.year,
        confirmed=proof.verified,
        note=proof.words if proof.verified else str(row.get_consent_display()),
    )


def _audience(page: SolutionPage) -> list[Fact]:
    field = SolutionPage._meta.get_field
    return [
        Fact(_("Publics visés"), items=tuple(term.name for term in page.buyer_categories.all())),
        Fact(
            _("Communes visées"),
            items=tuple(field("populations").labels(page.populations or [])),
        ),
        Fact(_("Langues"), ", ".join(field("languages").labels(page.languages or []))),
    ]


def _service(page: SolutionPage) -> list[Fact]:
    return [
        Fact(_("Délai de mise en service"), page.get_delay_display() if page.delay else ""),
        Fact(_("Horaires d'assistance"), page.support_hours),
        Fact(
            _("Documentation"),
            _("En ligne") if page.documentation_url else "",
            url=page.documentation_url,
            url_label=_("Consulter la documentation"),
        ),
        Fact(_("Réversibilité"), page.reversibility),
    ]


def _journal(page: SolutionPage, listing: Listing | None) -> list[Event]:
    events = []
    if page.version_date:
        version = page.version or _("sans numéro")
        events.append(Event(page.version_date, _("Version %(version)s") % {"version": version}))
    if listing is not None and listing.confirmed_on:
        events.append(Event(listing.confirmed_on, _("Exactitude confirmée par l'offreur")))
    published = _publications(page)
    if page.first_published_at:
        first = timezone.localdate(page.first_published_at)
        events.append(Event(first, _("Première publication")))
        published.discard(first)
    events += [Event(day, _("Nouvelle version de la fiche publiée")) for day in published]
    return sorted(events, key=lambda event: event.on, reverse=True)


def _publications(page: SolutionPage) -> set[dt.date]:
    if page.pk is None:
        return set()
    entries = PageLogEntry.objects.filter(page_id=page.pk, action="wagtail.publish")
    days = {
        timezone.localdate(moment)
        for moment in entries.order_by("-timestamp").values_list("timestamp", flat=True)[
            :HISTORY_ENTRIES
        ]
    }
    last = page.last_published_at
    return days | ({timezone.localdate(last)} if last else set())
