"""The one function that changes states: locked, checked, chained, told."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.services import Refused
from catalogue.models import SheetEvent
from catalogue.signals import document_changed
from labelling import events, procedure
from labelling.models import LabelApplication, LabelEvent
from labelling.states import ApplicationState, AwardState, Role
from tests.labelling.labels import (
    make_application,
    make_award,
    make_decider,
    make_label,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")


def test_a_transition_writes_the_state_and_one_event():
    reviewer = make_reviewer()
    application = make_application(holder=reviewer)

    admitted = procedure.apply(thing=application, name="admit", by=reviewer)

    assert admitted.state == ApplicationState.ADMISSIBLE
    event = LabelEvent.objects.get()
    assert (event.name, event.source, event.target) == ("admit", "submitted", "admissible")
    assert (event.actor_id, event.actor_role) == (reviewer.pk, Role.HOLDER)


def test_who_does_not_hold_the_file_is_told_to_take_it():
    application = make_application()

    with pytest.raises(PermissionDenied, match="Prenez d'abord"):
        procedure.apply(thing=application, name="admit", by=make_reviewer())

    assert not LabelEvent.objects.exists()


def test_who_comes_second_is_told_the_state_that_the_first_led_to():
    label = make_label()
    first, second = make_decider(label), make_decider(label)
    application = make_application(ApplicationState.PROPOSED, label=label)
    late = LabelApplication.objects.get(pk=application.pk)
    procedure.apply(thing=application, name="send_back", by=first, comment="À revoir.")

    with pytest.raises(Refused, match="En instruction"):
        procedure.apply(thing=late, name="send_back", by=second, comment="À revoir.")


def test_a_motive_is_asked_for_where_the_table_says_so():
    label = make_label()
    application = make_application(ApplicationState.PROPOSED, label=label)

    with pytest.raises(Refused, match="Écrivez pourquoi"):
        procedure.apply(thing=application, name="send_back", by=make_decider(label), comment=" ")


def test_nothing_is_written_when_what_goes_with_a_transition_is_refused():
    reviewer = make_reviewer()
    application = make_application(holder=reviewer)

    def refuse(_row: LabelApplication) -> None:
        raise Refused("Non.")

    with pytest.raises(Refused):
        procedure.apply(thing=application, name="admit", by=reviewer, change=refuse)

    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    assert not LabelEvent.objects.exists()


def test_a_decider_whose_delegation_is_over_decides_no_more():
    label = make_label()
    application = make_application(ApplicationState.PROPOSED, label=label)
    with pytest.raises(PermissionDenied, match="délégation"):
        procedure.apply(thing=application, name="send_back", by=make_decider(), comment="Non.")


def test_a_suspension_is_told_to_the_index_and_to_the_public_log():
    award = make_award()
    decider = make_decider(award.label)
    told = []
    document_changed.connect(lambda uids, **_: told.extend(uids), weak=False, dispatch_uid="test")

    def because(row):
        row.reason = "Fuite de données."

    procedure.apply(
        thing=award, name="suspend_urgently", by=decider, comment="Fuite.", change=because
    )

    document_changed.disconnect(dispatch_uid="test")
    assert award.listing.uid in told
    assert "Suspendu" in award.listing.events.get(kind=SheetEvent.Kind.LABEL).detail


def test_a_notice_that_is_dropped_leads_back_to_the_state_before_it():
    award = make_award(AwardState.SUSPENSION_NOTICE, before=AwardState.RESERVED)

    dropped = procedure.apply(
        thing=award, name="drop_suspension", by=make_decider(award.label), comment="Réglé."
    )

    assert dropped.state == AwardState.RESERVED
    assert dropped.notice_reason == ""


@pytest.mark.parametrize("state", list(ApplicationState))
def test_a_file_can_stand_in_every_state(state):
    assert make_application(state).state == state


@pytest.mark.parametrize("state", list(AwardState))
def test_an_award_can_stand_in_every_state(state):
    assert make_award(state).state == state


def test_the_chain_holds_and_shows_the_event_that_was_altered():
    reviewer = make_reviewer()
    for _ in range(3):
        procedure.apply(thing=make_application(holder=reviewer), name="admit", by=reviewer)
    assert events.verify() == []

    LabelEvent.objects.filter(position=2)._raw_delete(using="default")

    assert [fault.position for fault in events.verify()] == [2, 3]
