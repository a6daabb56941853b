"""What is embedded and checked elsewhere, over HTTP: image, credential, keys, status lists."""

import base64
import datetime as dt

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from labelling.credentials import Purpose
from labelling.models import Award
from labelling.states import AwardState
from tests.labelling.labels import make_award

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

SUSPENDED = {"state": str(AwardState.SUSPENDED), "reason": "Fuite."}
ABROGATED = {"state": str(AwardState.ABROGATED), "reason": "Fuite.", "ended_on": "2026-11-22"}


def fetch(client, address: str) -> bytes:
    """What a verifier gets at an address of ours."""
    assert address.startswith(settings.SITE_URL)
    answer = client.get(address.removeprefix(settings.SITE_URL).partition("#")[0])
    assert answer.status_code == 200
    return answer.content


def token_of(client, award) -> str:
    """The JWT that the JSON document envelops."""
    document = client.get(f"/label/{award.number}/credential.json").json()
    assert document["type"] == ["EnvelopedVerifiableCredential"]
    kind, _comma, token = document["id"].partition(",")
    assert kind == "data:application/vc+jwt"
    return token


def key_of(client, token):
    """The published key that a JWT names, never the one that it carries."""
    named = jwt.get_unverified_header(token)["kid"]
    (found,) = [one for one in client.get("/label/cles.json").json()["keys"] if one["kid"] == named]
    assert "d" not in found
    return jwt.PyJWK(found)


def verify(client, token):
    key = key_of(client, token)
    pem = key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return OB3Verifier(pem.decode()).verify(
        token, check_status=True, download=lambda address: fetch(client, address)
    )


class TestTheCredential:
    def test_verifies_against_the_published_keys_and_says_what_was_awarded(self, client):
        award = make_award()
        token = token_of(client, award)
        read = verify(client, token)
        assert read.name == "Label d'essai, niveau « Essentiel »"
        assert read.issuer.id == f"{settings.SITE_URL}/label/emetteur.json"
        payload = jwt.decode(token, key_of(client, token), algorithms=["ES256"])
        assert payload["credentialSubject"]["id"].endswith(f"/{award.listing.page.slug}/")
        for address in (
            payload["issuer"]["id"],
            payload["credentialSubject"]["achievement"]["criteria"]["id"],
            payload["credentialSubject"]["achievement"]["image"]["id"],
        ):
            fetch(client, address)
        raw = client.get(f"/label/{award.number}/credential.jwt")
        assert raw["Content-Type"] == "application/vc+jwt"
        assert verify(client, raw.content.decode()).id == read.id

    def test_fails_when_one_byte_changed(self, client):
        token = token_of(client, make_award())
        body = token.index(".") + 40
        changed = token[:body] + ("A" if token[body] != "A" else "B") + token[body + 1 :]
        with pytest.raises(OB3VerificationError):
            verify(client, changed)
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(changed, key_of(client, token), algorithms=["ES256"])

    @pytest.mark.parametrize(
        ("columns", "status"), [(SUSPENDED, "suspension"), (ABROGATED, "revocation")]
    )
    def test_says_at_once_that_it_is_suspended_or_revoked(self, client, columns, status):
        award, other = make_award(), make_award()
        token, others = token_of(client, award), token_of(client, other)
        verify(client, token)
        Award.objects.filter(pk=award.pk).update(**columns)
        for one in (token, token_of(client, award)):
            with pytest.raises(OB3VerificationError, match=f"status '{status}' is set"):
                verify(client, one)
        assert verify(client, others)

    @pytest.mark.parametrize("state", list(AwardState))
    def test_is_valid_exactly_while_the_label_is_in_force(self, client, state):
        award = make_award(state, **_ended(state))
        token = token_of(client, award)
        if award.is_in_force(timezone.localdate()):
            assert verify(client, token)
        else:
            with pytest.raises(OB3VerificationError):
                verify(client, token)

    def test_is_suspended_while_an_abrogation_is_only_announced(self, client):
        award = make_award(
            AwardState.ABROGATION_NOTICE, before=str(AwardState.SUSPENDED), reason="Fuite."
        )
        with pytest.raises(OB3VerificationError, match="status 'suspension' is set"):
            verify(client, token_of(client, award))


def _ended(state):
    """An award expires the day after its last one, which its credential carries."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    return {"valid_to": yesterday} if state == AwardState.EXPIRED else {}


class TestTheStatusLists:
    @pytest.mark.parametrize("purpose", list(Purpose))
    def test_are_signed_and_enveloped(self, client, purpose):
        raw = client.get(f"/label/statuts/{purpose}.jwt")
        token = raw.content.decode()
        payload = jwt.decode(token, key_of(client, token), algorithms=["ES256"])
        assert payload["id"] == f"{settings.SITE_URL}/label/statuts/{purpose}.jwt"
        assert payload["credentialSubject"]["statusPurpose"] == purpose
        document = client.get(f"/label/statuts/{purpose}.json").json()
        body = document["id"].partition(",")[2].split(".")[1]
        assert b"BitstringStatusList" in base64.urlsafe_b64decode(body + "==")
        assert raw["Cache-Control"] == "public, max-age=300"

    def test_have_no_other_purpose(self, client):
        assert client.get("/label/statuts/autre.json").status_code == 404


class TestTheBadge:
    def test_may_be_shown_anywhere_and_is_kept_for_minutes_only(self, client):
        award = make_award()
        answer = client.get(f"/label/{award.number}/badge.svg")
        assert answer["Content-Type"].startswith("image/svg+xml")
        assert answer["Cache-Control"] == "public, max-age=300"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies

    def test_is_sent_again_only_when_it_changed(self, client):
        award = make_award()
        address = f"/label/{award.number}/badge.svg"
        first = client.get(address)
        same = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same["Cache-Control"] == "public, max-age=300"
        since = {"If-Modified-Since": first["Last-Modified"]}
        assert client.get(address, headers=since).status_code == 304
        Award.objects.filter(pk=award.pk).update(**SUSPENDED)
        again = client.get(address, headers={"If-None-Match": first["ETag"], **since})
        assert again.status_code == 200
        assert "Suspendu" in again.content.decode()
        assert client.head(address).status_code == 200


def test_the_issuer_says_who_it_is(client):
    answer = client.get("/label/emetteur.json")
    told = answer.json()
    assert told["id"] == f"{settings.SITE_URL}/label/emetteur.json"
    assert told["url"] == f"{settings.SITE_URL}/label/"
    assert told["type"] == ["Profile"]
    assert answer["Access-Control-Allow-Origin"] == "*"
