"""The tables of states: complete, and drawn in the documentation as they are."""

import pytest

from labelling import diagrams
from labelling.models import Appeal
from labelling.state_words import STATE_LABELS, Audience
from labelling.states import (
    DECIDED,
    FINAL,
    IN_FORCE,
    INITIAL,
    LIVING,
    OPEN,
    STATES,
    TRANSITIONS,
    ApplicationState,
    AwardState,
    Role,
    Subject,
    possible,
)

every_subject = pytest.mark.parametrize("subject", list(Subject))


@every_subject
def test_every_state_is_reached(subject):
    reached = {state for row in TRANSITIONS[subject] for state in row.targets}
    assert reached | set(INITIAL[subject]) == set(STATES[subject])


@every_subject
def test_every_state_is_left_unless_it_is_an_end(subject):
    left = {state for row in TRANSITIONS[subject] for state in row.sources}
    assert left | FINAL[subject] == set(STATES[subject])
    assert not left & FINAL[subject]


@every_subject
def test_every_transition_has_its_own_name_and_somebody_who_may_take_it(subject):
    rows = TRANSITIONS[subject]
    assert len({row.name for row in rows}) == len(rows)
    assert all(row.roles and row.sources and row.targets and row.label for row in rows)


@every_subject
def test_the_company_and_mission_label_have_words_for_every_state(subject):
    assert set(STATE_LABELS[subject]) == set(STATES[subject])
    for words in STATE_LABELS[subject].values():
        assert words[Audience.VENDOR]
        assert words[Audience.STAFF]


def test_the_public_has_words_for_every_state_of_an_award_and_for_no_open_application():
    awards, files = STATE_LABELS[Subject.AWARD], STATE_LABELS[Subject.APPLICATION]
    assert all(words[Audience.PUBLIC] for words in awards.values())
    assert not any(files[state][Audience.PUBLIC] for state in OPEN)


def test_the_public_is_told_nothing_of_a_notice():
    words = STATE_LABELS[Subject.AWARD]
    for state in (AwardState.SUSPENSION_NOTICE, AwardState.ABROGATION_NOTICE):
        assert words[state][Audience.PUBLIC] == words[AwardState.ACTIVE][Audience.PUBLIC]


def test_an_adverse_act_is_always_motivated():
    for rows in TRANSITIONS.values():
        for row in rows:
            assert row.needs_comment or not row.is_grave or Role.OWNER in row.roles, row.name


def test_a_company_withdraws_from_every_open_state():
    owner = frozenset({Role.OWNER})
    for state in OPEN:
        names = {row.name for row in possible(Subject.APPLICATION, state, owner)}
        assert "withdraw" in names


def test_no_role_of_the_review_leads_out_of_a_proposal():
    reviewing = frozenset({Role.REVIEWER, Role.HOLDER, Role.EXPERT})
    assert possible(Subject.APPLICATION, ApplicationState.PROPOSED, reviewing) == ()


def test_every_decision_by_two_people_leads_from_a_proposal():
    for row in TRANSITIONS[Subject.APPLICATION]:
        if set(row.targets) & set(DECIDED):
            assert row.sources == (ApplicationState.PROPOSED,)
            assert row.roles == (Role.DECIDER,)


def test_what_is_in_force_also_lives():
    assert set(IN_FORCE) < set(LIVING)


def test_whatever_may_be_appealed_against_has_a_way_back():
    reopened = next(row for row in TRANSITIONS[Subject.APPLICATION] if row.name == "reopen")
    restored = next(row for row in TRANSITIONS[Subject.AWARD] if row.name == "restore")
    assert set(reopened.sources) == {ApplicationState.INADMISSIBLE, ApplicationState.REFUSED}
    assert set(restored.sources) == {
        AwardState.RESERVED,
        AwardState.SUSPENDED,
        AwardState.ABROGATED,
        AwardState.WITHDRAWN,
    }
    # A level is raised where the award stands: no state changes.
    assert len(Appeal.Against.values) == len(reopened.sources) + len(restored.sources) + 1


def test_the_documentation_draws_the_tables_as_they_are():
    text = diagrams.PAGE.read_text(encoding="utf-8")
    assert diagrams.written(text) == text, "run: python -m labelling.diagrams"
