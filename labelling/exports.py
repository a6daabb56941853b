"""Results as data: one sheet's, answer by answer, and everybody's on a version of a referential.

Trust is that of the day of the export. Of evidence, only what the public may read is named.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from catalogue.choices import Source
from catalogue.cloud import Trust
from catalogue.models import Listing
from catalogue.presentation import CARD_NOTICES, holding
from catalogue.trust import trust
from labelling.answer_schema import json_value
from labelling.claims import key_of, sheet_claims
from labelling.definition import Definition
from labelling.models import ReferentialVersion, Result
from labelling.presentation import Assessment, ShownAnswer

BATCH = 200
LICENCE = "Licence Ouverte 2.0"


def assessment_as_json(shown: Assessment) -> dict[str, Any]:
    """One sheet's answers on a referential, by the keys that docs/referentials.md promises."""
    return {
        "solution": _solution(shown.result.listing),
        "referential": shown.version.referential.slug,
        "version": shown.version.version,
        "url": _absolute(shown.result.get_absolute_url()),
        "handed_on": shown.handed_on.isoformat(),
        "counts": shown.counts,
        "newer_version": shown.newer.version if shown.newer else None,
        "themes": [
            {
                "id": theme.id,
                "title": theme.title,
                "percent": theme.percent,
                "asked": theme.asked,
                "answered": theme.answered,
                "not_applicable": theme.not_applicable,
            }
            for theme in shown.themes
        ],
        "unmet": [criterion.id for criterion in shown.unmet],
        "answers": [_answer(answer) for answer in shown.answers],
        "notice": str(CARD_NOTICES[Source.VENDOR]),
    }


def assessment_rows(shown: Assessment) -> Iterator[Sequence[object]]:
    """The same answers as the rows of a table."""
    yield (
        "solution", "critere", "theme", "question", "reponse", "libelle", "justification", "depuis",
        "preuve", "verifie_par", "verifie_le", "valable_jusqu_au", "pieces", "pieces_reservees",
    )  # fmt: skip
    for theme in shown.themes:
        for answer in theme.answers:
            data = _answer(answer)
            yield (
                shown.result.listing.page.title,
                answer.criterion.id,
                theme.title,
                answer.criterion.text,
                data["value"],
                answer.words,
                answer.justification,
                data["since"],
                data["trust"],
                data["verified_by"],
                data["verified_on"],
                data["expires_on"],
                [piece["url"] for piece in data["evidence"]],
                data["restricted"],
            )


def responses_rows(version: ReferentialVersion, on: dt.date) -> Iterator[Sequence[object]]:
    """All public results on a version as the rows of a table: two columns a criterion.

    The answer and what it is worth that day; empty where the question was not asked.
    """
    definition = version.definition
    criteria = definition.criteria
    yield (
        "id", "adresse", "solution", "offreur", "remise_le",
        *(f"score_{theme.id.replace('-', '_')}" for theme in definition.themes),
        *(name for one in criteria for name in (one.id, f"{one.id}_preuve")),
        "exporte_le", "licence",
    )  # fmt: skip
    for one in _responses(version, on):
        yield (
            one["solution"]["id"],
            one["solution"]["url"],
            one["solution"]["name"],
            one["solution"]["vendor"],
            one["handed_on"],
            *(one["themes"].get(theme.id) for theme in definition.themes),
            *(
                cell
                for criterion in criteria
                for cell in (one["answers"].get(criterion.id), one["trust"].get(criterion.id))
            ),
            on.isoformat(),
            LICENCE,
        )


def responses_json(version: ReferentialVersion, on: dt.date) -> Iterator[str]:
    """The same as the text of one JSON object, piece by piece.

    `answers` of each result follow the version's own schema (`labelling.answer_schema`).
    """
    head = {
        "referential": version.referential.slug,
        "version": version.version,
        "schema": schema_address(version),
        "exported_on": on.isoformat(),
        "licence": LICENCE,
        "notice": str(CARD_NOTICES[Source.VENDOR]),
    }
    yield f'{_text(head)[:-1]}, "results": ['
    for number, one in enumerate(_responses(version, on)):
        yield f"{',' if number else ''}\n{_text(one)}"
    yield "\n]}\n"


