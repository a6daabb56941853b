"""The models of labelling, one module a concept."""

from labelling.models.assessment import Answer, Handover, Result, SelfAssessment
from labelling.models.referential import PublishedVersion, Referential, ReferentialVersion

__all__ = [
    "Answer",
    "Handover",
    "PublishedVersion",
    "Referential",
    "ReferentialVersion",
    "Result",
    "SelfAssessment",
]
