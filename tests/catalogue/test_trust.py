"""What a claim is worth at a date."""

import datetime as dt

import pytest

from catalogue.cloud import Trust
from catalogue.trust import PROOF_FACET, TRUST_LABELS, trust

TODAY = dt.date(2026, 11, 22)
YESTERDAY = TODAY - dt.timedelta(days=1)
TOMORROW = TODAY + dt.timedelta(days=1)


def test_a_claim_that_nobody_checked_is_declared():
    assert trust(on=TODAY) is Trust.DECLARED


def test_evidence_justifies_without_verifying():
    assert trust(on=TODAY, has_evidence=True) is Trust.JUSTIFIED


def test_a_verification_counts_from_its_own_day():
    assert trust(on=TODAY, verified_on=TODAY) is Trust.VERIFIED
    assert trust(on=YESTERDAY, verified_on=TODAY, has_evidence=True) is Trust.JUSTIFIED


def test_a_verification_holds_on_its_last_day_and_not_on_the_next():
    facts = {"verified_on": YESTERDAY, "expires_on": TODAY}
    assert trust(on=TODAY, **facts) is Trust.VERIFIED
    assert trust(on=TOMORROW, **facts) is Trust.EXPIRED


def test_an_expired_declaration_is_expired_even_with_evidence():
    assert trust(on=TODAY, expires_on=YESTERDAY, has_evidence=True) is Trust.EXPIRED


def test_a_contest_is_said_before_anything_else():
    facts = {"verified_on": YESTERDAY, "contested_on": TODAY}
    assert trust(on=TODAY, **facts) is Trust.CONTESTED
    assert trust(on=TODAY, expires_on=YESTERDAY, **facts) is Trust.CONTESTED


def test_a_contest_to_come_changes_nothing_yet():
    assert trust(on=TODAY, verified_on=TODAY, contested_on=TOMORROW) is Trust.VERIFIED


@pytest.mark.parametrize("state", [Trust.CONTESTED, Trust.EXPIRED, Trust.DECLARED])
def test_the_search_counts_what_is_contested_or_expired_as_declared(state):
    assert PROOF_FACET[state] is Trust.DECLARED


def test_every_state_has_a_word():
    assert set(TRUST_LABELS) == set(Trust)
