"""Measure the search at several sizes, in temporary places.

Here and not in `search`: documents are those of the demo catalogue.
"""

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from home.bench.bare import BareEmbedded
from home.bench.pages import measure_pages, page
from home.bench.peer import MOST_DOCUMENTS as MOST_OF_PEER
from home.bench.peer import WagtailPeer
from home.bench.places import megabytes, temporary_database, temporary_engine
from home.bench.questions import judged_texts, mistyped_texts, queries
from home.bench.raw import RawOpenSearch
from home.bench.timing import Call, Report, Stopwatch, milliseconds, side_by_side, under_load
from home.demo.documents import generate_documents
from search.contract import Document, Query
from search.engines import ENGINES

SIZES = (500, 10_000, 100_000)
MOST_DOCUMENTS = 1_000_000
SEARCHES = 200
LOADED = 96
PAGES = 60
CLIENTS = (1, 16)
MOST_CLIENTS = 64
YARDSTICKS: dict[str, Any] = {"embedded": BareEmbedded, "opensearch": RawOpenSearch}


def _number(most: int, of: str) -> Any:
    def number(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                f"donnez un nombre de {of} entre 1 et {most} ; reçu : {text!r}"
            )
        return int(text)

    return number


class Command(BaseCommand):
    help = (
        "Mesure la recherche sur des fiches fictives : index, requêtes, page entière. Travaille "
        "dans une base et un index temporaires, sans toucher à ceux du site."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--documents",
            type=_number(MOST_DOCUMENTS, "documents"),
            action="append",
            metavar="N",
            help=f"Taille de l'index, plusieurs fois au besoin ({', '.join(map(str, SIZES))}).",
        )
        parser.add_argument(
            "--engine",
            action="append",
            choices=sorted(YARDSTICKS.keys() & ENGINES),
            help="Moteur à mesurer, plusieurs fois au besoin (celui des réglages).",
        )
        parser.add_argument(
            "--clients",
            type=_number(MOST_CLIENTS, "clients"),
            action="append",
            metavar="N",
            help=f"Clients à la fois, plusieurs fois au besoin ({', '.join(map(str, CLIENTS))}).",
        )

    def handle(
        self,
        *args: Any,
        documents: list[int] | None,
        engine: list[str] | None,
        clients: list[int] | None,
        **options: Any,
    ) -> None:
        self.stdout.write(
            f"{platform.machine()}, {os.cpu_count()} cœurs, Python {platform.python_version()}, "
            f"charge {os.getloadavg()[0]:.1f}. Comparez les chiffres d'une même exécution : d'une "
            "machine à l'autre, ou si elle est occupée, seuls les rapports tiennent."
        )
        report = Report(self.stdout.write)
        with temporary_database():
            for count in documents or SIZES:
                for name in engine or [settings.SEARCH["ENGINE"]]:
                    report.title(f"{count} documents, moteur {name}")
                    with temporary_engine(name) as own:
                        names = self._index(report, own, count)
                        _Measures(report, own, name).all(names, count, clients or CLIENTS)

    def _index(self, report: Report, engine: Any, count: int) -> list[str]:
        """Fill an index; gives some of the names in it."""
        names: list[str] = []
        made = Stopwatch(partial(next, generate_documents(count), None))

        def documents() -> Iterator[Document]:
            for at in tqdm(range(count), unit=" fiches", disable=None, file=self.stderr):
                document = made()
                if at % max(count // SEARCHES, 1) == 0:
                    names.append(document.text["name"])
                yield document

        # The time to index is that of the engine, without the demo's writer's.
        seconds = (milliseconds(partial(engine.rebuild, documents())) - made.milliseconds) / 1000
        report.line(
            "index",
            f"{seconds:>9.1f} s {megabytes(engine):>9.1f} Mo ({count / seconds:.0f} fiches/s)",
        )
        return names


class _Measures:
    """All that is measured of a filled index."""

    def __init__(self, report: Report, engine: Any, name: str) -> None:
        self._report = report
        self._engine = engine
        self._name = name
        self._yardstick = YARDSTICKS[name](engine)

    def all(self, names: Sequence[str], count: int, clients: Sequence[int]) -> None:
        """Write every line; `names` are some of those in the index."""
        asked = list(queries(judged_texts(), SEARCHES))
        several = {at for at, one in enumerate(asked) if self._yardstick.requests(one) > 1}
        texts = [one for at, one in enumerate(asked) if at not in several]
        guessed = [asked[at] for at in sorted(several)]
        filters = list(queries([""], SEARCHES))
        self._searches("texte et filtres", texts)
        self._searches("filtres seuls", filters)
        mistyped = list(queries(mistyped_texts(), max(SEARCHES // 4, 2)))
        self._searches("mots inconnus ou mal tapés", [*guessed, *mistyped])
        self._completions([name[: 2 + at % 4] for at, name in enumerate(names)])
        for number in clients:
            self._load("texte et filtres", texts[:LOADED], number)
            self._load("filtres seuls", filters[:LOADED], number)
        pages = [*texts[: PAGES // 2], *filters[: PAGES - PAGES // 2]]
        measure_pages(self._report, self._engine, pages)
        for number in clients:
            # A search that finds nothing is counted in the database, which few can write at once.
            found = [page(one) for one in pages if self._engine.search(one).total]
            if found:
                taken, rate = under_load(found, number)
                self._report.durations(f"page entière, {_clients(number)}", taken, rate)
        if self._name == "opensearch" and count <= MOST_OF_PEER:
            self._peer(count, texts, filters)

    def _search(self, query: Query) -> Call:
        return partial(self._engine.search, query)

    def _searches(self, label: str, asked: Sequence[Query]) -> None:
        if len(asked) < 2:
            return
        bare, full = side_by_side(asked, self._yardstick.searching, self._search)
        self._report.durations(f"{label} : moteur", full)
        self._report.durations(f"  {self._yardstick.label}", bare)
        self._report.compared(bare, full)

    def _completions(self, prefixes: Sequence[str]) -> None:
        ways = [lambda prefix: partial(self._engine.autocomplete, prefix)]
        if self._yardstick.completing(prefixes[0]):
            ways.append(self._yardstick.completing)
        full, *bare = side_by_side(prefixes, *ways)
        self._report.durations("complétion : moteur", full)
        if bare:
            self._report.durations(f"  {self._yardstick.label}", bare[0])
            self._report.compared(bare[0], full)

    def _load(self, label: str, asked: Sequence[Query], clients: int) -> None:
        for what, way in (("moteur", self._search), ("brut", self._yardstick.searching)):
            taken, rate = under_load([way(one) for one in asked], clients)
            self._report.durations(f"{label} : {what}, {_clients(clients)}", taken, rate)

    def _peer(self, count: int, texts: Sequence[Query], filters: Sequence[Query]) -> None:
        peer = WagtailPeer()
        try:
            peer.fill(generate_documents(count))
            for label, asked in (("texte et filtres", texts), ("filtres seuls", filters)):
                theirs, ours = side_by_side(asked[:PAGES], peer.searching, self._search)
                self._report.durations(f"Wagtail, facette par facette : {label}", theirs)
                self._report.durations("  notre moteur sur les mêmes", ours)
                self._report.compared(theirs, ours)
        finally:
            peer.remove()


def _clients(number: int) -> str:
    return f"{number} client{'s' if number > 1 else ''}"
