"""Mails about sheets that go from one company to another."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {
    "transfers/proposed": Mail(
        _("%(company)s vous propose de reprendre la fiche « %(sheet)s »"),
        _(
            "%(company)s propose à votre entreprise de reprendre la fiche « %(sheet)s » : son contenu, "
            "son adresse et son historique. Relisez-la, puis acceptez ou refusez. Sans réponse sous "
            "trente jours, rien ne change."
        ),
        _("Voir la proposition"),
    ),
    "transfers/given": Mail(
        _("La fiche « %(sheet)s » est passée à %(company)s"),
        _(
            "%(company)s a accepté de reprendre la fiche « %(sheet)s ». Votre entreprise ne la modifie "
            "plus ; le journal public de la fiche le dit."
        ),
        _("Voir mes fiches"),
        _(
            "Si votre entreprise n'a rien cédé, prévenez la mission LABEL en répondant à ce message."
        ),
    ),
    "transfers/received": Mail(
        _("La fiche « %(sheet)s », reprise de %(company)s, est à vous"),
        _(
            "Votre entreprise a repris la fiche « %(sheet)s » de %(company)s, avec tout son "
            "historique. Relisez-la : vous répondez désormais de ce qu'elle dit."
        ),
        _("Relire la fiche"),
    ),
    "transfers/refused": Mail(
        _("%(company)s ne reprend pas la fiche « %(sheet)s »"),
        _("%(company)s a refusé la fiche « %(sheet)s », qui reste à vous. %(answer)s"),
        _("Voir la fiche proposée"),
    ),
    "transfers/cancelled": Mail(
        _("%(company)s garde la fiche « %(sheet)s »"),
        _("%(company)s ne vous propose plus la fiche « %(sheet)s » : il n'y a rien à faire."),
        _("Ouvrir l'espace éditeur"),
    ),
    "transfers/lapsed": Mail(
        _("%(company)s n'a pas répondu pour la fiche « %(sheet)s »"),
        _(
            "La proposition faite à %(company)s de reprendre la fiche « %(sheet)s » est close, faute "
            "de réponse en trente jours. La fiche reste à vous ; vous pouvez la proposer à nouveau."
        ),
        _("Proposer à nouveau"),
    ),
}
