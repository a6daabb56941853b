"""What members of a company do with a self-assessment: start, answer, copy, hand in.

Every function locks the assessment (or the sheet, to start one) and checks the right itself. A refusal is a
`PermissionDenied` for who has no right, a `ValidationError` with a French sentence for what the state
does not allow.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import contesting, evidencing, history, verifying
from catalogue import terms as terms_of_use
from catalogue.choices import Rgaa
from catalogue.models import Claim, Listing, SheetEvent
from catalogue.permissions import is_suspended, user_can_edit, user_can_submit
from catalogue.presentation import french_date
from catalogue.services import SUSPENDED, change_listing, lock_sheet
from catalogue.signals import document_changed
from labelling import results
from labelling.claims import answer_words, claims_of, key_of
from labelling.definition import LONGEST, Criterion, Definition
from labelling.differences import difference
from labelling.facts import facts_of, page_of, said_by
from labelling.gaps import Gap, normal
from labelling.models import Answer, Handover, ReferentialVersion, SelfAssessment
from labelling.scoring import asked
from labelling.standing import Standing, standing_of

MEANING = frozenset({"text", "kind", "choices", "number", "na_allowed", "feeds"})
"""Fields of a criterion that make another question of it: what was verified is no more."""


class AnswerConflict(Exception):
    """Somebody saved this answer since it was read: `answer` is theirs."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.criterion)
        self.answer = answer


class Incomplete(Exception):
    """Something lacks before it can be handed in: `gaps` says what."""

    def __init__(self, gaps: list[Gap]) -> None:
        super().__init__(f"{len(gaps)} gaps")
        self.gaps = gaps


@dataclass(frozen=True)
class Copied:
    """Criteria whose answer was copied, and those of them that do not ask quite the same any more."""

    criteria: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """An answer that the sheet gives already: a person accepts it, or not."""

    criterion: Criterion
    value: str
    words: str
    source: str


@transaction.atomic
def start(*, listing: Listing, version: ReferentialVersion, by: User) -> SelfAssessment:
    """Return the self-assessment of a sheet on a version, begun now if need be.

    Raises `PermissionDenied` for who is no member of its company, `ValidationError` for an archived
    sheet or a version that nobody may answer (a draft, or one that is over).
    """
    listing = _opened(listing, by)
    if version.published_at is None or _is_over(version):
        raise ValidationError(_("Cette version du référentiel n'est plus ouverte aux réponses."))
    found, _created = SelfAssessment.objects.get_or_create(listing=listing, version=version)
    return found


@transaction.atomic
def save_answer(
    *,
    assessment: SelfAssessment,
    criterion: str,
    value: str,
    justification: str,
    edition: int,
    by: User,
) -> Answer:
    """Keep an answer as it is typed, whatever lacks elsewhere.

    :param criterion: id of the question.
    :param edition: the edition of the answer that was on the screen, 0 for none yet.

    Raises `AnswerConflict` when somebody saved another meanwhile (the same answer is none),
    `ValidationError` when the value is no answer to this question, `PermissionDenied`.
    """
    _lock(assessment, by)
    question = assessment.version.definition.by_id.get(criterion)
    if question is None:
        raise ValidationError(_("Cette question n'est pas dans ce référentiel."))
    kept = normal(question, value)
    why = justification.replace("\r\n", "\n").strip()
    if len(why) > LONGEST:
        raise ValidationError(_("Justification : pas plus de %d caractères.") % LONGEST)
    answer = assessment.answers.filter(criterion=criterion).first()
    if answer is None:
        answer = Answer(assessment=assessment, criterion=criterion, edition=0)
    if (answer.value, answer.justification) == (kept, why):
        return answer
    if answer.edition != edition:
        raise AnswerConflict(answer)
    return _write(answer, kept, why, by)


@transaction.atomic
def copy_answers(*, source: SelfAssessment, target: SelfAssessment, by: User) -> Copied:
    """Fill the blanks of a self-assessment with the answers of another, of any sheet or version.

    What stands already is left. Evidence of another sheet is copied with its answer; that of
    another version of the same is there already. Raises `PermissionDenied` unless `by` is a member
    of the company of both.
    """
    _require(by, source.listing)
    _lock(target, by)
    definition, other = target.version.definition, source.version.definition
    moved = _changed_meaning(other, definition)
    standing = {row.criterion: row for row in target.answers.all()}
    copied = []
    for row in source.answers.exclude(value=""):
        criterion = definition.by_id.get(row.criterion)
        here = standing.get(row.criterion)
        if criterion is None or (here and here.value) or not _fits(criterion, row.value):
            continue
        blank = here or Answer(assessment=target, criterion=row.criterion, edition=0)
        _write(blank, row.value, row.justification, by)
        copied.append(row.criterion)
    if source.listing_id != target.listing_id:
        _copy_evidence(source, target, copied, by)
    return Copied(tuple(copied), tuple(one for one in copied if one in moved))


