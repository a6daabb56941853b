"""What is said of self-assessments at a day: scores in words, answers, who vouches for each.

Reads what `labelling.results` stored and never scores; trust is derived here, at reading. The sheet,
the pages, the comparison and the exports all ask here.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.cloud import Trust
from catalogue.models import Claim
from catalogue.presentation import Proof, claim_proof, french_date, told_on
from catalogue.pricing import NBSP
from labelling.claims import Key, answer_words, key_of
from labelling.definition import Criterion, Definition
from labelling.models import ReferentialVersion, Result

TRUST_ORDER = (Trust.VERIFIED, Trust.JUSTIFIED, Trust.DECLARED, Trust.CONTESTED, Trust.EXPIRED)


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as it was handed in: its words, since when, and what it is worth at the day."""

    criterion: Criterion
    value: str
    words: str
    justification: str
    since: dt.date
    proof: Proof
    claim: Claim | None


@dataclass(frozen=True)
class ShownTheme:
    """What a theme is worth, in whole percents (None: nothing counts in it), and its answers."""

    id: str
    title: str
    percent: int | None
    asked: int
    answered: int
    not_applicable: int
    answers: tuple[ShownAnswer, ...] = ()

    @property
    def score(self) -> str:
        """« 72 % », or why there is none."""
        if self.percent is not None:
            return f"{self.percent}{NBSP}%"
        return _("Sans objet") if self.asked else _("Aucune question posée")

    @property
    def extent(self) -> str:
        """How many answers the score stands on."""
        words = ngettext("%d réponse", "%d réponses", self.answered) % self.answered
        if self.not_applicable:
            words += _(", dont %d sans objet") % self.not_applicable
        return words


@dataclass(frozen=True)
class Assessment:
    """A result with all that the public reads of it.

    `current` is the version in force at the day, None when the referential has none.
    """

    result: Result
    version: ReferentialVersion
    definition: Definition
    current: ReferentialVersion | None
    handed_on: dt.date
    themes: tuple[ShownTheme, ...]
    unmet: tuple[Criterion, ...]
    counts: bool

    @property
    def answers(self) -> list[ShownAnswer]:
        """All answers, in the order of the criteria within their themes."""
        return [answer for theme in self.themes for answer in theme.answers]

    @property
    def by_trust(self) -> list[tuple[Trust, int, str]]:
        """How many answers are worth what, in words; states that none has are left out."""
        found = Counter(answer.proof.state for answer in self.answers)
        return [(state, found[state], _counted(state, found[state])) for state in TRUST_ORDER
                if found[state]]  # fmt: skip

    @property
    def newer(self) -> ReferentialVersion | None:
        """The version in force, when it is not the one that was answered."""
        moved = self.current is not None and self.current.pk != self.version.pk
        return self.current if moved else None


def assessments(results: QuerySet[Result], on: dt.date) -> list[Assessment]:
    """Results with all that is said of them, the last handed in first: four queries for all."""
    claims = told_on(Claim.objects.filter(subject__isnull=True), on).prefetch_related("evidence")
    rows = list(
        results.select_related(
            "listing__page", "listing__vendor", "handover__assessment__version__referential"
        )
        .prefetch_related(Prefetch("listing__claims", claims))
        .order_by("-handover__handed_at", "pk")
    )
    if not rows:
        return []
    current = versions_in_force(on)
    definitions: dict[int, Definition] = {}
    found = []
    for row in rows:
        version = row.handover.assessment.version
        definition = definitions.setdefault(version.pk, version.definition)
        found.append(_assessment(row, definition, current.get(row.referential_id), on))
    return found


def versions_in_force(on: dt.date) -> dict[int, ReferentialVersion]:
    """Primary key of a referential → its version that counts on a day, in the referentials' order."""
    rows = ReferentialVersion.objects.in_force(on).select_related("referential").defer("source")
    latest: dict[int, ReferentialVersion] = {}
    for row in rows:
        latest.setdefault(row.referential_id, row)
    return dict(sorted(latest.items()))


