"""Addresses of accounts, in French; the names are those that allauth and lasuite look up."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.usersessions import views as sessions
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from accounts import proconnect_views as proconnect
from accounts import views


def _private(kind: Callable[..., URLPattern], route: str, view: Any, name: str) -> URLPattern:
    """An address whose page nobody keeps: neither a proxy nor the browser of a shared computer."""
    return kind(route, never_cache(view), name=name)


urlpatterns = [
    _private(path, "compte/", views.home, name="account_home"),
    _private(path, "compte/bienvenue/", views.land, name="account_landing"),
    _private(path, "compte/donnees.json", views.data, name="account_data"),
    _private(path, "compte/fermer/", views.close, name="account_close"),
    _private(path, "compte/ferme/", views.closed, name="account_closed"),
    _private(path, "compte/proconnect/<int:pk>/detacher/", views.unlink, name="account_unlink"),
    _private(path, "compte/sessions/", sessions.list_usersessions, name="usersessions_list"),
    # In and out.
    _private(path, "compte/connexion/", account.login, name="account_login"),
    _private(path, "compte/inscription/", account.signup, name="account_signup"),
    _private(path, "compte/suspendu/", account.account_inactive, name="account_inactive"),
    _private(path, "compte/verifier/", account.reauthenticate, name="account_reauthenticate"),
    _private(path, "deconnexion/", proconnect.Logout.as_view(), name="account_logout"),
    _private(path, "deconnexion/retour/", proconnect.logged_out, name="oidc_logout_callback"),
    _private(path, "connexion/proconnect/", proconnect.Start.as_view(), name="proconnect"),
    _private(
        path,
        "connexion/proconnect/retour/",
        proconnect.Callback.as_view(),
        name="proconnect_callback",
    ),
    _private(path, "connexion/proconnect/relier/", proconnect.link, name="proconnect_link"),
    # Address and password.
    _private(path, "compte/adresse/", account.email, name="account_email"),
    _private(
        path,
        "compte/adresse/a-confirmer/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    _private(
        path, "compte/adresse/<str:key>/", account.confirm_email, name="account_confirm_email"
    ),
    _private(path, "compte/mot-de-passe/", account.password_change, name="account_change_password"),
    _private(
        path, "compte/mot-de-passe/choisir/", account.password_set, name="account_set_password"
    ),
    _private(
        path, "compte/mot-de-passe/oubli/", account.password_reset, name="account_reset_password"
    ),
    _private(
        path,
        "compte/mot-de-passe/oubli/envoye/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    _private(
        path,
        "compte/mot-de-passe/oubli/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    _private(
        re_path,
        r"^compte/mot-de-passe/oubli/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    # Second factor.
    _private(path, "compte/second-facteur/", second_factor.index, name="mfa_index"),
    _private(
        path, "compte/second-facteur/code/", second_factor.authenticate, name="mfa_authenticate"
    ),
    _private(
        path,
        "compte/second-facteur/verifier/",
        second_factor.reauthenticate,
        name="mfa_reauthenticate",
    ),
    _private(
        path, "compte/second-facteur/application/", totp.activate_totp, name="mfa_activate_totp"
    ),
    _private(
        path,
        "compte/second-facteur/application/retirer/",
        totp.deactivate_totp,
        name="mfa_deactivate_totp",
    ),
    _private(
        path,
        "compte/second-facteur/secours/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    _private(
        path,
        "compte/second-facteur/secours/nouveaux/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    _private(
        path,
        "compte/second-facteur/secours/codes.txt",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    _private(path, "compte/second-facteur/cles/", keys.list_webauthn, name="mfa_list_webauthn"),
    _private(
        path, "compte/second-facteur/cles/ajouter/", keys.add_webauthn, name="mfa_add_webauthn"
    ),
    _private(
        path,
        "compte/second-facteur/cles/verifier/",
        keys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    _private(
        path,
        "compte/second-facteur/cles/connexion/",
        keys.login_webauthn,
        name="mfa_login_webauthn",
    ),
    _private(
        path,
        "compte/second-facteur/cles/<int:pk>/nom/",
        keys.edit_webauthn,
        name="mfa_edit_webauthn",
    ),
    _private(
        path,
        "compte/second-facteur/cles/<int:pk>/retirer/",
        keys.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
]

admin_entrances = [
    path("gestion/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("gestion/logout/", proconnect.Logout.as_view()),
    path("gestion/password_reset/", RedirectView.as_view(pattern_name="account_reset_password")),
]
"""Wagtail's own ways in and out: the site has one of each."""
