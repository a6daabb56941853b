"""What a file of a label keeps as it is: its sheet is not merged away, nor a judged piece removed."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext as _

from catalogue.models import Evidence, Listing
from catalogue.signals import evidence_removing, sheet_merging
from labelling.judged import pieces
from labelling.models import Award, LabelApplication
from labelling.states import LIVING, OPEN, AppealState


@receiver(sheet_merging)
def keep_labelled(listing: Listing, **kwargs: Any) -> str | None:
    """Refuse the merge of a duplicate whose award lives or whose application is open."""
    award = Award.objects.living().filter(listing=listing).first()
    if award is not None:
        text = _(
            "La fiche à regrouper porte le label %s : gardez plutôt cette fiche, ou mettez d'abord fin "
            "au label."
        )
        return text % award.number
    pending = LabelApplication.objects.open().filter(listing=listing).first()
    if pending is not None:
        text = _(
            "La fiche à regrouper fait l'objet de la demande de label %s : gardez plutôt cette fiche, ou "
            "attendez la fin de l'instruction."
        )
        return text % pending.number
    return None


@receiver(evidence_removing)
def keep_judged(piece: Evidence, **kwargs: Any) -> str | None:
    """Refuse to remove a piece that a file in hand, a living award or an open appeal rests on."""
    running = (
        Q(state__in=OPEN) | Q(award__state__in=LIVING) | Q(appeals__state=str(AppealState.OPENED))
    )
    files = LabelApplication.objects.filter(running, listing=piece.claim.listing_id).distinct()
    for application in files:
        if str(piece.uid) in pieces(application.snapshot):
            text = _(
                "Cette pièce fait partie du dossier de label %s : elle y reste tant qu'il court. "
                "Joignez celle qui la remplace ; vous pouvez réserver celle-ci."
            )
            return text % application.number
    return None
