"""Two sheets of one solution become one: the other's address leads to the one that is kept.

Nothing is erased: the duplicate is archived with all that it holds, and bringing it back from the
admin undoes the merge. What was said to be verified of it says nothing of the sheet that is kept.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from accounts.models import User
from accounts.services import Refused
from catalogue import history, services, tasks
from catalogue.enforcement import GONE, end_review, locked_pages
from catalogue.models import Listing, SheetEvent, SolutionPage
from catalogue.permissions import user_can_enforce
from catalogue.signals import sheet_merging

MERGED = "doublon"
"""Code of the reason that the review of a duplicate is ended with."""
NUMBERS = ("sill_id", "comptoir_id")
CHILDREN: Mapping[str, Any] = {
    "offers": gettext_lazy("les offres, avec leurs tarifs"),
    "references": gettext_lazy("les références clients"),
    "screenshots": gettext_lazy("les captures d'écran"),
    "tagged_items": gettext_lazy("les mots-clés"),
}
"""What the sheet that is kept may take from the other, by its name in a revision."""
_SAME: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "offers": lambda row: row["name"].casefold(),
    "references": lambda row: (row["client"].casefold(), row["year"]),
    "screenshots": lambda row: row["image"],
    "tagged_items": lambda row: row["tag"],
}
"""What makes two rows the same: those that the kept sheet has are not taken twice."""


@transaction.atomic
def merge(
    *,
    duplicate: Listing,
    kept: Listing,
    by: User,
    take: Collection[str] = (),
    comment: str = "",
) -> Listing:
    """Archive a duplicate, whose address then leads to the sheet that is kept; tell both companies.

    :param take: names of `CHILDREN` to copy into a new draft of the kept sheet, to be reviewed like
        any other; its ids in the SILL and the Comptoir du Libre are filled when it has none.
    :param comment: what both companies read.
    Raises `PermissionDenied` for who may not or acts for either company, `Refused` when the two
    cannot be merged.
    """
    other, page = _locked(duplicate, kept, by)
    _check(other, page, taking=bool(take))
    _take_numbers(other.listing, page.listing, by)
    if take:
        _take(other, page, take, by)
    end_review(other, by, comment.strip() or _merged_words(page), MERGED)
    services.change_listing(
        listing=other.listing, by=by, archived=True, archived_by_staff=True,
        merged_into=page.listing,
    )  # fmt: skip
    for sheet, joined in ((other, page), (page, other)):
        history.record(
            listing=sheet.listing,
            kind=SheetEvent.Kind.MERGED,
            side=SheetEvent.Side.STAFF,
            detail=joined.title[:300] if _is_named(joined) else "",
        )
        log(sheet, "catalogue.enforcement.merge", user=by, data={"with": joined.title})
    _tell(other, page, comment.strip())
    return other.listing


def survivors(slugs: Iterable[str]) -> dict[str, str]:
    """Slug of the sheet that is kept, for each of these slugs whose sheet was merged."""
    merged = Listing.objects.filter(page__slug__in=list(slugs), merged_into__isnull=False)
    return {
        row.page.slug: row.survivor().page.slug
        for row in merged.select_related("page", "merged_into__page")
        if row.was_public
    }


def rows_of(page: SolutionPage) -> dict[str, list[dict[str, Any]]]:
    """What the kept sheet may take from this one: its public version, its draft if it has none."""
    content = _shown(page).serializable_data()
    return {name: content.get(name, []) for name in CHILDREN}


def _shown(page: SolutionPage) -> SolutionPage:
    return page if page.live else page.get_latest_revision_as_object()


def _locked(duplicate: Listing, kept: Listing, by: User) -> tuple[SolutionPage, SolutionPage]:
    if duplicate.pk == kept.pk:
        raise Refused(_("Une fiche ne se regroupe pas avec elle-même : choisissez-en une autre."))
    pages = {
        page.listing.pk: page
        for page in locked_pages(Listing.objects.filter(pk__in=(duplicate.pk, kept.pk)))
    }
    if len(pages) != 2:
        raise Refused(str(GONE))
    if not all(user_can_enforce(by, page.listing.vendor) for page in pages.values()):
        raise PermissionDenied
    return pages[duplicate.pk], pages[kept.pk]


def _check(other: SolutionPage, page: SolutionPage, *, taking: bool) -> None:
    if other.listing.merged_into_id:
        raise Refused(_("La fiche « %s » est déjà regroupée avec une autre.") % other.title)
    answers = sheet_merging.send(sender=Listing, listing=other.listing)
    if reasons := [str(reason) for _receiver, reason in answers if reason]:
        raise Refused(*reasons)
    if page.listing.archived_at is not None or not page.live:
        raise Refused(
            _("La fiche gardée « %s » n'est pas au catalogue : choisissez une fiche en ligne.")
            % page.title
        )
    workflow = page.current_workflow_state
    if taking and workflow is not None and workflow.status == workflow.STATUS_IN_PROGRESS:
        raise Refused(
            _(
                "La fiche gardée est en cours d'examen : rien ne peut s'y ajouter. Finissez "
                "l'examen, ou regroupez sans rien reprendre."
            )
        )


def _take_numbers(other: Listing, kept: Listing, by: User) -> None:
    missing = {
        name: getattr(other, name)
        for name in NUMBERS
        if getattr(other, name) and not getattr(kept, name)
    }
    if missing:
        services.change_listing(listing=kept, by=by, **missing)


def _take(other: SolutionPage, page: SolutionPage, names: Collection[str], by: User) -> None:
    """Save a draft of the kept sheet with what it takes; ids are new, since claims stay behind."""
    draft = page.get_latest_revision_as_object()
    content, offered = draft.serializable_data(), rows_of(other)
    for name in CHILDREN:
        if name in names:
            rows = content.setdefault(name, [])
            known = {_SAME[name](row) for row in rows}
            rows += [_copy(row, page) for row in offered[name] if _SAME[name](row) not in known]
    SolutionPage.from_serializable_data(content).save_revision(
        user=by, clean=False, log_action=True
    )
    page.refresh_from_db()


def _copy(row: dict[str, Any], page: SolutionPage) -> dict[str, Any]:
    """A row of a revision as one that was never stored, with those below it."""
    copied = {
        key: [_copy(child, page) for child in value]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for key, value in row.items()
    }
    fresh = {"pk": None, "uid": str(uuid.uuid4()), "page": page.pk, "content_object": page.pk}
    return copied | {key: value for key, value in fresh.items() if key in copied}


def _is_named(page: SolutionPage) -> bool:
    """Whether the public may read the name of a sheet: not a draft's, nor what was taken down's."""
    return page.listing.was_public and page.listing.taken_down_at is None


def _merged_words(page: SolutionPage) -> str:
    return _("La fiche décrit la même solution que « %s » : elles sont regroupées.") % page.title


def _tell(other: SolutionPage, page: SolutionPage, comment: str) -> None:
    words = {"sheet": other.title, "kept": page.title, "comment": comment}
    public, vendor = f"/solutions/{page.slug}/", page.listing.vendor
    tasks.tell_members(other.listing.vendor, "moderation/merged", public, **words)
    if vendor != other.listing.vendor:
        words["sheet"] = (
            _("La fiche « %s »") % other.title if _is_named(other) else _("Une fiche non publique")
        )
        path = reverse("sheet", args=[page.listing.uid])
        tasks.tell_members(vendor, "moderation/kept", path, **words)
