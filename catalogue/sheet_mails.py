"""Mails to a company's members about their sheets; each is a row of docs/mails.md."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.mails import compose
from catalogue.models import Membership, Submission
from catalogue.reasons import reason_of

Outcome = Submission.Outcome


class Words(NamedTuple):
    """Subject, text and action of a mail; `public` when the action leads to the public sheet."""

    subject: Any
    text: Any
    action: Any
    public: bool = False


WORDS: Mapping[str, Words] = {
    Outcome.WAITING: Words(
        _("Fiche remise : %(name)s"),
        _(
            "La fiche « %(name)s » est remise à la mission LABEL, qui vous répond au plus tard le "
            "%(due)s. Pour la modifier d'ici là, retirez-la d'abord."
        ),
        _("Suivre la fiche"),
    ),
    Outcome.APPROVED: Words(
        _("Fiche publiée : %(name)s"),
        _("La fiche « %(name)s » est en ligne : tout le monde peut la lire et la trouver."),
        _("Voir la fiche"),
        public=True,
    ),
    Outcome.RETURNED: Words(
        _("Fiche à compléter : %(name)s"),
        _(
            "La mission LABEL a relu la fiche « %(name)s » et vous demande de la compléter. "
            "Motif : %(reason)s. Son explication suit. Corrigez la fiche, puis remettez-la."
        ),
        _("Compléter la fiche"),
    ),
}
"""By what became of a submission. None is optional: each answers what its reader asked for."""


def submission_mails(submission: Submission) -> list[EmailMultiAlternatives]:
    """One mail a member who has an address, about where a submission stands."""
    words = WORDS[submission.outcome]
    listing = submission.listing
    name = listing.page.get_latest_revision_as_object().title
    due = f"{submission.due_on:%d/%m/%Y}"
    values = {"name": name, "due": due, "reason": reason_of(submission)}
    path = (
        f"/solutions/{listing.page.slug}/" if words.public else reverse("sheet", args=[listing.uid])
    )
    members = Membership.objects.filter(
        vendor=listing.vendor, user__is_active=True, user__email__isnull=False
    )
    footer = _("Message de service, envoyé aux membres de %s.") % listing.vendor
    return [
        compose(
            email,
            subject=words.subject % values,
            text=words.text % values,
            comment=submission.comment,
            action=words.action,
            url=f"{settings.SITE_URL}{path}",
            footer=footer,
        )
        for email in members.order_by("pk").values_list("user__email", flat=True)
        if email
    ]
