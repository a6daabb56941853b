"""Mails about recommendations that public bodies ask for; each has its row in docs/mails.md."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

_TO_BODY = _("Message envoyé parce que cette adresse a été donnée avec une demande.")

MAILS: Mapping[str, Mail] = {
    "recommendation/received": Mail(
        _("Votre demande de recommandation est arrivée"),
        _(
            "La mission LABEL a reçu votre demande et y répondra au plus tard le %(due_on)s. Gardez "
            "ce message : son lien, privé, montre où elle en est."
        ),
        _("Suivre la demande"),
        _("Si vous n'avez rien demandé, ignorez ce message."),
        _TO_BODY,
    ),
    "recommendation/to_study": Mail(
        _("Demande de recommandation : %(body)s"),
        _("%(body)s demande quoi regarder pour un besoin. Réponse attendue le %(due_on)s."),
        _("Étudier la demande"),
        "",
        _("Message envoyé à la mission LABEL."),
    ),
    "recommendation/answered": Mail(
        _("Réponse à votre demande de recommandation"),
        _("%(answer)s Les fiches à regarder sont sur la page de la demande."),
        _("Lire la réponse"),
        _("La mission LABEL désigne des fiches à regarder ; elle ne recommande aucun achat."),
        _TO_BODY,
    ),
    "recommendation/dismissed": Mail(
        _("Votre demande de recommandation est classée"),
        _("La mission LABEL ne peut pas donner suite à votre demande. %(answer)s"),
        _("Relire la demande"),
        "",
        _TO_BODY,
    ),
}
"""Name of each mail and what it says."""
