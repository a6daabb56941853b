"""Mails of the site's frame; each is described in docs/mails.md."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from home.models import ContactMessage


def contact_message(message: ContactMessage) -> EmailMessage:
    """The mail that brings a visitor's message to mission LABEL; answering it answers the visitor."""
    return EmailMessage(
        subject=_("[Catalogue GouvTech] %(subject)s") % {"subject": message.get_subject_display()},
        body=render_to_string(
            "home/mail/contact.txt", {"message": message, "site_url": settings.SITE_URL}
        ),
        to=[settings.CONTACT_EMAIL],
        reply_to=[message.email] if message.email else [],
    )
