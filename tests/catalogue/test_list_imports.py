"""Importing an official list: what it changes, and the claims that follow it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from catalogue import expiring
from catalogue.cloud import Trust
from catalogue.list_files import InvalidList
from catalogue.list_imports import import_list
from catalogue.models import (
    ListImport,
    OfficialEntry,
    OfficialList,
    SheetEvent,
    SolutionPage,
    Verification,
)
from catalogue.presentation import claim_trust
from catalogue.signals import document_changed
from tests.catalogue.lists import CLOUD, HOST, days, load, load_list, today, verified_on_list
from tests.catalogue.people import moderator, reviewer

pytestmark = pytest.mark.django_db
YEAR = 365


@pytest.fixture
def heard():
    """What the index was told to refresh: public ids, or None for every sheet."""
    told = []

    def listen(uids, **about):
        told.append(uids)

    document_changed.connect(listen)
    yield told
    document_changed.disconnect(listen)


def entry(code="NUAGE", **about):
    return OfficialEntry.objects.get(code=code, **about)


def codes(report, kind):
    return [line["code"] for line in report.changes[kind]]


def test_the_first_import_adds_every_line_and_says_whence():
    report = load(CLOUD, HOST, source_url="https://liste.example/", dated_on=days(-1))
    assert codes(report, "added") == ["NUAGE", "SOCLE"]
    row = ListImport.objects.get()
    assert (row.dated_on, row.rows, row.changes) == (days(-1), 2, report.changes)
    assert entry().detail == {"provider": "Fictilog", "service_type": "saas"}
    assert entry().last_import == row


def test_the_same_file_twice_changes_nothing_and_says_so():
    load(CLOUD)
    again = load(CLOUD + "\r\n")
    assert again.known
    assert again.row is None
    assert ListImport.objects.count() == 1


def test_a_later_list_that_says_the_same_is_kept_as_read_again():
    load(CLOUD, dated_on=days(-9))
    report = load(CLOUD)
    assert not report.changed
    assert ListImport.objects.count() == 2
    assert entry().last_import.dated_on == today()


def test_what_a_list_no_longer_holds_ended_the_day_before_it():
    load(CLOUD, HOST, dated_on=days(-9))
    report = load(HOST)
    assert codes(report, "ended") == ["NUAGE"]
    assert entry().valid_to == days(-1)
    assert list(OfficialEntry.objects.at(today())) == [entry("SOCLE")]
    assert not load(HOST, dated_on=today(), source_url="https://x.example/").changed


def test_what_changed_is_told_from_old_to_new():
    load(HOST, dated_on=days(-9))
    report = load(HOST.replace("2028-12-31", "2029-12-31").replace("iaas", "paas"))
    (line,) = report.changes["changed"]
    assert line["fields"]["valid_to"] == ["2028-12-31", "2029-12-31"]
    assert line["fields"]["detail"][1]["service_type"] == "paas"
    assert entry("SOCLE").valid_to == dt.date(2029, 12, 31)


def test_a_line_without_a_beginning_goes_on_or_begins_with_the_list():
    undated = "NUAGE;Nuage fictif;;;Fictilog;saas"
    load(CLOUD, dated_on=days(-9))
    assert not load(undated, "NEUF;Neuf;;;Fictilog;saas", dated_on=days(-5)).changes["changed"]
    assert entry("NEUF").valid_from == days(-5)
    load("NEUF;Neuf;;;Fictilog;saas", dated_on=days(-3))
    load("NEUF;Neuf;;;Fictilog;saas", undated)
    assert [row.valid_from for row in OfficialEntry.objects.filter(code="NUAGE")] == [
        today(),
        dt.date(2025, 1, 1),
    ]


def test_a_line_that_a_corrected_list_of_the_same_day_leaves_out_goes():
    load("FAUX;Faute de frappe;;;Fictilog;saas")
    report = load(CLOUD)
    assert codes(report, "ended") == ["FAUX"]
    assert list(OfficialEntry.objects.values_list("code", flat=True)) == ["NUAGE"]


@pytest.mark.parametrize(
    ("dated_on", "words"), [(days(-10), "plus ancienne"), (days(1), "à venir")]
)
def test_a_list_of_another_time_is_refused(dated_on, words):
    load(CLOUD, dated_on=days(-9))
    with pytest.raises(InvalidList, match=words):
        load(HOST, dated_on=dated_on)
    assert [row.code for row in OfficialEntry.objects.all()] == ["NUAGE"]


def test_nothing_is_written_when_one_line_is_wrong():
    with pytest.raises(InvalidList):
        load(CLOUD, "X;;;;;")
    with pytest.raises(ValidationError):
        load(CLOUD, source_url="javascript:alert(1)")
    assert not ListImport.objects.exists()
    assert not OfficialEntry.objects.exists()


def test_a_dry_run_tells_it_all_and_writes_nothing(site, django_capture_on_commit_callbacks):
    load(CLOUD, dated_on=days(-9))
    claim = verified_on_list(until=days(YEAR))
    with django_capture_on_commit_callbacks() as later:
        report = load(HOST, dry_run=True)
    assert (codes(report, "added"), codes(report, "ended")) == (["SOCLE"], ["NUAGE"])
    assert len(report.changes["claims"]) == 1
    assert not later
    claim.refresh_from_db()
    assert claim.expires_on == days(YEAR)
    assert ListImport.objects.count() == 1
    assert [row.valid_to for row in OfficialEntry.objects.all()] == [None]


def test_only_who_may_add_imports_does():
    with pytest.raises(PermissionDenied):
        load(CLOUD, by=reviewer())
    assert load(CLOUD, by=moderator()).row


# Claims


@pytest.fixture
def claim(site):
    load(CLOUD, HOST, dated_on=days(-99))
    return verified_on_list(until=days(YEAR))


def trust_of(claim, on=None):
    claim.refresh_from_db()
    return claim_trust(claim, on or today())


def test_a_qualification_that_ends_makes_what_rests_on_it_expire_that_day(
    claim, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        report = load(HOST, dated_on=days(-2))
    assert trust_of(claim, days(-3)) is Trust.VERIFIED
    assert trust_of(claim, days(-2)) is Trust.EXPIRED
    (line,) = report.changes["claims"]
    assert (line["sheet"], line["to"]) == ("Orvalis", days(-3).isoformat())
    event = SheetEvent.objects.get(kind=SheetEvent.Kind.UNVERIFIED)
    assert "SecNumCloud" in event.detail
    assert event.side == SheetEvent.Side.IMPORT
    assert claim.verifications.get().state == Verification.State.ENDED
    assert heard == [[claim.listing.uid]]
    assert expiring.claims_that_ended(today=today()) == 0


def test_a_shorter_line_ends_the_claim_later_and_the_night_of_it_tells(claim):
    load(CLOUD.replace(";;", f";{days(30)};", 1), HOST)
    assert trust_of(claim, days(30)) is Trust.VERIFIED
    assert trust_of(claim, days(31)) is Trust.EXPIRED
    assert not SheetEvent.objects.exists()
    assert expiring.claims_that_ended(today=days(31)) == 1


def test_a_line_prolonged_prolongs_the_claim_no_further_than_it_was_verified(claim):
    load(CLOUD.replace(";;", f";{days(30)};", 1), HOST, dated_on=days(-5))
    assert trust_of(claim, days(31)) is Trust.EXPIRED
    load(CLOUD.replace(";;", f";{days(60)};", 1), HOST, dated_on=days(-4))
    assert trust_of(claim, days(60)) is Trust.VERIFIED
    load(CLOUD, HOST, dated_on=days(-3))
    assert claim.verifications.get().expires_on == days(YEAR)
    assert trust_of(claim, days(YEAR)) is Trust.VERIFIED
    assert trust_of(claim, days(YEAR + 1)) is Trust.EXPIRED
    assert SheetEvent.objects.filter(kind=SheetEvent.Kind.VERIFIED).count() == 2


def test_a_line_that_comes_back_restores_what_was_verified(claim):
    load(HOST, dated_on=days(-5))
    assert trust_of(claim) is Trust.EXPIRED
    load(CLOUD, HOST, dated_on=days(-4))
    assert trust_of(claim) is Trust.VERIFIED
    assert claim.verifications.get().state == Verification.State.CONFIRMED
    assert claim.expires_on == days(YEAR)


def test_a_qualification_renewed_without_a_gap_goes_on(claim):
    renewed = f"NUAGE;Nuage fictif;{days(-4)};{days(900)};Fictilog;saas"
    report = load(renewed, HOST, dated_on=days(-4))
    assert (codes(report, "added"), codes(report, "ended")) == (["NUAGE"], ["NUAGE"])
    assert not report.changes["claims"]
    assert trust_of(claim) is Trust.VERIFIED


def test_the_claim_of_a_service_that_stays_is_left_alone(claim):
    load(CLOUD)
    assert trust_of(claim) is Trust.VERIFIED
    assert not SheetEvent.objects.exists()


def test_a_sheet_that_nobody_ever_saw_has_no_line_in_a_public_log(claim):
    SolutionPage.objects.update(live=False, first_published_at=None)
    load(HOST)
    assert trust_of(claim) is Trust.EXPIRED
    assert not SheetEvent.objects.exists()


# Lists that any sheet may be read by


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (OfficialList.ADEQUACY, "code;label\nCH;Suisse"),
        (OfficialList.LICENCES, "code;label;status\nMIT;MIT;accepted"),
    ],
)
def test_a_change_of_countries_or_licences_refreshes_every_sheet(heard, name, text):
    load_list(name, text, days(-5))
    assert heard == [None]
    load_list(name, text)
    assert heard == [None]


def test_a_list_is_one_that_the_catalogue_follows():
    with pytest.raises(ValueError, match="autre"):
        import_list(list="autre", source="", dated_on=today())
