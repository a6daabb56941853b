"""Whether a sheet may be put forward for a label: everything that lacks, said with its way out."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue.models import Claim, Listing, Vendor
from catalogue.permissions import is_suspended
from catalogue.presentation import french_date, is_stale
from labelling.claims import claims_of
from labelling.definition import Criterion
from labelling.facts import facts_of
from labelling.gaps import needs_evidence
from labelling.judged import covered
from labelling.models import (
    Award,
    Handover,
    Label,
    LabelApplication,
    LabelLevel,
    ReferentialVersion,
    Result,
)
from labelling.scoring import asked, score
from labelling.states import ApplicationState

RENEWAL_DAYS = 180
"""How long before its last day an award may be renewed."""


@dataclass(frozen=True)
class Obstacle:
    """What keeps a sheet from being put forward: a sentence that says what to do, the page where
    it is done, and a code that tests and screens know it by."""

    text: str
    path: str
    code: str


class Ineligible(Refused):
    """An application cannot be deposited: `obstacles` says why."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(*(one.text for one in obstacles))
        self.obstacles = obstacles


def obstacles(listing: Listing, label: Label, level: LabelLevel | None = None) -> list[Obstacle]:
    """What keeps a sheet from being put forward for a label today; empty when nothing does.

    :param level: the level asked for; without one, the least demanding.
    """
    today = timezone.localdate()
    if listing.vendor is None:
        text = _(
            "Un logiciel communautaire n'a pas d'offreur : personne ne peut demander un label."
        )
        return [Obstacle(text, listing.page.get_url() or reverse("vendor_space"), "community")]
    return [
        *_label_obstacles(listing, label, today),
        *_sheet_obstacles(listing, today),
        *_company_obstacles(listing.vendor),
        *_pending_obstacles(listing, label, today),
        *_assessment_obstacles(listing, label, level, today),
    ]


def application_obstacles(application: LabelApplication) -> list[Obstacle]:
    """The same for an application that is being written: its level, its company, its offers."""
    listing = application.listing
    if listing.vendor_id != application.vendor_id:
        text = _("La fiche n'est plus à %s : son nouvel offreur peut demander le label.")
        return [Obstacle(text % application.vendor, reverse("vendor_space"), "transferred")]
    found = obstacles(listing, application.label, application.level)
    if not application.offers:
        text = _("Choisissez au moins une offre que le label couvrirait.")
    elif len(covered(listing, application.offers)) < len(application.offers):
        text = _("Une offre choisie n'est plus sur la fiche : choisissez à nouveau.")
    else:
        return found
    path = reverse("label_apply", args=[listing.uid, application.label.slug])
    return [*found, Obstacle(text, path, "choice")]


def renewable_from(award: Award) -> dt.date:
    """The first day on which an award may be renewed."""
    return award.valid_to - dt.timedelta(days=RENEWAL_DAYS)


def _label_obstacles(listing: Listing, label: Label, on: dt.date) -> Iterator[Obstacle]:
    path = reverse("assessments", args=[listing.uid])
    if label.valid_from > on:
        text = _("Les demandes ouvrent le %s : d'ici là, préparez votre auto-évaluation.")
        yield Obstacle(text % french_date(label.valid_from), path, "closed")
    elif label.valid_to is not None and label.valid_to < on:
        text = _("Ce label ne reçoit plus de demandes depuis le %s.")
        yield Obstacle(text % french_date(label.valid_to), path, "closed")


def _sheet_obstacles(listing: Listing, on: dt.date) -> Iterator[Obstacle]:
    page, path = listing.page, reverse("sheet", args=[listing.uid])
    if listing.archived_at is not None:
        yield Obstacle(_("La fiche est archivée : rétablissez-la d'abord."), path, "archived")
    elif not page.live:
        text = _("La fiche n'est pas publique : remettez-la, puis attendez sa publication.")
        yield Obstacle(text, path, "unpublished")
    else:
        known = listing.confirmed_on or page.last_published_at
        if not known or is_stale(listing.confirmed_on, page.last_published_at, on):
            text = _("Personne n'a confirmé la fiche depuis un an : confirmez qu'elle est exacte.")
            yield Obstacle(text, path, "stale")
        if not page.offers.exists():
            text = _("La fiche n'a aucune offre : ajoutez celle que le label couvrirait.")
            yield Obstacle(text, reverse("sheet_offers", args=[listing.uid]), "offers")


def _company_obstacles(vendor: Vendor) -> Iterator[Obstacle]:
    if not vendor.is_attached:
        text = _("Prouvez que vous pouvez agir pour l'entreprise (page « Rattachement »).")
        yield Obstacle(text, reverse("company_proofs", args=[vendor.slug]), "unattached")
    if is_suspended(vendor):
        text = _(
            "La mission LABEL a suspendu l'entreprise : remédiez à ce qu'elle vous a écrit, puis "
            "demandez-lui de lever la suspension."
        )
        yield Obstacle(text, reverse("company", args=[vendor.slug]), "suspended")


