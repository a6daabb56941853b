"""Write down what time has ended: erased messages and counts, sheets that a date changed.

Companies that were registered while the public register was down are checked there as well.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.services import erase_stale
from catalogue.registration import check_registrations
from home.services import erase_old_messages
from search.empty_queries import erase_old_empty_queries
from search.indexing import queue_what_dates_changed


class Command(BaseCommand):
    help = (
        "Efface les messages traités depuis un an, les recherches sans résultat de plus de "
        "90 jours, les inscriptions jamais confirmées et les traces de sessions finies, vérifie au "
        "répertoire public les entreprises inscrites à la main, et signale à l'index les dates "
        "passées."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Dit ce qui serait fait.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        erased = erase_old_messages(now=timezone.now(), dry_run=dry_run)
        queries = erase_old_empty_queries(today=timezone.localdate(), dry_run=dry_run)
        accounts = erase_stale(now=timezone.now(), dry_run=dry_run)
        checked = check_registrations(dry_run=dry_run)
        if dry_run:
            self.stdout.write(
                f"À blanc : {erased} messages, {queries} recherches sans résultat et {accounts} "
                f"inscriptions ou sessions à effacer, {checked} entreprises à vérifier."
            )
            return
        changed = queue_what_dates_changed()
        self.stdout.write(
            f"{erased} messages effacés, {queries} recherches sans résultat effacées, "
            f"{accounts} inscriptions ou sessions effacées, {checked} entreprises "
            f"vérifiées, {changed} fiches à rafraîchir."
        )
