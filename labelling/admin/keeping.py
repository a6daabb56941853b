"""Sheets with a file of a label are not deleted: their file and its award outlive what is published."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages

from catalogue.models import Listing

NAMED = 5
"""Sheets that a refusal names; the others are counted."""


@hooks.register("before_delete_page")
def refuse_deletion(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Before a page is deleted with those below it: Wagtail's bulk action is closed to sheets."""
    below = Listing.objects.filter(page__path__startswith=page.path).select_related("page")
    with_files = Q(applications__isnull=False) | Q(awards__isnull=False)
    kept = list(below.filter(with_files).order_by("page__title").distinct()[: NAMED + 1])
    if not kept:
        return None
    names = ", ".join(f"« {listing} »" for listing in kept[:NAMED])
    text = _(
        "Rien n'est supprimé : les dossiers de label se gardent (%s). Archivez plutôt la fiche, par "
        "« Inscription au catalogue »."
    )
    messages.error(request, text % (names if len(kept) <= NAMED else f"{names}…"))
    return redirect("wagtailadmin_pages:edit", page.pk)
