"""What is sent after the answer was given."""

from django.conf import settings
from django.db import transaction
from django_tasks import task

from catalogue.notifications.words import write
from sourcing.notifications import MAILS


@task()
def send(name: str, email: str, values: dict[str, str]) -> None:
    """Send the mail of that name."""
    write(MAILS[name], email, values).send()


def tell(name: str, email: str, path: str, **values: str) -> None:
    """Send a mail once the transaction is safe; `path` is the page that its action opens."""
    words = {**values, "url": f"{settings.SITE_URL}{path}"}
    transaction.on_commit(lambda: send.enqueue(name, email, words))
