"""Mails about companies, their members and their proofs."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from catalogue.notifications.words import Mail

_SEE_COMPANY = _("Voir l'entreprise")
_UNEXPECTED = _("Si vous n'y êtes pour rien, prévenez la mission LABEL en répondant à ce message.")

MAILS: Mapping[str, Mail] = {
    "company/invited": Mail(
        _("%(company)s vous invite sur le Catalogue GouvTech"),
        _(
            "%(by)s vous invite à agir pour %(company)s sur le Catalogue GouvTech (%(role)s). "
            "Connectez-vous, ou créez un compte, avec cette adresse précisément : l'invitation ne "
            "vaut que pour elle, quatorze jours."
        ),
        _("Voir l'invitation"),
        _("Si vous ne connaissez pas cette entreprise, ignorez ce message : rien ne change."),
        _("Message envoyé une seule fois, à la demande d'une entreprise du catalogue."),
    ),
    "company/member_joined": Mail(
        _("Une personne a rejoint %(company)s"),
        _("%(who)s agit désormais pour %(company)s (%(role)s)."),
        _("Voir les membres"),
        _UNEXPECTED,
    ),
    "company/role_changed": Mail(
        _("Votre rôle dans %(company)s a changé"),
        _("Vous êtes désormais %(role)s de %(company)s."),
        _SEE_COMPANY,
    ),
    "company/removed": Mail(
        _("Vous n'agissez plus pour %(company)s"),
        _("Une personne qui gère %(company)s vous en a retiré. Votre compte reste ouvert."),
        _("Voir mes entreprises"),
        _UNEXPECTED,
    ),
    "company/join_asked": Mail(
        _("Une personne demande à rejoindre %(company)s"),
        _("%(who)s demande à rejoindre %(company)s. Lisez sa demande, puis acceptez ou refusez."),
        _("Répondre à la demande"),
    ),
    "company/join_accepted": Mail(
        _("Vous avez rejoint %(company)s"),
        _("Votre demande est acceptée : vous agissez désormais pour %(company)s."),
        _SEE_COMPANY,
    ),
    "company/join_refused": Mail(
        _("Votre demande à %(company)s est refusée"),
        _("Votre demande de rejoindre %(company)s est refusée. %(answer)s"),
        _("Voir mes demandes"),
    ),
    "company/claimed": Mail(
        _("%(company)s est désormais rattachée par une autre personne"),
        _(
            "Une personne que ProConnect dit employée de %(company)s a rattaché l'entreprise. "
            "Personne n'avait encore prouvé pouvoir agir pour elle : vous n'en êtes plus membre, et "
            "une demande de la rejoindre est déposée pour vous. Vos brouillons sont gardés."
        ),
        _("Voir mes demandes"),
        _UNEXPECTED,
    ),
    "company/disputed": Mail(
        _("Une personne conteste qui agit pour %(company)s"),
        _(
            "La mission LABEL va examiner qui peut agir pour %(company)s. Si la preuve de "
            "rattachement vous manque encore, donnez-la maintenant ; sinon, rien à faire."
        ),
        _("Voir le rattachement"),
    ),
    "company/dispute_accepted": Mail(
        _("Vous êtes propriétaire de %(company)s"),
        _(
            "La mission LABEL vous donne raison : vous êtes propriétaire de %(company)s. %(answer)s "
            "Il reste à rattacher l'entreprise par une preuve, si ce n'est pas fait."
        ),
        _("Rattacher l'entreprise"),
    ),
    "company/dispute_refused": Mail(
        _("Votre contestation sur %(company)s n'est pas retenue"),
        _("La mission LABEL ne retient pas votre contestation. %(answer)s"),
        _("Voir mes demandes"),
    ),
    "company/dispute_lost": Mail(
        _("Vous n'agissez plus pour %(company)s"),
        _(
            "Après examen d'une contestation, la mission LABEL a confié %(company)s à une autre "
            "personne. Motif : %(answer)s"
        ),
        _("Voir mes entreprises"),
        _("Pour contester cette décision, répondez à ce message."),
    ),
    "company/code": Mail(
        _("Code de rattachement de %(company)s"),
        _(
            "Voici le code qui prouve que cette adresse est la vôtre : %(code)s. Il vaut soixante "
            "minutes et cinq essais. Tapez-le sur la page de rattachement de %(company)s."
        ),
        _("Taper le code"),
        _("Si vous n'attendez pas ce code, ne le donnez à personne et ignorez ce message."),
        _("Message envoyé à la demande d'une personne qui dit agir pour cette entreprise."),
    ),
    "company/address_approved": Mail(
        _("L'adresse de %(company)s est approuvée"),
        _(
            "La mission LABEL a approuvé l'adresse %(address)s. Un code vient d'y être envoyé ; s'il "
            "est dépassé, demandez-en un autre sur la page de rattachement."
        ),
        _("Taper le code"),
    ),
    "company/proof_accepted": Mail(
        _("%(company)s est rattachée"),
        _("La preuve est acceptée. %(company)s peut maintenant soumettre ses fiches."),
        _SEE_COMPANY,
    ),
    "company/proof_refused": Mail(
        _("La preuve donnée pour %(company)s est refusée"),
        _("La mission LABEL n'a pas pu retenir la preuve (%(kind)s). Motif : %(reason)s"),
        _("Donner une autre preuve"),
    ),
    "company/proof_revoked": Mail(
        _("Une preuve de %(company)s est retirée"),
        _(
            "La mission LABEL a retiré une preuve de rattachement (%(kind)s). Motif : %(reason)s "
            "Sans autre preuve, l'entreprise ne peut plus soumettre de fiche."
        ),
        _("Voir le rattachement"),
    ),
    "company/to_examine": Mail(
        _("À examiner : %(company)s"),
        _("Une demande attend la mission LABEL au sujet de %(company)s : %(what)s."),
        _("Examiner"),
        "",
        _("Message envoyé à la mission LABEL."),
    ),
}
