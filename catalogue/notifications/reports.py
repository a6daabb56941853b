"""Mails about reported anomalies."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

_TO_AUTHOR = _("Message envoyé parce que cette adresse a été donnée avec un signalement.")
_TO_STAFF = _("Message envoyé à la mission LABEL.")

MAILS: Mapping[str, Mail] = {
    "report/received": Mail(
        _("Votre signalement est arrivé"),
        _(
            "La mission LABEL lira votre signalement (%(motive)s) et vous répondra à cette adresse. "
            "Gardez ce message : son lien, privé, montre où en est l'examen."
        ),
        _("Suivre le signalement"),
        _("Si vous n'avez rien signalé, ignorez ce message."),
        _TO_AUTHOR,
    ),
    "report/answered": Mail(
        _("Réponse à votre signalement"),
        _("La mission LABEL a examiné votre signalement : %(outcome)s. %(answer)s"),
        _("Relire le signalement"),
        "",
        _TO_AUTHOR,
    ),
    "report/to_examine": Mail(
        _("Signalement à examiner : %(motive)s"),
        _("Une anomalie est signalée sur la page %(page)s (%(motive)s)."),
        _("Examiner le signalement"),
        "",
        _TO_STAFF,
    ),
    "report/replied": Mail(
        _("%(company)s répond à un signalement"),
        _("%(company)s a répondu au signalement sur la fiche « %(sheet)s »."),
        _("Lire la réponse"),
        "",
        _TO_STAFF,
    ),
    "report/shown": Mail(
        _("Un signalement porte sur la fiche « %(sheet)s »"),
        _(
            "Une anomalie est signalée sur votre fiche « %(sheet)s » (%(motive)s). La mission LABEL "
            "l'examine. Lisez le signalement et répondez-y : votre réponse compte dans sa décision."
        ),
        _("Lire le signalement et répondre"),
    ),
    "report/closed": Mail(
        _("Signalement clos sur la fiche « %(sheet)s »"),
        _(
            "L'examen du signalement sur votre fiche « %(sheet)s » (%(motive)s) est terminé : "
            "%(outcome)s. %(answer)s"
        ),
        _("Relire le signalement"),
    ),
}
