"""The public register of French companies (API Recherche d'entreprises), to prefill a form.

It answers or it does not: registration never waits for it more than a few seconds, and goes on by
hand without it. No personal data: managers and elected people are neither asked for nor read, the
names and town of sole traders (their own) are left out, no request and no raw answer is kept.
"""

from catalogue.companies.client import CompanyServiceUnavailable, find, search
from catalogue.companies.merging import merge
from catalogue.companies.records import Company, CompanySummary

__all__ = [
    "Company",
    "CompanyServiceUnavailable",
    "CompanySummary",
    "find",
    "merge",
    "search",
]
