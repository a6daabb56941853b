"""The admin opens with a second factor only."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.defaults import permission_denied

from accounts.permissions import STRONG, must_have_second_factor, passed_second_factor


class StaffSecondFactor:
    """Send staff who did not pass a second factor to pass one, or to set one up; refuse the others.

    It stands before every view of the admin, whichever way the session was opened. Those who
    passed cost no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_admin = request.path.startswith(reverse("wagtailadmin_home"))
        leaving = request.path == reverse("wagtailadmin_logout")
        if is_admin and not leaving and request.user.is_authenticated:
            if not passed_second_factor(request) and must_have_second_factor(request.user):
                return self._lead(request)
            if not request.user.has_perm("wagtailadmin.access_admin"):
                # Wagtail would send them to sign in, who are signed in: round and round. Answered
                # and not raised: a traceback in the log would look like a fault of ours.
                return permission_denied(request, PermissionDenied())
        return self.get_response(request)

    def _lead(self, request: HttpRequest) -> HttpResponseBase:
        # What was posted is not replayed: after the detour a form is shown again.
        home = reverse("wagtailadmin_home")
        address = request.get_full_path() if request.method == "GET" else home
        own = Authenticator.objects.filter(user=request.user, type__in=STRONG)
        kinds = set(own.values_list("type", flat=True))
        if not kinds:
            messages.warning(
                request,
                _(
                    "La gestion du catalogue demande un second facteur : activez-en un pour y entrer."
                ),
            )
            return redirect("mfa_index")
        by_code = Authenticator.Type.TOTP in kinds
        name = "mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn"
        return redirect(f"{reverse(name)}?{urlencode({'next': address})}")
