"""What is sent after the answer was given."""

from django_tasks import task

from home.models import ContactMessage
from home.notifications import contact_message


@task()
def send_contact_message(message_id: int) -> None:
    """Send one message to mission LABEL. The row stays whatever happens to the mail."""
    contact_message(
        ContactMessage.objects.select_related("listing__page").get(pk=message_id)
    ).send()
