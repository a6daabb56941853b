"""What mission LABEL contests of a company's sheets, and the company's answers."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue import contesting
from catalogue.claim_words import about, abouts
from catalogue.models import Contest, Vendor
from catalogue.vendor_space.access import FORM, READ, company_context, own_vendor, private
from catalogue.vendor_space.forms_claims import AnswerForm

CONTESTS_PER_PAGE = 20


@private(*READ)
def contests(request: HttpRequest, slug: str) -> HttpResponse:
    """Contests of what the company's sheets say, the latest first."""
    vendor = own_vendor(request, slug)
    paginator = Paginator(_of(vendor).order_by("-opened_at", "-pk"), CONTESTS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = company_context(request, vendor, "contests")
    words = abouts([row.claim for row in page])
    context |= {"page": page, "rows": [(row, words[row.claim.uid]) for row in page]}
    return render(request, "catalogue/vendor_space/company_contests.html", context)


@private(*FORM)
def one(request: HttpRequest, slug: str, uid: uuid.UUID) -> HttpResponse:
    """One contest, and the company's answer."""
    vendor = own_vendor(request, slug)
    contest = get_object_or_404(_of(vendor), uid=uid)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(posted, initial={"text": contest.answer})
    if posted is not None and form.is_valid():
        try:
            contesting.answer(contest=contest, by=request.user, text=form.cleaned_data["text"])
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Votre réponse est envoyée à la mission LABEL."))
            return redirect("company_contest", vendor.slug, contest.uid)
    context = company_context(request, vendor, "contests")
    context |= {
        "contest": contest,
        "about": about(contest.claim),
        "form": form,
        "is_open": contest.state == Contest.State.OPEN,
        "is_public": contest.public_from <= timezone.localdate(),
    }
    return render(request, "catalogue/vendor_space/company_contest.html", context)


def _of(vendor: Vendor) -> QuerySet[Contest]:
    rows = Contest.objects.filter(claim__listing__vendor=vendor)
    return rows.select_related("claim__listing__page", "claim__listing__vendor")
