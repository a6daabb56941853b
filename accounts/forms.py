"""Forms of one's own account."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User

_ADDRESS = _("Adresse électronique")
_FORMAT = _("Format attendu : nom@domaine.fr")


def _ask_address(field: forms.Field) -> None:
    field.label, field.help_text = _ADDRESS, _FORMAT


class LoginForm(allauth_forms.LoginForm):
    """In our words; the way to a forgotten password stands below the form, not in a label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["login"])
        self.fields["password"].help_text = ""


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The same for a password that is asked for again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """In our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["email"])


class AddEmailForm(allauth_forms.AddEmailForm):
    """In our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["email"])


class SignupForm(allauth_forms.SignupForm):
    """An address and a password. Two who sign up at once with one address get one account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["email"])
        self.fields["password1"].help_text = _(
            "12 caractères au moins, et pas un mot de passe courant. Une suite de plusieurs mots "
            "convient bien."
        )

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class OnceMixin:
    """A code serves once as long as it fits; allauth forgets it after one period of the three.

    The code that set an application up is used too: it does not sign in.
    """

    user: User

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        key = f"accounts.code.{self.user.pk}.{normalize_user_code(code)}"
        periods = 2 * app_settings.TOTP_TOLERANCE + 1
        if not cache.add(key, True, timeout=periods * app_settings.TOTP_PERIOD):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(OnceMixin, second_factor.AuthenticateForm):
    """A second factor at sign-in."""


class SecondFactorAgainForm(OnceMixin, second_factor.ReauthenticateForm):
    """A second factor that is asked for again."""


class ActivateTOTPForm(OnceMixin, AllauthActivateTOTPForm):
    """The key stays the same when the page is loaded again: an application may hold it already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        shown = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if shown:
            session[SECRET_SESSION_KEY] = self.secret = shown


class NameForm(forms.Form):
    """The name that others read beside what one does."""

    first_name = forms.CharField(
        label=_("Prénom"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Nom"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )


class ClosingForm(forms.Form):
    """An account is not closed by a mistaken click."""

    sure = forms.BooleanField(
        label=_(
            "Je ferme mon compte. Je sais que mes données sont effacées et que rien ne les ramène."
        ),
        error_messages={"required": _("Cochez la case pour confirmer.")},
    )
