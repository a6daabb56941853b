"""Make what every installation needs before it can serve."""

from typing import Any

from django.core.management.base import BaseCommand

from home.services import init_site


class Command(BaseCommand):
    help = "Crée la racine, les pages du site, les vocabulaires et les groupes ; sans effet s'ils existent."

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = init_site()
        self.stdout.write(f"Site prêt : catalogue à l'adresse {catalogue.url}.")
