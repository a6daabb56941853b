"""Self-assessments of demo sheets: answers dealt by chance, evidence that leads nowhere."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import contesting, terms, verifying
from catalogue.choices import Rgaa
from catalogue.models import Claim, Evidence, Listing, SolutionPage, Verification
from catalogue.signals import document_changed
from home.demo import rows
from home.demo.chance import Chance, days_before, demo_uid
from home.demo.reports import MODERATOR
from home.demo.vendors import vendor_uid
from labelling.claims import answer_words, key_of
from labelling.definition import NOT_APPLICABLE, Criterion, Definition, Kind
from labelling.facts import facts_of, said_by
from labelling.gaps import needs_evidence
from labelling.models import Answer, Handover, ReferentialVersion, Result, SelfAssessment
from labelling.results import result_of
from labelling.scoring import asked

ONE_IN = 3
"""One public demo sheet in three has handed in a self-assessment."""
MOST = 400
"""No more than these, whatever the size of the demo: each has about fifty proofs."""
DRAFTED = 25
"""Questions answered in the draft of the demo company's second sheet."""
AIMING = 0.2
"""Part of them, with the demo's own company, that answers in full what a label asks for."""
ADMIN = "administration@demo.example"
_CHUNK = 50
_WHY_NOT = "Sans objet pour cette solution fictive : elle ne traite rien de tel."
_TEXT = "Réponse fictive de démonstration : ce que fait l'offreur, en une phrase ou deux."


@dataclass(frozen=True)
class Made:
    """What a sheet answers, before it is written."""

    listing: Listing
    page: SolutionPage
    values: dict[str, str]
    facts: dict[str, list[str]]
    rng: random.Random

    def justification(self, criterion: str) -> str:
        """Why a question is not answered, or nothing."""
        return _WHY_NOT if self.values[criterion] == NOT_APPLICABLE else ""


@transaction.atomic
def load_assessments(seed: int, *, today: dt.date) -> int:
    """Hand in the self-assessments of the demo that are missing; return how many were."""
    version = ReferentialVersion.objects.in_force(today).select_related("referential").first()
    if version is None:
        return 0
    chosen = _chosen(seed)
    done = set(Result.objects.filter(listing__in=chosen).values_list("listing", flat=True))
    missing = [listing for listing in chosen if listing.pk not in done]
    for start in range(0, len(missing), _CHUNK):
        _hand_in(missing[start : start + _CHUNK], version, seed, today)
    _drafts(version, seed)
    if missing:
        _desk(seed, today)
    return len(missing)


def _chosen(seed: int) -> list[Listing]:
    """Every third public sheet, and the first of the company that the demo's own vendors act for."""
    public = Listing.objects.public().filter(vendor__is_fictitious=True).order_by("pk")
    every = list(public.values_list("pk", flat=True)[: ONE_IN * MOST : ONE_IN])
    own = public.filter(vendor__uid=vendor_uid(seed, 0)).values_list("pk", flat=True)[:1]
    wanted = Listing.objects.filter(pk__in=[*every, *own]).select_related("vendor", "page")
    return list(wanted.prefetch_related("page__offers").order_by("pk"))


def _hand_in(
    listings: Sequence[Listing], version: ReferentialVersion, seed: int, today: dt.date
) -> None:
    made = [_answered(listing, version.definition, seed) for listing in listings]
    assessments = SelfAssessment.objects.bulk_create(
        SelfAssessment(
            uid=demo_uid(seed, "assessment", one.listing.uid), listing=one.listing, version=version
        )
        for one in made
    )
    agreed = terms.current()
    days = [days_before(one.rng, today, (today - version.valid_from).days) for one in made]
    handovers = Handover.objects.bulk_create(
        Handover(
            assessment=assessment,
            terms_version=agreed.version if agreed else "",
            accuracy_attested=True,
            facts=one.facts,
            answers={
                criterion: {
                    "value": value,
                    "justification": one.justification(criterion),
                    "since": day.isoformat(),
                }
                for criterion, value in one.values.items()
            },
        )
        for one, assessment, day in zip(made, assessments, days, strict=True)
    )
    for handover, day in zip(handovers, days, strict=True):
        handover.handed_at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    Handover.objects.bulk_update(handovers, ["handed_at"])
    Result.objects.bulk_create(result_of(handover) for handover in handovers)
    own = vendor_uid(seed, 0)
    Answer.objects.bulk_create(
        row
        for one, assessment in zip(made, assessments, strict=True)
        # Nobody opens the questionnaire of other demo companies.
        if one.listing.vendor.uid == own
        for row in _answers(one, assessment)
    )
    _prove(made, days, version.definition, today)
    _feed(made, version.definition)
    document_changed.send(sender=Listing, uids=[one.listing.uid for one in made])


def _answers(made: Made, assessment: SelfAssessment) -> Iterator[Answer]:
    for criterion, value in made.values.items():
        yield Answer(
            assessment=assessment,
            criterion=criterion,
            value=value,
            justification=made.justification(criterion),
        )


