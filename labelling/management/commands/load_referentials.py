"""Publish the referentials that files hold."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labelling.definition import InvalidDefinition
from labelling.models import PublishedVersion
from labelling.services import DraftInTheWay, Loaded, load_referential

SHIPPED = Path(__file__).resolve().parents[2] / "referentials"


class Command(BaseCommand):
    help = (
        "Publie les versions de référentiels décrites par des fichiers TOML ; deux fois le même "
        "fichier ne change rien, et une version publiée ne change plus."
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
