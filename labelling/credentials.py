"""What machines check of an award: an Open Badges 3.0 credential, and the lists that revoke it.

Credentials follow the W3C's data model 2.0 and are signed as Open Badges 3.0 (section 8.2) says: the
payload of the JWT is the credential, its registered claims beside it.
"""

import base64
import datetime as dt
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from labelling.signing import sign

LIST_SIZE = 131_072
"""Entries of a status list: the least that Bitstring Status List 1.0 (section 5) wants."""
LIST_LIFE = dt.timedelta(days=1)
"""How long a status list may be believed: a copy kept longer would hide what came since."""
CREDENTIAL = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)


class Purpose(StrEnum):
    """What a bit that is set says of a credential; each purpose has a list of its own."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


@dataclass(frozen=True)
class Issuer:
    """Who awards: `url` names it in credentials and status lists alike."""

    url: str
    name: str
    email: str = ""


@dataclass(frozen=True)
class Badge:
    """An award as machines read it. Addresses are absolute; days are those of Paris.

    :param url: the credential itself; what the signature is about.
    :param achievement_url: the label and its level, whoever holds it.
    :param criteria_url: the version of the referential that was judged.
    :param subject_url: the sheet that was judged.
    :param siren: empty for a company that has none.
    :param covers: which offers the award is for, in words.
    :param valid_to: last day.
    :param status_index: the entry of the award in both lists, below `LIST_SIZE`.
    :param status_urls: where each list is.
    """

    url: str
    issuer: Issuer
    name: str
    description: str
    covers: str
    achievement_url: str
    criteria: str
    criteria_url: str
    image_url: str
    subject_url: str
    company: str
    siren: str
    valid_from: dt.date
    valid_to: dt.date
    status_index: int
    status_urls: dict[Purpose, str]


def credential_jwt(badge: Badge) -> str:
    """The signed credential of an award (`application/vc+jwt`)."""
    begins, ends = _instant(badge.valid_from), _instant(badge.valid_to + dt.timedelta(days=1))
    ends -= dt.timedelta(seconds=1)
    credential = {
        "@context": [CREDENTIAL, OPEN_BADGES],
        "id": badge.url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": badge.name,
        "description": badge.covers,
        "issuer": _profile(badge.issuer),
        "validFrom": _written(begins),
        "validUntil": _written(ends),
        "credentialSubject": _subject(badge),
        "credentialStatus": [
            {
                "id": f"{address}#{badge.status_index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose.value,
                "statusListIndex": str(badge.status_index),
                "statusListCredential": address,
            }
            for purpose, address in badge.status_urls.items()
        ],
        "credentialSchema": [{"id": _SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    claims = {
        "iss": badge.issuer.url,
        "jti": badge.url,
        "sub": badge.subject_url,
        "nbf": int(begins.timestamp()),
        "exp": int(ends.timestamp()),
    }
    return sign({**credential, **claims}, type="JWT")


def status_list_jwt(
    purpose: Purpose, set_indices: Iterable[int], *, url: str, issuer: Issuer, now: dt.datetime
) -> str:
    """The signed list that says which credentials are revoked, or suspended.

    :param set_indices: `Badge.status_index` of these; raises `ValueError` for one beyond the list.
    :param url: where it is published, the same in the entries that point at it.
    """
    ends = now + LIST_LIFE
    credential = {
        "@context": [CREDENTIAL],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.url,
        "validFrom": _written(now),
        "validUntil": _written(ends),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "encodedList": _bits(set_indices),
        },
    }
    claims = {
        "iss": issuer.url,
        "jti": url,
        "nbf": int(now.timestamp()),
        "exp": int(ends.timestamp()),
    }
    return sign({**credential, **claims}, type="vc+jwt")


def enveloped(jws: str) -> dict[str, Any]:
    """A signed credential as a JSON document, nothing of which is left unsigned.

    (W3C, Verifiable Credentials Data Model 2.0, "Enveloped Verifiable Credentials".)
    """
    return {
        "@context": [CREDENTIAL],
        "id": f"data:application/vc+jwt,{jws}",
        "type": ["EnvelopedVerifiableCredential"],
    }


def _profile(issuer: Issuer) -> dict[str, Any]:
    profile = {"id": issuer.url, "type": ["Profile"], "name": issuer.name, "url": issuer.url}
    return profile | ({"email": issuer.email} if issuer.email else {})


def _subject(badge: Badge) -> dict[str, Any]:
    """What is awarded, and to whom: a company's name and number are public, so nothing is hashed."""
    identities = [("name", badge.company), ("ext:siren", badge.siren)]
    return {
        "id": badge.subject_url,
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": value,
                "identityType": kind,
            }
            for kind, value in identities
            if value
        ],
        "achievement": {
            "id": badge.achievement_url,
            "type": ["Achievement"],
            "achievementType": "Award",
            "name": badge.name,
            "description": badge.description,
            "criteria": {"id": badge.criteria_url, "narrative": badge.criteria},
            "image": {"id": badge.image_url, "type": "Image"},
        },
    }


def _bits(set_indices: Iterable[int]) -> str:
    """A bitstring, first entry at the left, compressed, as multibase base64url without padding."""
    bits = bytearray(LIST_SIZE // 8)
    for index in set_indices:
        if not 0 <= index < LIST_SIZE:
            raise ValueError(f"no entry {index} in a list of {LIST_SIZE}")
        bits[index // 8] |= 0x80 >> (index % 8)
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _instant(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _written(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