def _answered(listing: Listing, definition: Definition, seed: int) -> Made:
    rng = Chance(seed).rng("assessment", listing.uid)
    own = listing.vendor is not None and listing.vendor.uid == vendor_uid(seed, 0)
    aims = rng.random() < AIMING or own
    keen = rng.uniform(0.85, 1.0) if aims else rng.uniform(0.3, 1.0)
    said, facts = said_by(listing.page), facts_of(listing.page)
    values = {
        criterion.id: _value(
            criterion, said.get(link.name, "") if (link := criterion.suggestion) else "", rng, keen
        )
        if not (aims and criterion.blocking and criterion.choices)
        else max(criterion.choices, key=lambda choice: choice.points).value
        for criterion in definition.criteria
    }
    kept = asked(definition, values, facts)
    return Made(listing, listing.page, {one: values[one] for one in kept}, facts, rng)


def _value(criterion: Criterion, said: str, rng: random.Random, keen: float) -> str:
    """An answer that a vendor more or less keen on the subject would give."""
    if said and criterion.suggestion:
        return criterion.suggestion(said)
    if criterion.na_allowed and rng.random() < 0.06:
        return NOT_APPLICABLE
    if criterion.choices:
        weights = [0.15 + (1 - abs(choice.points - keen)) ** 3 for choice in criterion.choices]
        return rng.choices(criterion.choices, weights)[0].value
    match criterion.kind:
        case Kind.NUMBER if criterion.number is not None:
            low, high = int(criterion.number.minimum), int(criterion.number.maximum)
            return str(rng.randint(low + int((high - low) * keen / 2), high))
        case Kind.URL:
            return "https://code.demo.example/depot"
        case Kind.DATE:
            return days_before(rng, dt.date(2026, 10, 1), 500).isoformat()
        case _:
            return _TEXT


def _prove(
    made: Sequence[Made], days: Sequence[dt.date], definition: Definition, today: dt.date
) -> None:
    """Give each answer that must be proven an address, and some a check by mission LABEL."""
    wanted = [
        (one, day, definition.by_id[criterion], value)
        for one, day in zip(made, days, strict=True)
        for criterion, value in one.values.items()
        if needs_evidence(definition.by_id[criterion], value)
        and not definition.by_id[criterion].feeds
    ]
    claims = []
    for one, day, criterion, _said in wanted:
        kind, key = key_of(definition.slug, criterion)
        claim = Claim(listing=one.listing, kind=kind, key=key, declared_on=day)
        if one.rng.random() < 0.12:
            claim.verified_on = days_before(one.rng, today, (today - day).days)
            claim.verified_by = "la mission LABEL (démonstration)"
            months = one.rng.randint(1, 12)
            claim.expires_on = claim.verified_on + dt.timedelta(days=30 * months)
        claims.append(claim)
    Claim.objects.bulk_create(claims)
    Evidence.objects.bulk_create(
        Evidence(
            claim=claim,
            title=f"Page publique fictive sur {criterion.id}",
            url=f"{one.listing.vendor.website}/preuves/{criterion.id.lower()}",
            added_on=day,
        )
        for claim, (one, day, criterion, _said) in zip(claims, wanted, strict=True)
    )
    Verification.objects.bulk_create(
        rows.verification_row(claim, answer_words(criterion, said), today)
        for claim, (_one, _day, criterion, said) in zip(claims, wanted, strict=True)
        if claim.verified_on
    )


def _feed(made: Sequence[Made], definition: Definition) -> None:
    """Write on each sheet what its answers decide, and prove it where the sheet had no claim."""
    for criterion in definition.criteria:
        if criterion.feeds is None:
            continue
        for one in made:
            code = criterion.feeds(one.values.get(criterion.id, ""))
            if code in Rgaa.values:
                Listing.objects.filter(pk=one.listing.pk).update(rgaa=code)
            if needs_evidence(criterion, one.values.get(criterion.id, "")):
                claim, new = Claim.objects.get_or_create(
                    listing=one.listing, kind=criterion.feeds.name, subject=None
                )
                if new or not claim.evidence.exists():
                    Evidence.objects.create(
                        claim=claim,
                        title="Déclaration d'accessibilité fictive",
                        url=f"{one.listing.vendor.website}/accessibilite",
                    )


def _drafts(version: ReferentialVersion, seed: int) -> None:
    """Leave the second sheet of the demo company half answered."""
    public = Listing.objects.public().filter(vendor__uid=vendor_uid(seed, 0)).order_by("pk")
    taken = Result.objects.filter(listing__in=public).values("listing")
    listing = public.exclude(pk__in=taken).select_related("vendor", "page").first()
    if listing is None:
        return
    assessment, new = SelfAssessment.objects.get_or_create(listing=listing, version=version)
    if new:
        made = _answered(listing, version.definition, seed)
        Answer.objects.bulk_create(list(_answers(made, assessment))[:DRAFTED])


def _desk(seed: int, today: dt.date) -> None:
    """Leave mission LABEL a check that waits for a second person, and a contest that is open."""
    answers = Claim.objects.filter(
        kind=Claim.Kind.ANSWER,
        listing__vendor__uid=vendor_uid(seed, 0),
        verified_on=None,
        contested_on=None,
    ).order_by("pk")
    staff = User.objects.in_bulk([ADMIN, MODERATOR], field_name="email")
    known = Verification.objects.waiting().filter(claim__in=answers).exists()
    if known or len(staff) < 2 or answers.count() < 2:
        return
    proposed, contested = answers[:2]
    verifying.propose(
        claim=proposed,
        by=staff[ADMIN],
        finding="La page citée dit la même chose (constat fictif).",
        expires_on=today + dt.timedelta(days=180),
    )
    contesting.open_contest(
        claim=contested,
        by=staff[MODERATOR],
        reason="La page citée ne parle que d'un autre produit (contestation fictive).",
    )
