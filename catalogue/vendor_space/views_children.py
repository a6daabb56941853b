"""Steps 5 and 6: lists of offers and of references, each added, edited and removed by itself."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue import completeness, drafting
from catalogue.choices import Deployment, OfferKind
from catalogue.models import Claim, Offer, Reference, SolutionPage
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.access_sheets import Opened, own_sheet
from catalogue.vendor_space.conflicts import Conflict, conflict_with, seen_revision
from catalogue.vendor_space.forms_children import OfferForm, ReferenceForm
from catalogue.vendor_space.steps import BY_CODE, Step
from catalogue.vendor_space.views_steps import (
    closed,
    frame,
    leave,
    refuse_edit,
    save,
    step_url,
    told_of,
)


@dataclass(frozen=True)
class Kind:
    """A kind of children: the step, the relation of the page, the form, how many there may be."""

    step: Step
    relation: str
    model: Any
    form: Any
    most: int
    saved: Any
    too_many: Any

    def children(self, draft: SolutionPage) -> list[Any]:
        """The children of a draft, in their order."""
        return list(getattr(draft, self.relation).all())

    def find(self, draft: SolutionPage, uid: uuid.UUID | None) -> Any:
        """The child of that uid, None when there is none."""
        return next((row for row in self.children(draft) if row.uid == uid), None)

    def blank(self, uid: uuid.UUID | None) -> Any:
        """A new child, of the uid that a form was opened with."""
        child = self.model()
        child.uid = uid or child.uid
        return child


OFFERS = Kind(
    BY_CODE[completeness.OFFERS],
    "offers",
    Offer,
    OfferForm,
    20,
    gettext_lazy("L'offre est enregistrée."),
    gettext_lazy("Vingt offres au plus : retirez-en une d'abord."),
)
REFERENCES = Kind(
    BY_CODE[completeness.REFERENCES],
    "references",
    Reference,
    ReferenceForm,
    50,
    gettext_lazy("La référence est enregistrée."),
    gettext_lazy("Cinquante références au plus : retirez-en une d'abord."),
)


@private(*FORM)
def offers(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Step 5: the offers of a sheet."""
    return _list(request, uid, OFFERS)


