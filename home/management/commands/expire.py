"""Write down what time has ended: erased messages and counts, transfers nobody answered, dates.

Verifications that ended, contests that became public and deadlines of labels are told.
Companies that were registered while the public register was down are checked there as well.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.services import erase_stale
from catalogue import expiring
from catalogue.exchanges import erase_old_exchanges
from catalogue.registration import check_registrations
from catalogue.reporting import erase_old_reports
from catalogue.statistics import erase_old_counts
from catalogue.transfers import lapse
from catalogue.uses import erase_old_uses
from home.services import erase_old_messages
from labelling.lapsing import Passed, what_time_did
from search.empty_queries import erase_old_empty_queries
from search.indexing import queue_what_dates_changed
from sourcing.services import erase_old_requests


class Command(BaseCommand):
    help = (
        "Efface les messages traités depuis un an, les signalements et les demandes de "
        "recommandation clos depuis un an, les échanges clos et les utilisations retirées depuis un "
        "an, les recherches sans résultat de plus de "
        "90 jours, la fréquentation des fiches de plus de 25 mois, les inscriptions jamais confirmées et les traces de sessions finies, clôt les cessions sans "
        "réponse depuis trente jours, vérifie au répertoire public les entreprises inscrites à la "
        "main, écrit les vérifications échues et les contestations devenues publiques, clôt les demandes "
        "de label restées sans réponse, suspend les labels dont une réserve n'est pas levée, constate "
        "ceux qui expirent, avertit de ces échéances, et signale à l'index les dates passées."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Dit ce qui serait fait.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        erased = erase_old_messages(now=timezone.now(), dry_run=dry_run)
        reports = erase_old_reports(now=timezone.now(), dry_run=dry_run)
        requests = erase_old_requests(now=timezone.now(), dry_run=dry_run)
        exchanges = erase_old_exchanges(now=timezone.now(), dry_run=dry_run)
        uses = erase_old_uses(now=timezone.now(), dry_run=dry_run)
        queries = erase_old_empty_queries(today=timezone.localdate(), dry_run=dry_run)
        counts = erase_old_counts(today=timezone.localdate(), dry_run=dry_run)
        lapsed = lapse(now=timezone.now(), dry_run=dry_run)
        accounts = erase_stale(now=timezone.now(), dry_run=dry_run)
        checked = check_registrations(dry_run=dry_run)
        claims = expiring.claims_that_ended(today=timezone.localdate(), dry_run=dry_run)
        labels = what_time_did(today=timezone.localdate(), dry_run=dry_run)
        if dry_run:
            self.stdout.write(
                f"À blanc : {erased} messages, {reports} signalements, {requests} demandes de "
                f"recommandation, {exchanges} échanges, {uses} utilisations retirées, "
                f"{queries} recherches sans résultat et {accounts} "
                f"inscriptions ou sessions à effacer, {counts} jours de fréquentation à effacer, "
                f"{lapsed} cessions à clore, {checked} entreprises à vérifier, {claims} échéances ou "
                f"contestations à publier, {in_words(labels)}."
            )
            return
        changed = queue_what_dates_changed()
        self.stdout.write(
            f"{erased} messages effacés, {reports} signalements effacés, {requests} demandes de "
            f"recommandation effacées, {exchanges} échanges effacés, {uses} utilisations retirées "
            f"effacées, {queries} recherches sans résultat effacées, "
            f"{accounts} inscriptions ou sessions effacées, {counts} jours de fréquentation "
            f"effacés, {lapsed} cessions closes, {checked} entreprises "
            f"vérifiées, {claims} échéances ou contestations publiées, {in_words(labels)}, {changed} fiches à rafraîchir."
        )
        if labels.failed:
            raise CommandError(
                f"{labels.failed} dossiers de label n'ont pas pu être traités : le journal dit "
                "lesquels. Relancez la commande une fois la cause réparée."
            )


def in_words(labels: Passed) -> str:
    """What became of labels and of applications for one."""
    return (
        f"{labels.lapsed} demandes de label caduques, {labels.missed} labels suspendus faute de "
        f"réserves levées, {labels.expired} labels expirés, {labels.warned} avertissements d'échéance"
    )
