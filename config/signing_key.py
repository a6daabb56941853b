"""The keys that sign credentials: read from the environment, drawn where none is needed.

`python -m config.signing_key` writes a new one. What is read here never goes into an error or a log.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.core.exceptions import ImproperlyConfigured

SMALLEST_RSA = 2048
FILE = "signing-key.pem"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----(.+?)-----END \1-----", re.DOTALL)
_TO_DO = (
    "Give it one or several private keys in PEM, the first of which signs "
    "(python -m config.signing_key draws one), or set DJANGO_DEBUG=1 on a development machine."
)


def signing_keys(text: str, *, debug: bool, folder: Path) -> tuple[str, ...]:
    """The private keys that a variable holds, in PEM, the one that signs first.

    Line ends may be spaces or `\\n` written out, as a variable on one line has them. With `debug`
    and no text, a key is drawn once and kept in the folder. Raises `ImproperlyConfigured` with what
    to do when there is none, or one that cannot be used.
    """
    if not text.strip():
        if not debug:
            raise ImproperlyConfigured(f"SIGNING_KEY is not set. {_TO_DO}")
        text = _kept_in(folder / FILE)
    blocks = [
        f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"
        for kind, spaced in _BLOCK.findall(text)
        if (body := "\n".join(spaced.replace("\\n", "\n").split()))
    ]
    if not blocks or _BLOCK.sub("", text).replace("\\n", "").strip():
        raise ImproperlyConfigured(f"SIGNING_KEY is not made of PEM blocks. {_TO_DO}")
    return tuple(_read(block, place) for place, block in enumerate(blocks, start=1))


def new_key() -> str:
    """A private key just drawn, in PEM: P-256, of which signatures and public keys are short."""
    return _written(ec.generate_private_key(ec.SECP256R1()))


def _read(block: str, place: int) -> str:
    """The key of a block, written in one way; `place` names it in errors, which never hold it."""
    try:
        key = load_pem_private_key(block.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ImproperlyConfigured(
            f"Key {place} of SIGNING_KEY cannot be read as a private key without a password. "
            f"{_TO_DO}"
        ) from None
    match key:
        case rsa.RSAPrivateKey() if key.key_size >= SMALLEST_RSA:
            return _written(key)
        case ec.EllipticCurvePrivateKey() if isinstance(key.curve, ec.SECP256R1):
            return _written(key)
        case ed25519.Ed25519PrivateKey():
            return _written(key)
    raise ImproperlyConfigured(
        f"Key {place} of SIGNING_KEY is neither RSA of {SMALLEST_RSA} bits or more, nor EC P-256, "
        f"nor Ed25519. {_TO_DO}"
    )


def _written(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _kept_in(path: Path) -> str:
    """The key of a file, drawn if there is none yet: of processes that start together, one wins."""
    if not path.exists():
        descriptor, scratch = tempfile.mkstemp(dir=path.parent)  # only its owner reads it
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_key())
        try:
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(scratch)
    return path.read_text(encoding="ascii")


if __name__ == "__main__":
    sys.stdout.write(new_key())
