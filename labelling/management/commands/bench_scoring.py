"""Measure how long a sheet's answers take to be scored."""

import random
import time
from statistics import median, quantiles
from typing import Any

from django.core.management.base import BaseCommand

from labelling.definition import Definition, read_definition
from labelling.management.commands.load_referentials import SHIPPED
from labelling.scoring import score

SHEETS = 500
FACTS = {"deploiement": ["saas", "sur-site"], "distribution": ["libre"], "ia": ["oui"]}


class Command(BaseCommand):
    help = "Mesure, en millisecondes, le calcul des scores d'une fiche sur les référentiels livrés."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for file in sorted(SHIPPED.glob("*.toml")):
            definition = read_definition(file.read_text(encoding="utf-8"), file.name)
            taken = [_milliseconds(definition, seed) for seed in range(SHEETS)]
            self.stdout.write(
                f"{definition.slug} {definition.version} : {len(definition.criteria)} critères, "
                f"{SHEETS} fiches, {median(taken):.2f} ms par fiche "
                f"({quantiles(taken, n=20)[-1]:.2f} au 95e centile)"
            )


def _milliseconds(definition: Definition, seed: int) -> float:
    """Time to score answers drawn at random; every question is answered."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    answers = {
        one.id: chance.choice([choice.value for choice in one.choices]) if one.choices else "50"
        for one in definition.criteria
    }
    started = time.perf_counter()
    score(definition, answers, FACTS)
    return (time.perf_counter() - started) * 1000
