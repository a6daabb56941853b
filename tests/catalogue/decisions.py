"""Reasons to hide a sheet, and a sheet to hide."""

from catalogue.models import Reason, SolutionPage
from tests.catalogue.admin.screens import sheet_of

WHY = "Le logo est celui d'une autre entreprise."


def reason(label: str = "Contenu repris sans droit", code: str = "essai-droits") -> Reason:
    """A reason to hide a sheet, with its text."""
    return Reason.objects.get_or_create(
        purpose=Reason.Purpose.TAKEDOWN,
        code=code,
        defaults={"label": label, "text": "Remplacez ce contenu, puis remettez la fiche."},
    )[0]


def read(page: SolutionPage) -> SolutionPage:
    """A sheet as it is stored now."""
    return SolutionPage.objects.select_related("listing__vendor").get(pk=page.pk)


def live_sheet(vendor, site, title: str = "Ardoise Courrier", **fields) -> SolutionPage:
    """A published sheet with its listing."""
    return read(sheet_of(vendor, site, title, summary="Le courrier", **fields))
