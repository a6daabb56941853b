"""« Délégations » and « Absences »: who signs for whom, and who is away."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput
from wagtail.permissions import register_permission_policy

from accounts.models import User
from catalogue.admin.columns import day_column
from catalogue.admin.policies import NarrowPolicy
from labelling.holding import name_of
from labelling.models import Absence, Delegation
from labelling.permissions import ADVISE, DECIDE, REVIEW, people_with, user_can_enter_desk


class DelegationPolicy(NarrowPolicy):
    """Read by who decides; given and taken back by administrators."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "view":
            return user.is_active and user.has_perm(DECIDE)
        return user.is_active and user.is_superuser


class AbsencePolicy(NarrowPolicy):
    """Everybody of the desk reads all and says their own; administrators say anybody's."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return user_can_enter_desk(user)


register_permission_policy(Delegation, DelegationPolicy(Delegation))
register_permission_policy(Absence, AbsencePolicy(Absence))


def _colleagues() -> QuerySet[User]:
    """Everybody of the desk."""
    keys = [people_with(right).values("pk") for right in (REVIEW, ADVISE, DECIDE)]
    return User.objects.filter(pk__in=keys[0].union(*keys[1:])).order_by("last_name", "pk")


class PersonField(forms.ModelChoiceField):
    """Somebody by name."""

    def label_from_instance(self, obj: User) -> str:
        return name_of(obj)


class DelegationForm(WagtailAdminModelForm):
    user = PersonField(label=_("Personne"), queryset=User.objects.none())

    class Meta:
        model = Delegation
        fields = ("user", "label", "capacity", "act", "valid_from", "valid_to")
        widgets = {"valid_from": AdminDateInput, "valid_to": AdminDateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people_with(DECIDE).order_by("last_name", "pk")


class AbsenceForm(WagtailAdminModelForm):
    """One's own absence; an administrator says whose."""

    user = PersonField(label=_("Personne absente"), queryset=User.objects.none())
    replaced_by = PersonField(
        label=_("Remplacée par"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Cette personne peut prendre les dossiers pendant l'absence. Vide : toutes."),
    )

    class Meta:
        model = Absence
        fields = ("user", "first_day", "last_day", "replaced_by")
        widgets = {"first_day": AdminDateInput, "last_day": AdminDateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = _colleagues()
        self.fields["replaced_by"].queryset = people_with(REVIEW).order_by("last_name", "pk")
        if not self.for_user.is_superuser:
            del self.fields["user"]
            self.instance.user = self.for_user

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("replaced_by") == found.get("user", self.instance.user):
            self.add_error("replaced_by", gettext("Choisissez quelqu'un d'autre que l'absent."))
        last = found.get("last_day")
        if last and last < timezone.localdate() and "last_day" in self.changed_data:
            self.add_error("last_day", gettext("Cette absence est passée : corrigez les dates."))
        return found


class NamedIndexView(generic.IndexView):
    """Rows with the people that they name."""

    custom_field_preprocess = {
        name: dict.fromkeys(("csv", "xlsx"), lambda user: name_of(user) if user else "")
        for name in ("user", "replaced_by")
    }

    def get_base_queryset(self) -> QuerySet:
        related = [name for name in ("user", "label", "replaced_by") if hasattr(self.model, name)]
        return super().get_base_queryset().select_related(*related)


class OwnMixin:
    """Only one's own absence is changed; an administrator changes any."""

    request: HttpRequest

    def get_object(self, *args: Any, **kwargs: Any) -> Absence:
        found: Absence = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if found.user_id != self.request.user.pk and not self.request.user.is_superuser:
            raise PermissionDenied
        return found


class DelegationAddView(generic.CreateView):
    """Wagtail's own words guess the gender of what is made."""

    page_title = _("Donner une délégation")
    page_subtitle = _("Nouvelle délégation")
    success_message = _("La délégation est enregistrée.")
    error_message = _("La délégation n'est pas enregistrée : corrigez ce qui est signalé.")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return _named(super().get_breadcrumbs_items(), self.page_subtitle)


class DelegationEditView(generic.EditView):
    success_message = _("La délégation est enregistrée.")
    error_message = DelegationAddView.error_message


class AbsenceAddView(generic.CreateView):
    """Wagtail's own words guess the gender of what is made."""

    page_title = _("Dire une absence")
    page_subtitle = _("Nouvelle absence")
    success_message = _("L'absence est enregistrée.")
    error_message = _("L'absence n'est pas enregistrée : corrigez ce qui est signalé.")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return _named(super().get_breadcrumbs_items(), self.page_subtitle)


def _named(items: list[dict[str, Any]], words: Any) -> list[dict[str, Any]]:
    *before, last = items
    return [*before, {**last, "label": words}]


class AbsenceEditView(OwnMixin, generic.EditView):
    success_message = _("L'absence est enregistrée.")
    error_message = AbsenceAddView.error_message


class AbsenceDeleteView(OwnMixin, generic.DeleteView):
    pass


class DelegationViewSet(ModelViewSet):
    """« Délégations » in the menu."""

    model = Delegation
    name = "delegations"
    icon = "key"
    menu_label = _("Délégations")
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = NamedIndexView
    add_view_class = DelegationAddView
    edit_view_class = DelegationEditView
    list_per_page = 50
    search_fields = ["user__last_name", "user__first_name", "capacity", "act"]
    search_backend_name = None
    list_display = [
        Column("user", label=_("Personne"), accessor=lambda row: name_of(row.user)),
        Column("label", label=_("Label")),
        Column("capacity", label=_("Qualité")),
        Column("act", label=_("Acte")),
        day_column("valid_from", _("À partir du")),
        day_column("valid_to", _("Jusqu'au")),
    ]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return DelegationForm


class AbsenceViewSet(ModelViewSet):
    """« Absences » in the menu."""

    model = Absence
    name = "absences"
    icon = "calendar-alt"
    menu_label = _("Absences")
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = NamedIndexView
    add_view_class = AbsenceAddView
    edit_view_class = AbsenceEditView
    delete_view_class = AbsenceDeleteView
    list_per_page = 50
    search_fields = ["user__last_name", "user__first_name"]
    search_backend_name = None
    list_export = ["user", "first_day", "last_day", "replaced_by"]
    export_filename = "absences"
    list_display = [
        Column("user", label=_("Personne"), accessor=lambda row: name_of(row.user)),
        day_column("first_day", _("Premier jour")),
        day_column("last_day", _("Dernier jour")),
        Column(
            "replaced_by",
            label=_("Remplacée par"),
            accessor=lambda row: name_of(row.replaced_by) if row.replaced_by else "–",
        ),
    ]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return AbsenceForm