def themes_in_force(on: dt.date) -> dict[str, str]:
    """Theme (`<referential>/<theme>`) → its title, for all the versions in force on a day."""
    return {
        f"{version.referential.slug}/{theme['id']}": theme["title"]
        for version in versions_in_force(on).values()
        for theme in version.data["theme"]
    }


def scores_of(results: Iterable[Result], on: dt.date) -> dict[str, int]:
    """Theme → its score in whole percents, of the results that count on a day.

    A theme is named `<referential>/<theme>`: two referentials may have themes of the same name.
    """
    return {
        f"{result.referential.slug}/{theme['theme']}": theme["percent"]
        for result in results
        if result.counts_on(on)
        for theme in result.themes
        if theme["percent"] is not None
    }


def claims_by_key(claims: Iterable[Claim]) -> dict[Key, Claim]:
    """Claims on a sheet as a whole by their kind and key (`labelling.claims.key_of`)."""
    return {(claim.kind, claim.key): claim for claim in claims}


def _assessment(
    result: Result, definition: Definition, current: ReferentialVersion | None, on: dt.date
) -> Assessment:
    claims = claims_by_key(result.listing.claims.all())
    given = result.handover.answers
    return Assessment(
        result=result,
        version=result.handover.assessment.version,
        definition=definition,
        current=current,
        handed_on=timezone.localdate(result.handover.handed_at),
        themes=tuple(
            ShownTheme(
                id=theme["theme"],
                title=theme["title"],
                percent=theme["percent"],
                asked=theme["asked"],
                answered=theme["answered"],
                not_applicable=theme["na"],
                answers=tuple(
                    shown_answer(one, given[one.id], claims.get(key_of(definition.slug, one)), on)
                    for one in definition.of_theme(theme["theme"])
                    if one.id in given
                ),
            )
            for theme in result.themes
        ),
        unmet=tuple(definition.by_id[one] for one in result.unmet),
        counts=result.counts_on(on),
    )


def shown_answer(
    criterion: Criterion, given: Mapping[str, Any], claim: Any, on: dt.date
) -> ShownAnswer:
    """One answer of a handover, and what it is worth; `claim` is one that `told_on` annotated."""
    since = dt.date.fromisoformat(given["since"])
    proof = claim_proof(claim, on)
    if proof.state is Trust.DECLARED:
        # The claim may have been entered since, for evidence that is not handed in yet.
        words = _("Déclaré par l'offreur le %(date)s, non vérifié") % {"date": french_date(since)}
        proof = replace(proof, words=words)
    own = claim is not None and claim.kind == Claim.Kind.ANSWER
    if own and not (claim.is_checked or claim.is_handed):
        # Nothing came of it in public: it has no page yet.
        proof = replace(proof, url="")
    return ShownAnswer(
        criterion=criterion,
        value=given["value"],
        words=answer_words(criterion, given["value"]),
        justification=given["justification"],
        since=since,
        proof=proof,
        claim=claim,
    )


def _counted(state: Trust, count: int) -> str:
    words = {
        Trust.VERIFIED: ngettext("%d vérifiée", "%d vérifiées", count),
        Trust.JUSTIFIED: ngettext(
            "%d justifiée par une pièce", "%d justifiées par une pièce", count
        ),
        Trust.DECLARED: ngettext("%d déclarée seulement", "%d déclarées seulement", count),
        Trust.CONTESTED: ngettext("%d contestée", "%d contestées", count),
        Trust.EXPIRED: ngettext("%d expirée", "%d expirées", count),
    }
    return words[state] % count


def only(themes: Sequence[ShownTheme], state: Trust) -> list[ShownTheme]:
    """Themes with only the answers that are worth this, without those that have none."""
    kept = (
        replace(theme, answers=tuple(one for one in theme.answers if one.proof.state is state))
        for theme in themes
    )
    return [theme for theme in kept if theme.answers]
