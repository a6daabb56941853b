"""What is sent after the answer was given."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from catalogue.models import Membership, Vendor
from catalogue.notifications import message


@task()
def send(name: str, email: str, values: dict[str, str]) -> None:
    """Send the mail of that name."""
    message(name, email, values).send()


def tell(name: str, email: str | None, path: str, **values: str) -> None:
    """Send a mail once the transaction is safe; nothing to those who have no address.

    :param path: page of the site that the mail's action opens.
    """
    if email:
        words = {**values, "url": f"{settings.SITE_URL}{path}"}
        transaction.on_commit(lambda: send.enqueue(name, email, words))


def tell_members(vendor: Vendor | None, name: str, path: str, **values: str) -> None:
    """Send a mail to each active member of a company, as `tell` does; to nobody without one."""
    if vendor is not None:
        _tell_each(vendor.memberships.all(), name, path, values)


def tell_owners(vendor: Vendor, name: str, path: str, **values: str) -> None:
    """Send a mail to each active owner of a company, as `tell` does."""
    _tell_each(vendor.memberships.owners(), name, path, values)


def _tell_each(
    members: QuerySet[Membership], name: str, path: str, values: Mapping[str, str]
) -> None:
    active = members.filter(user__is_active=True).order_by("pk")
    for email in active.values_list("user__email", flat=True):
        tell(name, email, path, **values)
