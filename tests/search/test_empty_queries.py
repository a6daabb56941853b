"""Counting searches that find nothing: enough to learn words, never enough to know a person."""

import datetime as dt
import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from search import empty_queries
from search.empty_queries import count_empty_query, erase_old_empty_queries, looks_personal
from search.models import EmptyQuery

pytestmark = pytest.mark.django_db


def counted() -> dict[str, int]:
    return dict(EmptyQuery.objects.values_list("text", "count"))


def test_spellings_of_one_need_count_together_by_the_day() -> None:
    for text in ("Œnothèque", "oenotheque", "  OENOTHÈQUE ! ", "l'œnothèque"):
        count_empty_query(text=text)
    assert counted() == {"oenotheque": 4}
    assert EmptyQuery.objects.get().day == timezone.localdate()


def test_another_day_counts_apart() -> None:
    EmptyQuery.objects.create(
        text="oenotheque", day=timezone.localdate() - dt.timedelta(days=1), count=7
    )
    count_empty_query(text="oenotheque")
    assert sorted(EmptyQuery.objects.values_list("count", flat=True)) == [1, 7]


@pytest.mark.parametrize(
    "text",
    [
        "jeanne.exemple@commune.example",
        "jeanne＠commune",
        "123456",
        "dossier 2026001234",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "٠١٢٣٤٥",
        "1 85 07 75 123 456 78",
        "un deux trois quatre cinq six sept huit neuf",
    ],
)
def test_what_may_tell_of_a_person_is_never_kept(text: str) -> None:
    assert looks_personal(text)
    count_empty_query(text=text)
    assert counted() == {}


@pytest.mark.parametrize("text", ["iso 27001", "nis 2", "un deux trois quatre 5 6 7 8"])
def test_numbers_that_name_a_rule_are_words_like_others(text: str) -> None:
    count_empty_query(text=text)
    assert counted() == {text: 1}


@pytest.mark.parametrize("text", ["", "   ", "!!!", "«»", "\U0001f600"])
def test_what_holds_no_word_is_not_kept(text: str) -> None:
    count_empty_query(text=text)
    assert counted() == {}


def test_a_long_text_is_cut() -> None:
    count_empty_query(text=" ".join(["anticonstitutionnellement"] * 8))
    assert len(EmptyQuery.objects.get().text) <= 100


def test_nonsense_does_not_fill_the_table(monkeypatch) -> None:
    monkeypatch.setattr(empty_queries, "MOST_A_DAY", 2)
    for text in ("un", "deux", "trois", "un"):
        count_empty_query(text=text)
    assert counted() == {"un": 2, "deux": 1}


def test_it_costs_few_queries(django_assert_max_num_queries) -> None:
    count_empty_query(text="oenotheque")
    with django_assert_max_num_queries(6):
        count_empty_query(text="oenotheque")


def test_a_database_that_fails_is_left_alone(monkeypatch) -> None:
    def broken(*_args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(empty_queries, "_count", broken)
    count_empty_query(text="oenotheque")
    monkeypatch.undo()
    assert counted() == {}


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_makes_nobody_wait_nor_fail() -> None:
    count_empty_query(text="oenotheque")
    row = EmptyQuery.objects.get()
    taken, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            EmptyQuery.objects.filter(pk=row.pk).update(count=10)
            taken.set()
            release.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert taken.wait(10)
    began = time.monotonic()
    count_empty_query(text="oenotheque")
    took = time.monotonic() - began
    release.set()
    other.join()
    assert took < 1
    assert counted() == {"oenotheque": 10}
    # The connection is as patient as before.
    count_empty_query(text="oenotheque")
    assert counted() == {"oenotheque": 11}


@pytest.mark.django_db(transaction=True)
def test_searches_at_the_same_moment_are_all_counted() -> None:
    begin = threading.Barrier(4)

    def search() -> None:
        begin.wait(10)
        for _ in range(5):
            with transaction.atomic():
                empty_queries._count("oenotheque", timezone.localdate())
        connection.close()

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == {"oenotheque": 20}


def test_counts_are_erased_after_ninety_days() -> None:
    today = timezone.localdate()
    for days in (0, 90, 91, 400):
        EmptyQuery.objects.create(
            text=f"il y a {days}", day=today - dt.timedelta(days=days), count=1
        )
    assert erase_old_empty_queries(today=today, dry_run=True) == 2
    assert EmptyQuery.objects.count() == 4
    assert erase_old_empty_queries(today=today) == 2
    assert set(counted()) == {"il y a 0", "il y a 90"}
