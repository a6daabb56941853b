"""Write down what time has ended: erased messages, sheets that a date changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from home.services import erase_old_messages
from search.services import queue_what_dates_changed


class Command(BaseCommand):
    help = "Efface les messages traités depuis un an et signale à l'index les dates passées."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Dit ce qui serait fait.")

    def handle(self, *args: Any, **options: Any) -> None:
        erased = erase_old_messages(now=timezone.now(), dry_run=options["dry_run"])
        if options["dry_run"]:
            self.stdout.write(f"À blanc : {erased} messages à effacer.")
            return
        changed = queue_what_dates_changed()
        self.stdout.write(f"{erased} messages effacés, {changed} fiches à rafraîchir.")
