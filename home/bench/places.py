"""Temporary places: a database, an index folder or an index name, all gone at the end."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.test import override_settings

from home.services import init_site
from search import services
from search.contract import EngineUnavailable


@contextmanager
def temporary_database() -> Iterator[None]:
    """A database made for the occasion, as for tests, with the site's first rows."""
    site = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        init_site()
        yield
    finally:
        connection.creation.destroy_test_db(site, verbosity=0)


@contextmanager
def temporary_engine(name: str) -> Iterator[Any]:
    """An engine of its own: never the folder nor the index of the site's."""
    with tempfile.TemporaryDirectory(prefix="catalogue-bench-") as folder:
        alias = f"{settings.SEARCH['OPENSEARCH_INDEX']}-bench-{secrets.token_hex(4)}"
        own = {"ENGINE": name, "INDEX_DIR": Path(folder) / "index", "OPENSEARCH_INDEX": alias}
        with override_settings(SEARCH={**settings.SEARCH, **own}):
            services.forget_engines()
            engine: Any = services.get_engine()
            try:
                if name == "opensearch":
                    _require_server(engine, alias)
                yield engine
            finally:
                if name == "opensearch":
                    _remove(engine, alias)
                services.forget_engines()


def megabytes(engine: Any) -> float:
    """What the index of the engine in use takes on disk."""
    if settings.SEARCH["ENGINE"] == "opensearch":
        alias = settings.SEARCH["OPENSEARCH_INDEX"]
        stats = engine.client.raw("indices.stats", index=alias, metric="store")
        return stats["_all"]["primaries"]["store"]["size_in_bytes"] / 1e6
    files = settings.SEARCH["INDEX_DIR"].rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _require_server(engine: Any, alias: str) -> None:
    try:
        engine.client.named(f"{alias}*")
    except EngineUnavailable as error:
        raise CommandError(
            f"OpenSearch ne répond pas à l'adresse {', '.join(settings.SEARCH['OPENSEARCH_URL'])} "
            f"({error}). Lancez « make opensearch », ou donnez une autre adresse dans "
            "OPENSEARCH_URL."
        ) from error


def _remove(engine: Any, alias: str) -> None:
    """All indices whose name begins with ours: the engine's, one half made, the peer's."""
    try:
        for index in engine.client.named(f"{alias}*"):
            engine.client.remove(index)
    except EngineUnavailable:
        pass  # it never answered, or is gone: nothing can be removed
    engine.close()
