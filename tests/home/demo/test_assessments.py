"""The demo's self-assessments could have been written by people: they hold to the same rules."""

import datetime as dt

import pytest
from django.core.management import call_command

from catalogue.models import CataloguePage, Contest, Listing, Verification
from home.demo.assessments import DRAFTED, ONE_IN, load_assessments
from home.demo.loader import load_solutions
from home.demo.people import load_accounts
from home.demo.vendors import vendor_uid
from labelling.models import Answer, Result, SelfAssessment
from labelling.standing import standing_of

pytestmark = pytest.mark.django_db
SEED = 7
TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def catalogue(site) -> CataloguePage:
    load_accounts()
    load_solutions(parent=site, count=12, seed=SEED, today=TODAY)
    call_command("load_referentials", verbosity=0)
    return site


def test_one_sheet_in_three_is_assessed_and_a_second_run_adds_nothing(catalogue):
    made = load_assessments(SEED, today=TODAY)
    public = Listing.objects.public().count()
    assert public // ONE_IN <= made == Result.objects.count() <= public // ONE_IN + 2
    known = {
        model: model.objects.count() for model in (Answer, SelfAssessment, Verification, Contest)
    }
    assert load_assessments(SEED, today=TODAY) == 0
    assert {model: model.objects.count() for model in known} == known


def test_what_is_handed_in_lacks_nothing_and_the_next_sheet_waits_for_answers(catalogue):
    load_assessments(SEED, today=TODAY)
    own = SelfAssessment.objects.filter(listing__vendor__uid=vendor_uid(SEED, 0))
    handed = own.get(handovers__isnull=False)
    assert standing_of(handed).gaps == []
    assert {row.criterion for row in handed.answers.all()} == set(handed.handovers.get().answers)
    if draft := own.filter(handovers__isnull=True).first():
        assert draft.answers.count() == DRAFTED


def test_the_moderators_find_a_check_to_confirm_and_a_contest(catalogue):
    load_assessments(SEED, today=TODAY)
    assert Verification.objects.waiting().count() == 1
    assert Contest.objects.standing().filter(state=Contest.State.OPEN).count() == 1
