"""Bring sheets in from another catalogue."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalogue.importers import sill
from catalogue.importers.records import ImportedSheet, UnreadableSource
from catalogue.importers.services import import_sheets
from catalogue.models import CataloguePage

FORMATS: dict[str, Callable[[Path], Iterator[ImportedSheet]]] = {"sill": sill.read}


class Command(BaseCommand):
    help = "Importe des fiches d'une autre source ; deux fois la même source ne change rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="Fichier à lire.")
        parser.add_argument("--format", choices=sorted(FORMATS), required=True, help="Sa forme.")
        parser.add_argument("--dry-run", action="store_true", help="Dit ce qui serait fait.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sheets = list(FORMATS[options["format"]](options["source"]))
            report = import_sheets(
                tqdm(sheets, unit=" fiches", disable=None, file=self.stderr),
                dry_run=options["dry_run"],
            )
        except UnreadableSource as error:
            raise CommandError(str(error)) from error
        except CataloguePage.DoesNotExist as error:
            raise CommandError(
                "Le site n'est pas prêt : lancez d'abord manage.py init_site."
            ) from error
        for remark in report.remarks:
            self.stdout.write(f"- {remark}")
        self.stdout.write(
            f"{'À blanc : ' if options['dry_run'] else ''}{report.created} fiches créées, "
            f"{report.updated} mises à jour, {report.unchanged} inchangées, "
            f"{len(report.remarks)} remarques."
        )
