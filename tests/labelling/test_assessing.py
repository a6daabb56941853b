"""What members of a company do with a self-assessment, and what the state forbids."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue import contesting, evidencing
from catalogue.claim_words import about, abouts
from catalogue.models import Claim, Listing, Proof, Reason, SheetEvent, Suspension
from catalogue.presentation import claim_trust
from labelling import assessing
from labelling.claims import key_of
from labelling.models import Handover, Result, SelfAssessment
from labelling.scoring import asked
from labelling.standing import standing_of
from tests.catalogue.claims import contested, officially, read
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.labelling.factories import make_version
from tests.labelling.questionnaires import NEXT, SMALL, fill, stored, write
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.django_db

RGAA = criterion(
    "DO-09",
    theme="donnees",
    kind="choice",
    choices=[
        {"value": "totalement", "label": "Totalement conforme", "points": 1.0},
        {"value": "sans-audit", "label": "Sans audit", "points": 0.0},
        {"value": "aucune", "label": "Rien de publié", "points": 0.0},
    ],
    feeds={"sheet": "rgaa", "values": {"sans-audit": "non-conforme", "aucune": "inconnu"}},
    suggestion={"sheet": "rgaa"},
)


@pytest.fixture
def vendor(site):
    vendor = VendorFactory()
    attach(vendor)
    return vendor


@pytest.fixture
def owner(vendor):
    return member(vendor)


@pytest.fixture
def listing(vendor):
    return make_sheet("Ardoise", vendor=vendor).listing


@pytest.fixture
def version(site):
    return make_version(*SMALL)


@pytest.fixture
def assessment(listing, version, owner):
    return assessing.start(listing=listing, version=version, by=owner)


def hand_over(assessment, by):
    return assessing.hand_over(assessment=assessment, by=by, attested=True)


def begun(listing, by, *criteria, head=HEAD):
    return assessing.start(listing=listing, version=make_version(*criteria, head=head), by=by)


def claim_of(assessment, criterion_id="SE-01"):
    definition = assessment.version.definition
    kind, key = key_of(definition.slug, definition.by_id[criterion_id])
    return evidencing.ensure_claim(listing=assessment.listing, kind=kind, key=key)


def give_piece(assessment, by, criterion_id="SE-01", **about):
    values = {"url": f"https://exemple.fr/{criterion_id}", "is_public": True, "draft": True}
    claim = claim_of(assessment, criterion_id)
    return evidencing.add_evidence(claim=claim, by=by, title="Pièce", **{**values, **about})


# Rights


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("owner", True),
        ("editor", True),
        ("other", False),
        ("agent", False),
        ("moderator", False),
        ("reviewer", False),
    ],
)
def test_members_of_the_company_and_nobody_else(assessment, vendor, owner, role, allowed):
    by = {
        "owner": lambda: owner,
        "editor": lambda: member(vendor, "editor"),
        "other": lambda: member(VendorFactory()),
        "agent": lambda: person(agent=True),
        "moderator": moderator,
        "reviewer": reviewer,
    }[role]()
    fill(assessment, owner)
    attempts = (
        lambda: assessing.start(listing=assessment.listing, version=assessment.version, by=by),
        lambda: write(assessment, by, SE_03="7"),
        lambda: assessing.copy_answers(source=assessment, target=assessment, by=by),
        lambda: hand_over(assessment, by),
    )
    for attempt in attempts:
        if allowed:
            attempt()
        else:
            with pytest.raises(PermissionDenied):
                attempt()
    assert stored(assessment)["SE-03"] == ("7" if allowed else "80")


def test_nobody_answers_for_a_company_from_the_answers_of_another(assessment, owner):
    theirs = make_sheet("Ailleurs").listing
    by = member(theirs.vendor)
    source = assessing.start(listing=theirs, version=assessment.version, by=by)
    fill(source, by)
    with pytest.raises(PermissionDenied):
        assessing.copy_answers(source=source, target=assessment, by=owner)


# Starting and answering


def test_starting_twice_is_starting_once(assessment, listing, version, owner):
    assert assessing.start(listing=listing, version=version, by=owner) == assessment


def test_an_archived_sheet_takes_no_answer(assessment, owner):
    listing = assessment.listing
    listing.archived_at = timezone.now()
    listing.save()
    with pytest.raises(ValidationError, match="archivée"):
        assessing.start(listing=listing, version=assessment.version, by=owner)
    with pytest.raises(ValidationError, match="archivée"):
        write(assessment, owner, SE_01="oui")


def test_a_version_that_is_over_is_begun_no_more(listing, owner, version):
    ended = make_version(
        *SMALL, head=NEXT.replace("2027-01-01", "2025-01-01\nvalid_to = 2025-12-31")
    )
    with pytest.raises(ValidationError, match="n'est plus ouverte"):
        assessing.start(listing=listing, version=ended, by=owner)
    assert not SelfAssessment.objects.exists()


def save(assessment, by, value, edition, justification=""):
    return assessing.save_answer(
        assessment=assessment,
        criterion="SE-01",
        value=value,
        justification=justification,
        edition=edition,
        by=by,
    )


def test_who_answers_over_what_they_have_not_read_is_told(assessment, owner, vendor):
    other = member(vendor)
    assert save(assessment, owner, "oui", 0).edition == 1
    with pytest.raises(assessing.AnswerConflict) as late:
        save(assessment, other, "non", 0)
    assert (late.value.answer.value, late.value.answer.changed_by) == ("oui", owner)
    assert save(assessment, other, "oui", 0).edition == 1  # the same answer is no conflict
    assert save(assessment, other, "non", 1, "Car…").edition == 2
    with pytest.raises(assessing.AnswerConflict):
        save(assessment, owner, "non", 1, "Autrement dit…")


def test_what_is_no_answer_is_refused(assessment, owner):
    with pytest.raises(ValidationError, match="pas dans ce référentiel"):
        write(assessment, owner, XX_01="oui")
    with pytest.raises(ValidationError, match="pas plus de 2000"):
        save(assessment, owner, "oui", 0, "a" * 2001)
    assert stored(assessment) == {}


# Copies and proposals


def test_only_blanks_are_copied_and_what_changed_is_told(assessment, owner, listing):
    fill(assessment, owner)
    newer = begun(
        listing,
        owner,
        criterion("SE-01", text="Autre question ?"),
        criterion("SE-03", guidance="Mieux dit.", kind="number", **{**RANGE, "maximum": 50}),
        criterion("DO-01", theme="donnees", kind="url"),
        head=NEXT.replace("2027-01-01", "2026-06-01"),
    )
    write(newer, owner, DO_01="https://exemple.fr/autre")
    copied = assessing.copy_answers(source=assessment, target=newer, by=owner)
    # 80 is no answer any more, and the address was there already.
    assert (copied.criteria, copied.changed) == (("SE-01",), ("SE-01",))
    assert stored(newer) == {"SE-01": "non", "DO-01": "https://exemple.fr/autre"}
    again = assessing.copy_answers(source=assessment, target=newer, by=owner)
    assert again.criteria == ()


RANGE = {"unit": "%", "minimum": 0, "maximum": 100, "zero_at": 0, "full_at": 50}


def test_pieces_follow_the_answers_of_another_sheet_as_drafts(assessment, owner, vendor):
    write(assessment, owner, SE_01="oui", SE_03="4")
    give_piece(assessment, owner, is_public=False, restriction_reason="Plan détaillé")
    over = give_piece(assessment, owner, url="https://exemple.fr/ancien")
    over.expires_on = timezone.localdate() - dt.timedelta(days=1)
    over.save()
    sister = make_sheet("Autre fiche", vendor=vendor).listing
    target = assessing.start(listing=sister, version=assessment.version, by=owner)
    write(target, owner, SE_03="9")
    copied = assessing.copy_answers(source=assessment, target=target, by=owner)
    assert copied.criteria == ("SE-01",)
    (piece,) = claim_of(target).evidence.all()
    assert (piece.is_draft, piece.is_public, piece.restriction_reason) == (
        True,
        False,
        "Plan détaillé",
    )
    assert stored(target) == {"SE-01": "oui", "SE-03": "9"}


def test_the_sheet_proposes_what_it_says_where_nothing_was_answered(listing, owner):
    assessment = begun(listing, owner, RGAA, *SMALL[3:4])
    assert assessing.proposals(assessment) == []
    listing.page.rgaa = "totalement"
    listing.page.repository_url = "https://exemple.fr/depot"
    listing.page.save()
    assessment = read(assessment)
    found = {one.criterion.id: (one.value, one.words) for one in assessing.proposals(assessment)}
    assert found == {
        "DO-09": ("totalement", "Totalement conforme"),
        "DO-01": ("https://exemple.fr/depot",) * 2,
    }
    write(assessment, owner, DO_09="aucune")
    assert [one.criterion.id for one in assessing.proposals(assessment)] == ["DO-01"]


# Handing in


def test_what_is_handed_in_is_what_is_asked_with_its_score_and_its_line_in_the_log(
    assessment, owner, listing
):
    write(assessment, owner, SE_02="oui")  # left behind: its question is not asked
    fill(assessment, owner)
    handover = hand_over(assessment, owner)
    assert handover.values == {"SE-01": "non", "SE-03": "80", "DO-01": "https://exemple.fr/depot"}
    assert tuple(handover.values) == asked(assessment.version.definition, handover.values, {})
    (result,) = Result.objects.filter(listing=listing)
    assert [theme["percent"] for theme in result.themes] == [40, 100]
    event = listing.events.get(kind=SheetEvent.Kind.ASSESSED)
    assert (event.side, event.detail) == (SheetEvent.Side.VENDOR, str(assessment.version))


def test_an_answer_says_since_when_it_says_so(assessment, owner):
    fill(assessment, owner)
    with time_machine.travel(dt.datetime(2026, 12, 1, 10), tick=False):
        first = hand_over(assessment, owner)
        write(assessment, owner, SE_03="81")
    with time_machine.travel(dt.datetime(2027, 2, 1, 10), tick=False):
        second = hand_over(assessment, owner)
    assert {row["since"] for row in first.answers.values()} == {"2026-12-01"}
    assert {one: row["since"] for one, row in second.answers.items()} == {
        "SE-01": "2026-12-01",
        "SE-03": "2027-02-01",
        "DO-01": "2026-12-01",
    }
    assert second.assessment.handovers.count() == 2
    assert Result.objects.get().handover == second


def test_nothing_is_handed_in_while_something_lacks(assessment, owner):
    fill(assessment, owner)
    write(assessment, owner, SE_01="partiel", SE_03="")
    with pytest.raises(assessing.Incomplete) as incomplete:
        hand_over(assessment, owner)
    assert [gap.criterion.id for gap in incomplete.value.gaps] == ["SE-01", "SE-03"]
    assert incomplete.value.gaps == standing_of(assessment).gaps
    assert not Handover.objects.exists()


def not_attached(listing):
    Proof.objects.all().delete()


def suspended(listing):
    reason = Reason.objects.filter(purpose=Reason.Purpose.TAKEDOWN).first()
    words = {"reason": reason, "comment": "Fausses déclarations."}
    Suspension.objects.create(vendor=listing.vendor, by=moderator(), **words)


def not_live(listing):
    listing.page.live = False
    listing.page.save()


def archived(listing):
    listing.archived_at = timezone.now()
    listing.save()


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (not_attached, "Prouvez d'abord"),
        (suspended, "a suspendu l'offreur"),
        (not_live, "n'est pas publique"),
        (archived, "archivée"),
    ],
)
def test_the_state_of_the_sheet_and_its_company_may_forbid_it(assessment, owner, happens, told):
    fill(assessment, owner)
    happens(assessment.listing)
    assessment = SelfAssessment.objects.get()
    with pytest.raises(ValidationError, match=told):
        hand_over(assessment, owner)
    assert not Handover.objects.exists()


def test_a_version_is_handed_in_from_its_first_day_to_its_last(listing, owner):
    head = NEXT.replace("2027-01-01", "2027-01-01\nvalid_to = 2027-12-31")
    assessment = begun(listing, owner, *SMALL, head=head)
    fill(assessment, owner)
    for day, told in ((dt.date(2026, 12, 31), "entre en vigueur"), (dt.date(2028, 1, 1), "plus")):
        with (
            time_machine.travel(dt.datetime.combine(day, dt.time(10)), tick=False),
            pytest.raises(ValidationError, match=told),
        ):
            hand_over(assessment, owner)
    for day in (dt.date(2027, 1, 1), dt.date(2027, 12, 31)):
        with time_machine.travel(dt.datetime.combine(day, dt.time(10)), tick=False):
            hand_over(assessment, owner)


def test_it_is_attested_to_be_accurate(assessment, owner):
    fill(assessment, owner)
    with pytest.raises(ValidationError, match="Attestez"):
        assessing.hand_over(assessment=assessment, by=owner, attested=False)


# What is behind the answers


def test_pieces_count_from_the_handover_on_but_those_of_questions_not_asked(assessment, owner):
    fill(assessment, owner)
    write(assessment, owner, SE_01="oui", SE_02="oui")
    mine, aside = give_piece(assessment, owner), give_piece(assessment, owner, "DO-02")
    hand_over(assessment, owner)
    assert not read(mine).is_draft
    assert read(aside).is_draft
    assert claim_trust(read(mine.claim), timezone.localdate()) == "justifie"


def test_what_was_verified_or_contested_ends_when_the_answer_changes_and_only_then(
    assessment, owner
):
    fill(assessment, owner)
    hand_over(assessment, owner)
    verified, doubted = claim_of(assessment), claim_of(assessment, "SE-03")
    officially(verified)
    contested(doubted)
    write(assessment, owner, DO_01="https://exemple.fr/ailleurs")
    hand_over(assessment, owner)
    assert read(verified).verified_on
    assert read(doubted).contested_on
    write(assessment, owner, SE_03="81")
    give_piece(assessment, owner)
    write(assessment, owner, SE_01="partiel")
    hand_over(assessment, owner)
    assert read(verified).verified_on is None
    # Open, it ends with the answer; upheld, mission LABEL alone lifts it.
    assert read(doubted).contested_on is None
    assert not doubted.contests.standing().exists()
    upheld = contested(doubted)
    contesting.answer(contest=upheld, by=owner, text="C'est exact.")
    contesting.uphold(contest=upheld, by=moderator(), decision="Non.")
    for value in ("82", "81"):
        write(assessment, owner, SE_03=value)
        hand_over(assessment, owner)
    assert read(doubted).contested_on
    assert verified.verifications.get().end_reason == "L'offreur a changé sa réponse."


def test_a_verification_ends_with_the_question_that_it_answered(assessment, owner, listing):
    fill(assessment, owner)
    hand_over(assessment, owner)
    verified = claim_of(assessment, "SE-03")
    officially(verified)
    newer = begun(
        listing,
        owner,
        criterion("SE-03", kind="number", **{**RANGE, "unit": "jours"}),
        head=NEXT.replace("2027-01-01", "2026-06-01"),
    )
    assessing.copy_answers(source=assessment, target=newer, by=owner)
    hand_over(newer, owner)
    assert read(verified).verified_on is None


def test_a_version_that_a_later_one_replaces_is_handed_in_no_more(assessment, owner, listing):
    fill(assessment, owner)
    begun(listing, owner, criterion("SE-03"), head=NEXT.replace("2027-01-01", "2026-06-01"))
    with pytest.raises(ValidationError, match="n'est plus en vigueur"):
        hand_over(assessment, owner)


def test_an_answer_on_accessibility_decides_of_the_sheet_and_shares_its_claim(listing, owner):
    listing.page.rgaa = "totalement"
    listing.page.save()
    sheets_own = Claim.objects.create(listing=listing, kind=Claim.Kind.RGAA)
    officially(sheets_own)
    assessment = begun(listing, owner, RGAA)
    assert claim_of(assessment, "DO-09") == sheets_own
    for said, shown, verified in (
        ("totalement", "totalement", True),
        ("sans-audit", "non-conforme", False),
        ("aucune", "inconnu", False),
        ("sans-objet", "inconnu", False),
    ):
        row = assessment.answers.filter(criterion="DO-09").first()
        assessing.save_answer(
            assessment=assessment,
            criterion="DO-09",
            value=said,
            justification="Sans interface.",
            edition=row.edition if row else 0,
            by=owner,
        )
        hand_over(assessment, owner)
        assert read(listing).rgaa == shown
        assert bool(read(sheets_own).verified_on) is verified


def test_what_says_otherwise_than_the_sheet_is_verified_no_more(listing, owner):
    listing.page.rgaa = "totalement"
    listing.page.save()
    claim = Claim.objects.create(listing=listing, kind=Claim.Kind.RGAA)
    officially(claim)
    assessment = begun(listing, owner, RGAA)
    write(assessment, owner, DO_09="sans-audit")
    hand_over(assessment, owner)
    assert read(claim).verified_on is None


def test_a_version_that_asks_nothing_on_accessibility_leaves_the_sheet_its_own_word(listing, owner):
    assessment = begun(listing, owner, RGAA, criterion("SE-03"))
    write(assessment, owner, DO_09="totalement", SE_03="oui")
    hand_over(assessment, owner)
    assert read(listing).rgaa == "totalement"
    newer = begun(listing, owner, criterion("SE-03"), head=NEXT.replace("2027-01-01", "2026-06-01"))
    write(newer, owner, SE_03="oui")
    hand_over(newer, owner)
    assert read(listing).rgaa == ""


def test_the_word_on_accessibility_goes_with_the_version_that_ends(listing, owner):
    today = timezone.localdate()
    head = HEAD.replace("2026-01-01", f"2026-01-01\nvalid_to = {today.isoformat()}")
    assessment = begun(listing, owner, RGAA, head=head)
    write(assessment, owner, DO_09="totalement")
    hand_over(assessment, owner)
    row = read(listing)
    assert row.assessed_rgaa(today) == "totalement"
    assert row.assessed_rgaa(today + dt.timedelta(days=1)) == ""


def test_a_sheet_that_was_archived_since_it_was_read_is_refused(assessment, owner, listing):
    fill(assessment, owner)
    Listing.objects.filter(pk=listing.pk).update(archived_at=timezone.now())
    with pytest.raises(ValidationError, match="archivée"):
        hand_over(assessment, owner)
    assert read(listing).archived_at is not None


def test_a_sheet_that_another_company_took_over_is_not_theirs_any_more(assessment, owner, listing):
    fill(assessment, owner)
    Listing.objects.filter(pk=listing.pk).update(vendor=VendorFactory())
    with pytest.raises(PermissionDenied):
        hand_over(assessment, owner)
    assert not Handover.objects.exists()


def test_what_is_handed_in_twice_unchanged_is_written_once(assessment, owner, listing):
    fill(assessment, owner)
    first = hand_over(assessment, owner)
    assert hand_over(assessment, owner) == first
    assert listing.events.filter(kind=SheetEvent.Kind.ASSESSED).count() == 1
    give_piece(assessment, owner, url="https://exemple.fr/de-plus")
    assert hand_over(assessment, owner) != first


def test_answers_of_a_sheet_are_worded_in_one_reading(assessment, owner, monkeypatch):
    fill(assessment, owner)
    hand_over(assessment, owner)
    listing = assessment.listing
    claims = [claim_of(assessment), claim_of(assessment, "SE-03")]
    for claim in claims:
        claim.listing = listing
    assert abouts(claims)[claims[1].uid].said == about(claims[1]).said != ""

    def refuse(*args):
        raise AssertionError("built again")

    monkeypatch.setattr("labelling.models.referential.build_definition", refuse)
    with CaptureQueriesContext(connection) as asked_of_one:
        abouts(claims[:1])
    with CaptureQueriesContext(connection) as asked_of_both:
        abouts(claims)
    assert len(asked_of_both) == len(asked_of_one) <= 2


def test_a_justification_that_nobody_checked_is_not_shown_as_verified(assessment, owner):
    fill(assessment, owner)
    hand_over(assessment, owner)
    verified = claim_of(assessment, "SE-03")
    officially(verified)
    row = assessment.answers.get(criterion="SE-03")
    assessing.save_answer(
        assessment=assessment,
        criterion="SE-03",
        value=row.value,
        justification="Homologué par une autorité.",
        edition=row.edition,
        by=owner,
    )
    hand_over(assessment, owner)
    assert read(verified).verified_on is None