def proposals(assessment: SelfAssessment) -> list[Proposal]:
    """Answers that the sheet gives already, where nothing else was answered."""
    page = page_of(assessment.listing)
    said = said_by(page)
    definition = assessment.version.definition
    values = {row.criterion: row.value for row in assessment.answers.all()}
    found = []
    for criterion_id in asked(definition, values, facts_of(page)):
        criterion = definition.by_id[criterion_id]
        link = criterion.suggestion
        if link is None or values.get(criterion_id) or not said.get(link.name):
            continue
        value = link(said[link.name])
        if _fits(criterion, value):
            words = answer_words(criterion, value)
            found.append(Proposal(criterion, value, words, link.name))
    return found


@transaction.atomic
def hand_over(*, assessment: SelfAssessment, by: User, attested: bool) -> Handover:
    """Publish the answers as they stand: from now on the public reads them, with their evidence.

    :param attested: whether who hands it in attests that it is accurate.

    What was verified or contested and says something else now is verified or contested no more.
    What is handed in again unchanged is not written again: the last handover comes back.
    Raises `PermissionDenied`, `ValidationError` (sheet not public, company not attached or
    suspended, version not in force, not attested), `Incomplete`.
    """
    _lock(assessment, by)
    listing, version = assessment.listing, assessment.version
    terms = _may_hand_over(listing, version, by, attested)
    standing = standing_of(assessment)
    if standing.gaps:
        raise Incomplete(standing.gaps)
    before, handed = standing.handover, standing.handed
    if handed is not None and handed.facts == standing.facts and not standing.moved:
        return handed
    handover = Handover.objects.create(
        assessment=assessment,
        by=by,
        terms_version=terms,
        accuracy_attested=attested,
        answers=_snapshot(standing),
        facts=standing.facts,
    )
    moved = _moved(handover, before)
    _settle_claims(handover, standing.claims, moved)
    results.store(handover)
    _feed(handover, by)
    # What answers decide of the sheet may have been verified before anything was handed in.
    contesting.facts_changed(listing=listing)
    history.record(
        listing=listing,
        kind=SheetEvent.Kind.ASSESSED,
        side=history.side_of(listing, by),
        changes=moved,
        detail=str(version)[:300],
    )
    log(listing.page, "labelling.hand_over", user=by, data={"version": str(version)})
    document_changed.send(sender=Listing, uids=[listing.uid])
    return handover


def _may_hand_over(listing: Listing, version: ReferentialVersion, by: User, attested: bool) -> str:
    """Return the version of the terms agreed to; raises `ValidationError` when something forbids it."""
    today = timezone.localdate()
    if listing.vendor is None or not user_can_submit(by, listing.vendor):
        raise ValidationError(
            _("Prouvez d'abord que vous pouvez agir pour l'entreprise (page « Rattachement »).")
        )
    if is_suspended(listing.vendor):
        raise ValidationError(SUSPENDED, code="suspended")
    if listing.archived_at or not listing.page.live:
        raise ValidationError(
            _("La fiche n'est pas publique : remettez-la d'abord à la mission LABEL.")
        )
    if version.valid_from > today:
        raise ValidationError(
            _("Cette version entre en vigueur le %s : vos réponses sont gardées jusque-là.")
            % french_date(version.valid_from)
        )
    if version.is_replaced_on(today):
        raise ValidationError(_("Cette version n'est plus en vigueur : répondez à la nouvelle."))
    if not attested:
        raise ValidationError(_("Attestez que vos réponses sont exactes."), code="attested")
    terms = terms_of_use.current()
    return terms.version if terms else ""


def _is_over(version: ReferentialVersion) -> bool:
    return version.valid_to is not None and version.valid_to < timezone.localdate()


