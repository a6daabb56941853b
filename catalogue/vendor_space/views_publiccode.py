"""What the sheet's repository says of it: values that one takes one by one, or not."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalogue import drafting
from catalogue.fetching import FetchError
from catalogue.models import Category, SolutionPage
from catalogue.proposals import Proposal, accepted
from catalogue.publiccode import proposals_from
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from catalogue.vendor_space.forms_base import DsfrMixin
from catalogue.vendor_space.views_steps import refuse_edit, save

SALT = "catalogue.publiccode"
HALF_A_DAY = 12 * 3600
FIELDS = (
    *("title", "summary", "description", "features", "licence", "repository_url", "website"),
    *("documentation_url", "version", "version_date", "languages", "categories"),
)


class RepositoryForm(DsfrMixin, forms.Form):
    """Which repository to read."""

    depot = forms.CharField(
        label=gettext_lazy("Adresse du dépôt"),
        max_length=400,
        help_text=gettext_lazy("Un dépôt public qui contient un fichier publiccode.yml."),
        error_messages={"required": gettext_lazy("Donnez l'adresse du dépôt.")},
    )


@private(*FORM)
def publiccode(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Read a repository's `publiccode.yml`, then write the values that are ticked into the draft."""
    opened = own_sheet(request, uid)
    if not opened.can["edit"]:
        return refuse_edit(request, opened)
    if "propositions" in request.POST:
        return _take(request, opened)
    form = RepositoryForm(request.POST or None, initial={"depot": opened.draft.repository_url})
    proposals: list[Proposal] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            proposals = proposals_from(form.cleaned_data["depot"], _current(opened.draft))
        except FetchError as error:
            form.add_error("depot", str(error))
    return _page(request, opened, form, proposals)


def _current(draft: SolutionPage) -> dict[str, Any]:
    values = {name: getattr(draft, name) for name in FIELDS if name != "categories"}
    return {**values, "categories": [category.slug for category in draft.categories.all()]}


def _page(
    request: HttpRequest, opened: Opened, form: Any, proposals: list[Proposal] | None
) -> HttpResponse:
    new = [row for row in proposals or () if row.is_new]
    context = {
        "opened": opened,
        "listing": opened.listing,
        "vendor": opened.listing.vendor,
        "form": form,
        "read": proposals is not None,
        "rows": [_row(row) for row in new],
        "sealed": signing.dumps(
            [str(opened.listing.uid), [_packed(row) for row in new]], salt=SALT, compress=True
        ),
    }
    return render(request, "catalogue/vendor_space/sheet_publiccode.html", context)


def _row(proposal: Proposal) -> dict[str, Any]:
    field = SolutionPage._meta.get_field(proposal.field)
    label = _("Nom") if proposal.field == "title" else field.verbose_name
    return {
        "field": proposal.field,
        "label": str(label)[:1].upper() + str(label)[1:],
        "value": _words(proposal.field, proposal.value),
        "current": _words(proposal.field, proposal.current),
        "note": proposal.note,
        "differs": proposal.differs,
        "source": proposal.source,
    }


def _words(field: str, value: Any) -> str:
    if field == "categories":
        return ", ".join(Category.objects.filter(slug__in=value).values_list("name", flat=True))
    if field == "languages":
        return ", ".join(SolutionPage._meta.get_field(field).labels(value or []))
    if isinstance(value, list):
        return "\n".join(value)
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value or "")


def _packed(proposal: Proposal) -> tuple[str, Any]:
    value = proposal.value
    return proposal.field, value.isoformat() if isinstance(value, dt.date) else value


def _take(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Write what was ticked, as it was shown: the values come back sealed."""
    try:
        uid, packed = signing.loads(request.POST["propositions"], salt=SALT, max_age=HALF_A_DAY)
    except signing.BadSignature:
        uid, packed = "", []
    if uid != str(opened.listing.uid):
        messages.error(request, _("Ces propositions ont expiré : relisez le dépôt."))
        return redirect("sheet_publiccode", opened.listing.uid)
    shown = [Proposal(field, value, None, "") for field, value in packed if field in FIELDS]
    taken = accepted(shown, request.POST.getlist("champ"))
    for field, value in taken.items():
        _write(opened.draft, field, value)
    try:
        if taken:
            save(request, opened, opened.draft)
    except (drafting.EditConflict, ValidationError):
        messages.error(request, _("La fiche vient d'être enregistrée par quelqu'un : recommencez."))
        return redirect("sheet_publiccode", opened.listing.uid)
    messages.success(
        request,
        ngettext("%d valeur reprise du dépôt.", "%d valeurs reprises du dépôt.", len(taken))
        % len(taken),
    )
    return redirect("sheet", opened.listing.uid)


def _write(draft: SolutionPage, field: str, value: Any) -> None:
    if field == "categories":
        draft.categories.set(Category.objects.filter(slug__in=value))
    elif field == "version_date":
        draft.version_date = dt.date.fromisoformat(value)
    else:
        setattr(draft, field, value)
