"""Say who would lose what to a version of a referential, over all sheets."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalogue.spreadsheets import csv_lines
from labelling.impact import Impact, affected, as_table, results, summary
from labelling.models import ReferentialVersion


class Command(BaseCommand):
    help = (
        "Dit quelles fiches perdraient quoi avec une version d'un référentiel, brouillon compris : "
        "leurs réponses déjà remises sont lues avec elle. Ne change rien."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Adresse du référentiel.")
        parser.add_argument("version", metavar="VERSION", help="Numéro de la version.")
        parser.add_argument(
            "--csv",
            type=Path,
            metavar="FILE",
            help="Fichier où écrire une ligne par fiche qui perdrait quelque chose.",
        )

    def handle(self, *args: Any, slug: str, version: str, csv: Path | None, **options: Any) -> None:
        found = ReferentialVersion.objects.filter(referential__slug=slug, version=version).first()
        if found is None:
            raise CommandError(
                f"Le référentiel « {slug} » n'a pas de version {version} ; la liste est dans "
                "l'administration, menu Référentiels."
            )
        rows = results(found)
        total = rows.count()
        read = tqdm(
            affected(found, rows), total=total, unit=" fiches", disable=None, file=self.stderr
        )
        losing = Impact([row for row in read if row.losses], read=total, total=total)
        if csv:
            try:
                with csv.open("w", encoding="utf-8", newline="") as file:
                    file.writelines(csv_lines(as_table(losing.rows)))
            except OSError as error:
                raise CommandError(f"{csv} : ce fichier ne peut pas être écrit.") from error
        for words, count in losing.counts():
            self.stdout.write(f"{count} {words}")
        self.stdout.write(summary(losing))
