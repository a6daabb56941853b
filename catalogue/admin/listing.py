"""The row beside a sheet in the admin: whose it is, confirmed, joined, archived."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.views import generic
from wagtail.permissions import policy_registry

from accounts.services import Refused
from catalogue import enforcement, services
from catalogue.models import Listing
from catalogue.permissions import is_suspended, user_can_enforce

OWN_CAUSE = _("Vous agissez pour une entreprise concernée : une autre personne en décide.")


class ListingForm(WagtailAdminModelForm):
    """What no revision of the sheet holds."""

    archived = forms.BooleanField(
        label=_("Archivée"),
        required=False,
        help_text=_("Retirée du catalogue : son adresse répond qu'elle n'y est plus."),
    )

    class Meta:
        model = Listing
        fields = ("vendor", "confirmed_on", "repository_reachable_on", "sill_id", "comptoir_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["archived"] = self.instance.archived_at is not None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        back = self.instance.archived_at is not None and not data.get("archived")
        given = "vendor" in self.changed_data
        if (back or given) and is_suspended(data.get("vendor")):
            raise forms.ValidationError(services.SUSPENDED)
        if not all(
            user_can_enforce(self.for_user, vendor)
            for vendor in (self.instance.vendor, data.get("vendor"))
        ):
            raise forms.ValidationError(OWN_CAUSE)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # Rules join the vendor to the source, which is not typed here: they apply all the same.
        return super()._get_validation_exclusions() - {"source"}


class ListingEditView(generic.EditView):
    """Change the row beside a sheet; there is no other way to make or delete one."""

    model = Listing
    form_class = ListingForm
    permission_required = "change"
    header_icon = "clipboard-list"
    page_title = _("Inscription au catalogue")
    edit_url_name = "listing"
    index_url_name = "fiches:index"
    success_message = _("Inscription de « %(object)s » modifiée.")

    @property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Listing)

    def get_object(self, queryset: Any = None) -> Listing:
        rows = Listing.objects.select_related("page", "vendor")
        return get_object_or_404(rows, page_id=self.kwargs["page_id"])

    def get_edit_url(self) -> str:
        return self.request.path

    def form_valid(self, form: ListingForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except (Refused, ValidationError) as error:  # what changed since the form was checked
            self.produced_error_message = self.get_error_message()
            form.add_error(None, str(error) if isinstance(error, Refused) else error)
            return self.form_invalid(form)

    def save_instance(self) -> Listing:
        columns = {name: self.form.cleaned_data[name] for name in self.form.changed_data}
        return enforcement.change(listing=self.object, by=self.request.user, **columns)
