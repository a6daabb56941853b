"""WSGI entry point; production settings unless DJANGO_SETTINGS_MODULE says otherwise."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


def read_as_utf8(application: Application) -> Application:
    """Read every request as UTF-8, whatever charset its Content-Type names.

    Django decodes addresses and forms in that charset before any middleware runs, and some
    (`hex`, `rot13`) are no text encodings: each address would answer 500.
    """

    def read(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_TYPE"):
            environ["CONTENT_TYPE"] = _CHARSET.sub("", environ["CONTENT_TYPE"])
        return application(environ, start_response)

    return read


def without_body(application: Application) -> Application:
    """Send no body in answer to HEAD: Django writes one, and servers warn that they drop it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        close = getattr(body, "close", None)
        if close:
            close()
        return []

    return answer


application = without_body(read_as_utf8(get_wsgi_application()))
