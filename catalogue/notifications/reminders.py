"""Mails about what waits for somebody: the only optional ones, each with its way out."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

_REMINDER = _(
    "Rappel envoyé parce que vous agissez pour une entreprise du catalogue, jamais plus d'un par "
    "semaine."
)
_CONFIRM = _("Confirmer ou corriger")

MAILS: Mapping[str, Mail] = {
    "reminders/draft": Mail(
        _("Votre fiche « %(name)s » attend d'être remise"),
        _(
            "La fiche « %(name)s » de %(company)s n'a pas bougé depuis le %(since)s et n'est pas "
            "remise : personne ne la voit. Chaque étape dit ce qui manque.%(lines)s"
        ),
        _("Reprendre la fiche"),
        footer=_REMINDER,
    ),
    "reminders/draft_last": Mail(
        _("Dernier rappel : votre fiche « %(name)s » n'est pas remise"),
        _(
            "La fiche « %(name)s » de %(company)s n'a pas bougé depuis le %(since)s. Reprenez-la, ou "
            "archivez-la si elle ne sert plus : nous ne vous la rappellerons pas.%(lines)s"
        ),
        _("Reprendre la fiche"),
        footer=_REMINDER,
    ),
    "reminders/stale_11": Mail(
        _("À confirmer bientôt : la fiche « %(name)s »"),
        _(
            "Rien ne dit depuis le %(since)s que la fiche « %(name)s » de %(company)s est exacte. "
            "Relisez-la : au bout d'un an, les listes la marquent « à confirmer ».%(lines)s"
        ),
        _CONFIRM,
        footer=_REMINDER,
    ),
    "reminders/stale_12": Mail(
        _("Marquée « à confirmer » : la fiche « %(name)s »"),
        _(
            "Personne n'a confirmé la fiche « %(name)s » de %(company)s depuis le %(since)s, il y a "
            "plus d'un an : les listes le disent. Confirmez-la, la marque part aussitôt.%(lines)s"
        ),
        _CONFIRM,
        footer=_REMINDER,
    ),
    "reminders/stale_18": Mail(
        _("La fiche « %(name)s » peut être retirée"),
        _(
            "Personne n'a confirmé la fiche « %(name)s » de %(company)s depuis le %(since)s. Au bout "
            "de dix-huit mois, la mission LABEL peut la retirer du catalogue : confirmez-la ou "
            "corrigez-la.%(lines)s"
        ),
        _CONFIRM,
        footer=_REMINDER,
    ),
    "reminders/proof": Mail(
        _("Il manque une preuve à %(company)s"),
        _("Il manque à %(company)s de quoi publier ce qui est écrit :%(lines)s"),
        _("Donner ce qui manque"),
        footer=_REMINDER,
    ),
    "reminders/digest": Mail(
        _("À traiter aujourd'hui : %(count)s"),
        _("Voici ce qui attend la mission LABEL ce matin.%(lines)s"),
        _("Ouvrir la file"),
        footer=_("Résumé envoyé chaque jour où quelque chose attend, à qui modère le catalogue."),
    ),
}
