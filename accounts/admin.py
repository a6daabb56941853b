"""Staff accounts and roles in Wagtail's admin, for administrators alone."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.widgets.button import Button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import CreateView, EditView, IndexView, UserViewSet

from accounts import services
from accounts.models import User
from accounts.permissions import user_can_administer_accounts, user_can_reset_second_factor


class AdministratorsOnly(ModelPermissionPolicy):
    """Whoever gives roles could take them all: no group can be given that right."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return user_can_administer_accounts(user)


class _AccountForm(forms.ModelForm):
    """What both forms share: names may be unknown, an address is nobody else's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields[name].required = False

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if EmailAddress.objects.filter(email=email).exclude(user=self.instance.pk).exists():
            raise ValidationError(_("Cette adresse sert déjà à un autre compte."))
        return email


class CreationForm(_AccountForm, UserCreationForm):
    """A new account. Its password is chosen by the person, from the mail that they receive."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"is_staff"}

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        user: User = super().save(commit=commit)
        return user


class EditForm(_AccountForm, UserEditForm):
    """Names, address, roles. Nobody takes their own access away by mistake."""

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"is_staff"}


class AccountCreateView(CreateView):
    """Make an account and invite the person."""

    def save_instance(self) -> User:
        user: User = super().save_instance()
        services.invite(user=user, by=self.request.user)
        return user


class AccountEditView(EditView):
    """Change an account; a corrected address is at once the confirmed one."""

    def save_instance(self) -> User:
        user: User = super().save_instance()
        if "email" in self.form.changed_data:
            services.follow_address(user=user)
        return user

    @property
    def header_more_buttons(self) -> list[Button]:
        return [*super().header_more_buttons, *reset_buttons(self.object, self.request.user)]


class AccountIndexView(IndexView):
    """Everybody who can sign in, staff marked."""

    @property
    def columns(self) -> list[Any]:
        columns = list(super().columns)
        staff = BooleanColumn("is_staff", label=_("Mission LABEL"), sort_key="is_staff")
        return [*columns[:3], staff, *columns[3:]]


class StaffUserViewSet(UserViewSet):
    """Wagtail's screens of accounts, with ours in their places."""

    index_view_class = AccountIndexView
    add_view_class = AccountCreateView
    edit_view_class = AccountEditView

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return EditForm if for_update else CreationForm


def reset_buttons(account: User, user: User) -> list[Button]:
    """The way to the reset of a second factor, for those who may."""
    if not user_can_reset_second_factor(user, account):
        return []
    address = reverse("second_factor_reset", args=[account.pk])
    return [Button(_("Retirer le second facteur"), url=address, icon_name="lock-open", priority=30)]


class ResetForm(forms.Form):
    """Why a second factor is taken away; the person reads it, the log keeps it."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Comment vous avez vérifié l'identité de la personne. Elle le lira."),
        error_messages={"required": _("Écrivez le motif.")},
    )


def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the second factor of somebody who lost it."""
    account = get_object_or_404(User, pk=pk)
    if not user_can_reset_second_factor(request.user, account):
        raise PermissionDenied
    form = ResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.reset_second_factor(user=account, by=request.user, **form.cleaned_data)
        messages.success(request, _("Second facteur retiré, sessions fermées, personne prévenue."))
        return redirect("wagtailusers_users:edit", account.pk)
    context = {"form": form, "account": account}
    return render(request, "accounts/admin/second_factor.html", context)
