"""What time does to claims: gone on the day after, told once, whenever it is run."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import ModelLogEntry

from catalogue import contesting, expiring
from catalogue.models import Claim, Contest, SheetEvent, Verification
from search import indexing
from tests.catalogue.claims import cloud_claim, contested, officially, read
from tests.catalogue.factories import make_offer
from tests.catalogue.people import member, moderator

pytestmark = pytest.mark.django_db

WORD = "Vérifié par cyber.gouv.example"


def at_nine(day):
    """The clock at nine on a day."""
    return time_machine.travel(dt.datetime.combine(day, dt.time(9), dt.UTC))


def conforming(client) -> dict:
    """The search for `cloud=conforme`, as JSON."""
    return client.get("/solutions/", {"cloud": "conforme", "format": "json"}).json()


def facet(answer: dict, value: str) -> int:
    """How many sheets the facet « Cloud au centre » counts for a value."""
    return sum(row["count"] for row in answer["facets"]["cloud"] if row["value"] == value)


def end_of_day(commit):
    """What runs every night: what ended is written, the index follows; the mails that left."""
    mail.outbox.clear()
    with commit(execute=True):
        call_command("expire")
    indexing.drain()
    return [message for message in mail.outbox if "échues" in message.subject]


def test_verified_through_a_day_it_is_there_that_day_and_gone_the_next(
    site, engine, client, django_capture_on_commit_callbacks
):
    commit = django_capture_on_commit_callbacks
    claim = cloud_claim()
    owner = member(claim.listing.vendor)
    indexing.rebuild()
    declared = conforming(client)
    assert (declared["count"], facet(declared, "conforme")) == (0, 0)
    assert facet(declared, "declare-conforme") == 1

    made = officially(claim)
    indexing.drain()
    last = made.expires_on
    address = f"/solutions/{claim.listing.page.slug}/"
    history = f"{address}preuves/{claim.uid}/"
    with at_nine(last):
        assert end_of_day(commit) == []
        there = conforming(client)
        assert (there["count"], facet(there, "conforme")) == (1, 1)
        assert (there["results"][0]["cloud"], there["results"][0]["proof"]) == (
            "conforme",
            "verifie",
        )
        assert "GED sobre" in client.get("/solutions/?cloud=conforme").content.decode()
        assert WORD in client.get(address).content.decode()

    with at_nine(last + dt.timedelta(days=1)):
        # Pages fall at the moment of reading, before anything ran.
        assert WORD not in client.get(address).content.decode()
        (sent,) = end_of_day(commit)
        assert sent.to == [owner.email]
        assert f"{last:%d/%m/%Y}" in sent.body
        gone = conforming(client)
        assert (gone["count"], facet(gone, "conforme")) == (0, 0)
        assert "GED sobre" not in client.get("/solutions/?cloud=conforme").content.decode()
        before = read(claim), read(made), claim.listing.events.count()
        assert (before[1].state, before[1].end_reason) == ("ended", "échéance")
        page = client.get(history).content.decode()
        assert "échéance" in page

        assert end_of_day(commit) == []
        assert conforming(client) == gone
        after = read(claim), read(made), claim.listing.events.count()
        assert [vars(row) | {"_state": 0} for row in before[:2]] == [
            vars(row) | {"_state": 0} for row in after[:2]
        ]
        assert before[2] == after[2] == 2


def test_a_month_late_says_the_same_in_one_mail_a_sheet(site, django_capture_on_commit_callbacks):
    claim = cloud_claim(hds=True)
    member(claim.listing.vendor)
    other = Claim.objects.create(listing=claim.listing, subject=claim.subject, kind=Claim.Kind.HDS)
    last = officially(claim).expires_on
    officially(other)
    late = last + dt.timedelta(days=31)
    assert expiring.claims_that_ended(today=late, dry_run=True) == 2
    assert not Verification.objects.filter(state="ended").exists()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert expiring.claims_that_ended(today=late) == 2
    (sent,) = mail.outbox
    assert sent.body.count(f"échéance le {last:%d/%m/%Y}") == 2
    ended = set(Verification.objects.values_list("ended_on", flat=True))
    assert ended == {last + dt.timedelta(days=1)}
    assert expiring.claims_that_ended(today=late) == 0


def test_verified_again_it_is_told_again(site):
    claim = cloud_claim()
    first = officially(claim).expires_on + dt.timedelta(days=1)
    assert expiring.claims_that_ended(today=first) == 1
    with at_nine(first):
        again = officially(claim, expires_on=first + dt.timedelta(days=5)).expires_on
    assert expiring.claims_that_ended(today=again) == 0
    assert expiring.claims_that_ended(today=again + dt.timedelta(days=1)) == 1


def test_community_software_and_hidden_sheets_are_written_without_a_mail(
    site, django_capture_on_commit_callbacks
):
    claim = cloud_claim()
    member(claim.listing.vendor)
    day = officially(claim).expires_on + dt.timedelta(days=1)
    claim.listing.page.unpublish()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert expiring.claims_that_ended(today=day) == 1
    assert mail.outbox == []
    assert Verification.objects.get().state == "ended"


def test_a_contest_is_written_once_on_the_day_that_it_is_public(site, capsys):
    claim = cloud_claim()
    contest = contested(claim)
    kinds = claim.listing.events.filter(kind=SheetEvent.Kind.CONTESTED)
    assert expiring.claims_that_ended(today=contest.public_from - dt.timedelta(days=1)) == 0
    with at_nine(contest.public_from + dt.timedelta(days=2)):
        call_command("expire", "--dry-run")
        assert "1 échéances ou contestations à publier" in capsys.readouterr().out
        assert not kinds.exists()
        call_command("expire")
        # A new name of the offer makes it no other contest.
        claim.listing.page.offers.update(name="Autre nom")
        call_command("expire")
        assert kinds.count() == 1
        assert Contest.objects.get().announced_on == timezone.localdate()
        # What the admin keeps of it is not what decides whether it was written.
        ModelLogEntry.objects.all().delete()
        call_command("expire")
        contesting.uphold(contest=contest, by=moderator(), decision="Faux.")
        contesting.lift(contest=contest, by=moderator(), decision="Corrigé.")
        assert expiring.claims_that_ended(today=timezone.localdate()) == 0
    assert kinds.count() == 1
    assert Contest.objects.get().state == "lifted"


def test_what_a_body_vouches_for_without_end_is_left(site):
    claim = cloud_claim()
    make_offer(claim.listing.page, "Autre")
    Claim.objects.filter(pk=claim.pk).update(
        verified_on=timezone.localdate(), verified_by="un agent", expires_on=None
    )
    assert expiring.claims_that_ended(today=dt.date(2099, 1, 1)) == 0
