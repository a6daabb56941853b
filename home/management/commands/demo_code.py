"""Give the code that the second factor of a demo account asks for now."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from home.demo.people import ACCOUNTS, LOCAL_KEY, is_local

PERIOD = 30
"""Seconds that a code lasts."""


class Command(BaseCommand):
    help = "Donne le code du moment d'un compte de démonstration, sur cette machine seulement."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", default=next(iter(ACCOUNTS)), choices=ACCOUNTS)

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        if not is_local():
            raise CommandError(
                f"{settings.SITE_URL} n'est pas un site de cette machine : mettez dans une application "
                "d'authentification la clé que « load_demo » a donnée."
            )
        now = time.time()
        code = format_hotp_value(hotp_value(LOCAL_KEY, int(now // PERIOD)))
        self.stdout.write(
            f"{code}  ({email}, encore {PERIOD - int(now % PERIOD)} secondes, sert une fois)"
        )
