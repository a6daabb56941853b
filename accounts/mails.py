"""How every mail of the product is made: plain text and HTML, in French, with one action."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def compose(
    email: str,
    *,
    subject: str,
    text: str,
    action: str,
    url: str,
    footer: str,
    warning: str = "",
    comment: str = "",
    stop_url: str = "",
) -> EmailMultiAlternatives:
    """A mail to one address.

    :param subject: without the prefix of the site.
    :param action: what the link to `url` does.
    :param footer: why the mail is sent.
    :param warning: what to do if one did not expect it.
    :param comment: what mission LABEL wrote, quoted as it is.
    :param stop_url: where a mail that nobody asked for is refused; mail programs offer it as a
        button of theirs (RFC 8058), so it takes a POST without a session.
    """
    subject = " ".join(subject.split())
    words = {
        "subject": subject,
        "text": text,
        "action": action,
        "url": url,
        "footer": footer,
        "warning": warning,
        "comment": comment,
        "stop_url": stop_url,
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    mail = EmailMultiAlternatives(
        subject=f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}",
        body=render_to_string("components/mail/message.txt", words),
        to=[email],
        reply_to=[settings.CONTACT_EMAIL],
        headers=_way_out(stop_url) if stop_url else None,
    )
    html = render_to_string("components/mail/message.html", words)
    mail.attach_alternative(html, "text/html")
    return mail


def _way_out(stop_url: str) -> dict[str, str]:
    return {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
