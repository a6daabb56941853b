"""Private keys for tests, of each kind that may sign."""

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

DRAWN = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
"""How a key is drawn, by the algorithm it signs with."""


def private_pem(key) -> str:
    """A private key as SIGNING_KEY holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def drawn(algorithm: str) -> str:
    """A new private key for an algorithm, in PEM."""
    return private_pem(DRAWN[algorithm]())


def public_pem(pem: str) -> str:
    """The public half of a key."""
    public = load_pem_private_key(pem.encode(), password=None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
