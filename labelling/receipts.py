"""The receipt of an application, as CRPA articles L112-3 and R112-5 ask: what silence means, and when."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.presentation import french_date
from labelling import letters
from labelling.models import LabelApplication, Letter
from labelling.rules import Rules, SilenceEffect


def acknowledge(application: LabelApplication) -> None:
    """Send the company the receipt of an application that it has just deposited."""
    words = letters.Words(
        Letter.Kind.RECEIPT,
        _("Accusé de réception de votre demande de label"),
        _receipt(application, application.terms),
        appealable=True,
    )
    letters.send(application=application, words=words)


def _receipt(application: LabelApplication, rules: Rules) -> str:
    clocks = application.clocks
    names = [row["name"] for row in application.snapshot["offers"]]
    words = {
        "label": rules.label,
        "level": application.level.name,
        "sheet": application.listing.page.title,
        "number": application.number,
        "received": french_date(timezone.localdate(application.submitted_at)),
        "offers": ", ".join(names),
        "service": ", ".join(line.strip() for line in rules.service.splitlines() if line.strip()),
        "mail": settings.CONTACT_EMAIL,
        "silence": french_date(clocks.silence_on),
        "due": french_date(clocks.due_on),
        "basis": rules.legal_basis,
        "effect": _("acceptée")
        if rules.silence_effect is SilenceEffect.ACCEPTANCE
        else _("rejetée"),
    }
    offers = ngettext("Offre visée : %(offers)s.", "Offres visées : %(offers)s.", len(names))
    paragraphs = (
        _(
            "Votre demande du label « %(label)s », niveau « %(level)s », pour la solution "
            "« %(sheet)s », a été reçue le %(received)s. Elle porte le numéro %(number)s."
        ),
        offers,
        _("Service chargé du dossier : %(service)s ; adresse électronique : %(mail)s."),
        _(
            "Si aucune décision ne vous est notifiée au plus tard le %(silence)s, votre demande sera "
            "réputée %(effect)s. Fondement : %(basis)s. Seule une demande de pièce manquante arrête "
            "ce délai, le temps de votre réponse."
        ),
        _(
            "À part ce délai légal, la mission LABEL se donne jusqu'au %(due)s pour instruire votre "
            "demande ; ce délai interne s'arrête chaque fois qu'elle attend votre réponse."
        ),
    )
    return "\n\n".join(paragraph % words for paragraph in paragraphs)
