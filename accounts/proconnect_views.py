"""Signing in and out with ProConnect. Whatever fails is a page in French that says what to do."""

import json
import logging
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.account.views import LogoutView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST, require_safe
from lasuite.oidc_login.views import OIDCAuthenticationRequestView, OIDCLogoutView

from accounts.proconnect import ProConnectBackend, SignInRefused
from accounts.provider import ProviderUnavailable, issuer, metadata
from accounts.services import Refused

logger = logging.getLogger(__name__)

_LOGOUT_STATE = "proconnect_logout_state"


def failed(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    """The page of a sign-in that did not succeed."""
    context = {"reason": reason, "retry": status != 409}
    return render(request, "accounts/proconnect_failed.html", context, status=status)


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.warning("ProConnect is unavailable: %s", error)
    return failed(
        request,
        _(
            "ProConnect ne répond pas. Réessayez dans quelques minutes, ou utilisez votre mot de passe."
        ),
        status=503,
    )


class Start(OIDCAuthenticationRequestView):
    """Send the visitor to ProConnect, with state, nonce and PKCE kept in the session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not issuer():
            raise Http404
        try:
            self.OIDC_OP_AUTH_ENDPOINT = metadata()["authorization_endpoint"]
        except ProviderUnavailable as error:
            return _unavailable(request, error)
        return super().get(request)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Ask for an accepted level of assurance; the answer is checked again."""
        acr = {"essential": True, "values": settings.PROCONNECT["ACR"]}
        return {"claims": json.dumps({"id_token": {"acr": acr, "amr": None}})}


@login_required
@require_POST
@reauthentication_required
def link(request: HttpRequest) -> HttpResponse:
    """Start attaching an identity to the account of whoever is signed in and asks for it."""
    before = set(request.session.get("oidc_states", {}))
    response = Start.as_view()(_as_get(request))
    if response.status_code != 302:
        return response
    states = request.session["oidc_states"]
    for state in set(states) - before:
        states[state]["link_to"] = request.user.pk
    request.session["oidc_login_next"] = None
    request.session.modified = True
    return leave(request, response["Location"])


def _as_get(request: HttpRequest) -> HttpRequest:
    request.method = "GET"
    return request


def leave(request: HttpRequest, address: str) -> HttpResponse:
    """A page that opens ProConnect at once: a form may be sent to this site only (form-action)."""
    return render(request, "accounts/leaving.html", {"address": address})


class Callback(View):
    """Where ProConnect sends people back to."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Sign in, attach an identity, or say what went wrong. A state serves once."""
        kept = self._take_state(request)
        if kept is None:
            if request.user.is_authenticated:  # the page was loaded again
                return redirect("account_landing")
            return self._refuse(request, "unknown state")
        if request.GET.get("error"):
            return self._given_up(request)
        if request.GET.get("iss", issuer()) != issuer():  # RFC 9207
            return self._refuse(request, "the answer comes from another issuer")
        try:
            return self._sign_in(request, kept)
        except ProviderUnavailable as error:
            return _unavailable(request, error)
        except SignInRefused as error:
            return self._refuse(request, str(error))
        except Refused as error:
            return failed(request, str(error), status=409)

    @staticmethod
    def _take_state(request: HttpRequest) -> dict[str, Any] | None:
        states = request.session.get("oidc_states")
        if not isinstance(states, dict):
            return None
        kept = states.pop(request.GET.get("state", ""), None)
        request.session["oidc_states"] = states
        request.session.save()  # at once: the exchange that follows is slow
        return kept

    def _sign_in(self, request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
        link_to = None
        if "link_to" in kept:
            if kept["link_to"] != request.user.pk:
                raise SignInRefused("asked for by another account")
            link_to = request.user
        backend = ProConnectBackend()
        user = backend.authenticate(
            request, nonce=kept["nonce"], code_verifier=kept["code_verifier"], link_to=link_to
        )
        if user is None:
            raise SignInRefused("no code in the answer")
        if link_to is not None:
            messages.success(request, _("Votre identité ProConnect ouvre désormais ce compte."))
            return redirect("account_home")
        return self._open(request, backend)

    @staticmethod
    def _open(request: HttpRequest, backend: ProConnectBackend) -> HttpResponse:
        outcome = backend.outcome
        id_token = request.session.pop("oidc_id_token", None)
        following = request.session.pop("oidc_login_next", None)
        record_authentication(request, outcome.user, method="proconnect")
        response = perform_login(
            request, outcome.user, email_verification="none", redirect_url=following
        )
        request.session["oidc_id_token"] = id_token  # a new session may have begun
        if outcome.address_taken:
            messages.warning(
                request,
                _(
                    "L'adresse que donne ProConnect ouvre déjà un autre compte : celui-ci en est "
                    "distinct. Pour n'en garder qu'un, fermez celui-ci, connectez-vous à l'autre avec "
                    "son mot de passe et reliez-y ProConnect."
                ),
            )
        return response

    @staticmethod
    def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
        logger.warning("ProConnect sign-in refused: %s", reason)
        return failed(
            request,
            _("La réponse de ProConnect n'a pas pu être vérifiée. Recommencez depuis le début."),
            status=400,
        )

    @staticmethod
    def _given_up(request: HttpRequest) -> HttpResponse:
        code = request.GET["error"]
        logger.info("ProConnect answered %s", code if code.isidentifier() else "an error")
        if code == "access_denied":
            reason = _("Vous avez renoncé à vous connecter, ou ProConnect vous l'a refusé.")
        else:
            reason = _("ProConnect n'a pas pu vous identifier. Recommencez dans quelques minutes.")
        return failed(request, reason, status=400)


class _EndSession(OIDCLogoutView):
    """Builds the address that ends ProConnect's own session."""

    @staticmethod
    def get_settings(attr: str, *default: Any) -> Any:
        if attr == "OIDC_OP_LOGOUT_ENDPOINT":
            return metadata().get("end_session_endpoint")
        return OIDCLogoutView.get_settings(attr, *default)


class Logout(LogoutView):
    """Sign out here, then at ProConnect when that is how the session was opened."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        away = self._end_session_address()
        response = super().post(*args, **kwargs)
        if away is None:
            return response
        address, state = away
        self.request.session[_LOGOUT_STATE] = state
        return leave(self.request, address)

    def _end_session_address(self) -> tuple[str, str] | None:
        if not issuer():
            return None
        try:
            wanted = _EndSession().get_oidc_logout_request(self.request)
        except ProviderUnavailable as error:
            logger.warning("ProConnect's session stays open: %s", error)
            return None
        if wanted is None:
            return None
        endpoint, parameters = wanted
        return f"{endpoint}?{urlencode(parameters)}", parameters["state"]


@require_safe
def logged_out(request: HttpRequest) -> HttpResponse:
    """Where ProConnect sends back whoever signed out."""
    expected = request.session.pop(_LOGOUT_STATE, "")
    if expected and constant_time_compare(expected, request.GET.get("state", "")):
        messages.success(request, _("Vous êtes déconnecté, de ProConnect aussi."))
    return redirect(settings.LOGOUT_REDIRECT_URL)
