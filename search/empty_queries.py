"""Counting the searches that find nothing, so that staff learn which words the catalogue lacks.

Without personal data: the words alone, by the day, and none that may tell of a person.
"""

import datetime as dt
import logging
import re
import unicodedata

from django.db import Error, transaction
from django.db.models import F
from django.utils import timezone

from catalogue.patience import hurried_transaction
from search.analysis import fold
from search.models import EmptyQuery

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(days=90)
"""How long counts are kept: the privacy page says so."""
LONGEST_TEXT = 100
MOST_WORDS = 8
MOST_A_DAY = 2_000
"""Different texts counted on one day: nobody fills the table by searching for nonsense."""
_DIGITS = re.compile(r"(?:\d[\s.,/_-]*){6}")


def looks_personal(text: str) -> bool:
    """Whether a text may tell of a person: an address, a number, a sentence; rather once too often.

    Six digits make a number, spaces and points between them or not, as in a telephone number.
    """
    plain = unicodedata.normalize("NFKC", text)
    return "@" in plain or len(plain.split()) > MOST_WORDS or bool(_DIGITS.search(plain))


def count_empty_query(*, text: str) -> None:
    """Count once more today a text that found nothing. Never raises, hardly ever waits.

    What may be personal is left out, and so is what a busy database cannot take at once.
    """
    folded = "" if looks_personal(text) else fold(text)[:LONGEST_TEXT].rstrip()
    if not folded:
        return
    try:
        with hurried_transaction():
            _count(folded, timezone.localdate())
    except Error as error:
        # No text here: nothing that was searched goes to a log.
        logger.debug("A search that found nothing was not counted: %s", error)


def _count(text: str, day: dt.date) -> None:
    today = EmptyQuery.objects.filter(day=day)
    if today.filter(text=text).update(count=F("count") + 1):
        return
    if today.count() >= MOST_A_DAY:
        return
    # Another process may insert it between the two lines: each then counts its own.
    EmptyQuery.objects.bulk_create([EmptyQuery(text=text, day=day)], ignore_conflicts=True)
    today.filter(text=text).update(count=F("count") + 1)


@transaction.atomic
def erase_old_empty_queries(*, today: dt.date, dry_run: bool = False) -> int:
    """Erase the counts older than the privacy page promises; returns how many."""
    old = EmptyQuery.objects.filter(day__lt=today - KEPT)
    count = old.count()
    if not dry_run:
        old.delete()
    return count
