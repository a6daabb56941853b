"""What the register may say of a vendor, beside what the vendor said itself. Pure.

The register knows neither who controls a company in the end nor the size of a group outside
France: a French SARL controlled from abroad keeps the origin and the size that it declared.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalogue.choices import Origin, SizeSource
from catalogue.companies.records import Company
from catalogue.proposals import Proposal
from catalogue.size import SizeCategory

SOURCE = "SIRENE (Insee), par l'API Recherche d'entreprises"


def merge(current: Mapping[str, Any], company: Company) -> list[Proposal]:
    """Return what the register proposes for the fields of a vendor, each value with its source.

    :param current: the vendor's `name`, `legal_name`, `region`, `ess`, `mission_company`, `size`,
        `size_source`, `size_year` and `origin`, as on the model; those missing count as empty.

    The origin is never among them: a SIREN proves no control. A size that was declared or
    justified stays, as does that of a company controlled from abroad; the register's is then
    shown beside, not acceptable.
    """
    found = {
        "name": company.trade_name or company.legal_name,
        "legal_name": company.legal_name,
        "region": company.region,
        # The register marks those it knows: one it does not may still be one by its statutes.
        "ess": company.ess,
        "mission_company": company.mission_company,
    }
    proposals = [
        Proposal(field, value, current.get(field), SOURCE)
        for field, value in found.items()
        if value
    ]
    if company.size.category is SizeCategory.UNKNOWN:
        return proposals
    return proposals + _size_proposals(current, company)


def _size_proposals(current: Mapping[str, Any], company: Company) -> list[Proposal]:
    refusal = _why_size_stays(current)
    note = f"{company.size.reason} {refusal}".strip()
    values = {
        "size": company.size.category.value,
        "size_source": SizeSource.SIRENE.value,
        "size_year": company.size_year,
    }
    return [
        Proposal(field, value, current.get(field), SOURCE, note, acceptable=not refusal)
        for field, value in values.items()
    ]


def _why_size_stays(current: Mapping[str, Any]) -> str:
    if current.get("size_source") in (SizeSource.DECLARED, SizeSource.JUSTIFIED):
        return _("La taille déclarée reste affichée, avec sa source.")
    if current.get("origin") in (Origin.EU, Origin.OUTSIDE):
        return _(
            "L'Insee ne connaît que la partie française du groupe : déclarez la taille du groupe "
            "qui contrôle l'entreprise."
        )
    return ""
