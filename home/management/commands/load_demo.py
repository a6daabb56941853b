"""Fill the site with a catalogue of fictitious vendors and solutions, and demo accounts."""

import argparse
import logging
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.test.utils import override_settings
from django.utils import timezone
from tqdm import tqdm

from home.demo.assessments import load_assessments
from home.demo.companies import load_companies
from home.demo.desk import load_desk
from home.demo.enforcement import load_enforcement
from home.demo.exchanges import load_exchanges
from home.demo.label_files import load_label_files
from home.demo.loader import Loaded, load_solutions
from home.demo.official import load_official_lists
from home.demo.people import load_accounts
from home.demo.reports import load_reports
from home.demo.searches import load_empty_queries
from home.demo.sheets import DEFAULT_SEED, DEFAULT_SOLUTIONS
from home.demo.transfers import load_transfers
from home.services import init_site

MOST_SOLUTIONS = 100_000
_LINE_EVERY = 5_000

logger = logging.getLogger(__name__)


def _solutions(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SOLUTIONS:
        raise argparse.ArgumentTypeError(
            f"donnez un nombre de fiches entre 1 et {MOST_SOLUTIONS} ; reçu : {text!r}"
        )
    return int(text)


class Command(BaseCommand):
    help = (
        "Charge un catalogue fictif et des comptes de démonstration. Sans effet sur ce qui est déjà "
        "chargé : un nombre plus grand complète, une autre graine remplace toutes les fiches des "
        "sociétés fictives. À lancer avant « rebuild_index »."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--solutions",
            type=_solutions,
            default=DEFAULT_SOLUTIONS,
            metavar="N",
            help=f"Nombre de fiches ({DEFAULT_SOLUTIONS} par défaut, {MOST_SOLUTIONS} au plus).",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=DEFAULT_SEED,
            metavar="N",
            help="Même graine, même mois : mêmes fiches.",
        )

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
    def handle(self, *args: Any, solutions: int, seed: int, **options: Any) -> None:
        """Load it all; nobody writes to fictitious people, wherever mails go on this site."""
        parent = init_site()
        done = 0
        with tqdm(total=solutions, unit=" fiches", disable=None, file=self.stderr) as bar:

            def advance(count: int) -> None:
                nonlocal done
                done += count
                bar.update(count)
                if bar.disable and (done % _LINE_EVERY == 0 or done == solutions):
                    logger.info("%d fiches sur %d", done, solutions)

            loaded = load_solutions(
                parent=parent,
                count=solutions,
                seed=seed,
                today=timezone.localdate(),
                advance=advance,
            )
        call_command("load_referentials", stdout=self.stderr)
        load_empty_queries(today=timezone.localdate(), seed=seed)
        accounts = load_accounts()
        for role, email, password, _key in accounts:
            self.stdout.write(f"{role:<16}{email}  {password or 'mot de passe inchangé'}")
        for email, key in _keys(accounts):
            self.stdout.write(f"Second facteur  {email}  {key or 'clé inchangée'}")
        self.stdout.write(
            "Code du moment  manage.py demo_code ADRESSE, ou la clé dans une application"
        )
        others = [*load_companies(seed), *load_exchanges(seed, now=timezone.now())]
        for role, email, password in others:
            self.stdout.write(f"{role:<16}{email}  {password or 'mot de passe inchangé'}")
        load_desk(seed, today=timezone.localdate())
        load_reports(seed)
        load_transfers(seed, today=timezone.localdate())
        load_official_lists(today=timezone.localdate())
        load_enforcement(seed)
        load_assessments(seed, today=timezone.localdate())
        load_label_files(seed, today=timezone.localdate())
        self.stdout.write(_summary(loaded))


def _keys(accounts: list[tuple[str, str, str, str]]) -> list[tuple[str, str]]:
    """One line for all the accounts that share a key."""
    keys = {key for *_, key in accounts}
    if len(keys) == 1:
        return [("tous les comptes", keys.pop())]
    return [(email, key) for _role, email, _password, key in accounts]


def _summary(loaded: Loaded) -> str:
    parts = [f"{loaded.created} fiches créées", f"{loaded.kept} déjà présentes"]
    if loaded.removed:
        parts.append(f"{loaded.removed} d'une autre graine supprimées")
    return f"Catalogue de démonstration : {', '.join(parts)}."
