"""What time does to files and awards: told before, written once, whatever days were missed."""

import datetime as dt

import pytest
from django.utils import timezone

from catalogue.models import Role as CompanyRole
from labelling import events, lapsing, letters
from labelling.lapsing import what_time_did
from labelling.models import LabelApplication, LabelEvent
from labelling.states import ApplicationState, AwardState, Role
from tests.catalogue.people import member
from tests.labelling.labels import labelled_sheet, make_application, make_award, make_label

pytestmark = pytest.mark.usefixtures("site")
TODAY = timezone.localdate()


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


@pytest.fixture
def listing(label):
    listing = labelled_sheet(label)
    member(listing.vendor, CompanyRole.OWNER)
    return listing


@pytest.fixture
def label(site):
    return make_label()


@pytest.fixture
def address(listing):
    return listing.vendor.memberships.first().user.email


@pytest.fixture
def waiting(label, listing):
    """A file whose vendor has thirty days to answer."""
    return make_application(ApplicationState.AWAITING_VENDOR, label=label, listing=listing)


def granted(label, listing, reserved=False):
    state = ApplicationState.GRANTED_WITH_RESERVATIONS if reserved else ApplicationState.GRANTED
    return make_application(state, label=label, listing=listing, decision="Au vu du dossier.")


def test_an_unanswered_question_makes_the_file_lapse_the_day_after_its_last(
    waiting, address, outbox
):
    last = waiting.answer_due_on
    assert what_time_did(today=last).lapsed == 0

    assert what_time_did(today=last + days(1), dry_run=True).lapsed == 1
    waiting.refresh_from_db()
    assert waiting.state == ApplicationState.AWAITING_VENDOR

    sent = outbox(lambda: what_time_did(today=last + days(40)))
    waiting.refresh_from_db()
    assert waiting.state == ApplicationState.LAPSED
    assert "caduque" in sent[address].subject
    letter = waiting.letters.get()
    assert letter.kind == "lapse"
    event = waiting.events.get(name="lapse")
    assert (event.actor_id, event.actor_role) == (None, Role.CLOCK)
    assert event.data["answer_due_on"] == str(last)
    assert what_time_did(today=last + days(41)) == lapsing.Passed()


def test_a_vendor_is_warned_ten_days_then_three_before_and_never_twice(waiting, address, outbox):
    last = waiting.answer_due_on
    warned = [
        len(outbox(lambda day=day: what_time_did(today=day)))
        for day in (last - days(11), last - days(10), last - days(9), last - days(3), last)
    ]
    assert warned == [0, 1, 0, 1, 0]
    told = waiting.events.filter(name="lapse_warned").values_list("data__days_before", flat=True)
    assert list(told) == [10, 3]


def test_after_missed_days_only_the_closest_warning_is_sent(waiting, address, outbox):
    sent = outbox(lambda: what_time_did(today=waiting.answer_due_on - days(1)))
    assert list(sent) == [address]
    assert what_time_did(today=waiting.answer_due_on).warned == 0


def test_an_answer_that_comes_first_wins(waiting, monkeypatch):
    """The file was due when the list was read, and is answered before its turn."""
    stale = list(lapsing._unanswered(waiting.answer_due_on + days(1)))
    LabelApplication.objects.filter(pk=waiting.pk).update(
        state="under_review", asked_on=None, answer_due_on=None
    )
    monkeypatch.setattr(lapsing, "_unanswered", lambda today: stale)

    assert what_time_did(today=TODAY + days(60)) == lapsing.Passed()
    assert not waiting.letters.exists()


def test_a_reservation_that_is_not_lifted_suspends_the_award_publicly(
    label, listing, address, outbox
):
    award = make_award(AwardState.RESERVED, application=granted(label, listing, reserved=True))
    due = award.reservations.get().due_on
    soon = outbox(lambda: what_time_did(today=due - days(15)))
    assert "Réserve à lever" in soon[address].subject
    assert not outbox(lambda: what_time_did(today=due))

    sent = outbox(lambda: what_time_did(today=due + days(8)))

    award.refresh_from_db()
    assert award.state == AwardState.SUSPENDED
    assert "Publier le rapport de test" in award.reason
    assert "réserve non levée" in sent[address].subject
    assert award.application.letters.get().kind == "suspension"
    assert what_time_did(today=due + days(9)) == lapsing.Passed()


