"""Whole pages through Django's test client, and what of them is not the engine."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from home.bench.timing import Call, Report, Stopwatch
from search.contract import Query
from search.presentation import address


def page(query: Query) -> Call:
    """The call that fetches the page of a search."""
    return partial(_fetch, Client(headers={"host": "localhost"}), query)


def measure_pages(report: Report, engine: Any, queries: Sequence[Query]) -> None:
    """Write what pages take, with and without the engine, and how many SQL queries they make."""
    inside = engine.search = Stopwatch(engine.search)
    cache.clear()
    with CaptureQueriesContext(connection) as sql:
        page(queries[0])()
    cold = len(sql)
    whole, rest, computing, most = [], [], [], 0
    try:
        for query in queries:
            inside.milliseconds = inside.computing = 0.0
            fetch = Stopwatch(page(query))
            with CaptureQueriesContext(connection) as sql:
                fetch()
            whole.append(fetch.milliseconds)
            rest.append(fetch.milliseconds - inside.milliseconds)
            computing.append(fetch.computing - inside.computing)
            most = max(most, len(sql))
    finally:
        del engine.search
    report.durations("page entière par Django", whole)
    report.durations("page moins le moteur", rest)
    report.durations("  dont calcul, sans les attentes", computing)
    report.line("requêtes SQL de la page", f"{most:>9} au plus, {cold} la première fois")
    if inside.failures:
        report.line("pages rendues sans le moteur", f"{inside.failures:>9} (chiffres faussés)")


def _fetch(client: Client, query: Query) -> None:
    response = client.get(address(query))
    if response.status_code != 200:
        raise RuntimeError(f"{address(query)}: {response.status_code}")
