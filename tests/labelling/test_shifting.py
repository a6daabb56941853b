"""An outage moves every deadline that runs, once, and nobody has to ask."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from labelling import events, letters, shifting
from labelling.lapsing import what_time_did
from labelling.models import Consultation, DeadlineShift, LabelApplication, LabelEvent
from labelling.shifting import shift_deadlines
from labelling.states import ApplicationState, AwardState
from tests.catalogue.people import member
from tests.labelling.labels import (
    labelled_sheet,
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")
REASON = "Panne du centre de données, du 3 au 7 mars."
FIVE = dt.timedelta(days=5)


@pytest.fixture
def label(site):
    return make_label()


@pytest.fixture
def decider(label):
    return make_decider(label)


def shifted(decider, days=5):
    return shift_deadlines(days=days, reason=REASON, by=decider)


def test_every_deadline_that_runs_moves_and_the_one_of_the_law_does_not(label, decider):
    reviewing = make_application(ApplicationState.EXPERT_CONSULTED, label=label)
    asked = Consultation.objects.create(
        application=reviewing, theme="securite", expert=make_expert(), question="Est-ce sûr ?",
        due_on=timezone.localdate(),
    )  # fmt: skip
    waiting = make_application(ApplicationState.AWAITING_VENDOR, label=label, lapse_warned=10)
    question = waiting.questions.get()
    reserved = make_award(
        AwardState.RESERVED,
        application=make_application(
            ApplicationState.GRANTED_WITH_RESERVATIONS, label=label, decision="Avec réserves."
        ),
    )
    noticed = make_award(
        AwardState.SUSPENSION_NOTICE,
        application=make_application(ApplicationState.GRANTED, label=label),
    )
    refused = make_application(ApplicationState.REFUSED, label=label)
    letter = letters.send(application=refused, words=letters.Words("refused", "Refus", "Non."))
    appeal = make_appeal(refused)
    reservation = reserved.reservations.get()
    before = {
        (row, name): getattr(row, name)
        for row, name in (
            (reviewing, "due_on"), (asked, "due_on"), (waiting, "answer_due_on"),
            (question, "due_on"), (reservation, "due_on"), (noticed, "notice_until"),
        )
    }  # fmt: skip
    untouched = {(row, name): getattr(row, name) for row, name in (
        (reviewing, "silence_on"), (waiting, "silence_on"), (waiting, "due_on"),
        (noticed, "valid_to"), (refused, "due_on"), (appeal, "due_on"),
    )}  # fmt: skip
    files, counts = shifting.would_move(5)
    assert (files, len(counts)) == (5, 7)

    shift = shifted(decider)

    for row, _name in [*before, *untouched]:
        row.refresh_from_db()
    assert {key: getattr(*key) - FIVE for key in before} == before
    assert {key: getattr(*key) for key in untouched} == untouched
    letter.refresh_from_db()
    assert letter.appeal_shift == 5
    assert waiting.lapse_warned is None  # it is warned of the new day as well
    assert shift.moved == 5
    event = LabelEvent.objects.get(application=waiting, name="shift")
    assert event.data["moved"]["answer_due_on"] == [
        [str(before[waiting, "answer_due_on"]), str(waiting.answer_due_on)]
    ]
    assert LabelEvent.objects.filter(name="shift").count() == 5
    assert events.verify() == []


def test_a_deadline_that_passed_during_the_outage_is_no_lapse(label, decider):
    waiting = make_application(ApplicationState.AWAITING_VENDOR, label=label)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    LabelApplication.objects.filter(pk=waiting.pk).update(answer_due_on=yesterday)

    shifted(decider)

    assert what_time_did(today=timezone.localdate()).lapsed == 0


def test_delays_to_appeal_that_were_over_before_the_outage_stay_over(label, decider):
    refused = make_application(ApplicationState.REFUSED, label=label)
    letter = letters.send(application=refused, words=letters.Words("refused", "Refus", "Non."))
    receipt = letters.send(application=refused, words=letters.Words("receipt", "Accusé", "Reçu."))
    letter.made_at -= dt.timedelta(days=200)
    letter.save()
    with pytest.raises(Refused, match="rien à reporter"):
        shifted(decider)
    assert not DeadlineShift.objects.exists()
    receipt.refresh_from_db()
    assert receipt.appeal_shift == 0


def test_a_label_that_was_granted_as_asked_has_no_delay_to_appeal(label, decider):
    least, asked = label.levels.all()
    letters_of = [
        letters.send(
            application=make_application(
                ApplicationState.GRANTED, label=label, level=asked, proposed_level=level
            ),
            words=letters.Words("granted", "Attribué", "Oui."),
        )
        for level in (least, asked)
    ]
    shifted(decider)
    for letter in letters_of:
        letter.refresh_from_db()
    assert [letter.appeal_shift > 0 for letter in letters_of] == [True, False]


def test_each_company_gets_one_mail_whatever_it_has_running(label, decider, outbox):
    first = labelled_sheet(label)
    owner = member(first.vendor)
    make_application(label=label, listing=first)
    make_application(label=label, listing=labelled_sheet(label, first.vendor))
    other = labelled_sheet(label)
    alone = member(other.vendor)
    make_application(label=label, listing=other)

    sent = outbox(lambda: shifted(decider))

    assert set(sent) == {owner.email, alone.email}
    assert "5 jours" in sent[owner.email].subject
    assert sent[owner.email].body.count("D-2026-") == 2
    assert REASON in sent[alone.email].body


def test_the_same_shift_twice_on_a_day_is_refused_and_another_is_not(label, decider):
    application = make_application(label=label)
    due = application.due_on
    shifted(decider)
    with pytest.raises(Refused, match="déjà été fait"):
        shifted(decider)
    application.refresh_from_db()
    assert application.due_on == due + FIVE
    shifted(decider, days=2)
    DeadlineShift.objects.update(at=timezone.now() - dt.timedelta(days=1))
    shifted(decider)
    application.refresh_from_db()
    assert application.due_on == due + dt.timedelta(days=12)


@pytest.mark.parametrize(("days", "reason"), [(0, REASON), (61, REASON), (3, "  "), (3, "x" * 301)])
def test_what_makes_no_sense_is_refused_in_words(label, decider, days, reason):
    make_application(label=label)
    with pytest.raises(Refused):
        shift_deadlines(days=days, reason=reason, by=decider)


def test_only_who_decides_and_signs_today_moves_deadlines(label):
    make_application(label=label)
    for somebody in (make_reviewer(), make_expert(), make_decider()):
        with pytest.raises(PermissionDenied):
            shifted(somebody)