def test_a_reservation_that_was_answered_is_not_reminded(label, listing):
    award = make_award(AwardState.RESERVED, application=granted(label, listing, reserved=True))
    reservation = award.reservations.get()
    award.reservations.update(answer="C'est fait.", answered_at=timezone.now())
    assert what_time_did(today=reservation.due_on - days(10)).warned == 0


def test_the_end_of_an_award_is_reminded_three_times_and_written_down(
    label, listing, address, outbox
):
    award = make_award(application=granted(label, listing))
    last = award.valid_to
    sent = [
        len(outbox(lambda day=day: what_time_did(today=day)))
        for day in (last - days(91), last - days(90), last - days(20), last - days(2), last)
    ]
    assert sent == [0, 1, 1, 1, 0]

    award.granted_on, award.valid_to = TODAY - days(700), TODAY - days(1)
    award.save()
    assert what_time_did(today=TODAY, dry_run=True).expired == 1
    told = outbox(lambda: what_time_did(today=TODAY))
    award.refresh_from_db()
    assert (award.state, award.ended_on) == (AwardState.EXPIRED, TODAY)
    assert "a expiré" in told[address].subject
    assert what_time_did(today=TODAY) == lapsing.Passed()


def test_who_asked_for_the_renewal_is_not_reminded_of_it(label, listing):
    award = make_award(application=granted(label, listing))
    make_application(label=label, listing=listing, renews=award)
    assert what_time_did(today=award.valid_to - days(5)).warned == 0


def test_a_file_that_fails_stops_no_other_and_is_tried_again(monkeypatch, label, listing, waiting):
    other = make_application(
        ApplicationState.AWAITING_VENDOR, label=label, listing=labelled_sheet(label)
    )
    send = letters.send

    def fail(**arguments):
        if arguments["application"].pk == waiting.pk:
            raise OSError("disk full")
        return send(**arguments)

    monkeypatch.setattr(letters, "send", fail)
    LabelApplication.objects.update(lapse_warned=3)
    after = waiting.answer_due_on + days(1)
    assert what_time_did(today=after) == lapsing.Passed(lapsed=1, failed=1)
    waiting.refresh_from_db()
    assert waiting.state == ApplicationState.AWAITING_VENDOR
    assert not LabelEvent.objects.filter(application=waiting).exists()
    monkeypatch.undo()
    assert what_time_did(today=after) == lapsing.Passed(lapsed=1)
    assert other.letters.count() == 1
    assert events.verify() == []


def test_who_was_never_warned_is_warned_and_has_days_left_before_the_file_lapses(
    waiting, address, outbox
):
    late = waiting.answer_due_on + days(20)
    assert what_time_did(today=late, dry_run=True) == lapsing.Passed(warned=1)

    sent = outbox(lambda: what_time_did(today=late))

    waiting.refresh_from_db()
    assert (waiting.state, waiting.answer_due_on) == ("awaiting_vendor", late + days(3))
    assert waiting.questions.get().due_on == late + days(3)
    assert "Répondez" in sent[address].subject + sent[address].body
    assert list(waiting.events.values_list("name", flat=True)) == ["lapse_put_off", "lapse_warned"]
    assert what_time_did(today=late + days(3)) == lapsing.Passed()
    assert what_time_did(today=late + days(4)).lapsed == 1


def test_the_letter_of_a_lapse_says_how_to_appeal(waiting, monkeypatch):
    read = []
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: read.append(data) or b"")
    LabelApplication.objects.update(lapse_warned=3)
    what_time_did(today=waiting.answer_due_on + days(1))
    assert read[0].remedies
