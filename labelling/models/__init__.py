"""The models of labelling, one module a concept."""

from labelling.models.application import LabelApplication
from labelling.models.assessment import Answer, Handover, Result, SelfAssessment
from labelling.models.award import Appeal, Award, DeadlineShift, Reservation
from labelling.models.event import GENESIS, Counter, EventHead, LabelEvent
from labelling.models.label import Label, LabelLevel
from labelling.models.letter import Letter
from labelling.models.people import Absence, ConflictOfInterest, Delegation, SavedFilter
from labelling.models.referential import PublishedVersion, Referential, ReferentialVersion
from labelling.models.review import (
    ApplicationMessage,
    Consultation,
    CriterionReview,
    Note,
    Question,
)

__all__ = [
    "GENESIS",
    "Absence",
    "Answer",
    "Appeal",
    "ApplicationMessage",
    "Award",
    "ConflictOfInterest",
    "Consultation",
    "Counter",
    "CriterionReview",
    "DeadlineShift",
    "Delegation",
    "EventHead",
    "Handover",
    "Label",
    "LabelApplication",
    "LabelEvent",
    "LabelLevel",
    "Letter",
    "Note",
    "PublishedVersion",
    "Question",
    "Referential",
    "ReferentialVersion",
    "Reservation",
    "Result",
    "SavedFilter",
    "SelfAssessment",
]
