"""The one reader of the environment. `.env.example` lists what it reads; `docs/` explains it."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the checkout."""

env = Env()
env.read_env(ROOT / ".env", recurse=False)


def path(name: str, default: str) -> Path:
    """A folder named by the environment; a relative one is below the checkout."""
    return ROOT / env.str(name, default)


def secret(name: str, *, debug: bool) -> str:
    """A secret that may be missing only while debugging.

    Raises `ImproperlyConfigured` with what to do when it is missing elsewhere.
    """
    value = env.str(name, "")
    if value:
        return value
    if debug:
        return f"insecure-{name.lower()}-for-debugging-only-never-in-production"
    raise ImproperlyConfigured(
        f"{name} is not set. Give it a long random value in the environment or in .env "
        "(python -c 'import secrets; print(secrets.token_urlsafe(50))'), "
        "or set DJANGO_DEBUG=1 on a development machine."
    )
