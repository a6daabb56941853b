"""Make what every installation needs before it can serve."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from home.services import init_site


class Command(BaseCommand):
    help = "Crée la racine, les pages du site, les vocabulaires et les groupes ; sans effet s'ils existent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grant-rights",
            action="store_true",
            help="Redonne aux groupes leurs droits de départ, y compris sur ce que la version apporte.",
        )

    def handle(self, *args: Any, grant_rights: bool, **options: Any) -> None:
        catalogue = init_site(grant_rights=grant_rights)
        self.stdout.write(f"Site prêt : catalogue à l'adresse {catalogue.url}.")
