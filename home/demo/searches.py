"""Searches of the demo that found nothing: what staff would learn from."""

import datetime as dt
import random

from django.db import transaction

from search.models import EmptyQuery

WEEKS = 8
MOST_A_DAY = 6
TEXTS = (
    "cadastre solaire",
    "cimetiere connecte",
    "compteurs d eau",
    "coworking",
    "drone",
    "fibre noire",
    "gestion des marches forains",
    "parking velo",
    "registre des deliberations",
    "salle omnisports",
    "taxe de sejour",
    "tri des biodechets",
)


@transaction.atomic
def load_empty_queries(*, today: dt.date, seed: int) -> int:
    """Count some searches over the last weeks; nothing where any were counted. Returns how many."""
    if EmptyQuery.objects.exists():
        return 0
    chance = random.Random(f"{seed}:searches")  # noqa: S311  (the same demo for the same seed)
    rows = [
        EmptyQuery(
            text=text,
            day=today - dt.timedelta(days=days),
            count=chance.randint(1, MOST_A_DAY),
        )
        for text in TEXTS
        for days in sorted(chance.sample(range(WEEKS * 7), chance.randint(1, 12)))
    ]
    EmptyQuery.objects.bulk_create(rows)
    return len(rows)
