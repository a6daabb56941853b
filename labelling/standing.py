"""Where a self-assessment stands: what is asked and answered, what changed since it was handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from catalogue.models import Claim
from labelling.claims import answer_words, claims_of, last_handover
from labelling.definition import Definition, Theme
from labelling.facts import Facts, facts_of, page_of
from labelling.gaps import Gap, Given, find_gaps
from labelling.models import Answer, Handover, SelfAssessment
from labelling.scoring import asked


@dataclass(frozen=True)
class ThemeStanding:
    """A theme: how many questions it asks, answers it has, and what it lacks to be handed in."""

    theme: Theme
    asked: int
    answered: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Standing:
    """Everything that pages say of a self-assessment, read at once.

    `handover` is what the public reads on that referential, maybe of another version.
    """

    assessment: SelfAssessment
    answers: Mapping[str, Answer]
    facts: Facts
    claims: Mapping[str, Claim]
    handover: Handover | None

    @property
    def definition(self) -> Definition:
        return self.assessment.version.definition

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Criteria that are asked, in order."""
        values = {criterion: row.value for criterion, row in self.answers.items()}
        return asked(self.definition, values, self.facts)

    @cached_property
    def gaps(self) -> list[Gap]:
        """What lacks before it can be handed in."""
        given = {
            criterion: Given(row.value, row.justification)
            for criterion, row in self.answers.items()
        }
        return find_gaps(self.definition, given, self.facts, self.claims, timezone.localdate())

    @cached_property
    def themes(self) -> list[ThemeStanding]:
        """Its themes, in order."""
        by_id = self.definition.by_id
        return [
            ThemeStanding(
                theme=theme,
                asked=sum(by_id[one].theme == theme.id for one in self.asked),
                answered=sum(by_id[one].theme == theme.id for one in self.answered),
                gaps=tuple(gap for gap in self.gaps if gap.criterion.theme == theme.id),
            )
            for theme in self.definition.themes
        ]

    @cached_property
    def answered(self) -> tuple[str, ...]:
        """Criteria that are asked and answered."""
        return tuple(one for one in self.asked if one in self.answers and self.answers[one].value)

    @cached_property
    def handed(self) -> Handover | None:
        """What was handed in of this very version, if the public reads it."""
        before = self.handover
        return before if before and before.assessment_id == self.assessment.pk else None

    def public_words(self, criterion: str) -> str | None:
        """What the public reads as the answer to a criterion, in the words of the version handed in.

        None when it reads none.
        """
        read = self.handover.answers.get(criterion) if self.handover else None
        if self.handover is None or read is None:
            return None
        ours = self.handover.assessment_id == self.assessment.pk
        definition = self.definition if ours else self.handover.assessment.version.definition
        return answer_words(definition.by_id[criterion], read["value"])

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """Criteria where the public reads something else than what stands here, in order."""
        if self.handed is None:
            return ()
        public = self.handed.answers
        differing = {one for one in public if one not in self.asked}
        for one in self.asked:
            row, read = self.answers.get(one), public.get(one, {})
            here = (row.value, row.justification) if row else ("", "")
            claim = self.claims.get(one)
            waits = claim is not None and any(piece.is_draft for piece in claim.evidence.all())
            if waits or here != (read.get("value", ""), read.get("justification", "")):
                differing.add(one)
        return tuple(one.id for one in self.definition.criteria if one.id in differing)


def standing_of(assessment: SelfAssessment) -> Standing:
    """Read where a self-assessment stands: a fixed number of queries."""
    listing, version = assessment.listing, assessment.version
    return Standing(
        assessment=assessment,
        answers={row.criterion: row for row in assessment.answers.select_related("changed_by")},
        facts=facts_of(page_of(listing)),
        claims=claims_of(listing, version.definition),
        handover=last_handover(listing, version.referential.slug),
    )
