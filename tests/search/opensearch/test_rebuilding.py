"""Rebuilding while visitors search and editors write: no error, no gap, nothing lost, nothing stale.

REBUILD_DOCUMENTS=100000 in the environment makes the big one as big as asked for (800 by default).
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from django.db import connection

from catalogue.models import SolutionPage
from home.demo.documents import generate_documents
from search import indexing, services
from search.contract import Document, Query, Vocabulary
from search.engines.opensearch import OpenSearchEngine
from search.engines.opensearch.client import Address, Client
from search.facets import FACETS
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.search.opensearch.servers import indices

DOCUMENTS = int(os.environ.get("REBUILD_DOCUMENTS", "800"))
SEARCHERS = 4
PAUSE = 0.05
"""Seconds between what a client does and does next: all share this process."""
QUERIES = ("", "gestion", "signature électronique", "parafeur")


class Clients:
    """Threads that do something again and again until the end; the first error is the test's."""

    def __init__(self) -> None:
        self.done = 0
        self.errors: list[BaseException] = []
        self.over = threading.Event()

    def again(self, work: Callable[[], None]) -> None:
        with closing(connection):
            while not self.over.is_set():
                try:
                    work()
                    self.done += 1
                    time.sleep(PAUSE)
                except BaseException as error:  # noqa: BLE001  (told by the test)
                    self.errors.append(error)
                    return


@contextmanager
def clients(*works: Callable[[], None]) -> Iterator[Clients]:
    running = Clients()
    threads = [threading.Thread(target=running.again, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.over.set()
        for thread in threads:
            thread.join(60)
    assert running.errors == []


def edition(document: Document, number: int) -> Document:
    """A later version of a document; its name tells which."""
    name = f"Fiche {document.id[:8]} édition {number}"
    return replace(
        document,
        text={**document.text, "name": name},
        card={**document.card, "edition": number},
    )


class Editor:
    """Changes sheets one after the other, and remembers which generations have still to hear it."""

    def __init__(self, engine: OpenSearchEngine, documents: list[Document]) -> None:
        self.engine = engine
        self.documents = documents
        self.editions: dict[str, int] = {}
        self.waiting: dict[str, Document] = {}
        self.writing = threading.Lock()

    def write(self) -> None:
        number = len(self.editions)
        document = edition(self.documents[number * 7 % len(self.documents)], number)
        with self.writing:
            self.engine.upsert([document])
            self.editions[document.id] = number
            self.waiting[document.id] = document

    def replay(self, generation) -> None:
        waiting, self.waiting = self.waiting, {}
        generation.upsert(list(waiting.values()))


@pytest.fixture
def big(opensearch_3: str, opensearch_index: str, django_db_setup, django_db_blocker):
    """An engine as the site has it, and many documents."""
    client = Client(Address((opensearch_3,)))
    engine = OpenSearchEngine(client, FACETS, Vocabulary, alias=opensearch_index, replicas="false")
    with django_db_blocker.unblock():
        documents = list(generate_documents(DOCUMENTS))
    yield engine, documents
    engine.close()


def test_many_sheets_while_clients_search_and_one_writes(big):
    engine, documents = big
    assert len(documents) == DOCUMENTS
    engine.rebuild(documents)
    editor = Editor(engine, documents)

    def search() -> None:
        for text in QUERIES:
            results = engine.search(Query(text))
            assert results.total == DOCUMENTS if not text else results.total > 0

    with clients(*[search] * SEARCHERS, editor.write) as running:
        before = running.done
        generation = engine.generation()
        assert generation.fill(documents) == DOCUMENTS
        editor.replay(generation)  # most of it, while the others go on
        with editor.writing:
            editor.replay(generation)
            generation.publish()
            expected = dict(editor.editions)
            assert editions(engine) == expected
        assert running.done > before
        time.sleep(0.5)
    assert editions(engine) == editor.editions
    assert len(expected) > 5
    assert engine.search(Query()).total == DOCUMENTS
    assert indices(engine) == engine.client.behind(engine.alias)
    assert len(indices(engine)) == 1


def editions(engine: OpenSearchEngine) -> dict[str, int]:
    """Id → edition of all sheets that were changed, as the index knows them."""
    cards = {hit.id: hit.card for hit in engine.scan(Query("édition", hits_only=True))}
    return {id: card["edition"] for id, card in cards.items() if "edition" in card}


@pytest.mark.django_db(transaction=True)
def test_the_site_s_index_while_visitors_search_and_an_editor_publishes(
    site, site_on, opensearch_3: str
):
    engine: OpenSearchEngine = site_on(opensearch_3)
    vendor = VendorFactory()
    pages = [make_sheet(f"Fiche {number}", vendor=vendor) for number in range(40)]
    indexing.rebuild()
    before = indices(engine)
    published = iter(range(10_000))

    def search() -> None:
        assert services.search(Query()).total == len(pages)
        assert services.search(Query("fiche")).total == len(pages)

    def publish() -> None:
        number = next(published)
        page = SolutionPage.objects.get(pk=pages[number % len(pages)].pk)
        page.title = f"Fiche retouchée {number}"
        page.save_revision().publish()

    def slowly(stream: Iterable[Document]) -> Iterator[Document]:
        for document in stream:
            time.sleep(0.02)
            yield document

    with clients(*[search] * SEARCHERS, publish, lambda: bool(indexing.drain())) as running:
        assert indexing.rebuild(progress=slowly) == len(pages)
        assert running.done > SEARCHERS
    indexing.drain()
    assert indexing.pending() == 0
    titles = set(SolutionPage.objects.live().values_list("title", flat=True))
    assert {hit.card["name"] for hit in services.scan(Query())} == titles
    assert any("retouchée" in title for title in titles)
    assert len(indices(engine)) == 1
    assert indices(engine) != before
