"""Measure the review desk's queue, in a temporary database."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from home.bench.label_files import measure_queue
from home.bench.places import temporary_database
from home.bench.timing import Report

FILES = 5000


class Command(BaseCommand):
    help = (
        "Mesure la file d'instruction des labels avec beaucoup de dossiers fictifs, dans une base "
        "temporaire."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--files", type=int, default=FILES, help=f"Dossiers ({FILES}).")

    def handle(self, *args: Any, files: int, **options: Any) -> None:
        report = Report(self.stdout.write)
        with temporary_database():
            call_command("load_referentials", verbosity=0)
            report.title(f"{files} dossiers")
            measure_queue(report, max(files, 1))
