"""Mails about what a vendor says, once mission LABEL checks or contests it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

MAILS: Mapping[str, Mail] = {
    "claim/verified": Mail(
        _("Vérifié sur la fiche « %(sheet)s » : %(what)s"),
        _(
            "Ce que dit votre fiche « %(sheet)s » (%(what)s) est vérifié par %(by)s, jusqu'au "
            "%(until)s. Si vous changez ce qui est dit, la vérification prend fin."
        ),
        _("Voir la fiche"),
    ),
    "claim/ended": Mail(
        _("N'est plus vérifié sur la fiche « %(sheet)s » : %(what)s"),
        _(
            "Ce que dit votre fiche « %(sheet)s » (%(what)s) n'est plus vérifié : %(reason)s. "
            "Le public lit désormais ce que vous déclarez, sans la marque « Vérifié »."
        ),
        _("Revoir ce qui est dit"),
    ),
    "claim/expired": Mail(
        _("Vérifications échues sur la fiche « %(sheet)s »"),
        _(
            "Ce qui suit n'est plus vérifié sur votre fiche « %(sheet)s » :%(lines)s\n"
            "Donnez une preuve plus récente : la mission LABEL la vérifiera."
        ),
        _("Renouveler la preuve"),
    ),
    "contest/opened": Mail(
        _("La mission LABEL conteste la fiche « %(sheet)s » : %(what)s"),
        _(
            "La mission LABEL doute de ce que dit votre fiche « %(sheet)s » (%(what)s). Motif : "
            "%(reason)s Répondez ou corrigez la fiche avant le %(deadline)s : ce jour-là, la "
            "contestation devient publique, avec votre réponse."
        ),
        _("Lire et répondre"),
    ),
    "contest/answered": Mail(
        _("%(company)s répond à une contestation"),
        _("%(company)s a répondu sur la fiche « %(sheet)s » (%(what)s)."),
        _("Lire la réponse et décider"),
        "",
        _("Message envoyé à la mission LABEL."),
    ),
    "contest/upheld": Mail(
        _("Contestation maintenue sur la fiche « %(sheet)s » : %(what)s"),
        _(
            "La mission LABEL maintient sa contestation de ce que dit votre fiche « %(sheet)s » "
            "(%(what)s) : %(decision)s Elle est publique, avec son motif (%(reason)s) et votre "
            "réponse. Corrigez la fiche : la mission LABEL lèvera la contestation si la correction "
            "y répond."
        ),
        _("Lire la décision"),
    ),
    "contest/closed": Mail(
        _("Contestation close sur la fiche « %(sheet)s » : %(what)s"),
        _(
            "La contestation de ce que dit votre fiche « %(sheet)s » (%(what)s) est %(outcome)s : "
            "%(decision)s"
        ),
        _("Relire la contestation"),
    ),
}
