"""One writer of an index at a time."""

import threading
import time

import pytest
from django.db import connection

from search.contract import EngineUnavailable
from search.locks import one_at_a_time

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine")]


def test_the_second_waits_for_the_first() -> None:
    seen: list[str] = []
    taken = threading.Event()

    def first() -> None:
        with one_at_a_time("embedded"):
            taken.set()
            time.sleep(0.3)
            seen.append("first")
        connection.close()

    other = threading.Thread(target=first)
    other.start()
    assert taken.wait(10)
    with one_at_a_time("embedded") as alone:
        seen.append("second")
    other.join()
    assert alone
    assert seen == ["first", "second"]


def test_nobody_waits_longer_than_told() -> None:
    with one_at_a_time("embedded"), one_at_a_time("embedded", wait=0.0) as alone:
        assert not alone


def test_a_mistake_gives_the_lock_back() -> None:
    with pytest.raises(ValueError, match="erreur"), one_at_a_time("embedded"):
        raise ValueError("erreur")
    with one_at_a_time("embedded", wait=0.0) as alone:
        assert alone


def test_each_index_has_its_own() -> None:
    with one_at_a_time("embedded"), one_at_a_time("other", wait=0.0) as alone:
        assert alone


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL needs no folder")
def test_a_folder_that_cannot_be_written_makes_the_engine_unavailable(tmp_path, settings) -> None:
    (tmp_path / "file").touch()
    settings.SEARCH = {**settings.SEARCH, "INDEX_DIR": tmp_path / "file" / "index"}
    with pytest.raises(EngineUnavailable), one_at_a_time("embedded"):
        pass
