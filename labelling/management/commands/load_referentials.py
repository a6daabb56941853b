"""Publish the referentials that files hold, and enter the labels that the project ships."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labelling.definition import InvalidDefinition
from labelling.label_files import InvalidLabel, load_label
from labelling.models import PublishedVersion
from labelling.services import DraftInTheWay, Loaded, load_referential

SHIPPED = Path(__file__).resolve().parents[2] / "referentials"
LABELS = SHIPPED.parent / "labels"


class Command(BaseCommand):
    help = (
        "Publie les versions de référentiels décrites par des fichiers TOML ; deux fois le même "
        "fichier ne change rien, et une version publiée ne change plus. Sans chemin, crée aussi les "
        "labels livrés ; un label qui existe reste comme il a été modifié."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=SHIPPED,
            help="Un fichier, ou un dossier de fichiers .toml ; par défaut ceux du projet.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        self._publish(path)
        if path == SHIPPED:
            self._enter_labels()

    def _publish(self, path: Path) -> None:
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        counts = dict.fromkeys(Loaded, 0)
        for file in files:
            try:
                source = file.read_text(encoding="utf-8")
                _version, loaded = load_referential(source=source, file=file.name)
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{file.name} : fichier illisible.") from error
            except InvalidDefinition as error:
                raise CommandError(str(error)) from error
            except PublishedVersion as error:
                raise CommandError(
                    f"{file.name} : {error} est publiée et ne change plus ; donnez à ce fichier "
                    "un autre numéro de version."
                ) from error
            except DraftInTheWay as error:
                raise CommandError(
                    f"{file.name} : {error} est en brouillon dans l'administration ; publiez ce "
                    "brouillon ou supprimez-le d'abord."
                ) from error
            counts[loaded] += 1
        self.stdout.write(
            f"{counts[Loaded.CREATED]} versions publiées, {counts[Loaded.UNCHANGED]} inchangées."
        )

    def _enter_labels(self) -> None:
        counts = dict.fromkeys(Loaded, 0)
        for file in sorted(LABELS.glob("*.toml")):
            try:
                _label, loaded = load_label(file.read_text(encoding="utf-8"), file.name)
            except InvalidLabel as error:
                raise CommandError(str(error)) from error
            counts[loaded] += 1
        self.stdout.write(
            f"{counts[Loaded.CREATED]} labels créés, {counts[Loaded.UNCHANGED]} déjà là."
        )