def schema_address(version: ReferentialVersion) -> str:
    """Where the schema of answers to a version is read."""
    return f"{_absolute(version.get_absolute_url())}?format=schema"


def _responses(version: ReferentialVersion, on: dt.date) -> Iterator[dict[str, Any]]:
    definition = version.definition
    results = Result.objects.filter(
        handover__assessment__version=version, listing__in=Listing.objects.public()
    )
    # All at once: on SQLite a cursor left open keeps an old snapshot.
    keys = list(results.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        rows = Result.objects.filter(pk__in=keys[start : start + BATCH]).order_by("pk")
        rows = rows.select_related("handover", "listing__page", "listing__vendor").only(
            "themes", "handover__answers", "handover__handed_at", "listing__uid",
            "listing__page__title", "listing__page__slug", "listing__vendor__name",
        )  # fmt: skip
        batch = list(rows)
        trusts = _trusts([row.listing_id for row in batch], definition, on)
        for row in batch:
            yield _response(row, definition, trusts)


def _trusts(
    listings: Sequence[int], definition: Definition, on: dt.date
) -> dict[tuple[int, str, str], Trust]:
    """Sheet, kind and key of a claim → what it is worth; of evidence, only whether some holds.

    Columns, not rows: an export of everything would build a million of them.
    """
    evidence = Exists(holding(on).filter(claim=OuterRef("pk")))
    rows = sheet_claims(definition).filter(listing__in=listings).annotate(proven=evidence)
    columns = ("verified_on", "expires_on", "contested_on")
    return {
        (listing, kind, key): trust(
            on=on,
            verified_on=verified,
            expires_on=expires,
            contested_on=contested,
            has_evidence=proven,
        )
        for listing, kind, key, verified, expires, contested, proven in rows.values_list(
            "listing", "kind", "key", *columns, "proven"
        )
    }


def _response(
    result: Result, definition: Definition, trusts: Mapping[tuple[int, str, str], Trust]
) -> dict[str, Any]:
    given = {
        criterion.id: value
        for criterion in definition.criteria
        if (value := result.handover.values.get(criterion.id))
    }
    asked = [definition.by_id[one] for one in given]
    return {
        "solution": _solution(result.listing),
        "handed_on": timezone.localdate(result.handover.handed_at).isoformat(),
        "themes": {theme["theme"]: theme["percent"] for theme in result.themes},
        "answers": {one.id: json_value(one, given[one.id]) for one in asked},
        "trust": {
            one.id: trusts.get(
                (result.listing_id, *key_of(definition.slug, one)), Trust.DECLARED
            ).value
            for one in asked
        },
    }


def _answer(answer: ShownAnswer) -> dict[str, Any]:
    claim, proof = answer.claim, answer.proof
    return {
        "criterion": answer.criterion.id,
        "theme": answer.criterion.theme,
        "question": answer.criterion.text,
        "value": json_value(answer.criterion, answer.value),
        "label": answer.words,
        "justification": answer.justification,
        "since": answer.since.isoformat(),
        "trust": proof.state.value,
        "trust_words": proof.words,
        "verified_by": claim.verified_by if claim else "",
        "verified_on": _day(claim.verified_on) if claim else None,
        "expires_on": _day(claim.expires_on) if claim else None,
        "history": _absolute(proof.url) if proof.url else None,
        "evidence": [
            {
                "title": piece.title,
                "url": piece.url or _absolute(piece.get_absolute_url()),
                "sha256": piece.sha256,
                "expires_on": _day(piece.expires_on),
            }
            for piece in proof.evidence
        ],
        "restricted": len(proof.reserved),
    }


def _solution(listing: Listing) -> dict[str, Any]:
    return {
        "id": str(listing.uid),
        "slug": listing.page.slug,
        "name": listing.page.title,
        "vendor": listing.vendor.name if listing.vendor else "",
        "url": _absolute(f"/solutions/{listing.page.slug}/"),
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)
