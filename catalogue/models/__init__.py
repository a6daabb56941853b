"""The catalogue's models, one module a concept."""

from catalogue.models.base import BasePage, CatalogueDocument, CatalogueImage, CatalogueRendition
from catalogue.models.company import Invitation, Membership, Proof, RecordedValue, Request, Role
from catalogue.models.dated import PriceBand, ReferenceConfiguration, Threshold
from catalogue.models.listing import Claim, Evidence, Listing
from catalogue.models.offer import Offer, PriceTier
from catalogue.models.solution import (
    CataloguePage,
    Reference,
    Screenshot,
    SolutionIntegration,
    SolutionPage,
    SolutionTag,
    TaggedSolution,
)
from catalogue.models.submission import Submission
from catalogue.models.vendor import Vendor
from catalogue.models.vocabulary import (
    BuyerCategory,
    Category,
    Integration,
    PurchaseVehicle,
    PurchasingBody,
)

__all__ = [
    "BasePage",
    "BuyerCategory",
    "CatalogueDocument",
    "CatalogueImage",
    "CataloguePage",
    "CatalogueRendition",
    "Category",
    "Claim",
    "Evidence",
    "Integration",
    "Invitation",
    "Listing",
    "Membership",
    "Offer",
    "PriceBand",
    "PriceTier",
    "Proof",
    "PurchaseVehicle",
    "PurchasingBody",
    "RecordedValue",
    "Reference",
    "ReferenceConfiguration",
    "Request",
    "Role",
    "Screenshot",
    "SolutionIntegration",
    "SolutionPage",
    "SolutionTag",
    "Submission",
    "TaggedSolution",
    "Threshold",
    "Vendor",
]
