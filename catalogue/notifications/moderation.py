"""Mails about what mission LABEL decides on sheets and vendors."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

_CONTEST = _("Pour contester cette décision, répondez à ce message.")

MAILS: Mapping[str, Mail] = {
    "moderation/taken_down": Mail(
        _("Fiche retirée : %(sheet)s"),
        _(
            "La mission LABEL a retiré la fiche « %(sheet)s » du catalogue : le public ne la voit "
            "plus. Corrigez-la, puis remettez-la : elle reviendra une fois la nouvelle version "
            "approuvée. Motif : %(reason)s. %(comment)s"
        ),
        _("Corriger la fiche"),
        _CONTEST,
    ),
    "moderation/put_back": Mail(
        _("Fiche remise en ligne : %(sheet)s"),
        _("La fiche « %(sheet)s » est de nouveau au catalogue : tout le monde peut la lire."),
        _("Voir la fiche"),
    ),
    "moderation/suspended": Mail(
        _("%(company)s est suspendue du catalogue"),
        _(
            "La mission LABEL a suspendu %(company)s : le public ne voit plus ses fiches, et aucune "
            "ne peut être remise avant la levée de la suspension. Vous pouvez toujours les lire et "
            "les modifier. Motif : %(reason)s. %(comment)s"
        ),
        _("Voir l'entreprise"),
        _CONTEST,
    ),
    "moderation/suspension_lifted": Mail(
        _("%(company)s n'est plus suspendue"),
        _(
            "La mission LABEL a levé la suspension de %(company)s : les fiches qu'elle cachait sont "
            "de nouveau en ligne, telles qu'elles étaient."
        ),
        _("Voir l'entreprise"),
    ),
    "moderation/merged": Mail(
        _("Fiche regroupée : %(sheet)s"),
        _(
            "La fiche « %(sheet)s » décrivait la même solution que « %(kept)s » : la mission LABEL les "
            "a regroupées. Son adresse mène désormais à « %(kept)s ». Rien n'est effacé. %(comment)s"
        ),
        _("Voir la fiche gardée"),
        _CONTEST,
    ),
    "moderation/kept": Mail(
        _("Une fiche est regroupée avec la vôtre : %(kept)s"),
        _(
            "%(sheet)s décrivait la même solution que « %(kept)s » : la mission LABEL les a "
            "regroupées, et garde la vôtre. Si elle en a repris des éléments, ils sont dans votre "
            "brouillon : relisez-le, puis remettez-le. %(comment)s"
        ),
        _("Relire la fiche"),
        _CONTEST,
    ),
}
