"""Who verifies a claim, on what, until when; and what ends it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts.services import Refused
from catalogue import services, verifying
from catalogue.models import (
    Claim,
    ListImport,
    Offer,
    OfficialEntry,
    OfficialList,
    SheetEvent,
    Verification,
)
from tests.catalogue.agents import agent
from tests.catalogue.claims import (
    SOON,
    SOURCE,
    cloud_claim,
    contested,
    events,
    officially,
    proposed,
    read,
)
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, moderator, person, reviewer
from tests.catalogue.test_company_races import together

pytestmark = pytest.mark.django_db

State = Verification.State


@pytest.fixture
def claim(site):
    return cloud_claim()


def entry(**columns) -> OfficialEntry:
    today = timezone.localdate()
    made = ListImport.objects.create(
        list=OfficialList.SECNUMCLOUD, dated_on=dt.date(2026, 3, 1), sha256="0" * 64, rows=1
    )
    defaults = {"list": OfficialList.SECNUMCLOUD, "code": "snc-1", "label": "Nuage fictif"}
    defaults |= {"valid_from": today - SOON, "source_url": SOURCE, "last_import": made}
    return OfficialEntry.objects.create(**{**defaults, **columns})


class TestOfficialSource:
    def test_one_person_verifies_on_an_address_and_is_never_named(self, claim, outbox):
        judge, owner = moderator(), member(claim.listing.vendor)
        sent = outbox(officially, claim, judge)
        row, made = read(claim), claim.verifications.get()
        assert (row.verified_on, row.verified_by) == (timezone.localdate(), "cyber.gouv.example")
        assert (row.source_url, row.expires_on) == (SOURCE, made.expires_on)
        said = ["Nuage fictif", "SecNumCloud : Le service lui-même est qualifié", "FR"]
        said.append("éditeur France")
        assert made.said.split(" ; ")[1:] == said
        assert (made.state, made.decided_by) == (State.CONFIRMED, judge)
        assert list(sent) == [owner.email]
        assert judge.email not in sent[owner.email].body
        event = claim.listing.events.get()
        assert (event.kind, event.side) == (SheetEvent.Kind.VERIFIED, "staff")
        assert judge.email not in event.detail
        log = ModelLogEntry.objects.for_instance(claim).get()
        assert (log.action, log.user) == ("catalogue.claim.verify", judge)

    def test_a_line_of_a_list_lends_its_publisher_date_and_address(self, claim):
        officially(claim, official=entry(), source_url="")
        row = read(claim)
        assert row.verified_by == "ANSSI, liste du 01/03/2026"
        assert (row.source_url, row.official.label) == (SOURCE, "Nuage fictif")

    def test_a_newer_one_takes_the_place_of_the_one_before(self, claim):
        first, second = officially(claim), officially(claim, finding="Relu.")
        first = read(first)
        assert (first.state, first.ended_on) == (State.ENDED, timezone.localdate())
        assert claim.verifications.get(state=State.CONFIRMED) == second
        assert events(claim) == ["verified", "verified"]

    def test_a_proposal_that_waits_is_set_aside(self, claim):
        waiting = proposed(claim)
        officially(claim)
        assert (read(waiting).state, read(waiting).decided_by) == (State.REFUSED, None)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"source_url": ""}, "adresse de la source"),
            ({"source_url": "pas une adresse"}, "https://"),
            ({"source_url": "http://cyber.gouv.example/"}, "https://"),
            ({"source_url": "https://[cyber"}, "URL"),
            ({"source_url": "https://fictilog.example/certificat"}, "celle de l'offreur"),
            ({"source_url": "https://DOCS.fictilog.example./a"}, "celle de l'offreur"),
            ({"source_url": "https://catalogue.example/solutions/"}, "celle de l'offreur"),
            ({"finding": "  "}, "constaté"),
            ({"finding": "x" * 501}, "500"),
            ({"expires_on": dt.date(2020, 1, 1)}, "échéance"),
            ({"expires_on": dt.date(2099, 1, 1)}, "échéance"),
        ],
    )
    def test_what_lacks_is_said(self, claim, settings, values, words):
        settings.SITE_URL = "https://catalogue.example"
        claim.listing.vendor.website = "https://www.fictilog.example/fr/"
        claim.listing.vendor.save()
        with pytest.raises(Refused, match=words):
            officially(claim, **values)
        assert not Verification.objects.exists()

    def test_it_holds_as_long_as_the_claim_allows_and_no_day_more(self, claim):
        last = verifying.latest_end(claim, timezone.localdate())
        officially(claim, expires_on=last)
        with pytest.raises(Refused, match="échéance"):
            officially(claim, expires_on=last + dt.timedelta(days=1))

    def test_a_year_from_a_leap_day_ends_on_the_last_of_february(self, claim):
        assert verifying.latest_end(claim, dt.date(2028, 2, 29)) == dt.date(2029, 2, 28)

    def test_a_line_must_be_in_force_of_the_right_list_and_outlive_it(self, claim):
        today = timezone.localdate()
        ended = entry(code="fini", valid_to=today - dt.timedelta(days=1))
        other = entry(code="mit", list=OfficialList.LICENCES)
        for wrong in (ended, other):
            with pytest.raises(Refused, match="en vigueur"):
                officially(claim, official=wrong)
        short = entry(code="bref", valid_to=today + dt.timedelta(days=3))
        with pytest.raises(Refused, match="ne vaut que jusqu'au"):
            officially(claim, official=short)
        officially(claim, official=short, expires_on=short.valid_to)

    def test_what_is_contested_or_says_nothing_is_not_verified(self, claim):
        nothing = Claim.objects.create(listing=claim.listing, kind=Claim.Kind.FREE)
        with pytest.raises(Refused, match="rien publié"):
            officially(nothing)
        contested(claim)
        for act in (officially, proposed):
            with pytest.raises(Refused, match="contestée"):
                act(claim)


class TestTwoPeople:
    def test_the_second_one_makes_it_verified_by_mission_label(self, claim, outbox):
        one, other = moderator(), moderator()
        owner = member(claim.listing.vendor)
        assert outbox(proposed, claim, one) == {}
        waiting = claim.verifications.get()
        assert read(claim).verified_on is None
        assert events(claim) == []
        sent = outbox(verifying.confirm, verification=waiting, by=other, comment="Relu.")
        assert list(sent) == [owner.email]
        row = read(claim)
        assert (row.verified_by, row.expires_on) == ("la mission LABEL", waiting.expires_on)
        assert read(waiting).decided_by == other
        assert events(claim) == ["verified"]

    def test_who_proposes_decides_by_no_path(self, claim):
        one = moderator()
        waiting = proposed(claim, one)
        one.is_superuser = True
        one.save()
        for act in (verifying.confirm, verifying.refuse):
            with pytest.raises(Refused, match="autre personne"):
                act(verification=waiting, by=one, comment="Moi-même.")
        with pytest.raises(Refused, match="attend déjà"):
            proposed(claim, one)

    def test_not_confirmed_leaves_nothing_for_the_public(self, claim, outbox):
        waiting = proposed(claim)
        member(claim.listing.vendor)
        with pytest.raises(Refused, match="pourquoi"):
            verifying.refuse(verification=waiting, by=moderator(), comment=" ")
        sent = outbox(verifying.refuse, verification=waiting, by=moderator(), comment="Non.")
        assert sent == {}
        assert read(waiting).state == State.REFUSED
        assert read(claim).verified_on is None
        assert events(claim) == []
        with pytest.raises(Refused, match="n'attend plus"):
            verifying.confirm(verification=waiting, by=moderator())

    def test_what_changed_since_is_proposed_again(self, claim):
        waiting, judge = proposed(claim), moderator()
        Offer.objects.update(host="Un autre nuage")
        with pytest.raises(Refused, match="proposez"):
            verifying.confirm(verification=waiting, by=judge)
        again = proposed(claim, judge)
        assert read(waiting).state == State.REFUSED
        verifying.confirm(verification=again, by=moderator())

    def test_an_end_that_passed_meanwhile_is_refused(self, claim):
        waiting = proposed(claim)
        Verification.objects.update(expires_on=timezone.localdate() - dt.timedelta(days=1))
        with pytest.raises(Refused, match="échéance"):
            verifying.confirm(verification=waiting, by=moderator())


class TestEnd:
    def test_mission_label_takes_it_back_with_a_public_reason(self, claim, outbox):
        made, owner = officially(claim), member(claim.listing.vendor)
        with pytest.raises(Refused, match="publié"):
            verifying.end(claim=claim, reason="", by=moderator())
        sent = outbox(verifying.end, claim=claim, reason="Retiré de la liste", by=moderator())
        assert "Retiré de la liste" in sent[owner.email].body
        row, made = read(claim), read(made)
        assert (row.verified_on, row.verified_by, row.expires_on) == (None, "", None)
        assert (made.state, made.end_reason) == (State.ENDED, "Retiré de la liste")
        assert events(claim) == ["verified", "unverified"]
        with pytest.raises(Refused, match="n'est plus vérifiée"):
            verifying.end(claim=claim, reason="Encore", by=moderator())

    def test_published_words_that_differ_end_it_and_what_waits(self, claim, outbox):
        owner, page = member(claim.listing.vendor), claim.listing.page
        made = officially(claim)
        page.save_revision().publish()
        waiting = proposed(claim)
        page = read(page)
        page.summary = "Rien qui touche à l'hébergement."
        page.save_revision().publish()
        assert read(claim).verified_on == timezone.localdate()
        offer = page.offers.get()
        offer.host = "Un autre nuage"
        page.offers = [offer]
        sent = outbox(lambda: page.save_revision().publish())
        assert [message.subject for to, message in sent.items() if to == owner.email]
        assert "ne dit plus la même chose" in sent[owner.email].body
        assert read(claim).verified_on is None
        assert (read(made).state, read(waiting).state) == (State.ENDED, State.REFUSED)
        event = claim.listing.events.get(kind=SheetEvent.Kind.UNVERIFIED)
        assert event.side == "vendor"

    def test_another_company_of_another_origin_takes_over_nothing_verified(self, claim, outbox):
        made, listing = officially(claim), read(claim.listing)
        same, other = VendorFactory(), VendorFactory(origin="hors-ue")
        owner = member(other)
        services.change_listing(listing=listing, by=None, vendor=same)
        assert read(claim).verified_on
        sent = outbox(services.change_listing, listing=listing, by=None, vendor=other)
        assert read(claim).verified_on is None
        assert read(made).state == State.ENDED
        assert "ne dit plus la même chose" in sent[owner.email].body

    def test_what_a_vendor_says_of_itself_counts_when_its_origin_changes(self, claim):
        officially(claim)
        vendor = read(claim.listing.vendor)
        vendor.name = "Fictilog et fils"
        vendor.save()
        assert read(claim).verified_on
        vendor.origin = "hors-ue"
        vendor.save()
        assert read(claim).verified_on is None

    def test_verified_without_a_row_it_ends_with_the_words_that_stood(self, claim):
        page = claim.listing.page
        page.save_revision().publish()
        today = timezone.localdate()
        Claim.objects.update(verified_on=today, verified_by="Mission LABEL")
        page = read(page)
        page.summary = "Rien qui touche à l'hébergement."
        page.save_revision().publish()
        assert read(claim).verified_on == today
        offer = page.offers.get()
        offer.multi_zone = True
        page.offers = [offer]
        page.save_revision().publish()
        assert (read(claim).verified_on, read(claim).verified_by) == (None, "")
        assert SheetEvent.Kind.UNVERIFIED in events(claim)

    def test_ending_writes_nothing_else_of_the_claim(self, claim):
        officially(claim)
        stale = read(claim)
        Claim.objects.update(declared_on=dt.date(2020, 1, 1))
        verifying.withdraw(stale, reason="Fini", side="staff")
        assert read(claim).declared_on == dt.date(2020, 1, 1)
        assert read(claim).verified_on is None

    def test_an_offer_that_is_gone_takes_its_verification_along(self, claim):
        officially(claim)
        page = claim.listing.page
        page.save_revision().publish()
        page = read(page)
        page.offers = []
        page.save_revision().publish()
        assert read(claim).verified_on is None

    def test_nothing_to_end_is_no_news(self, claim, outbox):
        member(claim.listing.vendor)
        assert outbox(verifying.end_because_changed, claim=claim) == {}
        assert events(claim) == []


SERVICES = {
    "officially": lambda claim, waiting, by: officially(claim, by),
    "propose": lambda claim, waiting, by: proposed(claim, by),
    "confirm": lambda claim, waiting, by: verifying.confirm(verification=waiting, by=by),
    "refuse": lambda claim, waiting, by: verifying.refuse(
        verification=waiting, by=by, comment="Non."
    ),
    "end": lambda claim, waiting, by: verifying.end(claim=claim, reason="Fini", by=by),
}


@pytest.mark.parametrize("service", SERVICES)
def test_only_mission_label_verifies_and_not_in_its_own_cause(claim, service):
    vendor = claim.listing.vendor
    ours = moderator()
    vendor.memberships.create(user=ours, role="editor")
    officially(claim)
    waiting = None if service == "propose" else proposed(claim)
    refused = [member(vendor), member(vendor, "editor"), member(VendorFactory()), agent()]
    for by in (*refused, reviewer(), person(), ours):
        with pytest.raises(PermissionDenied):
            SERVICES[service](claim, waiting, by)
    SERVICES[service](claim, waiting, moderator())


@pytest.mark.django_db(transaction=True)
def test_two_people_confirm_at_once_and_one_of_them_does(site):
    claim = cloud_claim()
    waiting, judges = proposed(claim), [moderator(), moderator()]
    results = together(
        [lambda by=by: verifying.confirm(verification=waiting, by=by) for by in judges]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert events(claim) == ["verified"]


@pytest.mark.django_db(transaction=True)
def test_confirmed_and_refused_at_once_ends_one_way(site):
    claim = cloud_claim()
    waiting, (one, other) = proposed(claim), (moderator(), moderator())
    results = together(
        [
            lambda: verifying.confirm(verification=waiting, by=one),
            lambda: verifying.refuse(verification=waiting, by=other, comment="Non."),
        ]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    confirmed = read(waiting).state == State.CONFIRMED
    assert (read(claim).verified_on is not None) == confirmed
