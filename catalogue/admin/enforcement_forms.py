"""The screens where a moderator hides a sheet or suspends a vendor, with a reason."""

import json
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminAutoHeightTextInput

from accounts.models import User
from accounts.services import Refused
from catalogue import enforcement
from catalogue.models import Listing, Reason, Vendor
from catalogue.permissions import user_can_enforce


class DecisionForm(forms.Form):
    """A reason, and what is written to the company."""

    reason = forms.ModelChoiceField(
        label=_("Motif"), queryset=Reason.objects.offered(Reason.Purpose.TAKEDOWN)
    )
    comment = forms.CharField(
        label=_("Explication, envoyée aux membres de l'entreprise"),
        required=False,
        max_length=4000,
        widget=AdminAutoHeightTextInput(attrs={"rows": 6}),
        help_text=_("Laissée vide, c'est le texte type du motif qui est envoyé."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Reason.objects.offered(Reason.Purpose.TAKEDOWN)
        # Read by static/catalogue/canned.js, which proposes the text of the reason chosen.
        texts = json.dumps(dict(offered.values_list("pk", "text")))
        self.fields["reason"].widget.attrs["data-canned"] = texts

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") and not data.get("comment"):
            data["comment"] = data["reason"].text.strip()
        return data


class DecideView(WagtailAdminTemplateMixin, FormView):
    """Hide something, once a reason is given; only for a moderator who has no part in it."""

    template_name = "catalogue/admin/enforcement_decide.html"
    form_class = DecisionForm
    explanation = submit_label = done = ""

    @cached_property
    def target(self) -> Any:
        """What is hidden."""
        raise NotImplementedError

    def owner(self) -> Vendor | None:
        """Whose cause it is."""
        raise NotImplementedError

    def decide(self, *, by: User, **words: Any) -> Any:
        """Carry it out."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_enforce(request.user, self.owner()):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        try:
            row = self.decide(by=self.request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return redirect(f"{self.inspect}:inspect", row.pk)

    def get_page_subtitle(self) -> str:
        return str(self.target)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": self.index_url, "label": self.index_label},
            {"url": "", "label": self.page_title, "sublabel": str(self.target)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            action_url=self.request.path,
            submit_button_label=self.submit_label,
            explanation=self.explanation,
            **kwargs,
        )


class TakeDownView(DecideView):
    """« Retirer tout de suite »."""

    page_title = _("Retirer tout de suite")
    header_icon = "no-view"
    submit_label = _("Retirer la fiche")
    done = _("La fiche est retirée ; les membres de l'entreprise sont prévenus.")
    explanation = _(
        "La fiche disparaît aussitôt de la recherche, des flux et de son adresse. L'offreur lit le "
        "motif, corrige, et remet la fiche ; vous pouvez aussi la remettre en ligne telle quelle."
    )
    inspect = "retraits"
    index_url = reverse_lazy("fiches:index")
    index_label = _("Fiches solutions")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.target.takedowns.open().first()
        if row is not None:
            return redirect("retraits:inspect", row.pk)
        return super().get(request, *args, **kwargs)

    @cached_property
    def target(self) -> Listing:
        rows = Listing.objects.select_related("page", "vendor")
        return get_object_or_404(rows, page_id=self.kwargs["page_id"])

    def owner(self) -> Vendor | None:
        return self.target.vendor

    def decide(self, *, by: User, **words: Any) -> Any:
        return enforcement.take_down(listing=self.target, by=by, **words)


class SuspendView(DecideView):
    """« Suspendre l'offreur »."""

    page_title = _("Suspendre l'offreur")
    header_icon = "lock"
    submit_label = _("Suspendre l'offreur")
    done = _("L'offreur est suspendu ; ses membres sont prévenus.")
    explanation = _(
        "Toutes ses fiches disparaissent aussitôt, les examens en cours prennent fin, et aucune "
        "fiche ne peut être remise ni rétablie. Lever la suspension remet en ligne ce qu'elle a "
        "caché. Ses membres gardent leurs brouillons et peuvent vous écrire."
    )
    inspect = "suspensions"
    index_url = reverse_lazy("offreurs:index")
    index_label = _("Offreurs")

    @cached_property
    def target(self) -> Vendor:
        return get_object_or_404(Vendor, pk=self.kwargs["pk"])

    def owner(self) -> Vendor | None:
        return self.target

    def decide(self, *, by: User, **words: Any) -> Any:
        return enforcement.suspend(vendor=self.target, by=by, **words)
