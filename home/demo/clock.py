"""Another day for the time of a block: the demo lives its past through the services themselves."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone


@contextmanager
def on(day: dt.date, hour: int = 10) -> Iterator[None]:
    """Let everything within believe that it is that day. For a command alone in its process."""
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
    with mock.patch.object(timezone, "now", return_value=moment):
        yield
