"""What accounts adds to Wagtail's admin."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry

from accounts import services
from accounts.admin import reset_buttons, reset_second_factor
from accounts.models import User


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """The reset of a second factor."""
    return [
        path("comptes/<int:pk>/second-facteur/", reset_second_factor, name="second_factor_reset")
    ]


@hooks.register("register_user_listing_buttons")
def listing_buttons(user: User, request_user: User) -> list[Button]:
    """Beside each account in the list."""
    return reset_buttons(user, request_user)


@hooks.register("before_delete_user")
def close_instead(request: HttpRequest, user: User) -> HttpResponse | None:
    """Deleting erases the person and keeps the row: what they did still has an author."""
    if request.method != "POST":
        return None
    _close(request, [user])
    return redirect("wagtailusers_users:index")


@hooks.register("before_bulk_action")
def close_many_instead(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """The same for several at once."""
    if action_type != "delete" or action.model is not User or request.method != "POST":
        return None
    _close(request, objects)
    return redirect("wagtailusers_users:index")


def _close(request: HttpRequest, users: Iterable[User]) -> None:
    for user in users:
        name = str(user)
        try:
            services.close_account(user=user)
        except services.Refused as error:
            messages.error(request, f"{name} : {error}")
        else:
            messages.success(request, _("Compte fermé et données effacées : %s.") % name)


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """French words of what services write in an account's history."""
    words = {
        "accounts.create": (_("Créer un compte"), _("Compte créé par ProConnect")),
        "accounts.link": (_("Relier ProConnect"), _("Identité ProConnect reliée")),
        "accounts.unlink": (_("Détacher ProConnect"), _("Identité ProConnect détachée")),
        "accounts.close": (_("Fermer le compte"), _("Compte fermé, données effacées")),
        "accounts.second_factor_reset": (
            _("Retirer le second facteur"),
            _("Second facteur retiré par un administrateur"),
        ),
    }
    for action, (label, message) in words.items():
        actions.register_action(action, label, message)
