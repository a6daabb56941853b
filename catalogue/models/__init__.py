"""The catalogue's models, one module a concept."""

from catalogue.models.base import BasePage, CatalogueDocument, CatalogueImage, CatalogueRendition
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
    "Listing",
    "Offer",
    "PriceBand",
    "PriceTier",
    "PurchaseVehicle",
    "PurchasingBody",
    "Reference",
    "ReferenceConfiguration",
    "Screenshot",
    "SolutionIntegration",
    "SolutionPage",
    "SolutionTag",
    "TaggedSolution",
    "Threshold",
    "Vendor",
]
