"""The screen where two sheets of one solution become one: which is kept, side by side, what it takes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.services import Refused
from catalogue import drafting, merging
from catalogue.admin.choosers import listing_chooser
from catalogue.models import Listing, SolutionPage
from catalogue.permissions import user_can_enforce
from catalogue.states import STATE_LABELS

FIELDS = (
    "summary", "description", "website", "repository_url", "distribution", "licence", "version",
)  # fmt: skip


class ChooseForm(forms.Form):
    """The sheet that is kept."""

    avec = forms.ModelChoiceField(
        label=_("Fiche à garder"),
        queryset=Listing.objects.all(),
        widget=listing_chooser.widget_class,
        help_text=_("Son adresse reste ; celle de l'autre y mènera."),
    )


class MergeForm(forms.Form):
    """What the sheet that is kept takes, and what both companies read."""

    take = forms.MultipleChoiceField(
        label=_("Reprendre dans un brouillon de la fiche gardée"),
        required=False,
        choices=list(merging.CHILDREN.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Ce qui y est déjà n'est pas repris deux fois. Les allégations et leurs preuves ne "
            "suivent pas : elles restent avec la fiche archivée. Le brouillon se relit comme un "
            "autre avant de paraître."
        ),
    )
    comment = forms.CharField(
        label=_("Explication, envoyée aux deux entreprises"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MergeView(WagtailAdminTemplateMixin, FormView):
    """« Regrouper avec une autre fiche »: this one is the duplicate, `?avec=` the one that is kept."""

    template_name = "catalogue/admin/enforcement_merge.html"
    form_class = MergeForm
    page_title = _("Regrouper avec une autre fiche")
    header_icon = "copy"

    @cached_property
    def duplicate(self) -> Listing:
        """The sheet whose screen this is."""
        return get_object_or_404(_rows(), page_id=self.kwargs["page_id"])

    @cached_property
    def kept(self) -> Listing | None:
        """The sheet that was chosen, if one was."""
        chosen = self.request.GET.get("avec", "")
        return get_object_or_404(_rows(), pk=chosen) if chosen.isdecimal() else None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sheets = [sheet for sheet in (self.duplicate, self.kept) if sheet is not None]
        if not all(user_can_enforce(request.user, sheet.vendor) for sheet in sheets):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: MergeForm) -> HttpResponse:
        if self.kept is None:
            return redirect(self.request.path)
        try:
            merging.merge(
                duplicate=self.duplicate,
                kept=self.kept,
                by=self.request.user,
                take=form.cleaned_data["take"],
                comment=form.cleaned_data["comment"],
            )
        except Refused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("« %(name)s » est archivée ; son adresse mène à « %(kept)s ».")
            % {"name": self.duplicate, "kept": self.kept},
        )
        return redirect("wagtailadmin_pages:edit", self.kept.page_id)

    def get_page_subtitle(self) -> str:
        return str(self.duplicate)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("fiches:index"), "label": _("Fiches solutions")},
            {"url": "", "label": self.page_title, "sublabel": str(self.duplicate)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context |= {"copy": self.duplicate, "kept": self.kept, "choose": ChooseForm()}
        if self.kept is not None:
            context["rows"] = list(side_by_side(self.duplicate, self.kept))
            context["swap"] = (
                f"{reverse('sheet_merge', args=[self.kept.page_id])}?avec={self.duplicate.pk}"
            )
        context["media"] = context["form"].media + context["choose"].media
        return context


def _rows() -> Any:
    return Listing.objects.select_related("page", "vendor")


def side_by_side(first: Listing, second: Listing) -> Iterable[tuple[Any, str, str, bool]]:
    """Label, what each sheet says, and whether they differ."""
    for (label, mine), (_label, theirs) in zip(_facts(first), _facts(second), strict=True):
        yield label, mine or "–", theirs or "–", mine != theirs


def _facts(listing: Listing) -> list[tuple[Any, str]]:
    page = listing.page if listing.page.live else listing.page.get_latest_revision_as_object()
    return [
        (_("Nom"), page.title),
        (_("Adresse"), f"/solutions/{listing.page.slug}/"),
        (_("Offreur"), str(listing.vendor or "")),
        (_("Source"), str(listing.get_source_display())),
        (_("État"), STATE_LABELS[drafting.state_of(listing)]),
        (_("Identifiant SILL"), listing.sill_id),
        (_("Identifiant Comptoir du Libre"), listing.comptoir_id),
        *((_verbose(name), str(getattr(page, name))) for name in FIELDS),
        (_("Catégories"), ", ".join(sorted(str(row) for row in page.categories.all()))),
        (_("Mots-clés"), ", ".join(sorted(str(row) for row in page.tags.all()))),
        (_("Offres"), "\n".join(str(row) for row in page.offers.all())),
        (_("Références"), "\n".join(str(row) for row in page.references.all())),
        (_("Captures d'écran"), "\n".join(row.alternative for row in page.screenshots.all())),
        (_("Allégations (ne suivent pas)"), _claims(listing)),
    ]


def _claims(listing: Listing) -> str:
    return "\n".join(str(claim.get_kind_display()) for claim in listing.claims.all())


def _verbose(name: str) -> str:
    return str(SolutionPage._meta.get_field(name).verbose_name).capitalize()