def _pending_obstacles(listing: Listing, label: Label, on: dt.date) -> Iterator[Obstacle]:
    files = LabelApplication.objects.filter(listing=listing, label=label)
    pending = files.open().first()
    if pending is not None:
        text = _("La demande %s est déjà en cours : suivez-la, ou retirez-la d'abord.")
        if pending.vendor_id != listing.vendor_id:
            text = _(
                "La demande %s, déposée par l'offreur précédent, est en cours : écrivez à la mission "
                "LABEL par la page Contact."
            )
        path = pending.get_absolute_url()
        if pending.vendor_id != listing.vendor_id:
            path = reverse("sheet", args=[listing.uid])
        yield Obstacle(text % pending.number, path, "pending")
    award = Award.objects.living().filter(listing=listing, label=label).first()
    if award is None:
        return
    first = renewable_from(award)
    if first > on:
        text = _("La fiche a déjà ce label (%(number)s) : renouvelez-le à partir du %(day)s.")
        words = {"number": award.number, "day": french_date(first)}
        yield Obstacle(text % words, award.application.get_absolute_url(), "labelled")
    elif not files.filter(state=ApplicationState.DRAFT, renews=award).exists():
        text = _("La fiche a déjà ce label (%s) : demandez son renouvellement.") % award.number
        path = reverse("label_renew", args=[award.application.uid])
        yield Obstacle(text, path, "labelled")


def _assessment_obstacles(
    listing: Listing, label: Label, level: LabelLevel | None, on: dt.date
) -> Iterator[Obstacle]:
    path = reverse("assessments", args=[listing.uid])
    versions = ReferentialVersion.objects.in_force(on).filter(referential=label.referential_id)
    version = versions.select_related("referential").first()
    if version is None:
        text = _("Le référentiel « %s » n'a pas de version en vigueur : réessayez plus tard.")
        yield Obstacle(text % label.referential, path, "no-version")
        return
    results = Result.objects.filter(listing=listing, referential=label.referential_id)
    result = results.select_related("handover__assessment").first()
    if result is None:
        text = _("Remettez d'abord l'auto-évaluation « %s ».") % label.referential
        yield Obstacle(text, path, "unanswered")
    elif result.handover.assessment.version_id != version.pk:
        text = _("Vos réponses portent sur une version remplacée : remettez-les pour %s.")
        yield Obstacle(text % version, path, "outdated")
    else:
        yield from _Answers(listing, version, result.handover).obstacles(_least(label, level), on)


def _least(label: Label, level: LabelLevel | None) -> int:
    """The score that every theme must reach, in percents."""
    if level is not None:
        return level.least_percent
    return min((one.least_percent for one in label.levels.all()), default=0)


class _Answers:
    """What a sheet handed in on the version in force, held against what it asks today."""

    def __init__(self, listing: Listing, version: ReferentialVersion, handover: Handover) -> None:
        self.listing, self.version = listing, version
        self.definition = version.definition
        self.values = handover.values
        # As the sheet stands: what it says now may open a question that nobody answered.
        self.facts = facts_of(listing.page)

    def obstacles(self, least: int, on: dt.date) -> Iterator[Obstacle]:
        lacking = self._lacking(on)
        if lacking:
            text = _("Complétez l'auto-évaluation, puis remettez-la à nouveau : il manque %s.")
            path = self._address("assessment_check")
            yield Obstacle(text % ", ".join(lacking), path, "incomplete")
        found = score(self.definition, self.values, self.facts)
        for one in found.unmet:
            criterion = self.definition.by_id[one]
            text = _(
                "Critère bloquant %(id)s non satisfait : « %(text)s » Changez ce qui doit l'être, "
                "répondez et remettez l'auto-évaluation."
            ) % {"id": one, "text": criterion.text}
            yield Obstacle(text, self._question(criterion), "blocking")
        titles = {theme.id: theme.title for theme in self.definition.themes}
        for theme in found.themes:
            if theme.percent is not None and theme.percent < least:
                text = _(
                    "Thème « %(theme)s » : %(percent)d %%, et ce niveau demande %(least)d %%. "
                    "Améliorez vos réponses, ou choisissez un autre niveau."
                ) % {"theme": titles[theme.theme], "percent": theme.percent, "least": least}
                yield Obstacle(text, self._address("assessment_theme", theme.theme), "score")

    def _lacking(self, on: dt.date) -> list[str]:
        """Criteria that are asked without an answer, or whose proof is asked for and does not hold."""
        claims = claims_of(self.listing, self.definition)
        return [
            one
            for one in asked(self.definition, self.values, self.facts)
            if not self.values.get(one)
            or (
                needs_evidence(self.definition.by_id[one], self.values[one])
                and not _has_piece(claims.get(one), on)
            )
        ]

    def _question(self, criterion: Criterion) -> str:
        return f"{self._address('assessment_theme', criterion.theme)}#{criterion.id}"

    def _address(self, name: str, *more: str) -> str:
        place = [self.listing.uid, self.version.referential.slug, self.version.version]
        return reverse(name, args=[*place, *more])


def _has_piece(claim: Claim | None, on: dt.date) -> bool:
    """Whether a piece that was handed in still holds."""
    pieces = claim.evidence.all() if claim else ()
    return any(
        not piece.is_draft and (piece.expires_on is None or piece.expires_on >= on)
        for piece in pieces
    )
