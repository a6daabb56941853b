"""Mails about a referential that changes."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {
    "referentials/losses": Mail(
        _("%(what)s : ce que vos fiches perdraient"),
        _(
            "Une nouvelle version du questionnaire, %(what)s, s'applique à partir du %(since)s. Sans "
            "nouvelles réponses, voici ce que perdraient les fiches de %(company)s :%(lines)s"
        ),
        _("Revoir mes réponses"),
    ),
}
