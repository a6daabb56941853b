"""Chromium on the site as production serves it: collected, hashed and compressed static files."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import ConsoleMessage, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from tests.missing import missing

# Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# A shared machine is slow at times: what a test waits for may take that long, in milliseconds.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the distribution's Chromium: Playwright downloads nothing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("Chromium is not installed: `make chromium`, or your system's package manager.")
    # Chromium's own sandbox cannot start inside a container.
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture(scope="session")
def static_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the static files are collected, once a session."""
    folder = tmp_path_factory.mktemp("static")
    with production_assets(folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="session")
def live_server(static_folder: Path) -> Iterator[LiveServer]:
    """Replace pytest-django's: WhiteNoise serves the static files, as in production."""
    with production_assets(static_folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.testcases._StaticFilesHandler", lambda application: application)
        server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def console_errors() -> list[str]:
    """What the browser complained of; a test that provokes an error on purpose clears it."""
    return []


@pytest.fixture
def page(
    page: Page, live_server: LiveServer, static_folder: Path, console_errors: list[str]
) -> Iterator[Page]:
    """A page whose console must stay clean and which may ask nobody but the site."""
    watch(page, live_server.url, console_errors)
    with production_assets(static_folder):
        yield page
    assert not console_errors


def watch(page: Page, home: str, errors: list[str]) -> None:
    """Write down what the console of a page says, and whom it asks that is not the site."""

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url', '')})")

    def see(request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(home):
            errors.append(f"request to a third party: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", see)


def production_assets(folder: Path) -> override_settings:
    """Settings under which pages name the static files collected in `folder`."""
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    return override_settings(
        STATIC_ROOT=folder,
        STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": backend}},
    )
