"""Mails about applications for a label and awards: they announce, the letter or the file says."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

STAFF = _("Message envoyé à la mission LABEL.")
_OPEN = _("Ouvrir le dossier")
_FOLLOW = _("Voir ma demande")

_TO_VENDOR: Mapping[str, Mail] = {
    "label/letter": Mail(
        _("Un courrier de la mission LABEL vous attend, dossier %(number)s"),
        _(
            "Un courrier de la mission LABEL vous attend dans votre espace, dossier %(number)s : "
            "« %(what)s ». Ouvrez-le : les délais qu'il indique courent à partir de sa notification, "
            "même s'il n'est pas lu."
        ),
        _("Lire le courrier"),
    ),
    "label/message": Mail(
        _("Message de la mission LABEL, dossier %(number)s"),
        _("La mission LABEL vous a écrit à propos du dossier %(number)s."),
        _("Lire et répondre"),
    ),
    "label/lapse_soon": Mail(
        _("Répondez avant le %(deadline)s : demande de label %(number)s"),
        _(
            "La mission LABEL attend votre réponse sur la demande %(number)s, fiche « %(sheet)s ». "
            "Répondez au plus tard le %(deadline)s : sans réponse, la demande devient caduque."
        ),
        _("Répondre à la question"),
    ),
    "label/lapsed": Mail(
        _("Demande de label %(number)s caduque"),
        _(
            "Aucune réponse n'est venue dans le délai : la demande %(number)s est close. Un courrier "
            "vous attend dans votre espace : « %(what)s ». Vous pouvez déposer une nouvelle demande "
            "quand vous le voulez."
        ),
        _FOLLOW,
    ),
    "label/expiry": Mail(
        _("Le label de « %(sheet)s » expire le %(day)s"),
        _(
            "Le label %(number)s de la fiche « %(sheet)s » vaut jusqu'au %(day)s. Demandez son "
            "renouvellement : la demande est préremplie avec la précédente."
        ),
        _("Renouveler le label"),
    ),
    "label/expired": Mail(
        _("Le label de « %(sheet)s » a expiré"),
        _(
            "Le label %(number)s de la fiche « %(sheet)s » n'est plus en vigueur : sa durée est "
            "écoulée. Retirez-en le badge de vos pages ; vous pouvez faire une nouvelle demande."
        ),
        _("Demander à nouveau le label"),
    ),
    "label/reservation_soon": Mail(
        _("Réserve à lever avant le %(deadline)s : « %(sheet)s »"),
        _(
            "Le label %(number)s de la fiche « %(sheet)s » a été attribué avec une réserve, à lever au "
            "plus tard le %(deadline)s. Dites ce qui a été fait : passé ce jour, le label est suspendu."
        ),
        _("Répondre à la réserve"),
    ),
    "label/reservation_missed": Mail(
        _("Dossier %(number)s : label suspendu, réserve non levée"),
        _(
            "La date d'une réserve est passée sans qu'elle soit levée. Un courrier vous attend dans "
            "votre espace, dossier %(number)s : « %(what)s ». Il dit comment rétablir le label, et "
            "comment former un recours."
        ),
        _("Lire le courrier"),
    ),
    "label/reexamined": Mail(
        _("Le label de « %(sheet)s » est réexaminé"),
        _(
            "La solution a changé depuis l'attribution du label %(number)s à la fiche « %(sheet)s » : "
            "%(reason)s. La mission LABEL le réexamine ; il reste en vigueur pendant ce temps."
        ),
        _FOLLOW,
    ),
    "label/reminder": Mail(
        _("Rappel de la mission LABEL, dossier %(number)s"),
        _("À propos du dossier %(number)s, fiche « %(sheet)s » : %(text)s"),
        _FOLLOW,
    ),
    "label/shifted": Mail(
        _("Échéances de label reportées de %(days)s jours"),
        _(
            "Le service a été indisponible : toutes les échéances en cours de vos dossiers de label "
            "sont reportées de %(days)s jours, sans démarche de votre part. Motif : %(reason)s\n"
            "Dossiers concernés :%(files)s"
        ),
        _("Voir les nouvelles échéances"),
    ),
}

_TO_STAFF: Mapping[str, Mail] = {
    "label/submitted": Mail(
        _("Demande de label %(number)s déposée : %(sheet)s"),
        _("%(company)s demande le label pour la fiche « %(sheet)s » : dossier %(number)s."),
        _OPEN,
        footer=STAFF,
    ),
    "label/message_staff": Mail(
        _("%(company)s vous écrit, dossier %(number)s"),
        _("%(company)s a écrit sur le dossier %(number)s, fiche « %(sheet)s »."),
        _("Lire le message"),
        footer=STAFF,
    ),
    "label/answered": Mail(
        _("%(company)s a répondu, dossier %(number)s"),
        _(
            "%(company)s a répondu à votre question, dossier %(number)s, fiche « %(sheet)s ». Le délai "
            "d'instruction court à nouveau."
        ),
        _("Reprendre l'instruction"),
        footer=STAFF,
    ),
    "label/withdrawn": Mail(
        _("Demande de label %(number)s retirée : %(sheet)s"),
        _(
            "%(company)s a retiré sa demande pour la fiche « %(sheet)s ». Le dossier %(number)s est "
            "clos : il n'y a plus rien à instruire."
        ),
        _OPEN,
        footer=STAFF,
    ),
    "label/proposed": Mail(
        _("Décision à prendre, dossier %(number)s"),
        _("Une décision est proposée sur le dossier %(number)s, fiche « %(sheet)s »."),
        _("Examiner la proposition"),
        footer=STAFF,
    ),
    "label/sent_back": Mail(
        _("Proposition renvoyée, dossier %(number)s"),
        _(
            "Votre proposition sur le dossier %(number)s, fiche « %(sheet)s », vous est renvoyée. Le "
            "motif est dans le dossier."
        ),
        _("Reprendre l'instruction"),
        footer=STAFF,
    ),
    "label/consulted": Mail(
        _("Avis demandé avant le %(deadline)s, dossier %(number)s"),
        _(
            "La mission LABEL demande votre avis sur le thème « %(theme)s » du dossier %(number)s, au "
            "plus tard le %(deadline)s."
        ),
        _("Lire la question et répondre"),
        footer=STAFF,
    ),
    "label/advised": Mail(
        _("Avis rendu, dossier %(number)s"),
        _("L'avis demandé sur le thème « %(theme)s » du dossier %(number)s est rendu."),
        _("Lire l'avis"),
        footer=STAFF,
    ),
    "label/appeal": Mail(
        _("Recours à décider, dossier %(number)s"),
        _(
            "%(company)s forme un recours sur le dossier %(number)s. Vous pouvez en décider : vous "
            "n'avez ni proposé ni pris la décision attaquée."
        ),
        _("Examiner le recours"),
        footer=STAFF,
    ),
    "label/unstaffed": Mail(
        _("Personne ne peut décider, dossier %(number)s"),
        _(
            "Une décision ou un recours attend sur le dossier %(number)s, et personne d'autre que "
            "ceux qui l'ont instruit n'a de délégation en vigueur pour en décider. Donnez-en une ; si "
            "c'est un recours, l'offreur réessaiera."
        ),
        _("Donner une délégation"),
        footer=STAFF,
    ),
}

MAILS: Mapping[str, Mail] = {**_TO_VENDOR, **_TO_STAFF}
