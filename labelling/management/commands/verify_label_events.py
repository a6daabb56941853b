"""Verify the chain of what happened to files of labels (docs/operations.md)."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labelling import events

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Command(BaseCommand):
    help = (
        "Vérifie que personne n'a modifié, retiré ni ajouté un fait des dossiers de label, et donne "
        "l'empreinte du dernier : notez-la hors de cette machine, et donnez-la la fois suivante."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            default="",
            metavar="EMPREINTE",
            help="Une empreinte notée plus tôt : elle doit être dans la chaîne.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        anchor = options["anchor"].strip().lower()
        if anchor and not _DIGEST.fullmatch(anchor):
            raise CommandError("Une empreinte compte 64 chiffres hexadécimaux.")
        faults = events.verify(anchor=anchor)
        for fault in faults:
            where = f"fait {fault.position}" if fault.position else "chaîne"
            self.stderr.write(f"{where} : {fault.reason}")
        count, digest = events.head()
        self.stdout.write(f"{count} faits, empreinte du dernier : {digest}")
        if faults:
            raise CommandError("La chaîne est rompue : voir les rangs ci-dessus.")
