"""The catalogue's models, one module a concept."""

from catalogue.models.base import BasePage, CatalogueDocument, CatalogueImage, CatalogueRendition
from catalogue.models.company import Invitation, Membership, Proof, RecordedValue, Request, Role
from catalogue.models.dated import PriceBand, ReferenceConfiguration, Threshold
from catalogue.models.exchange import BodyUse, Inquiry, InquiryMessage
from catalogue.models.history import SheetCount, SheetEvent
from catalogue.models.listing import Claim, Evidence, Listing
from catalogue.models.moderation import ModerationTask, Reason, Suspension, Takedown
from catalogue.models.offer import Offer, PriceTier
from catalogue.models.official import ListImport, OfficialEntry, OfficialList
from catalogue.models.reminder import Reminder, ReminderKind, ReminderStop
from catalogue.models.report import AnomalyReport
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
from catalogue.models.transfer import TRANSFER_DAYS, Transfer
from catalogue.models.vendor import Vendor
from catalogue.models.verification import Contest, Verification
from catalogue.models.vocabulary import (
    BuyerCategory,
    Category,
    Integration,
    PurchaseVehicle,
    PurchasingBody,
)

__all__ = [
    "TRANSFER_DAYS",
    "AnomalyReport",
    "BasePage",
    "BodyUse",
    "BuyerCategory",
    "CatalogueDocument",
    "CatalogueImage",
    "CataloguePage",
    "CatalogueRendition",
    "Category",
    "Claim",
    "Contest",
    "Evidence",
    "Inquiry",
    "InquiryMessage",
    "Integration",
    "Invitation",
    "ListImport",
    "Listing",
    "Membership",
    "ModerationTask",
    "Offer",
    "OfficialEntry",
    "OfficialList",
    "PriceBand",
    "PriceTier",
    "Proof",
    "PurchaseVehicle",
    "PurchasingBody",
    "Reason",
    "RecordedValue",
    "Reference",
    "ReferenceConfiguration",
    "Reminder",
    "ReminderKind",
    "ReminderStop",
    "Request",
    "Role",
    "Screenshot",
    "SheetCount",
    "SheetEvent",
    "SolutionIntegration",
    "SolutionPage",
    "SolutionTag",
    "Submission",
    "Suspension",
    "TaggedSolution",
    "Takedown",
    "Threshold",
    "Transfer",
    "Vendor",
    "Verification",
]
