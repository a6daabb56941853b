"""Mails about what buyers and vendors write to one another: they announce, and quote nothing."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

_ANSWER = _("Lire et répondre")

MAILS: Mapping[str, Mail] = {
    "exchange/written": Mail(
        _("Un acheteur public vous a écrit : %(sheet)s"),
        _(
            "%(body)s vous a écrit au sujet de la fiche « %(sheet)s ». Le message se lit dans votre "
            "espace éditeur."
        ),
        _ANSWER,
        _(
            "Ne répondez pas à ce mail : votre réponse irait à la mission LABEL, pas à l'acheteur, "
            "dont l'adresse n'est pas donnée."
        ),
    ),
    "exchange/answered": Mail(
        _("%(company)s vous a répondu : %(sheet)s"),
        _(
            "%(company)s a répondu à votre message au sujet de la fiche « %(sheet)s ». La réponse se "
            "lit sur le Catalogue GouvTech."
        ),
        _ANSWER,
        _(
            "Ne répondez pas à ce mail : votre réponse irait à la mission LABEL, pas à l'offreur, "
            "qui n'a pas votre adresse."
        ),
        _("Message de service, envoyé parce que vous avez écrit à un offreur du catalogue."),
    ),
    "use/said": Mail(
        _("%(body)s dit utiliser %(sheet)s"),
        _(
            "Un agent identifié par ProConnect dit que %(body)s utilise « %(sheet)s ». Votre fiche "
            "le montre désormais, dans ses références."
        ),
        _("Voir la fiche"),
        _(
            "Si cet organisme n'utilise pas votre solution, dites-le à la mission LABEL par le lien "
            "« Signaler une anomalie » de la fiche."
        ),
    ),
    "use/to_verify": Mail(
        _("Référence à vérifier : %(sheet)s"),
        _(
            "Un agent identifié par ProConnect dit que la référence « %(client)s » de la fiche "
            "« %(sheet)s » est son organisme, %(body)s. Les noms diffèrent, ou la référence est "
            "contestée : elle n'est pas vérifiée. Voyez sur l'allégation ce qu'il en est."
        ),
        _("Examiner l'allégation"),
    ),
}
