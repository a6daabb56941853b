"""Figures of the desk: read from what happened, in few queries, however many files there are."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labelling import events
from labelling.figures import figures, months_of
from labelling.models import CriterionReview, LabelApplication, Question
from labelling.states import ApplicationState, AwardState, Role
from tests.labelling.labels import (
    labelled_sheet,
    make_appeal,
    make_application,
    make_award,
    make_label,
)

pytestmark = pytest.mark.usefixtures("site")
MARCH = [dt.date(2026, 3, 1)]
SPRING = months_of(dt.date(2026, 3, 1), dt.date(2026, 5, 1))
TODAY = timezone.localdate()


def at(month: int, day: int, hour: int = 12) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, month, day, hour))


@pytest.fixture
def label(site):
    return make_label()


def happened(application, *facts) -> LabelApplication:
    """Write these facts of a file, each a name and a moment; the first is its deposit."""
    for name, moment in facts:
        source = "draft" if name == "submit" else "proposed"
        events.record(
            application=application, name=name, by=None, role=Role.CLOCK, source=source, at=moment
        )
    LabelApplication.objects.filter(pk=application.pk).update(submitted_at=facts[0][1])
    return application


def test_what_came_in_and_out_is_counted_by_month(label):
    happened(make_application(label=label), ("submit", at(3, 1, 0)), ("grant", at(3, 31, 23)))
    happened(make_application(label=label), ("submit", at(3, 2)), ("lapse", at(5, 2)))
    happened(make_application(label=label), ("submit", at(2, 28, 23)), ("reject", at(4, 1, 0)))
    gone = make_application(ApplicationState.WITHDRAWN, label=label)
    events.record(
        application=gone, name="withdraw", by=None, role=Role.OWNER, source="draft", at=at(4, 3)
    )

    found = figures(SPRING, today=TODAY)

    assert found.by_month("submit") == [2, 0, 0]
    assert found.by_month("grant") == [1, 0, 0]
    assert found.by_month("reject") == [0, 1, 0]
    assert found.by_month("lapse") == [0, 0, 1]
    assert found.total("withdraw") == 0  # a draft that its company gave up never was an application
    assert figures(MARCH, today=TODAY).total("submit", "grant") == 3


def test_a_delay_leaves_out_the_days_that_the_vendor_had_the_ball(label):
    for days, due in ((10, dt.date(2026, 3, 5)), (20, dt.date(2026, 12, 1)), (40, None)):
        application = make_application(label=label)
        decided = at(3, 1) + dt.timedelta(days=days)
        happened(application, ("submit", at(3, 1)), ("refuse", decided))
        if due:
            LabelApplication.objects.filter(pk=application.pk).update(due_on=due)
        if days == 40:
            for asked, answered in (((3, 5), (3, 15)), ((4, 1), None)):
                question = Question.objects.create(
                    application=application, round=1, kind="precision", text="Et ?", due_on=TODAY,
                    answer="Oui" if answered else "", answered_at=answered and at(*answered),
                )  # fmt: skip
                Question.objects.filter(pk=question.pk).update(asked_at=at(*asked))

    found = figures(SPRING, today=TODAY)

    # 40 days, less 10 until the answer and 9 until the decision.
    assert sorted(delay.days for delay in found.delays) == [10, 20, 21]
    assert found.median_days == 20
    assert found.median_by_month() == [15, 21, None]
    assert found.late == 1


def test_a_file_reopened_by_an_appeal_has_one_delay_and_two_decisions(label):
    happened(
        make_application(label=label),
        ("submit", at(3, 1)),
        ("refuse", at(3, 11)),
        ("reopen", at(4, 11)),
        ("grant", at(5, 11)),
    )
    found = figures(SPRING, today=TODAY)
    assert found.total("refuse", "grant") == 2
    assert [delay.days for delay in found.delays] == [10]
    assert figures([dt.date(2026, 5, 1)], today=TODAY).delays == []


def test_refusals_count_once_a_theme_by_the_last_verdicts(label):
    application = make_application(ApplicationState.REFUSED, label=label)
    happened(application, ("submit", at(3, 1)), ("refuse", at(3, 11)))
    granted = make_application(label=label)
    happened(granted, ("submit", at(3, 1)), ("grant", at(3, 11)))
    for file, round_, criterion, verdict in (
        (application, 1, "SE-01", "non-conforme"),
        (application, 2, "SE-01", "conforme"),
        (application, 1, "DO-01", "non-conforme"),
        (granted, 1, "SE-01", "non-conforme"),
    ):
        CriterionReview.objects.create(
            application=file, round=round_, criterion=criterion, verdict=verdict, comment="Non."
        )
    themes = dict(figures(MARCH, today=TODAY).themes)
    definition = application.handover.assessment.version.definition
    title = next(theme.title for theme in definition.themes if theme.id == "donnees")
    assert themes == {title: 1}


def test_where_things_stand_today(label):
    late = make_application(label=label)
    LabelApplication.objects.filter(pk=late.pk).update(due_on=TODAY - dt.timedelta(days=1))
    waiting = make_application(ApplicationState.AWAITING_VENDOR, label=label)
    LabelApplication.objects.filter(pk=waiting.pk).update(due_on=TODAY - dt.timedelta(days=1))

    def award(state, **columns):
        granted = make_application(ApplicationState.GRANTED, label=label)
        return make_award(state, application=granted, **columns)

    award(AwardState.ACTIVE)
    award(AwardState.SUSPENSION_NOTICE)
    award(AwardState.SUSPENDED)
    award(AwardState.ABROGATION_NOTICE, before="suspended")
    award(AwardState.ABROGATED)
    ended = TODAY - dt.timedelta(days=1)  # `expire` has not run yet
    award(AwardState.ACTIVE, granted_on=ended - dt.timedelta(days=9), valid_to=ended)
    appealed = make_application(ApplicationState.REFUSED, label=label)
    make_appeal(appealed, opened_at=at(3, 9))
    done = make_application(ApplicationState.REFUSED, label=label)
    make_appeal(
        done, opened_at=at(2, 9), state="rejected", decided_at=at(3, 20), decision="Non fondé."
    )

    found = figures(MARCH, today=TODAY)

    assert found.files == {"submitted": 1, "awaiting_vendor": 1}
    assert found.late_files == 1
    assert found.awards == {
        "in_force": 2, "suspended": 2, "expired": 1, "superseded": 0, "abrogated": 1, "withdrawn": 0
    }  # fmt: skip
    assert found.appeals == {"opened": 1, "allowed": 0, "rejected": 1, "inadmissible": 0}


def test_more_files_ask_no_more_queries(label):
    def refused(count):
        for _ in range(count):
            file = make_application(
                ApplicationState.REFUSED, label=label, listing=labelled_sheet(label)
            )
            happened(file, ("submit", at(3, 1)), ("refuse", at(3, 9)))
            CriterionReview.objects.create(
                application=file, round=1, criterion="SE-01", verdict="non-conforme", comment="Non."
            )

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert figures(SPRING, today=TODAY).themes
        return len(seen)

    refused(1)
    few = queries()
    refused(5)
    assert queries() == few <= 12
