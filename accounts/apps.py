from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401  (listens to allauth)


class StaffUsers(WagtailUsersAppConfig):
    """Wagtail's screens of accounts, for accounts that have an address and no user name."""

    user_viewset = "accounts.admin.StaffUserViewSet"

    def ready(self) -> None:
        super().ready()
        from django.contrib.auth.models import Group
        from wagtail.permissions import register_permission_policy

        from accounts.admin import AdministratorsOnly
        from accounts.models import User

        for model in (User, Group):
            register_permission_policy(model, AdministratorsOnly(model))
