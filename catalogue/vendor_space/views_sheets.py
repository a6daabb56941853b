"""Creating a sheet, its page in the vendor space, and how the public would see its draft."""

import uuid

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue import completeness, drafting
from catalogue.models import Listing
from catalogue.reasons import reason_of
from catalogue.similar import similar_sheets
from catalogue.vendor_space.access import FORM, READ, own_vendor, private
from catalogue.vendor_space.access_sheets import own_sheet
from catalogue.vendor_space.extensions import vendor_sections
from catalogue.vendor_space.forms_sheets import CreateForm
from catalogue.vendor_space.steps import BY_CODE, STEPS

HISTORY = 10


@private(*FORM)
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Name a sheet: a draft follows, unless others look alike, which are shown first."""
    vendor = own_vendor(request, slug)
    form = CreateForm(request.POST) if request.method == "POST" else CreateForm.empty()
    found = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        again = Listing.objects.filter(uid=data["cle"], vendor=vendor).exists()
        if not (data["malgre"] or again):
            found = similar_sheets(vendor=vendor, name=data["nom"], website=data["site"])
        if not found:
            try:
                listing = drafting.create_draft(
                    vendor=vendor,
                    name=data["nom"],
                    website=data["site"],
                    uid=data["cle"],
                    by=request.user,
                )
                return redirect("sheet_step", listing.uid, STEPS[0].code)
            except ValidationError as error:
                form.add_error(None, error)
    context = {"vendor": vendor, "form": form, "found": found}
    return render(request, "catalogue/vendor_space/sheet_create.html", context)


@private(*READ)
def similar(request: HttpRequest, slug: str) -> HttpResponse:
    """Sheets that look like a name being typed: a piece of page, for the script."""
    vendor = own_vendor(request, slug)
    name, site = request.GET.get("nom", "")[:120], request.GET.get("site", "")[:200]
    found = similar_sheets(vendor=vendor, name=name, website=site)
    return render(request, "catalogue/vendor_space/_similar.html", {"found": found})


@private(*READ)
def sheet(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Where a sheet stands: its state, what is missing, what happened, what may be done."""
    opened = own_sheet(request, uid)
    submissions = list(opened.listing.submissions.select_related("by")[:HISTORY])
    # What every sheet must say; the last step cleans everything, at a query a constraint.
    content = opened.draft.serializable_data()
    lacking = completeness.lacking(content) if opened.can["submit"] else ()
    context = {
        "opened": opened,
        "listing": opened.listing,
        "vendor": opened.listing.vendor,
        "steps": STEPS,
        "missing": [(row, BY_CODE[row.step]) for row in lacking],
        "submissions": submissions,
        "last": submissions[0] if submissions else None,
        "reason": reason_of(submissions[0]) if submissions else "",
        "today": timezone.localdate(),
        "sections": vendor_sections(opened.listing, request),
    }
    return render(request, "catalogue/vendor_space/sheet.html", context)


@private(*READ)
def preview(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The draft as the public would see it, for the company's members only."""
    opened = own_sheet(request, uid)
    draft = opened.draft
    context = {**draft.get_context(request), "opened": opened, "messages": None}
    context["notice"] = _("Aperçu du brouillon : le public ne voit pas cette page.")
    response = TemplateResponse(request, "catalogue/vendor_space/sheet_preview.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
