"""Every rule that the database keeps on labels, files, awards and events has a test that breaks it.

Services never write such rows; whoever would, by whatever path, is stopped here.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from labelling import events
from labelling.models import (
    Absence,
    Appeal,
    ConflictOfInterest,
    Consultation,
    Counter,
    CriterionReview,
    DeadlineShift,
    EventHead,
    LabelApplication,
    LabelEvent,
    Question,
    SavedFilter,
)
from labelling.states import ApplicationState, AwardState, Role
from tests.catalogue.people import person
from tests.labelling.labels import (
    delegate,
    make_appeal,
    make_application,
    make_award,
    make_label,
)

pytestmark = pytest.mark.usefixtures("site")
NOW, DAY = timezone.now(), dt.date(2026, 5, 1)
_S = ApplicationState


def twice(row: models.Model, **columns: Any) -> Callable[[], object]:
    """Store a row a second time, with other keys and these columns."""
    row.pk, row._state.adding = None, True
    for name, value in columns.items():
        setattr(row, name, value)
    return lambda: row.save(force_insert=True)


def now(row: models.Model, **columns: Any) -> Callable[[], object]:
    """Write columns, past every service."""
    return lambda: type(row)._base_manager.filter(pk=row.pk).update(**columns)


def absence() -> Absence:
    return Absence.objects.create(user=person(), first_day=DAY, last_day=DAY)


def review() -> CriterionReview:
    return CriterionReview.objects.create(
        application=make_application(), round=1, criterion="SE-01", verdict="conforme"
    )


def consultation() -> Consultation:
    return Consultation.objects.create(
        application=make_application(), theme="securite", expert=person(), due_on=DAY
    )


def question() -> Question:
    return make_application(_S.AWAITING_VENDOR).questions.get()


def reservation() -> models.Model:
    return make_award(AwardState.RESERVED).reservations.get()


def decided(**columns: Any) -> LabelApplication:
    return make_application(_S.REFUSED, **columns)


def second_draft() -> Callable[[], object]:
    first = make_application()
    return lambda: make_application(_S.DRAFT, label=first.label, listing=first.listing)


def second_award() -> Callable[[], object]:
    first = make_award()
    file = make_application(_S.GRANTED, label=first.label, listing=first.listing)
    return lambda: make_award(application=file)


def by_same(name: str, other: str, make: Callable[..., models.Model]) -> Callable[[], object]:
    """The same person in two places that exclude one another."""
    row, somebody = make(), person()
    return now(row, **{name: somebody, other: somebody})


VIOLATIONS: dict[str, Callable[[], Callable[[], object]]] = {
    "label_ends_after_it_begins": lambda: now(make_label(), valid_to=dt.date(2020, 1, 1)),
    "label_level_once": lambda: twice(make_label().levels.first()),
    "label_level_is_a_percentage": lambda: now(make_label().levels.first(), least_percent=101),
    "delegation_ends_after_it_begins": lambda: now(
        delegate(person(), make_label()), valid_to=dt.date(2020, 1, 1)
    ),
    "absence_ends_after_it_begins": lambda: now(absence(), last_day=dt.date(2020, 1, 1)),
    "absence_is_replaced_by_another": lambda: by_same("user", "replaced_by", absence),
    "label_filter_once_a_name": lambda: twice(
        SavedFilter.objects.create(user=person(), name="Mes dossiers", query="")
    ),
    "application_once_a_sheet_and_label": second_draft,
    "application_deposited_is_dated": lambda: now(make_application(), number=None),
    "application_waits_for_its_vendor_until_a_day": lambda: now(
        make_application(_S.AWAITING_VENDOR), answer_due_on=None
    ),
    "application_proposal_is_motivated": lambda: now(make_application(_S.PROPOSED), proposal=""),
    "application_decided_as_proposed": lambda: now(decided(), proposed_outcome="granted"),
    "application_decided_by_another": lambda: by_same("decided_by", "proposed_by", decided),
    "application_not_rejected_by_its_reviewer": lambda: by_same(
        "decided_by", "holder", lambda: decided(held_since=NOW)
    ),
    "application_decision_is_dated": lambda: now(decided(), decided_at=None),
    "application_adverse_decision_is_motivated": lambda: now(decided(), decision=""),
    "application_closed_is_dated": lambda: now(decided(), closed_at=None),
    "application_held_is_dated": lambda: now(make_application(), holder=person()),
    "question_answer_is_dated": lambda: now(question(), answer="Voici."),
    "question_waits_once_a_file": lambda: twice(question()),
    "criterion_reviewed_once_a_round": lambda: twice(review()),
    "criterion_review_against_is_motivated": lambda: now(review(), verdict="non-conforme"),
    "opinion_is_dated": lambda: now(consultation(), opinion="Favorable."),
    "consultation_waits_once_a_file": lambda: twice(consultation()),
    "conflict_declared_once": lambda: twice(
        ConflictOfInterest.objects.create(user=person(), vendor=make_application().vendor)
    ),
    "award_lives_once_a_sheet_and_label": second_award,
    "award_ends_after_it_begins": lambda: now(make_award(), valid_to=dt.date(2020, 1, 1)),
    "award_notice_is_dated_and_motivated": lambda: now(
        make_award(AwardState.SUSPENSION_NOTICE), notice_reason=""
    ),
    "award_reexamination_remembers_its_state": lambda: now(
        make_award(AwardState.UNDER_REEXAMINATION), before=""
    ),
    "award_loss_is_motivated": lambda: now(make_award(AwardState.SUSPENDED), reason=""),
    "award_end_is_dated": lambda: now(make_award(AwardState.EXPIRED), ended_on=None),
    "award_superseded_by_another": lambda: now(make_award(), replaced_by=make_award()),
    "award_loss_by_two_people": lambda: by_same("decided_by", "notice_by", make_award),
    "reservation_lifted_is_motivated": lambda: now(reservation(), lifted_at=NOW),
    "reservation_answer_is_dated": lambda: now(reservation(), answer="Fait."),
    "appeal_opened_once_a_file": lambda: twice(make_appeal(decided()), uid=uuid.uuid4()),
    "appeal_decided_by_a_third": lambda: by_same(
        "decided_by",
        "second_judge",
        lambda: make_appeal(decided(), state="rejected", decided_at=NOW, decision="Non."),
    ),
    "appeal_decision_is_dated_and_motivated": lambda: now(
        make_appeal(decided()), state="rejected", decided_at=NOW
    ),
    "appeal_against_an_award_names_it": lambda: now(make_appeal(decided()), against="suspension"),
    "appeal_inadmissible_is_late": lambda: now(
        make_appeal(decided()), state="inadmissible", decided_at=NOW, decision="Tard."
    ),
    "shift_moves_something": lambda: now(DeadlineShift.objects.create(days=1), days=0),
    "event_head_is_one": lambda: lambda: EventHead.objects.create(pk=2),
    "counter_once": lambda: twice(Counter.objects.create(series="D", year=2020)),
}
"""Name of each constraint → what breaks it, and it alone."""


def rules() -> Iterator[models.BaseConstraint]:
    """The constraints of the models of labels, files, awards and events."""
    for model in apps.get_app_config("labelling").get_models():
        if model.__module__.rpartition(".")[2] not in ("assessment", "referential"):
            yield from model._meta.constraints


def test_every_rule_has_a_row():
    assert {rule.name for rule in rules()} == set(VIOLATIONS)


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule.name)
def test_the_database_refuses_what_breaks_a_rule(rule):
    act = VIOLATIONS[rule.name]()
    # SQLite names the columns of a unique rule, not the rule.
    words = rule.name if isinstance(rule, models.CheckConstraint) else f"{rule.name}|UNIQUE"
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        act()


def test_neither_judge_decides_on_an_appeal():
    columns = {"state": "rejected", "decided_at": NOW, "decision": "Non."}
    act = by_same("decided_by", "first_judge", lambda: make_appeal(decided(), **columns))
    with pytest.raises(IntegrityError, match="appeal_decided_by_a_third"), transaction.atomic():
        act()
    assert Appeal.objects.get().decided_by is None


def test_an_event_is_never_edited_nor_deleted():
    event = events.record(application=make_application(), name="note", by=None, role=Role.CLOCK)
    for act in (
        event.save,
        event.delete,
        LabelEvent.objects.all().delete,
        lambda: LabelEvent.objects.update(comment="Autre."),
    ):
        with pytest.raises(TypeError, match="never"):
            act()
    assert events.verify() == []
