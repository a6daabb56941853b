"""The keys that sign: what the environment may say, and what is never repeated."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from django.core.exceptions import ImproperlyConfigured

from config.signing_key import FILE, new_key, signing_keys
from tests.labelling.keys import DRAWN, drawn, private_pem, public_pem


def read(text, tmp_path, *, debug=False):
    return signing_keys(text, debug=debug, folder=tmp_path)


@pytest.mark.parametrize("algorithm", DRAWN)
def test_each_kind_of_key_is_read(algorithm, tmp_path):
    key = drawn(algorithm)
    assert read(key, tmp_path) == (key,)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\\n", " "])
def test_several_keys_keep_their_order_however_lines_end(end, tmp_path):
    keys = [new_key(), drawn("EdDSA")]
    assert read("".join(keys).replace("\n", end), tmp_path) == tuple(keys)


def test_a_missing_key_stops_the_start_and_says_what_to_do(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"SIGNING_KEY is not set.*config\.signing_key"):
        read(" ", tmp_path)
    assert not list(tmp_path.iterdir())


def encrypted():
    key = ec.generate_private_key(ec.SECP256R1())
    password = BestAvailableEncryption(b"secret")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, password).decode()


@pytest.mark.parametrize(
    "text",
    [
        "not a key",
        "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----",
        public_pem(new_key()),
        encrypted(),
        private_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505  (refused)
        private_pem(ec.generate_private_key(ec.SECP384R1())),
        new_key() + "rest",
        new_key() + new_key()[:-9],
        "-----BEGIN PRIVATE KEY----- -----END PRIVATE KEY-----",
    ],
    ids=["words", "nonsense", "public", "password", "short", "curve", "rest", "cut", "empty"],
)
@pytest.mark.parametrize("debug", [False, True])
def test_what_cannot_sign_stops_the_start_and_is_not_repeated(text, debug, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="SIGNING_KEY") as refused:
        read(text, tmp_path, debug=debug)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    for line in text.splitlines():
        assert line.startswith("-----") or line not in str(refused.value)


def test_an_unreadable_key_is_told_by_its_place(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="Key 2 of SIGNING_KEY"):
        read(new_key() + public_pem(new_key()), tmp_path)


def test_processes_that_start_together_draw_one_key_that_only_their_owner_reads(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        drawn_keys = set(pool.map(lambda _: read("", tmp_path, debug=True), range(16)))
    assert len(drawn_keys) == 1
    (kept,) = tmp_path.iterdir()
    assert kept.name == FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
