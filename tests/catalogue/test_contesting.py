"""A contest: the vendor is told why and has time to answer before the public reads it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from catalogue import contesting, expiring, verifying
from catalogue.cloud import Trust
from catalogue.countries import country_choices
from catalogue.due_dates import answer_due_on
from catalogue.models import Claim, Contest, Offer, SheetEvent
from catalogue.presentation import claim_trust
from tests.catalogue.agents import agent
from tests.catalogue.claims import cloud_claim, contested, events, officially, proposed, read
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, moderator, person, reviewer
from tests.catalogue.test_company_races import together

pytestmark = pytest.mark.django_db

State = Contest.State
WHY = "Le certificat est celui d'un autre."


@pytest.fixture
def claim(site):
    return cloud_claim()


def worth(claim, on=None):
    return claim_trust(read(claim), on or timezone.localdate())


def on_its_day(contest):
    """The clock on the day that a contest is public."""
    return time_machine.travel(dt.datetime.combine(contest.public_from, dt.time(9), dt.UTC))


class TestOpening:
    def test_the_members_read_why_and_until_when_and_the_public_nothing(self, claim, outbox):
        people = {member(claim.listing.vendor).email, member(claim.listing.vendor, "editor").email}
        sent = outbox(contested, claim)
        contest = claim.contests.get()
        assert contest.public_from == answer_due_on(timezone.localdate(), 10) + dt.timedelta(days=1)
        assert set(sent) == people
        for message in sent.values():
            assert WHY in message.body
            assert f"{contest.public_from:%d/%m/%Y}" in message.body
            assert f"/espace-editeur/fictilog/contestations/{contest.uid}/" in message.body
        assert events(claim) == []
        row = read(claim)
        assert (row.contested_on, row.contest_reason) == (contest.public_from, WHY)
        assert worth(claim) is Trust.DECLARED
        eve = contest.public_from - dt.timedelta(days=1)
        assert worth(claim, eve) is Trust.DECLARED
        assert worth(claim, contest.public_from) is Trust.CONTESTED

    def test_it_is_motivated_once_at_a_time_and_about_something_said(self, claim):
        with pytest.raises(Refused, match="motif"):
            contested(claim, reason=" ")
        nothing = Claim.objects.create(listing=claim.listing, kind=Claim.Kind.FREE)
        with pytest.raises(Refused, match="rien à contester"):
            contested(nothing)
        contested(claim)
        with pytest.raises(Refused, match="déjà contestée"):
            contested(claim)


class TestAnswering:
    def test_any_member_answers_and_corrects_until_it_is_decided(self, claim, outbox, settings):
        owner, editor = member(claim.listing.vendor), member(claim.listing.vendor, "editor")
        contest = contested(claim)
        sent = outbox(contesting.answer, contest=contest, by=editor, text=" Voici le bon. ")
        assert list(sent) == [settings.CONTACT_EMAIL]
        assert editor.email not in sent[settings.CONTACT_EMAIL].body
        contesting.answer(contest=contest, by=owner, text="Voici le bon, joint.")
        assert read(contest).answer == "Voici le bon, joint."
        for wrong in ("", "x" * 2001):
            with pytest.raises(Refused):
                contesting.answer(contest=contest, by=owner, text=wrong)
        contesting.uphold(contest=contest, by=moderator(), decision="Illisible.")
        with pytest.raises(Refused, match="ne change plus"):
            contesting.answer(contest=contest, by=owner, text="Encore.")

    def test_nobody_answers_for_community_software(self, claim):
        listing, contest = claim.listing, contested(claim)
        listing.vendor, listing.source, listing.external_id = None, "sill", "1"
        listing.source_licence, listing.source_url = "Etalab", "https://sill.example/1"
        listing.save()
        with pytest.raises(PermissionDenied):
            contesting.answer(contest=contest, by=moderator(), text="Moi.")


class TestDeciding:
    def test_it_is_not_upheld_before_the_vendor_answered_or_could(self, claim):
        officially(claim)
        contest = contested(claim)
        with pytest.raises(
            Refused, match=f"jusqu'au {contest.public_from - contesting.DAY:%d/%m/%Y}"
        ):
            contesting.uphold(contest=contest, by=moderator(), decision="Faux.")
        with on_its_day(contest):
            contesting.uphold(contest=contest, by=moderator(), decision="Faux.")
            assert worth(claim) is Trust.CONTESTED
            assert events(claim) == ["verified", "unverified", "contested"]
        assert read(claim).contested_on == contest.public_from

    def test_once_answered_it_is_public_the_day_that_it_is_upheld(self, claim, outbox):
        owner, contest = member(claim.listing.vendor), contested(claim)
        contesting.answer(contest=contest, by=owner, text="Il est à nous.")
        arguments = {"contest": contest, "by": moderator(), "decision": "Il est périmé."}
        sent = outbox(contesting.uphold, **arguments)
        assert "Il est périmé." in sent[owner.email].body
        contest = read(contest)
        assert (contest.state, contest.public_from) == (State.UPHELD, timezone.localdate())
        assert worth(claim) is Trust.CONTESTED
        assert events(claim) == ["contested"]
        with pytest.raises(Refused, match="déjà maintenue"):
            contesting.uphold(**arguments)

    def test_abandoned_before_its_day_it_stays_unknown_to_the_public(self, claim, outbox):
        owner, contest = member(claim.listing.vendor), contested(claim)
        with pytest.raises(Refused, match="pas encore publique"):
            contesting.lift(contest=contest, by=moderator(), decision="Erreur.")
        sent = outbox(
            contesting.dismiss, contest=contest, by=moderator(), decision="Nous avions tort."
        )
        assert "abandonnée" in sent[owner.email].body
        with on_its_day(contest):
            assert worth(claim) is Trust.DECLARED
            assert not claim.contests.public_on(timezone.localdate()).exists()
            assert expiring.claims_that_ended(today=timezone.localdate()) == 0
        assert events(claim) == []
        with pytest.raises(Refused, match="close"):
            contesting.dismiss(contest=contest, by=moderator(), decision="Encore.")

    def test_lifted_after_its_day_it_stays_in_the_history(self, claim):
        contest = contested(claim)
        with on_its_day(contest):
            with pytest.raises(Refused, match="levez-la"):
                contesting.dismiss(contest=contest, by=moderator(), decision="Erreur.")
            with pytest.raises(Refused, match="décision"):
                contesting.lift(contest=contest, by=moderator(), decision="")
            contesting.lift(contest=contest, by=moderator(), decision="Le bon est arrivé.")
            assert worth(claim) is Trust.DECLARED
            assert events(claim) == ["contested", "settled"]
            assert claim.contests.public_on(timezone.localdate()).get() == contest


class TestCorrecting:
    def correct(self, claim, host="Un autre nuage"):
        page = read(claim.listing.page)
        offer = page.offers.get()
        offer.host = host
        page.offers = [offer]
        page.save_revision().publish()

    def test_before_its_day_the_public_never_hears_of_it(self, claim, outbox):
        claim.listing.page.save_revision().publish()
        owner, contest = member(claim.listing.vendor), contested(claim)
        sent = outbox(self.correct, claim)
        assert "abandonnée" in sent[owner.email].body
        assert (read(contest).state, read(claim).contested_on) == (State.DISMISSED, None)
        assert SheetEvent.Kind.CONTESTED not in events(claim)

    def test_public_and_open_it_is_lifted_by_the_vendor(self, claim):
        claim.listing.page.save_revision().publish()
        contest = contested(claim)
        with on_its_day(contest):
            self.correct(claim)
        assert (read(contest).state, read(claim).contested_on) == (State.LIFTED, None)
        settled = claim.listing.events.get(kind=SheetEvent.Kind.SETTLED)
        assert settled.side == "vendor"
        assert SheetEvent.Kind.CONTESTED in events(claim)

    def test_upheld_it_is_not_washed_away_by_a_change_and_back(self, claim):
        claim.listing.page.save_revision().publish()
        contest = contested(claim)
        with on_its_day(contest):
            contesting.uphold(contest=contest, by=moderator(), decision="Faux.")
            assert contesting.said_otherwise(claim.contests.standing()) == []
            self.correct(claim)
            assert contesting.said_otherwise(claim.contests.standing()) == [contest]
            assert worth(claim) is Trust.CONTESTED
            self.correct(claim, host="Nuage fictif")
            assert worth(claim) is Trust.CONTESTED
            assert read(contest).state == State.UPHELD
            contesting.lift(contest=contest, by=moderator(), decision="Corrigé.")
            assert worth(claim) is Trust.DECLARED

    def test_words_are_compared_to_their_end(self, claim):
        countries = [code for code, _name in country_choices()]
        Offer.objects.update(hosting_countries=countries, gdpr_contract=True)
        contest = contested(claim)
        assert len(contest.said) > 300
        Offer.objects.update(gdpr_contract=False)
        contesting.facts_changed(listing=read(claim.listing))
        assert read(contest).state == State.DISMISSED

    def test_nothing_standing_is_no_news(self, claim, outbox):
        member(claim.listing.vendor)
        assert outbox(contesting.close_because_changed, claim=claim) == {}


def decide(service):
    def act(claim, contest, by):
        day = read(contest).public_from
        with time_machine.travel(dt.datetime.combine(day, dt.time(9), dt.UTC)):
            service(contest=contest, by=by, decision="Décidé.")

    return act


SERVICES = {
    "open_contest": lambda claim, contest, by: contested(claim, by),
    "uphold": decide(contesting.uphold),
    "lift": decide(contesting.lift),
    "dismiss": lambda claim, contest, by: contesting.dismiss(
        contest=contest, by=by, decision="Décidé."
    ),
}


@pytest.mark.parametrize("service", SERVICES)
def test_only_mission_label_contests_and_not_in_its_own_cause(claim, service):
    vendor, ours = claim.listing.vendor, moderator()
    vendor.memberships.create(user=ours, role="editor")
    contest = None if service == "open_contest" else contested(claim)
    refused = [member(vendor), member(vendor, "editor"), member(VendorFactory()), agent()]
    for by in (*refused, reviewer(), person(), ours):
        with pytest.raises(PermissionDenied):
            SERVICES[service](claim, contest, by)
    SERVICES[service](claim, contest, moderator())


def test_only_members_answer(claim):
    vendor, contest = claim.listing.vendor, contested(claim)
    for by in (member(VendorFactory()), agent(), reviewer(), moderator(), person()):
        with pytest.raises(PermissionDenied):
            contesting.answer(contest=contest, by=by, text="Non.")
    for by in (member(vendor), member(vendor, "editor")):
        contesting.answer(contest=contest, by=by, text="Si.")


@pytest.mark.django_db(transaction=True)
def test_contested_and_verified_at_once_ends_one_way(site):
    claim = cloud_claim()
    waiting, (one, other) = proposed(claim), (moderator(), moderator())
    together(
        [
            lambda: verifying.confirm(verification=waiting, by=one),
            lambda: contested(claim, other),
        ]
    )
    # Verified first, then contested; or contested, which refuses the verification.
    assert claim.contests.get().state == State.OPEN
    assert read(claim).contested_on is not None


@pytest.mark.django_db(transaction=True)
def test_two_people_contest_at_once_and_one_of_them_does(site):
    claim, judges = cloud_claim(), [moderator(), moderator()]
    results = together([lambda by=by: contested(claim, by) for by in judges])
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert claim.contests.count() == 1
