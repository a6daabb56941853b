"""Credentials of awards, read by an Open Badges library and a JOSE library that are not ours."""

import base64
import dataclasses
import datetime as dt
import gzip
import json

import jwt
import pytest
from django.utils import timezone
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from labelling.credentials import (
    LIST_SIZE,
    Badge,
    Issuer,
    Purpose,
    credential_jwt,
    enveloped,
    status_list_jwt,
)
from labelling.signing import public_keys
from tests.labelling.keys import drawn, public_pem

SITE = "https://catalogue.example"
INDEX = 94_567
LISTS = {
    Purpose.REVOCATION: f"{SITE}/label/etat/revocation.jwt",
    Purpose.SUSPENSION: f"{SITE}/label/etat/suspension.jwt",
}
ISSUER = Issuer(url=f"{SITE}/label/", name="Mission LABEL", email="label@exemple.gouv.fr")


@pytest.fixture(scope="module", params=["RS256", "ES256", "EdDSA"])
def key(request):
    return drawn(request.param)


@pytest.fixture(autouse=True)
def _ours(key, settings):
    settings.SIGNING_KEYS = (key,)
    settings.SITE_URL = SITE


@pytest.fixture
def badge():
    today = timezone.localdate()
    return Badge(
        url=f"{SITE}/label/LAB-2026-0001/credential.json",
        issuer=ISSUER,
        name="Label d'essai, niveau « confirmé »",
        description="Une solution jugée conforme à l'été.",
        covers="Offres couvertes : En ligne.",
        achievement_url=f"{SITE}/label/#essai-confirme",
        criteria="Chaque critère bloquant est satisfait.",
        criteria_url=f"{SITE}/referentiels/essai/1/",
        image_url=f"{SITE}/label/LAB-2026-0001/badge.svg",
        subject_url=f"{SITE}/solutions/parapheur/",
        company="Éditions Ombelle",
        siren="123456782",
        valid_from=today,
        valid_to=today + dt.timedelta(days=730),
        status_index=INDEX,
        status_urls=LISTS,
    )


def served(**set_indices):
    """What fetches the lists: `revocation` and `suspension` are the entries that are set."""
    return {
        LISTS[purpose]: status_list_jwt(
            purpose,
            set_indices.get(purpose.value, ()),
            url=LISTS[purpose],
            issuer=ISSUER,
            now=timezone.now(),
        ).encode()
        for purpose in Purpose
    }.__getitem__


def verify(key, token, **lists):
    return OB3Verifier(public_pem(key)).verify(token, check_status=True, download=served(**lists))


def test_a_credential_verifies_and_says_what_was_awarded_to_whom(key, badge):
    read = verify(key, credential_jwt(badge))
    assert read.name == badge.name
    assert read.issuer.id == ISSUER.url
    assert read.recipient_id == badge.subject_url
    assert read.achievement.criteria_narrative == badge.criteria
    identities = {(one.identity_type, one.identity_hash, one.hashed) for one in read.identifiers}
    assert identities == {("name", badge.company, False), ("ext:siren", badge.siren, False)}


def test_a_company_without_siren_is_known_by_its_name_alone(key, badge):
    read = verify(key, credential_jwt(dataclasses.replace(badge, siren="")))
    assert [one.identity_type for one in read.identifiers] == ["name"]


def test_the_keys_that_are_published_verify_it(badge):
    token = credential_jwt(badge)
    header = jwt.get_unverified_header(token)
    (published,) = [one for one in public_keys()["keys"] if one["kid"] == header["kid"]]
    read = jwt.decode(token, jwt.PyJWK(published), algorithms=[published["alg"]])
    assert read["id"] == read["jti"] == badge.url
    assert read["credentialSubject"]["achievement"]["criteria"]["id"] == badge.criteria_url
    until = timezone.localtime(dt.datetime.fromtimestamp(read["exp"], dt.UTC))
    assert (until.date(), until.hour) == (badge.valid_to, 23)


def test_one_changed_byte_makes_it_fail(key, badge):
    token = credential_jwt(badge)
    verifier = OB3Verifier(public_pem(key))
    # Of the last character, some bits are padding: changing these alone changes no byte.
    for place in [*range(0, len(token) - 1, 61), token.index("."), token.rindex(".") + 1]:
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(OB3VerificationError):
            verifier.verify(changed)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_revoked_or_suspended_one_says_which(key, badge, purpose):
    token = credential_jwt(badge)
    with pytest.raises(OB3VerificationError, match=f"status '{purpose.value}' is set"):
        verify(key, token, **{purpose.value: [INDEX]})
    others = [0, INDEX - 1, INDEX + 1, LIST_SIZE - 1]
    assert verify(key, token, **{purpose.value: others}).id == badge.url


def test_the_key_of_somebody_else_does_not_verify_it(key, badge):
    token = credential_jwt(badge)
    other = drawn(jwt.get_unverified_header(token)["alg"])
    with pytest.raises(OB3VerificationError):
        OB3Verifier(public_pem(other)).verify(token)


def test_an_award_that_has_ended_does_not_verify(key, badge):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    token = credential_jwt(dataclasses.replace(badge, valid_to=yesterday))
    with pytest.raises(OB3VerificationError, match="expired"):
        verify(key, token)


def test_the_document_that_is_served_holds_nothing_that_is_not_signed(badge):
    token = credential_jwt(badge)
    document = enveloped(token)
    assert document.pop("id") == f"data:application/vc+jwt,{token}"
    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["EnvelopedVerifiableCredential"],
    }


def test_a_status_list_has_the_size_that_hides_whom_one_asks_about():
    token = served(revocation=[0])(LISTS[Purpose.REVOCATION]).decode()
    body = token.split(".")[1]
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    packed = payload["credentialSubject"]["encodedList"]
    assert packed.startswith("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=="))
    assert len(bits) * 8 == LIST_SIZE
    assert bits[0] == 0x80
    assert not any(bits[1:])


@pytest.mark.parametrize("index", [-1, LIST_SIZE])
def test_an_entry_beyond_the_list_is_refused(index):
    with pytest.raises(ValueError, match="no entry"):
        served(revocation=[index])
