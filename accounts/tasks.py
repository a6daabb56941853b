"""What is sent after the answer was given: nobody waits, and no delay tells who has an account."""

from django_tasks import task

from accounts.notifications import message


@task()
def send(name: str, email: str, values: dict[str, str]) -> None:
    """Send the mail of that name."""
    message(name, email, values).send()
