"""What the sheet itself says, that a referential's conditions and proposals look at."""

from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.choices import Rgaa
from catalogue.models import Listing, SolutionPage

Facts = dict[str, list[str]]
"""Name of a fact (`labelling.definition.FACTS`) → its values."""


def page_of(listing: Listing) -> SolutionPage:
    """The version of a sheet that counts: the public one, else the draft."""
    page: SolutionPage = listing.page
    return page if page.live else page.get_latest_revision_as_object()


def facts_of(page: SolutionPage) -> Facts:
    """What conditions may look at; what nobody said is absent."""
    known = {
        "deploiement": sorted({offer.deployment for offer in page.offers.all()} - {""}),
        "distribution": [page.distribution] if page.distribution else [],
        "ia": [] if page.uses_ai is None else ["oui" if page.uses_ai else "non"],
    }
    return {name: values for name, values in known.items() if values}


def said_by(page: SolutionPage) -> Mapping[str, str]:
    """What the sheet says that may be proposed as an answer, by `definition.SUGGESTIONS`."""
    offers = list(page.offers.all())
    qualified = {offer.secnumcloud for offer in offers}
    said: dict[str, Any] = {
        "rgaa": "" if page.rgaa == Rgaa.UNKNOWN else page.rgaa,
        "rgesn": "" if page.rgesn_score is None else page.rgesn_score,
        "depot": page.repository_url,
        "secnumcloud": next((one for one in ("service", "hosting") if one in qualified), ""),
        "hds": "oui" if any(offer.hds for offer in offers) else "",
        "iso27001": "oui" if any(offer.iso27001_number for offer in offers) else "",
        "reversibilite": _of_all(offer.reversibility_documented for offer in offers),
        "contrat-rgpd": _of_all(offer.gdpr_contract for offer in offers),
        "plusieurs-zones": _of_all(offer.multi_zone for offer in offers),
    }
    return {name: str(value) for name, value in said.items() if value != ""}


def _of_all(told: Iterable[bool | None]) -> str:
    """« oui » or « non » where all offers say the same, nothing where one does not say."""
    found = set(told)
    if len(found) != 1:
        return ""
    same = found.pop()
    return "" if same is None else ("oui" if same else "non")
