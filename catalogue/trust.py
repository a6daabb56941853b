"""What a claim is worth at a date: declared, justified, verified, contested or expired.

Pure rules. Nothing is stored: a claim whose verification ends on the 30th is expired on the 31st
without anybody doing anything.
"""

from datetime import date

from catalogue.cloud import Trust

TRUST_LABELS: dict[Trust, str] = {
    Trust.DECLARED: "Déclaré",
    Trust.JUSTIFIED: "Justifié",
    Trust.VERIFIED: "Vérifié",
    Trust.CONTESTED: "Contesté",
    Trust.EXPIRED: "Expiré",
}

PROOF_FACET: dict[Trust, Trust] = {
    **{state: state for state in Trust},
    # What is contested or has lapsed is worth the word of the vendor, no more.
    Trust.CONTESTED: Trust.DECLARED,
    Trust.EXPIRED: Trust.DECLARED,
}
"""Value of the `preuve` search parameter that a state counts as."""


def trust(
    *,
    on: date,
    verified_on: date | None = None,
    expires_on: date | None = None,
    contested_on: date | None = None,
    has_evidence: bool = False,
) -> Trust:
    """Return what a claim is worth on a day.

    :param on: day of reading.
    :param verified_on: day an official source or mission LABEL verified it, None if nobody did.
    :param expires_on: last day it holds (included), None without an end.
    :param contested_on: day it was contested, None once settled.
    :param has_evidence: whether a piece of evidence that still holds is attached.

    A contest is said first, even of a lapsed claim: it stands until somebody settles it.
    """
    if contested_on is not None and contested_on <= on:
        return Trust.CONTESTED
    if expires_on is not None and expires_on < on:
        return Trust.EXPIRED
    if verified_on is not None and verified_on <= on:
        return Trust.VERIFIED
    return Trust.JUSTIFIED if has_evidence else Trust.DECLARED
