"""What self-assessments add to a comparison: a row a theme and a row a criterion.

Rows come from the definitions in force: a new version of a referential changes them by itself.
"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from labelling.definition import Criterion, Definition, Theme
from labelling.models import Result
from labelling.presentation import Assessment, assessments
from sourcing.comparison_rows import Entry, Group, Row

LONGEST = 160
"""Characters of an answer in a cell; the whole is on the page of the self-assessment."""

Column = Assessment | None
"""What a solution handed in on a referential, if anything."""


def assessment_groups(uids: Sequence[str], on: dt.date) -> list[Group]:
    """Groups of rows on the self-assessments of sheets (public ids, in the order of the columns).

    One a referential in force that one of them at least answered; four queries however many.
    """
    results = Result.objects.filter(listing__uid__in=[UUID(uid) for uid in uids])
    found = assessments(results, on)
    referentials = {shown.current.referential_id: shown.current for shown in found if shown.current}
    groups = []
    for referential, version in sorted(referentials.items()):
        ours = {
            str(shown.result.listing.uid): shown
            for shown in found
            if shown.result.referential_id == referential
        }
        columns = [ours.get(uid) for uid in uids]
        label = _("Auto-évaluation")
        if len(referentials) > 1:
            label += f" : {version.referential.title}"
        groups.append(Group(label, _rows(version.definition, columns)))
    return groups


def _rows(definition: Definition, columns: Sequence[Column]) -> list[Row]:
    answers = [
        {answer.criterion.id: answer for answer in shown.answers} if shown else {}
        for shown in columns
    ]
    rows = []
    for theme in definition.themes:
        label = _("Score : %s") % theme.title
        rows.append(Row(label, [[_score(shown, theme)] for shown in columns]))
        for criterion in definition.of_theme(theme.id):
            if any(criterion.id in given for given in answers):
                label = f"{criterion.id} {criterion.text}"
                cells = [[_answer(shown, criterion)] for shown in columns]
                rows.append(Row(label, cells))
    return rows


def _score(shown: Column, theme: Theme) -> Entry:
    if shown is None:
        return _none()
    if not shown.counts:
        return Entry(_("Auto-évaluation expirée"), source=_version(shown))
    score = next((one.score for one in shown.themes if one.id == theme.id), "")
    source = _("d'après ses réponses")
    if shown.newer:
        source = f"{source}, {_version(shown)}"
    return Entry(score or _("Thème absent de ses réponses"), source=source)


def _answer(shown: Column, criterion: Criterion) -> Entry:
    if shown is None:
        return _none()
    given = next((one for one in shown.answers if one.criterion.id == criterion.id), None)
    if given is not None:
        text = Truncator(given.words).chars(LONGEST)
        return Entry(text, trust=given.proof.state)
    if criterion.id not in shown.definition.by_id:
        return Entry(_("Question absente de la version à laquelle elle répond"))
    return Entry(_("Question sans objet pour cette fiche"))


def _none() -> Entry:
    return Entry(_("Pas d'auto-évaluation"))


def _version(shown: Assessment) -> str:
    return _("version %s") % shown.version.version
