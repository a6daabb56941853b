"""Referentials as anyone reads them, before signing up: pages, and the file itself."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelling import wording
from labelling.answer_schema import answer_schema
from labelling.definition import Criterion, Definition
from labelling.differences import Difference, difference
from labelling.exports import schema_address
from labelling.models import Referential, ReferentialVersion


@require_safe
def referentials(request: HttpRequest) -> HttpResponse:
    """Every referential with its published versions."""
    versions = ReferentialVersion.objects.published().select_related("referential")
    grouped: dict[Referential, list[ReferentialVersion]] = {}
    for version in versions.defer("source", "data"):
        grouped.setdefault(version.referential, []).append(version)
    today = timezone.localdate()
    return render(request, "labelling/referentials.html", {"grouped": grouped, "today": today})


@require_safe
def latest(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force today, or the next to come."""
    versions = ReferentialVersion.objects.published().filter(referential__slug=slug)
    begun = versions.filter(valid_from__lte=timezone.localdate())
    version = begun.first() or get_object_or_404(versions.order_by("valid_from")[:1])
    return redirect(version)


@require_safe
def version(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """One version: every question with its guidance.

    `format=toml` or `json` for the file itself, `schema` for the shape of answers to it.
    """
    published = ReferentialVersion.objects.published().filter(referential__slug=slug)
    found = get_object_or_404(published.select_related("referential"), version=version)
    return read(request, found)


def read(request: HttpRequest, found: ReferentialVersion) -> HttpResponse:
    """A version as its readers get it, be it a draft that its authors look at before."""
    match request.GET.get("format"):
        case "toml":
            response = HttpResponse(found.source, content_type="application/toml; charset=utf-8")
            name = f"{found.referential.slug}-{found.version}.toml"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
        case "json":
            return JsonResponse(found.data, json_dumps_params={"ensure_ascii": False})
        case "schema":
            return JsonResponse(
                answer_schema(found.definition, schema_address(found)),
                json_dumps_params={"ensure_ascii": False},
                content_type="application/schema+json",
            )
    definition = found.definition
    before, today = _before(found), timezone.localdate()
    published = found.referential.versions.published()
    return render(
        request,
        "labelling/referential_version.html",
        {
            "version": found,
            "definition": definition,
            "themes": [
                (theme, [_row(one, definition) for one in definition.of_theme(theme.id)])
                for theme in definition.themes
            ],
            "summary": [(theme.id, theme.title) for theme in definition.themes],
            "blocking": [one for one in definition.criteria if one.blocking],
            "before": before,
            "changes": in_words(difference(before.definition, definition)) if before else None,
            "others": published.exclude(pk=found.pk).defer("source", "data"),
            "today": today,
            "now_in_force": found.referential.versions.in_force(today).first(),
        },
    )


def _before(version: ReferentialVersion) -> ReferentialVersion | None:
    """The version that this one follows, or corrects when both begin the same day."""
    older = Q(valid_from__lt=version.valid_from)
    if version.published_at:
        older |= Q(valid_from=version.valid_from, published_at__lt=version.published_at)
    else:
        older |= Q(valid_from=version.valid_from)
    return version.referential.versions.published().filter(older).exclude(pk=version.pk).first()


def _row(criterion: Criterion, definition: Definition) -> dict[str, Any]:
    """What a page says of a criterion, in words."""
    return {
        "criterion": criterion,
        "kind": wording.KINDS[criterion.kind],
        "evidence": wording.EVIDENCE[criterion.evidence],
        "confidence": wording.CONFIDENCE[criterion.confidence],
        "origin": wording.ORIGINS[criterion.origin],
        "when": criterion.when and wording.condition_in_words(criterion.when, definition.by_id),
    }


def in_words(changes: Difference) -> dict[str, Any]:
    """What a page says of a difference."""
    return {
        "added": changes.added,
        "removed": changes.removed,
        "changed": [
            (one, ", ".join(str(wording.FIELDS[name]) for name in names))
            for one, names in changes.changed
        ],
    }
