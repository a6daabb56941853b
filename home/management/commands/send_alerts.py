"""Tell people what waits for them: vendors by a reminder, moderators by the digest of the day."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from catalogue.reminders import send_digests, send_reminders
from sourcing.models import RecommendationRequest


class Command(BaseCommand):
    help = (
        "Envoie les rappels dus (fiche commencée, à confirmer, preuve manquante), un par personne et "
        "par semaine au plus, et le résumé du jour à qui modère. Relancée, n'envoie rien deux fois."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Dit ce qui serait envoyé.")

    def handle(self, *args: Any, **options: Any) -> None:
        def progress(people: Sequence[int]) -> Iterable[int]:
            return tqdm(people, unit=" personnes", disable=None, file=self.stderr)

        dry_run, now = options["dry_run"], timezone.now()
        reminded = send_reminders(now=now, dry_run=dry_run, progress=progress)
        asked = {_("Demandes de recommandation"): RecommendationRequest.objects.open().count()}
        digests = send_digests(now=now, elsewhere=asked, dry_run=dry_run)
        if dry_run:
            self.stdout.write(f"À blanc : {reminded} rappels et {digests} résumés à envoyer.")
            return
        self.stdout.write(f"{reminded} rappels et {digests} résumés envoyés.")