def _snapshot(standing: Standing) -> dict[str, dict[str, str]]:
    """What is asked and how it was answered; `since` is the day of the first handover to say so."""
    today = timezone.localdate().isoformat()
    known = standing.handover.answers if standing.handover else {}
    found = {}
    for one in standing.asked:
        row = standing.answers[one]
        given = {"value": row.value, "justification": row.justification}
        old = known.get(one, {})
        same = given == {name: old.get(name) for name in given}
        found[one] = {**given, "since": old["since"] if same else today}
    return found


def _moved(handover: Handover, before: Handover | None) -> list[str]:
    """Criteria that say something else than at the handover before, or ask something else."""
    if before is None:
        return []
    definition = handover.assessment.version.definition
    old = before.assessment.version.definition
    other = _changed_meaning(old, definition)
    was, now = _read(before), _read(handover)
    return sorted(
        one for one in was.keys() | now.keys() if was.get(one) != now.get(one) or one in other
    )


def _read(handover: Handover) -> dict[str, tuple[str, str]]:
    """What the public reads of each answer, justification included."""
    rows = handover.answers.items()
    return {criterion: (row["value"], row["justification"]) for criterion, row in rows}


def _settle_claims(handover: Handover, claims: Mapping[str, Claim], moved: Collection[str]) -> None:
    """Evidence counts from now on; what was checked and has changed is to be checked again."""
    reason = _("L'offreur a changé sa réponse.")
    for criterion, claim in claims.items():
        if claim.kind != Claim.Kind.ANSWER:
            continue  # the sheet's own: what it says now decides (`contesting.facts_changed`)
        given = handover.answers.get(criterion)
        if given is not None and claim.declared_on.isoformat() != given["since"]:
            claim.declared_on = dt.date.fromisoformat(given["since"])
            claim.save(update_fields=["declared_on"])
        if criterion in moved or given is None:
            verifying.end_because_changed(claim=claim, reason=reason)
            contesting.close_because_changed(claim=claim, reason=reason)
    answered = [claim for criterion, claim in claims.items() if criterion in handover.answers]
    evidencing.hand_over_evidence(claims=answered)


def _feed(handover: Handover, by: User) -> None:
    """Write on the sheet what answers decide of it."""
    version, rgaa = handover.assessment.version, ""
    for criterion in version.definition.criteria:
        said = handover.values.get(criterion.id, "")
        if said and criterion.feeds is not None and criterion.feeds.name == Claim.Kind.RGAA:
            code = criterion.feeds(said)
            rgaa = code if code in Rgaa.values else Rgaa.UNKNOWN.value
    change_listing(
        listing=handover.assessment.listing, by=by, rgaa=rgaa, rgaa_until=version.valid_to
    )


def _copy_evidence(
    source: SelfAssessment, target: SelfAssessment, criteria: Iterable[str], by: User
) -> None:
    definition = target.version.definition
    there = claims_of(source.listing, source.version.definition)
    for criterion in criteria:
        if criterion not in there:
            continue
        kind, key = key_of(definition.slug, definition.by_id[criterion])
        claim = evidencing.ensure_claim(listing=target.listing, kind=kind, key=key)
        for piece in there[criterion].evidence.all():
            # A piece that is over, or there already, is left: the check before handing in tells.
            with suppress(Refused), transaction.atomic():
                evidencing.copy_evidence(piece=piece, claim=claim, by=by, draft=True)


def _changed_meaning(old: Definition, new: Definition) -> frozenset[str]:
    changes = difference(old, new).changed
    return frozenset(one.id for one, fields in changes if MEANING.intersection(fields))


def _fits(criterion: Criterion, value: str) -> bool:
    try:
        return normal(criterion, value) == value and value != ""
    except ValidationError:
        return False


def _write(answer: Answer, value: str, justification: str, by: User) -> Answer:
    answer.value, answer.justification, answer.changed_by = value, justification, by
    answer.edition += 1
    answer.save()
    SelfAssessment.objects.filter(pk=answer.assessment_id).update(changed_at=timezone.now())
    return answer


def _lock(assessment: SelfAssessment, by: User) -> None:
    assessment.listing = _opened(assessment.listing, by)


def _opened(listing: Listing, by: User) -> Listing:
    """The sheet, locked, for a member of its company who may write of it."""
    listing = lock_sheet(listing)
    _require(by, listing)
    if listing.archived_at:
        raise ValidationError(_("Cette fiche est archivée : rétablissez-la d'abord."))
    return listing


def _require(by: User, listing: Listing) -> None:
    if listing.vendor is None or not user_can_edit(by, listing.vendor):
        raise PermissionDenied
