"""What is sent after the answer was given."""

from django.conf import settings
from django.db import transaction
from django_tasks import task

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
