"""What the commands that import an official list share."""

import datetime as dt
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalogue.list_files import columns_of, decoded, required_of, shipped
from catalogue.list_imports import Report, import_list


class ListCommand(BaseCommand):
    """Imports the file of one list; without a file, the list that the repository ships, if any."""

    list: str
    is_shipped = False

    def add_arguments(self, parser: CommandParser) -> None:
        required = required_of(self.list)
        columns = (f"{name}*" if name in required else name for name in columns_of(self.list))
        parser.add_argument(
            "source",
            nargs="?" if self.is_shipped else None,
            help=f"Fichier CSV de la liste entière, ou « - » ; colonnes : {', '.join(columns)}."
            + (" Sans fichier : la liste fournie avec le catalogue." if self.is_shipped else ""),
        )
        parser.add_argument(
            "--dated-on",
            type=dt.date.fromisoformat,
            metavar="AAAA-MM-JJ",
            help="Jour où la liste a été arrêtée ; obligatoire avec un fichier.",
        )
        parser.add_argument("--source-url", default="", help="Où la liste est publiée.")
        parser.add_argument("--dry-run", action="store_true", help="Dit ce qui serait fait.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text, dated_on = self._read(options["source"], options["dated_on"])
            report = import_list(
                list=self.list,
                source=text,
                dated_on=dated_on,
                source_url=options["source_url"],
                dry_run=options["dry_run"],
            )
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self._tell(report, dry_run=options["dry_run"])

    def _read(self, source: str | None, dated_on: dt.date | None) -> tuple[str, dt.date]:
        if source is None:
            text, read_on = shipped(self.list, timezone.localdate())
            return text, dated_on or read_on
        if dated_on is None:
            raise CommandError("Dites avec --dated-on quel jour cette liste a été arrêtée.")
        try:
            data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        except OSError as error:
            raise CommandError(f"{source} : fichier illisible.") from error
        return decoded(data), dated_on

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        if report.known:
            self.stdout.write("Ce fichier est déjà importé à cette date : rien ne change.")
            return
        changes = report.changes
        for sign, kind in (("+", "added"), ("-", "ended"), ("~", "changed")):
            for line in changes[kind]:
                self.stdout.write(f"{sign} {line['code']} – {line['label']}")
        for line in changes["claims"]:
            until = line["to"] or "sans limite"
            self.stdout.write(f"! {line['sheet']}, {line['claim']} : valable jusqu'au {until}")
        self.stdout.write(
            f"{'À blanc : ' if dry_run else ''}liste du {report.dated_on:%d/%m/%Y}, "
            f"{report.rows} lignes : {len(changes['added'])} ajoutées, "
            f"{len(changes['ended'])} terminées, {len(changes['changed'])} modifiées, "
            f"{len(changes['claims'])} allégations dont la fin change."
        )
