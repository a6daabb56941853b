"""Bring the index up to date with the changes that wait."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from search.contract import EngineUnavailable
from search.indexing import drain, pending, queue_what_dates_changed

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Met l'index à jour des changements en attente, une fois, ou sans cesse avec --loop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="Recommence jusqu'à l'arrêt.")
        parser.add_argument(
            "--interval", type=float, default=1.0, help="Secondes entre deux passages (1)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            queue_what_dates_changed()
            self.stdout.write(f"Fiches rafraîchies : {drain()} ; en attente : {pending()}.")
            return
        self._loop(options["interval"])

    def _loop(self, interval: float) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        done, pause = 0, interval
        while not stop.is_set():
            close_old_connections()
            try:
                queue_what_dates_changed()
                done += drain()
                pause = interval
            except (EngineUnavailable, DatabaseError) as error:
                pause = min(pause * 2, 60)
                logger.warning("Index not refreshed, next try in %.0f s: %s", pause, error)
            except Exception:
                # The index must not stop for good because of one mistake of ours.
                pause = min(pause * 2, 60)
                logger.exception("Index not refreshed, next try in %.0f s", pause)
            stop.wait(pause)
        self.stdout.write(f"Arrêt demandé : {done} fiches rafraîchies.")
