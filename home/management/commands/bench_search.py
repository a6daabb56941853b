"""Measure the search at several sizes, in a temporary folder and a temporary database.

Here and not in `search`: documents are those of the demo catalogue.
"""

import argparse
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tqdm import tqdm

from home.bare_search import bare_embedded
from home.demo.documents import generate_documents
from home.services import init_site
from search import services
from search.contract import Document, Engine, Query
from search.evaluation import read_judged_queries
from search.presentation import address

SIZES = (500, 10_000, 100_000)
MOST_DOCUMENTS = 1_000_000
SEARCHES = 200
PAGES = 60
BARE = {"embedded": bare_embedded}
FILTERS = (
    {},
    {"taille": ("pme",)},
    {"distribution": ("libre", "hybride")},
    {"taille": ("pme", "eti"), "moins-de-100k": ("1",)},
    {"cloud": ("conforme", "declare-conforme")},
    {"categorie": ("documents", "relation-usagers"), "deploiement": ("saas",)},
    {"origine": ("fr",), "hebergement": ("FR",)},
)


class Stopwatch:
    """Adds up how long a function takes, call after call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.milliseconds = 0.0

    def __call__(self, *args: Any) -> Any:
        started = time.perf_counter()
        try:
            return self._function(*args)
        finally:
            self.milliseconds += (time.perf_counter() - started) * 1000


def _documents(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DOCUMENTS:
        raise argparse.ArgumentTypeError(
            f"donnez un nombre de documents entre 1 et {MOST_DOCUMENTS} ; reçu : {text!r}"
        )
    return int(text)


class Command(BaseCommand):
    help = (
        "Mesure la recherche sur des fiches fictives : index, requêtes, page entière. Travaille "
        "dans un dossier et une base temporaires, sans toucher à ceux du site."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--documents",
            type=_documents,
            action="append",
            metavar="N",
            help=f"Taille de l'index, plusieurs fois au besoin ({', '.join(map(str, SIZES))}).",
        )

    def handle(self, *args: Any, documents: list[int] | None, **options: Any) -> None:
        self.stdout.write(
            f"{platform.machine()}, {os.cpu_count()} cœurs, Python {platform.python_version()}, "
            f"charge {os.getloadavg()[0]:.1f}. Comparez les chiffres d'une même exécution : d'une "
            "machine à l'autre, ou si elle est occupée, seuls les rapports tiennent."
        )
        with _temporary_database():
            for count in documents or SIZES:
                with _temporary_engine() as (engine, folder):
                    self._measure(count, engine, folder)

    def _measure(self, count: int, engine: Engine, folder: Path) -> None:
        self.stdout.write(f"\n{count} documents")
        names: list[str] = []
        made = Stopwatch(partial(next, generate_documents(count), None))

        def documents() -> Iterator[Document]:
            for at in tqdm(range(count), unit=" fiches", disable=None, file=self.stderr):
                document = made()
                if at % max(count // SEARCHES, 1) == 0:
                    names.append(document.text["name"])
                yield document

        # The time to index is that of the engine, without the demo's writer's.
        seconds = (_milliseconds(partial(engine.rebuild, documents())) - made.milliseconds) / 1000
        self.stdout.write(
            f"  {'index':<44}{seconds:>9.1f} s {_megabytes(folder):>9.1f} Mo "
            f"({count / seconds:.0f} fiches/s)"
        )
        texts = [query.text for query in read_judged_queries()]
        faceted = list(_queries(texts, SEARCHES))
        full = self._line("requête à facettes, texte et surlignage", engine.search, faceted)
        if bare_search := BARE.get(settings.SEARCH["ENGINE"]):
            bare = self._line(
                "  la même sans rien autour (voir la doc)", bare_search(engine), faceted
            )
            self.stdout.write(f"  {'  rapport des médianes':<44}{full / bare:>9.2f}")
        self._line("requête de filtres seuls", engine.search, list(_queries([""], SEARCHES)))
        prefixes = [name[: 2 + at % 4] for at, name in enumerate(names)]
        self._line("complétion", engine.autocomplete, prefixes)
        self._pages(engine, list(_queries(texts, PAGES, seed=2)))

    def _line(self, label: str, function: Callable[[Any], Any], questions: Sequence[Any]) -> float:
        function(questions[0])
        return self._write(label, [_milliseconds(partial(function, one)) for one in questions])

    def _write(self, label: str, durations: Sequence[float]) -> float:
        middle, late = median(durations), quantiles(durations, n=20)[-1]
        self.stdout.write(f"  {label:<44}{middle:>9.1f} ms médiane {late:>9.1f} ms p95")
        return middle

    def _pages(self, engine: Any, queries: Sequence[Query]) -> None:
        client = Client(headers={"host": "localhost"})
        watch = engine.search = Stopwatch(engine.search)
        cache.clear()
        with CaptureQueriesContext(connection) as sql:
            _fetch(client, queries[0])
        cold = len(sql)
        whole, rest, most = [], [], 0
        for query in queries:
            watch.milliseconds = 0.0
            with CaptureQueriesContext(connection) as sql:
                took = _milliseconds(partial(_fetch, client, query))
            whole.append(took)
            rest.append(took - watch.milliseconds)
            most = max(most, len(sql))
        self._write("page entière par Django", whole)
        self._write("page moins le moteur", rest)
        self.stdout.write(
            f"  {'requêtes SQL de la page':<44}{most:>9} au plus, {cold} la première fois"
        )


def _fetch(client: Client, query: Query) -> None:
    response = client.get(address(query))
    if response.status_code != 200:
        raise RuntimeError(f"{address(query)}: {response.status_code}")


def _queries(texts: Sequence[str], count: int, seed: int = 1) -> Iterator[Query]:
    """Queries that nobody repeats within a few: the engine remembers the last texts."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    order = list(texts)
    chance.shuffle(order)
    for at in range(count):
        yield Query(
            text=order[at % len(order)],
            filters=chance.choice(FILTERS),
            page=chance.choice((1, 1, 1, 2)),
        )


def _milliseconds(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return (time.perf_counter() - started) * 1000


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


@contextmanager
def _temporary_engine() -> Iterator[tuple[Engine, Path]]:
    with tempfile.TemporaryDirectory(prefix="catalogue-bench-") as name:
        folder = Path(name) / "index"
        with override_settings(SEARCH={**settings.SEARCH, "INDEX_DIR": folder}):
            services.forget_engines()
            try:
                yield services.get_engine(), folder
            finally:
                services.forget_engines()


@contextmanager
def _temporary_database() -> Iterator[None]:
    """A database made for the occasion, as for tests, with the site's first rows."""
    site = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        init_site()
        yield
    finally:
        connection.creation.destroy_test_db(site, verbosity=0)
