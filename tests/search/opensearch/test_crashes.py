"""Servers that are killed: no committed change is lost, and of three nodes one is not missed."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from catalogue.models import SolutionPage
from search import indexing, services
from search.contract import EngineUnavailable, Query
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.opensearch.distribution import OPENSEARCH_3
from tests.opensearch.server import Server, call, cluster, wait_for_health
from tests.search.documents import sheet
from tests.search.opensearch.servers import engine_on
from tests.waiting import LONGEST, until

SHEETS = 30


class Drainer(threading.Thread):
    """What `sync_index --loop` does, without its pauses."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.drained = self.refused = 0
        self.over = threading.Event()

    def run(self) -> None:
        with closing(connection):
            while not self.over.is_set():
                try:
                    self.drained += indexing.drain()
                except EngineUnavailable:
                    self.refused += 1
                self.over.wait(0.02)


@contextmanager
def draining() -> Iterator[Drainer]:
    drainer = Drainer()
    drainer.start()
    try:
        yield drainer
    finally:
        drainer.over.set()
        drainer.join(LONGEST)


def retitle(page: SolutionPage, title: str) -> None:
    page.title = title
    page.save_revision().publish()


def committed() -> set[str]:
    return set(SolutionPage.objects.live().values_list("title", flat=True))


def indexed() -> set[str]:
    return {hit.card["name"] for hit in services.scan(Query())}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("opensearch_ready")
def test_every_committed_change_outlives_the_only_node(site, site_on, tmp_path: Path):
    with Server(OPENSEARCH_3, tmp_path / "node") as server:
        site_on(server.url)
        vendor = VendorFactory()
        pages = [make_sheet(f"Fiche {number}", vendor=vendor) for number in range(SHEETS)]
        indexing.rebuild()
        with draining() as drainer:
            for number, page in enumerate(pages):
                indexing.queue(None)  # all sheets are written again, and again
                retitle(page, f"Retouchée {number}")
                if number == SHEETS // 2:
                    until(lambda: drainer.drained > SHEETS)
                    server.kill()
            until(lambda: drainer.refused)
            make_sheet("Née pendant la panne", vendor=vendor)
            pages[0].unpublish()
            server.start()
            until(lambda: not indexing.pending())
        assert indexed() == committed()
        assert len(indexed()) == SHEETS
        assert {f"Retouchée {number}" for number in range(1, SHEETS)} < indexed()


@pytest.mark.usefixtures("opensearch_ready")
def test_one_node_of_three_is_not_missed(tmp_path: Path):
    with cluster(tmp_path / "trois") as servers:
        urls = [server.url for server in servers]
        engine = engine_on(*urls, alias="catalogue", replicas="1-all")
        engine.rebuild(sheet(f"Fiche {number}", words="courrier") for number in range(200))
        wait_for_health(urls[0], "green", nodes=3)
        failures: list[str] = []
        searched = [0, 0, 0, 0]
        over = threading.Event()

        def search(place: int) -> None:
            while not over.is_set():
                try:
                    assert engine.search(Query("courrier")).total == 200
                except (EngineUnavailable, AssertionError) as error:
                    failures.append(repr(error))
                searched[place] += 1

        threads = [threading.Thread(target=search, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: min(searched) > 5)
            primary = next(
                row
                for row in call(f"{urls[0]}/_cat/shards/catalogue-*?format=json")
                if row["prirep"] == "p"
            )["node"]
            servers[int(primary[1:]) - 1].kill()
            before = list(searched)
            until(lambda: all(now > then + 20 for now, then in zip(searched, before, strict=True)))
        finally:
            over.set()
            for thread in threads:
                thread.join(LONGEST)
        assert failures == []
        engine.upsert([sheet("Écrite à deux", words="courrier")])
        assert engine.search(Query("courrier")).total == 201
        engine.close()
