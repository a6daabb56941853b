"""How far the indexes are behind."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from search.models import IndexTarget, PendingDocument
from search.monitoring import index_states

pytestmark = pytest.mark.django_db


def pending(target: str, *, minutes_ago: int, due_in: int = 0) -> None:
    now = timezone.now()
    row = PendingDocument.objects.create(
        target=target,
        document=uuid.uuid4(),
        not_before=now + dt.timedelta(minutes=due_in),
    )
    made = now - dt.timedelta(minutes=minutes_ago)
    PendingDocument.objects.filter(pk=row.pk).update(created_at=made)


def test_nothing_is_known_of_an_index_never_built() -> None:
    pending("embedded", minutes_ago=1)
    assert index_states() == []


def test_each_index_tells_what_waits_and_since_when(settings, django_assert_num_queries) -> None:
    settings.SEARCH = {**settings.SEARCH, "ENGINE": "embedded"}
    for name in ("opensearch", "embedded"):
        IndexTarget.objects.create(name=name)
    pending("embedded", minutes_ago=3)
    pending("embedded", minutes_ago=2)
    with django_assert_num_queries(2):
        embedded, opensearch = index_states()
    assert (embedded.target, embedded.in_use, embedded.pending) == ("embedded", True, 2)
    assert embedded.lag.total_seconds() == pytest.approx(180, abs=30)
    assert (opensearch.target, opensearch.in_use, opensearch.pending) == ("opensearch", False, 0)
    assert opensearch.lag == dt.timedelta()


def test_a_sheet_that_waits_for_another_try_makes_no_lag() -> None:
    IndexTarget.objects.create(name="embedded")
    pending("embedded", minutes_ago=600, due_in=5)
    (state,) = index_states()
    assert state.pending == 1
    assert state.lag == dt.timedelta()
