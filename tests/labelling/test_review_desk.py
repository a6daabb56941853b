"""Every reason why a file is in the queue, each found, and the most urgent first."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labelling import review_desk
from labelling.models import (
    Absence,
    ApplicationMessage,
    ConflictOfInterest,
    Consultation,
    CriterionReview,
    LabelApplication,
    Question,
)
from labelling.review_desk import CAUSES
from labelling.states import ApplicationState as A
from labelling.states import AwardState as W
from tests.labelling.labels import (
    make_appeal,
    make_application,
    make_award,
    make_expert,
    make_label,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")


def day(days):
    return timezone.localdate() + dt.timedelta(days=days)


def _consulted(**columns):
    file = make_application(A.EXPERT_CONSULTED, holder=make_reviewer())
    _asked(file, **columns)
    return file


def _asked(file, due=10, **columns):
    return Consultation.objects.create(
        application=file,
        theme="securite",
        expert=make_expert(),
        question="?",
        due_on=day(due),
        **columns,
    )


def _advised():
    file = make_application(A.UNDER_REVIEW, holder=make_reviewer())
    _asked(file, opinion="Oui.", given_at=timezone.now(), closed_at=timezone.now())
    return file


def _written():
    file = make_application(A.UNDER_REVIEW)
    ApplicationMessage.objects.create(application=file, from_staff=False, text="Bonjour")
    return file


def _away():
    holder = make_reviewer()
    Absence.objects.create(user=holder, first_day=day(-1), last_day=day(1))
    return make_application(A.UNDER_REVIEW, holder=holder)


def _reserved(**columns):
    award = make_award(W.RESERVED)
    award.reservations.update(**columns)
    return award.application


def _appealed():
    file = make_application(A.REFUSED)
    make_appeal(file)
    return file


MADE = {
    "silence_over": lambda: make_application(silence_on=day(-1)),
    "late": lambda: make_application(A.UNDER_REVIEW, due_on=day(-1)),
    "silence_soon": lambda: make_application(A.AWAITING_VENDOR, silence_on=day(15)),
    "due_soon": lambda: make_application(A.ADMISSIBLE, due_on=day(7)),
    "appeal": _appealed,
    "to_decide": lambda: make_application(A.PROPOSED),
    "admissibility": lambda: make_application(A.SUBMITTED),
    "to_begin": lambda: make_application(A.ADMISSIBLE),
    "reviewing": lambda: make_application(A.UNDER_REVIEW),
    "answered": lambda: make_application(A.UNDER_REVIEW, round=2),
    "advised": _advised,
    "message": _written,
    "unheld": lambda: make_application(A.UNDER_REVIEW),
    "holder_away": _away,
    "vendor_late": lambda: make_application(A.AWAITING_VENDOR, answer_due_on=day(-1)),
    "advice_late": lambda: _consulted(due=-1),
    "reservation_over": lambda: _reserved(due_on=day(-1)),
    "reservation_answered": lambda: _reserved(answer="Fait.", answered_at=timezone.now()),
    "notice_over": lambda: make_award(W.SUSPENSION_NOTICE, notice_until=day(-1)).application,
    "reexamination": lambda: make_award(W.UNDER_REEXAMINATION).application,
    "awaiting": lambda: make_application(A.AWAITING_VENDOR),
    "consulted": _consulted,
    "expiring": lambda: make_award(valid_to=day(30)).application,
}


def test_every_reason_has_its_file():
    assert {cause.code for cause in CAUSES} == set(MADE)


@pytest.mark.parametrize("code", MADE)
def test_a_reason_is_the_same_as_a_filter_a_count_and_a_tag(code):
    file, today = MADE[code](), timezone.localdate()
    found = LabelApplication.objects.filter(review_desk.BY_CODE[code].condition(today))
    assert file in found
    assert review_desk.counts(LabelApplication.objects.all(), today)[code] == found.count()
    assert code in {cause.code for cause in review_desk.causes_of([file.pk], today)[file.pk]}


def test_a_file_in_time_and_in_hand_has_no_other_reason_than_its_state():
    quiet = make_application(A.UNDER_REVIEW, holder=make_reviewer())
    granted = make_award().application
    found = review_desk.causes_of([quiet.pk, granted.pk], timezone.localdate())
    assert [cause.code for cause in found[quiet.pk]] == ["reviewing"]
    assert found[granted.pk] == []


def test_pieces_that_lack_stop_the_clock_of_the_implicit_decision():
    file, today = make_application(A.AWAITING_VENDOR, silence_on=day(-1)), timezone.localdate()
    over = review_desk.BY_CODE["silence_over"]
    assert over in review_desk.causes_of([file.pk], today)[file.pk]
    file.questions.update(kind=Question.Kind.MISSING)
    assert over not in review_desk.causes_of([file.pk], today)[file.pk]


def test_an_answer_is_no_news_once_the_round_is_judged():
    file, today = make_application(A.UNDER_REVIEW, round=2), timezone.localdate()
    CriterionReview.objects.create(application=file, round=2, criterion="SE-01", verdict="conforme")
    codes = {cause.code for cause in review_desk.causes_of([file.pk], today)[file.pk]}
    assert "answered" not in codes


def test_the_queue_keeps_what_mission_label_has_to_do_the_most_urgent_first():
    label = make_label()
    later = make_application(A.UNDER_REVIEW, label=label, due_on=day(20))
    sooner = make_application(A.PROPOSED, label=label, due_on=day(3))
    legal = make_application(A.ADMISSIBLE, label=label, due_on=day(40), silence_on=day(1))
    make_application(A.AWAITING_VENDOR, label=label)
    make_application(A.WITHDRAWN, label=label)
    _consulted()
    today = timezone.localdate()
    rows = LabelApplication.objects.filter(review_desk.needing(today))
    assert list(review_desk.by_urgency(rows)) == [legal, sooner, later]


def test_who_has_a_conflict_or_is_only_consulted_sees_no_other_file():
    file, other = make_application(), make_application()
    reviewer, expert = make_reviewer(), make_expert()
    ConflictOfInterest.objects.create(user=reviewer, vendor=file.vendor, reason="Parent.")
    assert list(review_desk.files_for(reviewer)) == [other]
    assert not review_desk.files_for(expert).exists()
    Consultation.objects.create(
        application=other, theme="securite", expert=expert, question="?", due_on=day(5)
    )
    assert list(review_desk.files_for(expert)) == [other]


def test_the_load_of_each_says_who_is_late_and_who_is_away():
    busy, away = make_reviewer(), make_reviewer()
    make_application(A.UNDER_REVIEW, holder=busy, due_on=day(-1))
    make_application(A.AWAITING_VENDOR, holder=busy)
    Absence.objects.create(user=away, first_day=day(0), last_day=day(3), replaced_by=busy)
    with CaptureQueriesContext(connection) as queries:
        loads = {load.user: load for load in review_desk.workload(timezone.localdate())}
    assert len(queries) <= 4
    assert (loads[busy].held, loads[busy].late, loads[busy].waiting) == (2, 1, 1)
    assert (loads[away].away_until, loads[away].replacement) == (day(3), busy.get_full_name())
