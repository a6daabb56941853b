"""The dashboard of a vendor, and the presentation of a company."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.services import Refused
from catalogue.models import AnomalyReport, Contest, Inquiry, InquiryMessage, Proof, Request, Vendor
from catalogue.registration import (
    Outdated,
    accept_register_values,
    change_company,
    register_proposals,
)
from catalogue.vendor_space.access import FORM, READ, company_context, own_vendor, private
from catalogue.vendor_space.forms_company import PresentationForm
from catalogue.vendor_space.views_registration import add_errors


@private(*READ)
def home(request: HttpRequest) -> HttpResponse:
    """The companies that one acts for, their sheets, and one's own requests."""
    joins = Request.objects.filter(state=Request.State.WAITING, kind=Request.Kind.JOIN)
    unread = InquiryMessage.objects.filter(inquiry=OuterRef("pk"), from_vendor=False, read_at=None)
    reports = AnomalyReport.objects.filter(state=AnomalyReport.State.ACKNOWLEDGED, vendor_reply="")
    contests = Contest.objects.filter(state=Contest.State.OPEN, answer="")
    memberships = (
        request.user.memberships.select_related("vendor")
        .annotate(
            attached=Exists(Proof.objects.in_force().filter(vendor=OuterRef("vendor"))),
            requests_waiting=_count_of(joins),
            exchanges_unread=_count_of(Inquiry.objects.filter(Exists(unread), closed_at=None)),
            reports_waiting=_count_of(reports, "listing__vendor"),
            contests_waiting=_count_of(contests, "claim__listing__vendor"),
        )
        .order_by("vendor__name", "pk")
    )
    context = {
        "memberships": memberships,
        "requests": request.user.company_requests.select_related("vendor").order_by("-created_at")[
            :20
        ],
    }
    return render(request, "catalogue/vendor_space/company_home.html", context)


def _count_of(rows: QuerySet, vendor: str = "vendor") -> Coalesce:
    """How many of these rows belong to the vendor of a membership: joined, they would multiply."""
    own = rows.filter(**{vendor: OuterRef("vendor")}).order_by().values(vendor)
    return Coalesce(Subquery(own.annotate(rows=Count("pk")).values("rows")), 0)


@private(*FORM)
def presentation(request: HttpRequest, slug: str) -> HttpResponse:
    """What a company says of itself. Whoever saves after somebody else is told, and loses nothing."""
    vendor = own_vendor(request, slug)
    posted = request.POST if request.method == "POST" else None
    form = PresentationForm(posted, vendor=vendor)
    status, conflicts = 200, []
    if posted is not None and form.is_valid():
        values = dict(form.cleaned_data)
        seen = values.pop("seen")
        try:
            change_company(vendor=vendor, by=request.user, seen=seen, values=values)
        except Outdated as outdated:
            form, conflicts, status = *_merged(posted, outdated.vendor), 409
        except Refused as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("La présentation est enregistrée."))
            return redirect("company", vendor.slug)
    context = {"form": form, "conflicts": conflicts, **company_context(request, vendor, "company")}
    return render(request, "catalogue/vendor_space/company.html", context, status=status)


def _merged(posted: object, now: Vendor) -> tuple[PresentationForm, list[tuple[str, str, str]]]:
    """The form with what was typed, ready to be saved over what the other person wrote.

    And each field that differs: its label, its place on the page, what the other wrote.
    """
    data = posted.copy()
    form = PresentationForm(data, vendor=now)
    data["seen"] = form.initial["seen"]
    differing = []
    for field in form.visible_fields():
        theirs = form.initial.get(field.name, "")
        if field.field.has_changed(theirs, field.data):
            shown = dict(getattr(field.field, "choices", ())).get(theirs, theirs)
            words = {True: _("oui"), False: _("non")}.get(theirs, shown) or _("(vide)")
            differing.append((field.label, field.id_for_label, words))
    return form, differing


@private(*FORM)
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """What the public register says otherwise, to take value by value."""
    vendor = own_vendor(request, slug)
    context = {**company_context(request, vendor, "company"), "rows": []}
    try:
        if request.method == "POST":
            changed = accept_register_values(
                vendor=vendor, by=request.user, fields=request.POST.getlist("champ")
            )
            told = _("Les valeurs choisies sont reprises.") if changed else _("Rien n'a changé.")
            messages.success(request, told)
            return redirect("company", vendor.slug)
        context["rows"] = [_row(vendor, proposal) for proposal in register_proposals(vendor)]
    except Refused as error:
        context["refusal"] = str(error)
    except ValidationError as error:
        context["refusal"] = " ".join(error.messages)
    return render(request, "catalogue/vendor_space/company_compare.html", context)


def _row(vendor: Vendor, proposal: object) -> dict[str, object]:
    field = Vendor._meta.get_field(proposal.field)
    names = dict(field.flatchoices)

    def words(value: object) -> object:
        shown = {True: _("oui"), False: _("non")}.get(value) if isinstance(value, bool) else None
        return shown or names.get(value, value)

    return {
        "field": proposal.field,
        "label": field.verbose_name,
        "value": words(proposal.value),
        "current": words(proposal.current),
        "note": proposal.note,
        "source": proposal.source,
        # Where a size comes from is taken with it, not by itself.
        "acceptable": proposal.acceptable and proposal.field not in ("size_source", "size_year"),
    }
