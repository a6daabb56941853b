"""Signatures and the keys that are published."""

import jwt
import pytest

from labelling.signing import KEYS_PATH, public_keys, sign
from tests.labelling.keys import DRAWN, drawn

SITE = "https://catalogue.example"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE
    settings.SIGNING_KEYS = tuple(drawn(algorithm) for algorithm in DRAWN)


@pytest.mark.parametrize("algorithm", DRAWN)
def test_a_signature_names_the_algorithm_of_its_key_and_where_the_key_is(algorithm, settings):
    settings.SIGNING_KEYS = (drawn(algorithm),)
    token = sign({"été": 1}, type="vc+jwt")
    (published,) = public_keys()["keys"]
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == (algorithm, "vc+jwt")
    assert header["kid"] == published["kid"]
    assert header["kid"].startswith(f"{SITE}{KEYS_PATH}#")
    assert header["jwk"].items() <= published.items()
    assert jwt.decode(token, jwt.PyJWK(published), algorithms=[algorithm]) == {"été": 1}


def test_the_first_key_signs_and_all_are_published_without_their_private_half():
    keys = public_keys()["keys"]
    assert [key["alg"] for key in keys] == list(DRAWN)
    assert len({key["kid"] for key in keys}) == len(keys)
    assert set().union(*keys) == {"kty", "n", "e", "crv", "x", "y", "kid", "use", "alg"}
    assert jwt.get_unverified_header(sign({}, type="JWT"))["kid"] == keys[0]["kid"]


def test_what_an_older_key_signed_verifies_once_another_signs(settings):
    token = sign({"iss": SITE}, type="JWT")
    settings.SIGNING_KEYS = (drawn("ES256"), *settings.SIGNING_KEYS)
    published = {key["kid"]: key for key in public_keys()["keys"]}
    used = published[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, jwt.PyJWK(used), algorithms=["RS256"]) == {"iss": SITE}
