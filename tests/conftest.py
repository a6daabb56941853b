"""What all tests share: markers, test databases, clean caches, the site, a fresh search engine."""

import gc
import math
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from catalogue import official, statistics
from catalogue.models import CataloguePage
from home import context_processors
from search import services
from search.contract import Engine
from search.services import forget_engines, get_engine
from tests.databases import PostgreSQLDatabase, SQLiteDatabase

# A shared machine is slow at times; in CI the same examples are tried at every run.
hypothesis.settings.register_profile("developer", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")

pytest_plugins = ["tests.opensearch.fixtures"]

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
BROWSER_FIXTURES = {"page", "context", "new_context", "browser"}
# What screens answer does not hang on the database; what services, queries and commands do, may.
SCREENS = re.compile(
    r"/(admin|browser|journeys|vendor_space)/"
    r"|/test_(admin\w*|exports|label_matrix|mails|presentation|proconnect\w*|second_factor|sign_up|uploads|"
    r"real_sill|views\w*|wagtail_hooks|whole_matrix)\.py"
)


@pytest.hookimpl(tryfirst=True)  # before -m chooses among the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        in_database = item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES
        if in_database and not SCREENS.search(item.path.as_posix()):
            item.add_marker("db")
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
            # One process collects the static files and starts Chromium, the others do the rest.
            item.add_marker(pytest.mark.xdist_group("browser"))


def pytest_collection_finish() -> None:
    # Thousands of tests stay in memory: the collector looks at them again and again for nothing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_unconfigure() -> None:
    # The settings of the tests put the media, the evidence and the index in one scratch folder.
    shutil.rmtree(Path(settings.MEDIA_ROOT).parent, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """Replace pytest-django's: copy a migrated template, and copy it again after a transaction."""
    if connection.vendor == "sqlite":
        database = SQLiteDatabase(scratch=tmp_path_factory.mktemp("database"))
    else:
        database = PostgreSQLDatabase()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.restore())
        with django_db_blocker.unblock():
            database.create()
        yield
        with django_db_blocker.unblock():
            database.drop()


@pytest.fixture(scope="session", autouse=True)
def _endless_periods() -> Iterator[None]:
    """Nothing is read anew because time passed: a period that ends amid a test adds queries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "VOCABULARY_SECONDS", math.inf)
        patch.setattr(official, "SECONDS", math.inf)
        patch.setattr(context_processors, "FLAG_SECONDS", math.inf)
        yield


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    yield
    cache.clear()
    statistics.forget()  # or a later test would write what this one counted


@pytest.fixture
def site(db) -> CataloguePage:
    """The node that holds the sheets, in the site that the template database was made with."""
    return CataloguePage.objects.get()


@pytest.fixture
def engine(db, tmp_path, settings) -> Iterator[Engine]:
    """The embedded engine on an empty folder of its own, in use for the time of the test."""
    settings.SEARCH = {**settings.SEARCH, "ENGINE": "embedded", "INDEX_DIR": tmp_path / "index"}
    forget_engines()
    yield get_engine()
    forget_engines()


@pytest.fixture
def outbox(django_capture_on_commit_callbacks):
    """What a call sends once it is committed, by address."""

    def sent(call, *args, **arguments):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            call(*args, **arguments)
        return {message.to[0]: message for message in mail.outbox}

    return sent
