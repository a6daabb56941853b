"""Build the index anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalogue.models import Listing
from search.contract import EngineUnavailable
from search.engines import ENGINES
from search.indexing import RebuildFailed, pending, rebuild


class Command(BaseCommand):
    help = "Reconstruit l'index de recherche et tire un nouvel ordre neutre ; l'ancien sert jusqu'au bout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--engine", choices=sorted(ENGINES), help="Moteur (celui des réglages)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        total = Listing.objects.public().count()

        def progress(stream: Any) -> Any:
            return tqdm(stream, total=total, unit=" fiches", disable=None, file=self.stderr)

        try:
            count = rebuild(options["engine"], progress=progress)
        except (EngineUnavailable, RebuildFailed) as error:
            raise CommandError(
                f"Index non reconstruit, l'ancien sert toujours : {error}"
            ) from error
        waiting = pending(options["engine"])
        later = f" En attente : {waiting}." if waiting else ""
        self.stdout.write(f"Index reconstruit : {count} fiches.{later}")