@private(*FORM)
def references(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Step 6: the references of a sheet."""
    return _list(request, uid, REFERENCES)


@private(*FORM)
def edit_offer(
    request: HttpRequest, uid: uuid.UUID, child: uuid.UUID | None = None
) -> HttpResponse:
    """Write an offer, a new one without `child`."""
    return _edit(request, uid, child, OFFERS)


@private(*FORM)
def edit_reference(
    request: HttpRequest, uid: uuid.UUID, child: uuid.UUID | None = None
) -> HttpResponse:
    """Write a reference, a new one without `child`."""
    return _edit(request, uid, child, REFERENCES)


@private("POST")
def remove_offer(request: HttpRequest, uid: uuid.UUID, child: uuid.UUID) -> HttpResponse:
    """Take an offer off the draft."""
    return _remove(request, uid, child, OFFERS)


@private("POST")
def remove_reference(request: HttpRequest, uid: uuid.UUID, child: uuid.UUID) -> HttpResponse:
    """Take a reference off the draft."""
    return _remove(request, uid, child, REFERENCES)


def _list(request: HttpRequest, uid: uuid.UUID, kind: Kind) -> HttpResponse:
    opened = own_sheet(request, uid)
    if not opened.can["edit"]:
        return refuse_edit(request, opened)
    if request.method == "POST":
        return leave(request, opened, kind.step)
    context = {**frame(opened, kind.step), "children": kind.children(opened.draft)}
    return render(request, f"catalogue/vendor_space/step_{kind.step.code}.html", context)


def _edit(
    request: HttpRequest, uid: uuid.UUID, child_uid: uuid.UUID | None, kind: Kind
) -> HttpResponse:
    opened = own_sheet(request, uid)
    if not opened.can["edit"] and request.method != "POST":
        return refuse_edit(request, opened)
    child = kind.find(opened.draft, child_uid)
    if child is None and child_uid is not None and request.method != "POST":
        raise Http404
    if child is None and len(kind.children(opened.draft)) >= kind.most:
        messages.error(request, kind.too_many)
        return redirect(step_url(opened, kind.step))
    if request.method != "POST":
        blank = _blank(kind)
        return _page(request, opened, kind, kind.form(instance=child or blank), is_new=not child)
    return _save(request, opened, kind, child, child_uid or _posted_uid(request))


def _blank(kind: Kind) -> Any:
    child = kind.model()
    if isinstance(child, Offer):
        child.kind, child.deployment = OfferKind.PRODUCTION, Deployment.SAAS
    return child


def _posted_uid(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return None


def _save(
    request: HttpRequest, opened: Opened, kind: Kind, child: Any, uid: uuid.UUID | None
) -> HttpResponse:
    # A form sent twice carries one uid: the second time it finds what the first one added.
    child = child or kind.find(opened.draft, uid)
    is_new = child is None
    form = kind.form(request.POST, request.FILES, instance=child or kind.blank(uid))
    if not opened.can["edit"]:
        return _page(request, opened, kind, closed(form, opened), is_new=is_new)

    def build(draft: SolutionPage) -> Any:
        found = kind.find(draft, uid)
        return kind.form(instance=found) if found else None

    conflict = conflict_with(opened, seen_revision(request), build)
    touches = conflict is not None and conflict.touches_form
    if not form.is_valid() or touches:
        return _page(
            request, opened, kind, form, is_new=is_new, conflict=conflict if touches else None
        )
    if not is_new and not form.has_changed():
        return redirect(step_url(opened, kind.step))
    row = form.apply(request.user)
    rows = [row if other.uid == row.uid else other for other in kind.children(opened.draft)]
    _write(opened.draft, kind, [*rows, row] if is_new else rows)
    try:
        save(request, opened, opened.draft)
        if file := form.cleaned_data.get("accord"):
            drafting.keep_consent(listing=opened.listing, reference=row, file=file, by=request.user)
    except drafting.EditConflict as late:
        conflict = Conflict(late.revision.user, late.revision.created_at, [])
        opened = own_sheet(request, opened.listing.uid)
        return _page(request, opened, kind, form, is_new=is_new, conflict=conflict)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, opened, kind, form, is_new=is_new)
    messages.success(request, told_of(conflict) if conflict else kind.saved)
    return redirect(step_url(opened, kind.step))


def _write(draft: SolutionPage, kind: Kind, rows: list[Any]) -> None:
    for rank, row in enumerate(rows):
        row.sort_order = rank
    setattr(draft, kind.relation, rows)


def _remove(request: HttpRequest, uid: uuid.UUID, child_uid: uuid.UUID, kind: Kind) -> HttpResponse:
    opened = own_sheet(request, uid)
    if not opened.can["edit"]:
        return refuse_edit(request, opened)
    rows = kind.children(opened.draft)
    kept = [row for row in rows if row.uid != child_uid]
    if len(kept) < len(rows):
        _write(opened.draft, kind, kept)
        try:
            save(request, opened, opened.draft)
            messages.success(request, _("C'est retiré du brouillon."))
        except (drafting.EditConflict, ValidationError):
            messages.error(
                request, _("La fiche vient d'être enregistrée par quelqu'un : recommencez.")
            )
    return redirect(step_url(opened, kind.step))


def _page(
    request: HttpRequest,
    opened: Opened,
    kind: Kind,
    form: Any,
    *,
    is_new: bool,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {
        **frame(opened, kind.step),
        "form": form,
        "is_new": is_new,
        "conflict": conflict,
        "back": step_url(opened, kind.step),
        "consent_given": opened.listing.claims.filter(
            subject=form.instance.uid, kind=Claim.Kind.REFERENCE, evidence__isnull=False
        ).exists(),
    }
    template = f"catalogue/vendor_space/edit_{kind.step.code}.html"
    return render(request, template, context, status=409 if conflict else 200)
