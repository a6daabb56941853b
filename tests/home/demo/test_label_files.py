"""The demo's label files are led by the services, so that they are as real ones would be."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from home.demo import assessments
from home.demo.companies import load_companies
from home.demo.label_files import STORIES, load_label_files, remove_label_files
from home.demo.loader import load_solutions
from home.demo.people import load_accounts
from labelling import events
from labelling.models import Appeal, Award, LabelApplication, LabelEvent, Letter
from labelling.states import AwardState
from tests.labelling.labels import make_application

pytestmark = pytest.mark.django_db
SEED = 7
TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def loaded(site, monkeypatch) -> int:
    """A small catalogue of which every assessed sheet may apply, so that every story is told."""
    monkeypatch.setattr(assessments, "AIMING", 1.0)
    load_accounts()
    load_solutions(parent=site, count=60, seed=SEED, today=TODAY)
    call_command("load_referentials", verbosity=0)
    load_companies(SEED)
    assessments.load_assessments(SEED, today=TODAY)
    return load_label_files(SEED, today=TODAY)


def test_every_story_is_told_in_the_past_and_the_files_go_as_a_whole(loaded):
    assert loaded == LabelApplication.objects.count() == len(STORIES)
    states = set(Award.objects.values_list("state", flat=True))
    assert {AwardState.ACTIVE, AwardState.RESERVED, AwardState.SUSPENDED} <= states
    assert Appeal.objects.open().count() == 1
    assert events.verify() == []
    assert load_label_files(SEED, today=TODAY) == 0
    days = {one.date() for one in LabelEvent.objects.values_list("at", flat=True)}
    assert len(days) > 5
    assert max(days) <= TODAY
    letter = Letter.objects.first()
    remove_label_files()
    assert not LabelApplication.objects.exists()
    assert not letter.file.storage.exists(letter.file.name)
    assert events.verify() == []


def test_a_real_company_keeps_what_happened_to_it(site):
    application = make_application()
    application.vendor.is_fictitious = False
    application.vendor.save()
    with pytest.raises(CommandError, match="réelles"):
        remove_label_files()
    assert LabelApplication.objects.filter(pk=application.pk).exists()
